"""One class of the catalogue with its condition rows: edited as a new version, tried before it is published (U13)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from townops.catalogue import api as catalogue
from townops.catalogue.api import Condition, Klass, Status
from townops.console import choices
from townops.console.doors import Desk, page
from townops.console.given import day_of, tomorrow, whole
from townops.console.trying import attempt
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit
from townops.people import api as people

EDIT: Final = "catalogue.edit"
WORDS: Final = {"village": "居村", "station": "联勤联动站", "center": "城运中心"}
ROW: Final = ("text", "limit", "make_safe", "close_text", "main", "fallback", "confirmed")
DAYS: Final = 3


@require_http_methods(["GET", "HEAD", "POST"])
@page(EDIT)
def edit(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """`look` tries what is typed, `save` publishes exactly what was tried. Refused("class_unknown")."""
    last = catalogue.changing.newest()
    klass, rows = catalogue.klass(code, last.id), catalogue.conditions(code, last.id)
    standing = _standing(desk, klass, rows, last)
    if request.method != "POST":
        return render(request, "console/class.html", _shown(desk, klass, rows, standing))
    typed = {name: request.POST.get(name, "").strip() for name in standing}
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk, typed, klass, rows),
        foresee=lambda change: catalogue.changing.foresee(change, desk.at),
        publish=lambda change: catalogue.changing.publish(change, actor=desk.actor, at=desk.at),
    )
    if tried.made:
        messages.success(
            request, f"第{tried.made.number}版目录已发布，自 {tried.made.effective_from} 起生效。"
        )
        return redirect("console:class", code)
    fresh = typed if tried.change else typed | {"over": str(last.id)}
    begin = {"begin": tried.change.effective_from} if tried.change else {}
    shown = _shown(desk, klass, rows, fresh) | dict(tried.shown or {}) | begin
    return render(request, "console/class.html", shown, status=tried.status)


def _standing(
    desk: Desk, klass: Klass, rows: tuple[Condition, ...], last: catalogue.VersionView
) -> dict[str, str]:
    """The form of the class as it is: its own cells, and those of each row after its place."""
    begin = max(tomorrow(desk), last.effective_from).isoformat()
    found = {"from": begin, "note": "", "over": str(last.id), "name": klass.name}
    if not rows:
        found |= {"unit": _said(klass.unit), "fallback": _said(klass.fallback)}
        found |= {"time_class": str(klass.time_class)}
    for place, row in enumerate(rows):
        cells = (
            row.text,
            catalogue.limit_text(row.limit),
            catalogue.limit_text(row.make_safe),
            row.close_text,
            _said(row.main_kind),
            _said(row.fallback),
            "1" if row.status is Status.CONFIRMED else "",
        )
        found |= {f"{name}-{place}": cell for name, cell in zip(ROW, cells, strict=True)}
    return found


def _said(code: str) -> str:
    """居村, 联勤联动站, 城运中心, or a unit by name."""
    return WORDS.get(code) or people.meant_by_code().get(code, code)


def _code(given: str) -> str:
    """The other way round; what is unknown is refused by the check of the catalogue."""
    known = {word: code for code, word in WORDS.items()} | {one.name: one.code for one in people.units()}
    return known.get(given, given)


def _given(
    request: HttpRequest, desk: Desk, typed: Mapping[str, str], klass: Klass, rows: tuple[Condition, ...]
) -> catalogue.changing.ClassChange:
    """Refused: form_time_malformed, catalogue_limit, catalogue_unit."""
    now = replace(klass, name=typed["name"])
    if not rows:
        days = typed["time_class"]
        amount = int(days) if days.isascii() and days.isdigit() and len(days) <= DAYS else klass.time_class
        now = replace(now, unit=_unit(typed["unit"]), fallback=_unit(typed["fallback"]), time_class=amount)
    found = tuple(_row(row, place, typed) for place, row in enumerate(rows))
    version = whole(typed["over"])
    begin = day_of(request, "from", tomorrow(desk))
    return catalogue.changing.ClassChange(now, found, begin, typed["note"], version)


def _row(row: Condition, place: int, typed: Mapping[str, str]) -> Condition:
    return replace(
        row,
        text=typed[f"text-{place}"],
        limit=_limit(row, "处置时限", typed[f"limit-{place}"]) or row.limit,
        make_safe=_limit(row, "处险时限", typed[f"make_safe-{place}"]),
        close_text=typed[f"close_text-{place}"],
        main_kind=_unit(typed[f"main-{place}"]),
        fallback=_unit(typed[f"fallback-{place}"]),
        status=Status.CONFIRMED if typed[f"confirmed-{place}"] else Status.TO_CONFIRM,
    )


def _unit(given: str) -> str:
    code = _code(given)
    if code and code not in WORDS and code not in people.meant_by_code():
        raise Refused("catalogue_unit", given=given[:20])
    return code


def _limit(row: Condition, label: str, given: str) -> Limit | None:
    try:
        return catalogue.read_limit(given)
    except ValueError as error:
        raise Refused("catalogue_limit", code=row.code, label=label, reason=str(error)) from None


def _shown(
    desk: Desk, klass: Klass, rows: tuple[Condition, ...], typed: Mapping[str, str]
) -> dict[str, object]:
    return {
        "desk": desk,
        "klass": klass,
        "typed": {name: value for name, value in typed.items() if "-" not in name},
        "rows": list(_cells(rows, typed)),
        "begin_least": tomorrow(desk).isoformat(),
        "units": choices.Listing("holders", (*WORDS.values(), *choices.units(desk.town).lines)),
        "time_classes": catalogue.time_classes(catalogue.changing.newest().id),
    }


def _cells(rows: tuple[Condition, ...], typed: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for place, row in enumerate(rows):
        yield {"row": row, "place": place} | {name: typed[f"{name}-{place}"] for name in ROW}

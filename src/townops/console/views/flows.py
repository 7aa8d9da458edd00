"""流程与时限: the flow of each source, tried on what is open before a new version is published (U6, U13)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.catalogue import api as catalogue
from townops.console.doors import Desk, page
from townops.console.given import day_of, tomorrow, whole
from townops.console.trying import attempt
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

EDIT: Final = "orders.edit_flows"
RULES: Final = orders.flow_edit
OTHERS: Final = ("from", "note", "over")


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as a list to choose from."""

    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """A limit or number: with `units` to choose from, or counted in `suffix`."""

    name: str
    label: str
    value: str
    unit: str
    units: tuple[tuple[str, str], ...]
    suffix: str
    least: int
    most: int


@require_safe
@page(EDIT)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every source with the version in force and what is to come."""
    today = desk.at.astimezone(SHANGHAI).date()
    lines = []
    for source, label in orders.flows.sources():
        known = orders.flows.versions(source)
        begun = [since for _, since in known if since <= today]
        to_come = [since for _, since in known if since > today]
        lines.append((source, label, len(begun), begun[-1] if begun else None, to_come))
    return render(request, "console/flows.html", {"desk": desk, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@page(EDIT)
def edit(request: HttpRequest, desk: Desk, source: str) -> HttpResponse:
    """One source. `look` tries what is typed, `save` publishes exactly what was tried."""
    label = dict(orders.flows.sources()).get(source)
    if label is None:
        raise Http404
    if request.method != "POST":
        return render(request, "console/flow.html", _shown(desk, source, label, _standing(desk, source)))
    typed = {name: request.POST.get(name, "").strip() for name in (*_standing(desk, source), *OTHERS)}
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk, source, typed),
        foresee=lambda change: orders.flow_change.foresee(change, desk.at),
        publish=lambda change: orders.flow_change.publish(change, actor=desk.actor, at=desk.at),
    )
    if tried.made is not None and tried.change:
        since = tried.change.effective_from
        messages.success(request, f"“{label}”的新流程已发布，自 {since} 起生效。")
        return redirect("console:flow", source)
    fresh = typed if tried.change else typed | {"over": str(orders.flows.latest(source))}
    shown = _shown(desk, source, label, fresh) | dict(tried.shown or {})
    return render(request, "console/flow.html", shown, status=tried.status)


def _standing(desk: Desk, source: str) -> dict[str, str]:
    """The form of the newest version."""
    newest = orders.flows.latest(source)
    _, since = orders.flows.stated(newest)
    begin = max(tomorrow(desk), since).isoformat()
    return RULES.typed(*orders.flows.parts(newest)) | {"over": str(newest), "from": begin, "note": ""}


def _given(
    request: HttpRequest, desk: Desk, source: str, typed: Mapping[str, str]
) -> orders.flow_change.FlowChange:
    """Refused: form_time_malformed and what reading the form refuses."""
    options, limits = RULES.read(typed)
    version = whole(typed["over"])
    begin = day_of(request, "from", tomorrow(desk))
    return orders.flow_change.FlowChange(source, options, limits, begin, typed["note"], version)


def _shown(desk: Desk, source: str, label: str, typed: Mapping[str, str]) -> dict[str, object]:
    return {
        "desk": desk,
        "now": desk.at,
        "today": desk.at.astimezone(SHANGHAI).date().isoformat(),
        "source": source,
        "label": label,
        "choices": list(_choices(typed)),
        "amounts": list(_amounts(typed)),
        "typed": {"from": typed["from"], "note": typed["note"], "over": typed["over"]},
        "history": orders.flow_change.history(source),
    }


def _choices(typed: Mapping[str, str]) -> Iterator[Choice]:
    for name in RULES.OPTION_NAMES:
        codes = tuple((code, orders.flow_change.choice_said(name, code)) for code in RULES.choices(name))
        yield Choice(name, orders.flow_label(name), typed[name], codes)


def _amounts(typed: Mapping[str, str]) -> Iterator[Amount]:
    units = tuple((unit.value, word) for unit, word in catalogue.UNIT_WORDS.items())
    for name in RULES.LIMIT_NAMES:
        unit = typed.get(name + RULES.UNIT, "")
        least, most = RULES.RANGES.get(name, (1, RULES.LONGEST))
        suffix = "" if unit else orders.flow_change.suffix_said(name)
        yield Amount(
            name, orders.flow_label(name), typed[name], unit, units if unit else (), suffix, least, most
        )

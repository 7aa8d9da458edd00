"""One dispatch rule: edited, added or switched off, tried on what waits for dispatch before it is published (U12)."""

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from townops.areas import api as areas
from townops.catalogue import api as catalogue
from townops.console import choices
from townops.console.doors import Desk, page
from townops.console.given import day_of, tomorrow, whole
from townops.console.trying import attempt
from townops.dispatch import api as dispatch
from townops.people import api as people

EDIT: Final = "dispatch.edit"
CELLS: Final = {
    "order": "次序",
    "name": "名称",
    "class": "分类",
    "area": "区域",
    "block_type": "责任块类型",
    "hours": "时段",
    "source": "来源",
    "severity": "严重程度",
    "target": "派往",
    "limit": "时限",
}
CODED: Final = frozenset({"class", "area"})
OTHERS: Final = ("from", "note", "over", "off")
GAP: Final = 10


@require_http_methods(["GET", "HEAD", "POST"])
@page(EDIT)
def edit(request: HttpRequest, desk: Desk, place: int = 0) -> HttpResponse:
    """`look` tries what is typed, `off` tries to do without the rule, `save` publishes exactly what was tried."""
    if request.method != "POST":
        return render(request, "console/rule.html", _shown(desk, place, _standing(desk, place)))
    typed = {name: request.POST.get(name, "").strip() for name in (*CELLS, *OTHERS)}
    asked = {"look": "", "off": "1" if place else ""}
    typed["off"] = asked.get(request.POST.get("do", ""), typed["off"])
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk, place, typed),
        foresee=lambda change: dispatch.changing.foresee(change, desk.at),
        publish=lambda change: dispatch.changing.publish(change, actor=desk.actor, at=desk.at),
    )
    if tried.made:
        messages.success(
            request, f"第{tried.made.number}版规则已发布，自 {tried.made.effective_from} 起生效。"
        )
        return redirect("console:dispatch")
    shown = dict(tried.shown or {})
    fresh = typed if tried.change else typed | {"over": str(dispatch.changing.newest().id)}
    if tried.change:
        first = shown["seen"].first
        shown |= {"turned": [(one.number, _unit(one.before), _unit(one.after), one.rule) for one in first]}
        shown |= {"begin": tried.change.effective_from}
    return render(request, "console/rule.html", _shown(desk, place, fresh) | shown, status=tried.status)


def _unit(unit: int | None) -> str:
    return people.unit_by_id(unit).name if unit else "无法判断"


def _standing(desk: Desk, place: int) -> dict[str, str]:
    """The form of the rule as it is; of a new one, with a place before the last rules. Refused("rule_unknown")."""
    last = dispatch.changing.newest()
    begin = max(tomorrow(desk), last.effective_from).isoformat()
    rest = {"from": begin, "note": "", "over": str(last.id), "off": ""}
    if not place:
        orders = [one.order for one in dispatch.rules(last.id)]
        return dict.fromkeys(CELLS, "") | {"order": str(max(orders, default=0) + GAP)} | rest
    cells = dispatch.changing.cells_of(place, desk.at)
    typed = {name: cells[head] for name, head in CELLS.items()}
    area = choices.area_line(areas.area(typed["area"])) if typed["area"] else ""
    target = dispatch.target_said(typed["target"])
    return typed | {"class": _class_said(typed["class"]), "area": area, "target": target} | rest


def _class_said(code: str) -> str:
    return choices.class_of_today(code) or code


def _given(
    request: HttpRequest, desk: Desk, place: int, typed: Mapping[str, str]
) -> dispatch.changing.RuleChange:
    """Refused: form_time_malformed and what reading the rule refuses."""
    cells = {
        head: choices.code_of(typed[name]) if name in CODED else typed[name] for name, head in CELLS.items()
    }
    rule = None if typed["off"] else dispatch.changing.read(cells)
    version = whole(typed["over"])
    begin = day_of(request, "from", tomorrow(desk))
    return dispatch.changing.RuleChange(place, rule, begin, typed["note"], version)


def _shown(desk: Desk, place: int, typed: Mapping[str, str]) -> dict[str, object]:
    known = set(dispatch.TARGETS.values())
    targets = (
        *dispatch.TARGETS.values(),
        *(one for one in choices.units(desk.town).lines if one not in known),
    )
    return {
        "desk": desk,
        "place": place,
        "typed": {name.replace("class", "class_code"): value for name, value in typed.items()},
        "begin_least": tomorrow(desk).isoformat(),
        "lists": (
            ("block_type", "责任块类型", [label for _, label in areas.block_types()], typed["block_type"]),
            ("hours", "时段", [word for word in dispatch.HOURS.values() if word], typed["hours"]),
            ("source", "来源", list(catalogue.SOURCE_WORDS.values()), typed["source"]),
            (
                "severity",
                "严重程度",
                [word for word in dispatch.SEVERITY.values() if word],
                typed["severity"],
            ),
        ),
        "targets": choices.Listing("targets", targets),
        "classes": choices.every_class(desk.at),
        "areas": choices.areas_of(desk.town),
    }

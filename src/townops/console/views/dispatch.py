"""派遣规则: the ordered rules in words, what is wrong with them, what others would change, Excel in and out (U12)."""

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.base import journal
from townops.base.db import write
from townops.console import labels
from townops.console.doors import Desk, page
from townops.console.downloads import error_sheet, xlsx
from townops.console.given import day_of, file_of, tomorrow
from townops.console.saying import sentence
from townops.dispatch import api as dispatch
from townops.kernel.refusal import Refused
from townops.people import api as people

VIEW: Final = "dispatch.view"
EDIT: Final = "dispatch.edit"
SHOWN: Final = 100
ERRORS: Final = ("行", "列", "原因")


@require_safe
@page(VIEW, EDIT)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """With `try` in the address the rules shown are tried on the open orders."""
    seen = shown(request, desk)
    if "try" in request.GET:
        seen |= trial(seen["raw"])
    return render(request, "console/dispatch.html", seen)


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """One rule set: the one in force unless another is asked for."""
    sets, in_force = dispatch.rule_sets(), dispatch.rule_set_at(desk.at)
    wanted = request.GET.get("set", "")
    chosen = next((one for one in sets if str(one.id) == wanted), in_force)
    rules = dispatch.rules(chosen.id) if chosen else ()
    return {
        "desk": desk,
        "sets": [(one, in_force is not None and one.id == in_force.id) for one in reversed(sets)],
        "chosen": chosen,
        "newest": bool(sets) and chosen == sets[-1],
        "raw": rules,
        "rules": dispatch.rule_lines(rules, at=desk.at),
        "findings": dispatch.findings(rules, at=desk.at),
        "tomorrow": tomorrow(desk).isoformat(),
        "may_edit": desk.may(EDIT),
    }


def trial(rules: object) -> dict[str, object]:
    """What these rules would do to the open orders, in words."""
    found = dispatch.try_open(rules if isinstance(rules, tuple) else ())
    return {"trial": found, "changes": [_change(one) for one in found.changes[:SHOWN]]}


def _change(one: dispatch.Change) -> tuple[str, str, str, str, str]:
    """(number, unit now, unit then, basis, rule or what it cannot decide)."""
    before = people.unit_by_id(one.before).name if one.before else "尚未派遣"
    after = people.unit_by_id(one.after).name if one.after else "无法判断"
    return one.number, before, after, labels.BASES.get(one.basis, (one.basis, ""))[0], one.rule


@require_safe
@page(VIEW, EDIT)
def rules_file(request: HttpRequest, desk: Desk, rule_set: int) -> HttpResponse:
    """A set as the file that can be changed and imported again."""
    content = dispatch.export_rules(rule_set, at=desk.at)
    with write():
        body = {"rule_set": rule_set}
        journal.append(kind="dispatch", key="rules", action="export", actor=desk.actor, at=desk.at, body=body)
    return xlsx(content, "派遣规则.xlsx")


@require_POST
@page(EDIT)
def take_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try a file on the open orders, hand its errors back, or publish it from a day on."""
    what = request.POST.get("do", "")
    try:
        data, _ = file_of(request)
        report = dispatch.check_rules(data, at=desk.at)
        if what == "errors":
            return error_sheet(ERRORS, error_lines(report), "派遣规则错误.xlsx")
        if what == "publish" and report.sound and not report.identical:
            report = _published(request, desk, data)
    except Refused as refused:
        again = shown(request, desk) | {"said": sentence(refused)}
        return render(request, "console/dispatch.html", again, status=422)
    if report.published is not None:
        made = report.published
        messages.success(request, f"第{made.number}版规则已发布，自 {made.effective_from} 起生效。")
        return redirect("console:dispatch")
    again = shown(request, desk) | {"report": report, "errors": error_lines(report)[:SHOWN]}
    again |= trial(report.rules) if report.sound and not report.identical else {}
    return render(request, "console/dispatch.html", again)


def error_lines(report: dispatch.RuleReport) -> Sequence[tuple[str, str, str]]:
    """Errors of cells by row, then findings by rule."""
    cells = [(str(one.row), one.column, one.reason) for one in report.errors]
    return [*cells, *((one.rule, one.field, one.reason) for one in report.findings)]


def _published(request: HttpRequest, desk: Desk, data: bytes) -> dispatch.RuleReport:
    return dispatch.import_rules(
        data,
        effective_from=day_of(request, "from", tomorrow(desk)),
        actor=desk.actor,
        at=desk.at,
        note=request.POST.get("note", "").strip()[:200],
    )

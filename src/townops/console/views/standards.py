"""达标一览: every duty and who owes it, coloured and worded; a duty with its value, formula, evidence and next step (U32, V13)."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.console import duties
from townops.console.doors import Desk, page
from townops.kernel.refusal import Refused
from townops.standards import api as standards

VIEW: Final = "standards.view"


@require_safe
@page(VIEW)
def board(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The board, of less than a minute ago."""
    found = standards.board(desk.actor, town=desk.town, at=desk.at)
    wanted = _wanted(request.GET)
    today = standards.day_of(found.at)
    shown = [one for one in found.lines if wanted.shows(one, today)]
    terms = standards.current().terms
    return render(
        request,
        "console/standards.html",
        {
            "desk": desk,
            "at": found.at,
            "wanted": wanted,
            "counts": duties.counted(found.lines),
            "shown": len(shown),
            "of_town": duties.of_town(shown),
            "tables": duties.tables(shown),
            "plans": [(one.key, one.name) for one in terms.plans],
            "units": [one.name for one in terms.units],
            "days": duties.SOON_DAYS,
        },
    )


def _wanted(given: Mapping[str, str]) -> duties.Wanted:
    """What the address asks for; what is not known is not asked for."""
    terms = standards.current().terms
    plan, unit, state, days = (given.get(name, "") for name in ("plan", "unit", "state", "days"))
    return duties.Wanted(
        plan=plan if plan in {one.key for one in terms.plans} else "",
        unit=unit if unit in {one.name for one in terms.units} else "",
        state=state if state in duties.LOOKS else "",
        days=int(days) if days in {str(one) for one in duties.SOON_DAYS} else 0,
    )


@require_safe
@page(VIEW)
def duty(request: HttpRequest, desk: Desk, item: str, subject: str) -> HttpResponse:
    """One duty of one subject. Refused("duty_unknown")."""
    found = standards.board(desk.actor, town=desk.town, at=desk.at)
    lines = [one for one in found.lines if one.item.id == item and one.subject.code == subject]
    if not lines:
        raise Refused("duty_unknown")
    line = lines[0]
    return render(
        request,
        "console/duty.html",
        {
            "desk": desk,
            "at": found.at,
            "line": line,
            "look": duties.look(line.state),
            "every": standards.EVERY_WORDS[line.item.every],
            "next": duties.next_step(line),
            "text": standards.texts(desk.town, desk.at).get(line.item.source),
            "others": [one for one in found.lines if one.subject.code == subject and _beside(one, line)],
        },
    )


def _beside(one: standards.Line, line: standards.Line) -> bool:
    """The other duties of the same clause."""
    return one.item.clause == line.item.clause and one.item.id != line.item.id

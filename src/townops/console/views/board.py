"""The dispatch board: what waits for dispatch, where it lies, what the rules propose and why; accepting one or many."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.console import choices, labels, showing
from townops.console.doors import Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders

ROWS: Final = 100
MOST: Final = 200
WAITING: Final = orders.Filter(states=(orders.State.FILED.value,), open=True, adopt=False)
STEP: Final = "dispatch"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order of many: to whom it went, or why it did not."""

    number: str
    unit: str = ""
    refused: str = ""


@require_safe
@page("orders.dispatch")
def board(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`order` in the address is the one looked at, else the first of the queue, which is the first due."""
    return render(request, "console/board.html", _shown(desk, request.GET.get("order", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@page("orders.dispatch")
def accept(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Dispatch the chosen orders as the rules propose, or all to a named unit; each stands or falls by itself."""
    if request.method != "POST":
        return redirect("console:board")
    unit = choices.unit_code(request.POST.get("unit", ""), desk.town)
    chosen = list(dict.fromkeys(request.POST.getlist("order")))[:MOST]
    sure = set(request.POST.getlist("sure"))
    reason = request.POST.get("reason", "").strip()
    facts = {name: said for name, said in (("unit", unit), ("reason", reason)) if said}
    done = [_dispatched(desk, one, facts, sure) for one in chosen]
    shown = _shown(desk, request.POST.get("next", ""))
    return render(request, "console/board.html", shown | {"outcomes": done, **_summed(done)})


def _dispatched(desk: Desk, chosen: str, facts: Mapping[str, str], sure: Collection[str]) -> Outcome:
    """`chosen` is NUMBER or NUMBER:SEQ, the state of the order that was seen; what waits for an answer is asked again."""
    number, _, seen = chosen.partition(":")
    seq = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None  # noqa: PLR2004
    try:
        waits = [] if number in sure else pending(orders.order_for(desk.actor, number, at=desk.at))
        if waits:
            raise Refused("dispatch_while_pending", waits="；".join(waits))
        after = orders.take_step(number, STEP, actor=desk.actor, at=desk.at, facts=facts, seq=seq)
    except Refused as refused:
        return Outcome(number, refused=sentence(refused))
    return Outcome(number, unit=after.responsible.name)


def pending(order: orders.OrderView) -> list[str]:
    """Applications and questions to the district that nobody has answered yet, in words."""
    value = order.value
    kinds = [labels.CHOICES[kind] for kind in sorted(value.progress.asked)]
    found = [f"已向上级申请“{kind}”，还没有答复" for kind in kinds]
    if value.application:
        found.append(f"{labels.APPLICATIONS.get(value.application.kind, '申请')}还没有审批")
    return found


def _summed(done: list[Outcome]) -> dict[str, object]:
    failed = [one for one in done if one.refused]
    return {"failed": failed, "sent": [one for one in done if not one.refused]}


def _shown(desk: Desk, number: str) -> dict[str, object]:
    waiting = orders.find_orders(desk.actor, WAITING, at=desk.at, sort="due", limit=ROWS)
    numbers = [row.number for row in waiting.rows]
    number = number if number in numbers else next(iter(numbers), "")
    whole = orders.whole(desk.actor, number, at=desk.at) if number else None
    view = whole.order if whole else None
    return {
        "desk": desk,
        "now": desk.at,
        "page": waiting,
        "order": view,
        "pending": pending(view) if view else [],
        "after": _after(numbers, number),
        "proposal": showing.proposal(desk, whole) if whole else None,
        "units": choices.handling_units(desk.town),
        "condition": choices.condition_said(view.condition, view.source) if view else "",
        "class_said": choices.class_said(view.class_code, desk.at) if view else "",
    }


def _after(numbers: list[str], number: str) -> str:
    """The one that is looked at next."""
    rest: Iterator[str] = (one for place, one in enumerate(numbers) if place and numbers[place - 1] == number)
    return next(rest, "")

"""回执和答复: what the caller and the district are told after registering, ready to read out, send or copy."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.base import drafts
from townops.console import choices, forms
from townops.console.doors import SEES, Desk, page
from townops.console.saying import exact
from townops.console.views.order import drafted
from townops.orders import api as orders
from townops.orders.api import upward

QUICK: Final = "quick_reply"
SPEAKS: Final = "orders.upward"
PROMISED: Final = frozenset({"outer", "reply"})


@dataclass(frozen=True, slots=True)
class Ready:
    """A text to copy, under its heading."""

    name: str
    label: str
    text: str


@require_safe
@page(*SEES)
def receipt(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    view = orders.order_for(desk.actor, number, at=desk.at)
    shown = {
        "desk": desk,
        "now": desk.at,
        "order": view,
        "ready": [Ready("receipt", "告诉来电人", said_to_caller(view)), *_upward(desk, view)],
        "accept": choices.ACCEPT,
        "drafted": drafts.kept(desk.account.pk, drafted(number)),
        **_quick(desk, view),
    }
    return render(request, "console/receipt.html", shown)


def said_to_caller(order: orders.OrderView) -> str:
    """One sentence to read out: what was noted, under which number, who answers for it, until when."""
    where = f"（{order.place_text}）" if order.place_text else ""
    held = order.responsible.name
    promised = (one.due_at for one in order.clocks if one.name in PROMISED and one.state != "stopped")
    due = next(promised, order.outer_due_at)
    until = f"，最迟 {exact(due)} 前答复您" if due and order.is_open else ""
    if order.value.parent is not None:
        return (
            f"您反映的“{order.title}”{where}已记录，编号 {order.number}。"
            f"这件事已在办理，您的诉求已并入，由{held}一起答复{until}。"
        )
    return f"您反映的“{order.title}”{where}已登记，编号 {order.number}，现由{held}负责{until}。"


def _upward(desk: Desk, order: orders.OrderView) -> list[Ready]:
    """What waits to go up for this order, worded as the district takes it; before it waits, as far as it is written."""
    if not desk.may(SPEAKS):
        return []
    waiting = [one for one in upward.waiting(desk.actor, at=desk.at) if one.number == order.number]
    if waiting:
        return [
            Ready(f"upward-{one.seq}", f"报上级：{upward.KINDS.get(one.kind, one.kind)}", one.text)
            for one in waiting
        ]
    text = upward.ready_text(desk.actor, order.number)
    written = any(not line.endswith(upward.NOT_YET) for line in text.splitlines())
    return [Ready("upward", "报上级：回复（未送出）", text)] if written else []


def _quick(desk: Desk, order: orders.OrderView) -> dict[str, object]:
    """The form of 直接答复 where it may be given now; what is written there goes up as it stands."""
    steps = orders.steps_for(desk.actor, order.number, at=desk.at)
    found = next((one for one in steps if one.name == QUICK and one.allowed), None)
    if found is None:
        return {"form": None}
    flow = orders.flows.flow(order.value.flow, order.value.town)
    triple = flow.options.filing is orders.Filing.TRIPLE
    around = forms.Around(order, desk, triple, choices.class_said(order.class_code, desk.at))
    return {"form": forms.form_of(found, around), "classes": choices.classes(desk.at, order.text)}

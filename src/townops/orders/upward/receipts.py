"""A receipt belongs to one message, an answer to what was asked: both are steps of the order (engine.md section 3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from townops.base.db import write
from townops.kernel.actors import Actor
from townops.orders import steps
from townops.orders.models import Order, Upward

LONGEST = 120


def receive(order: Order, seq: int, receipt: str, *, actor: Actor, at: datetime) -> None:
    """The step receipt_up, written to the message it is for: the step alone gives it to the newest one.

    Refused as the step refuses.
    """
    mine = Upward.objects.filter(order_id=order.id, seq=seq)
    with write():
        waiting = Upward.objects.filter(order_id=order.id).exclude(status="answered")
        newest = waiting.order_by("-seq").values("seq", "status", "receipt", "sent_at").first()
        steps.take(order, "receipt_up", actor=actor, at=at, raw={"receipt": receipt})
        if newest and newest["seq"] != seq:
            Upward.objects.filter(order_id=order.id, seq=newest["seq"]).update(**newest)
        mine.filter(sent_at=None).update(sent_at=at)
        mine.exclude(status="answered").update(status="received")
        mine.update(receipt=receipt[:LONGEST])


def answer(order: Order, facts: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """The step answer_up: kind, granted, reason, new_due. Refused as the step refuses."""
    steps.take(order, "answer_up", actor=actor, at=at, raw=facts)

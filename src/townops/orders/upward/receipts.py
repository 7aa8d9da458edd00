"""A receipt belongs to one message, an answer to what was asked: both are steps of the order (engine.md section 3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from townops.kernel.actors import Actor
from townops.orders import side, steps, store
from townops.orders.models import Order
from townops.orders.write import write


def receive(order: Order, seq: int, receipt: str, *, actor: Actor, at: datetime) -> None:
    """The step receipt_up for the message `seq`: the step alone gives it to the newest one. Refused as the step refuses."""
    loaded = store.load(order)
    first = steps.draft_step(loaded, "receipt_up", actor=actor, at=at, raw={"receipt": receipt})
    write([side.naming(first, seq)], recorded_at=at)


def answer(order: Order, facts: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """The step answer_up: kind, granted, reason, new_due. Refused as the step refuses."""
    steps.take(order, "answer_up", actor=actor, at=at, raw=facts)

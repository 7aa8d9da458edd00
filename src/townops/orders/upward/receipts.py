"""A receipt belongs to one message, an answer to what was asked: both are steps of the order (engine.md section 3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from townops.kernel.actors import Actor
from townops.orders import steps, store
from townops.orders.drafts import Draft
from townops.orders.models import Order
from townops.orders.write import write


def receive(order: Order, seq: int, receipt: str, *, actor: Actor, at: datetime) -> None:
    """The step receipt_up for the message `seq`: the step alone gives it to the newest one. Refused as the step refuses."""
    loaded = store.load(order)
    first = steps.draft_step(loaded, "receipt_up", actor=actor, at=at, raw={"receipt": receipt})
    write([_naming(first, seq)], recorded_at=at)


def _naming(draft: Draft, seq: int) -> Draft:
    """The same with the message it is for under the hash."""
    taken = draft.decision.taken
    taken = replace(taken, facts={**taken.facts, "message_seq": seq})
    return replace(draft, decision=replace(draft.decision, taken=taken))


def answer(order: Order, facts: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """The step answer_up: kind, granted, reason, new_due. Refused as the step refuses."""
    steps.take(order, "answer_up", actor=actor, at=at, raw=facts)

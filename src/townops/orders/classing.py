"""The system gives orders a class where the model is sure and no person was first, and the demand type it infers in any case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from townops.kernel.refusal import Refused
from townops.orders import steps, store, system
from townops.orders.drafts import Draft
from townops.orders.models import Order
from townops.orders.write import write


@dataclass(frozen=True, slots=True)
class Choice:
    """What the system would call an order at a moment: its class ("" leaves it to a person; `confidence` in percent), and its
    demand type where nobody said one.
    """

    order: int
    class_code: str
    confidence: int
    demand_type: str
    at: datetime


def classify(choices: Sequence[Choice], *, recorded_at: datetime) -> set[int]:
    """Call orders nobody filed yet what they seem to be, in one transaction; the ids of those where no person was first."""
    rows = {row.id: row for row in Order.objects.filter(id__in=[one.order for one in choices])}
    loaded = store.load_many([rows[one.order] for one in choices])
    made = [draft for one, order in zip(choices, loaded, strict=True) if (draft := _classing(order, one))]
    if not made:
        return set()
    try:
        write(made, recorded_at=recorded_at)
    except Refused as refused:
        if refused.code != "stale_version":
            raise
        if len(choices) == 1:
            return set()
        return {order for one in choices for order in classify([one], recorded_at=recorded_at)}
    return {draft.decision.after.id for draft in made}


def _classing(loaded: store.Loaded, choice: Choice) -> Draft | None:
    known = loaded.value.demand_type
    said: dict[str, Any] = (
        {"class": choice.class_code, "confidence": choice.confidence} if choice.class_code else {}
    )
    raw = said if known or not choice.demand_type else said | {"demand_type": choice.demand_type}
    if not raw:
        return None
    center = system.actor(loaded.flow.center)
    try:
        return steps.draft_step(loaded, "classify", actor=center, at=choice.at, raw=raw)
    except Refused as refused:
        if refused.code == "step_not_allowed":
            return None
        raise

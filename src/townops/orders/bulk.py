"""One step on many orders: each through the same door as a single one, as its asker, with the version he saw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from townops.base import batches
from townops.base.models import Account, Batch
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import queries, steps
from townops.orders.domain.states import LOOKS
from townops.orders.domain.steps import STEPS
from townops.people import api as people

KIND: Final = "orders.step"
STEPS_IN_BULK: Final = ("dispatch", "remind", "supervise", "merge", "archive")


def take_many(
    account: Account,
    key: str,
    step: str,
    items: Sequence[batches.Item],
    *,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any],
) -> Batch:
    """Ask for a step on each of these orders; at once up to 200, else by a job. The same key is the same batch.

    Refused: step_not_in_bulk, not_permitted (nobody of the person's posts may take it), facts_missing, batch_...
    """
    if step not in STEPS_IN_BULK:
        raise Refused("step_not_in_bulk", step=step)
    if not any(map(actor.holds, STEPS[step].permissions)):
        raise Refused("not_permitted", step=step)
    lacking = [need.name for need in STEPS[step].needs if need.required and not facts.get(need.name)]
    if lacking:
        raise Refused("facts_missing", step=step, facts=lacking)
    return batches.ask(KIND, account, key, {"step": step, "facts": dict(facts)}, items, at=at)


def take_one(asked: batches.Asked, item: batches.Item, at: datetime) -> str:
    """One order of a batch: whoever asked must still be allowed, and the order be as he saw it."""
    actor = people.actor_for(asked.owner, at)
    row = queries.by_number(actor, item.thing)
    step, facts = asked.payload["step"], asked.payload["facts"]
    after = steps.take(row, step, actor=actor, at=at, raw=facts, seq=item.seq)
    holder = people.unit_by_id(after.responsible.unit).name
    return f"{LOOKS[after.state].word}，责任单位{holder}"

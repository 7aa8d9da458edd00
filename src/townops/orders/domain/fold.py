"""Rebuild an order from its events alone; the row must equal it (engine.md sections 2 and 5)."""

from collections.abc import Iterable
from functools import reduce

from townops.orders.domain.born import Birth, born
from townops.orders.domain.evolve import evolve
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Order
from townops.orders.domain.taken import Taken


def fold(flow: Flow, birth: Birth, events: Iterable[Taken]) -> Order:
    """The order after `events` in order of seq; reads steps and facts, never a stored target."""
    return reduce(lambda order, taken: _then(flow, order, taken), events, born(flow, birth))


def _then(flow: Flow, order: Order, taken: Taken) -> Order:
    after = evolve(flow, order, taken)
    outer = after.active("outer")
    if taken.step == "report" and outer and after.outer_due_at is None:
        return after.now(outer_due_at=outer.clock.due_at)
    return after

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
    return reduce(lambda order, taken: evolve(flow, order, taken), events, born(flow, birth))

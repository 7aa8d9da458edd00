"""Rebuild an order from its events alone; the row must equal it (engine.md sections 2 and 5)."""

from collections.abc import Iterable
from itertools import accumulate

from townops.orders.domain.born import Birth, born
from townops.orders.domain.evolve import evolve
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Order
from townops.orders.domain.taken import Taken


def fold(flow: Flow, birth: Birth, events: Iterable[Taken]) -> Order:
    """The order after `events` in order of seq; reads steps and facts, never a stored target."""
    return folds(flow, birth, events)[-1]


def folds(flow: Flow, birth: Birth, events: Iterable[Taken]) -> list[Order]:
    """The order before its first event and after each."""
    first = born(flow, birth)
    return list(accumulate(events, lambda order, taken: evolve(flow, order, taken), initial=first))

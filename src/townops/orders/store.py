"""Reading an order back: its row, its events folded, the head of its chain, the marks that fired."""

from collections.abc import Iterable
from dataclasses import dataclass

from townops.orders import flows, marks, sql
from townops.orders.domain.born import Birth
from townops.orders.domain.codec import load as load_facts
from townops.orders.domain.facts import Place
from townops.orders.domain.flow import Flow
from townops.orders.domain.fold import fold
from townops.orders.domain.order import Order as Value
from townops.orders.domain.taken import Taken
from townops.orders.models import Order, OrderEvent, OrderMark
from townops.orders.proof import FIRST


@dataclass(frozen=True, slots=True)
class Loaded:
    """An order as its events make it, ready for `decide`."""

    row: Order
    value: Value
    flow: Flow
    prev_hash: bytes
    fired: marks.Fired


def load(row: Order) -> Loaded:
    """Fold the events of a row just read; two queries."""
    events = sql.select(OrderEvent, "WHERE order_id = %s ORDER BY seq", [row.id])
    flow = flows.flow(row.flow, row.town_id)
    value = fold(flow, birth_of(row, events), map(taken_of, events))
    fired = frozenset(
        (mark.clock, mark.extensions, mark.percent)
        for mark in sql.select(OrderMark, "WHERE order_id = %s", [row.id])
    )
    return Loaded(row, value, flow, bytes(events[-1].hash) if events else FIRST, fired)


def birth_of(row: Order, events: Iterable[OrderEvent]) -> Birth:
    """What the first event says about how the order began."""
    first = taken_of(next(iter(events)))
    return Birth(
        id=row.id,
        town=row.town_id,
        source=row.source,
        origin=row.origin,
        received_at=first.at_fact("received_at"),
        outer_due_at=first.facts.get("outer_due_at"),  # type: ignore[arg-type]
        place=first.get("area", Place) or Place(None, None),
        asked=(first.unit, first.post),
    )


def taken_of(event: OrderEvent) -> Taken:
    return Taken(
        event.step,
        event.seq,
        event.person,
        event.unit,
        event.post,
        event.rank,
        event.at,
        load_facts(event.body),
    )

"""Reading an order back: its row, its events folded, the head of its chain, the marks that fired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from townops.base import sql
from townops.orders import flows, marks
from townops.orders.domain.born import Birth
from townops.orders.domain.codec import load as load_facts
from townops.orders.domain.facts import Place
from townops.orders.domain.flow import Flow
from townops.orders.domain.fold import folds
from townops.orders.domain.order import Order as Value
from townops.orders.domain.taken import Taken
from townops.orders.models import Order, OrderEvent, OrderMark


@dataclass(frozen=True, slots=True)
class Loaded:
    """An order as its events make it, ready for `decide`; `begun` is its first event."""

    row: Order
    begun: Taken
    value: Value
    flow: Flow
    prev_hash: bytes
    fired: marks.Fired


@dataclass(frozen=True, slots=True)
class Life:
    """An order with everything that happened to it: each step, and the order before the first and after each."""

    loaded: Loaded
    events: Sequence[OrderEvent]
    taken: Sequence[Taken]
    values: Sequence[Value]


def load(row: Order) -> Loaded:
    """Fold the events of a row just read; two queries."""
    return load_many([row])[0]


def life(row: Order) -> Life:
    """The same with every event it was folded from."""
    return lives([row])[0]


def load_many(rows: Sequence[Order]) -> list[Loaded]:
    """The same for many, in their order; two queries for all."""
    return [one.loaded for one in lives(rows)]


def lives(rows: Sequence[Order]) -> list[Life]:
    """The lives of many, in their order; two queries for all."""
    events: dict[int, list[OrderEvent]] = {row.id: [] for row in rows}
    stored: dict[int, list[OrderMark]] = {row.id: [] for row in rows}
    if rows:
        where, ids = f"WHERE order_id IN ({', '.join(['%s'] * len(events))})", list(events)
        for event in sql.select(OrderEvent, f"{where} ORDER BY order_id, seq", ids):
            events[event.order_id].append(event)
        for mark in sql.select(OrderMark, where, ids):
            stored[mark.order_id].append(mark)
    return [live(row, events[row.id], fired_of(stored[row.id])) for row in rows]


def live(row: Order, events: Sequence[OrderEvent], marked: marks.Fired) -> Life:
    """The life of an order from its row, its events in order of seq, and the marks that fired."""
    flow = flows.flow(row.flow, row.town_id)
    taken = [taken_of(event) for event in events]
    values = folds(flow, birth_of(row.id, taken[0]), taken)
    loaded = Loaded(row, taken[0], values[-1], flow, bytes(events[-1].hash), marked)
    return Life(loaded, events, taken, values)


def fired(order: int) -> marks.Fired:
    """The marks of an order that have fired."""
    stored = sql.select(OrderMark, "WHERE order_id = %s", [order])
    return fired_of(stored)


def fired_of(stored: Iterable[OrderMark]) -> marks.Fired:
    return frozenset((mark.clock, mark.extensions, mark.percent) for mark in stored)


def birth_of(order: int, first: Taken) -> Birth:
    """What the first event says about how the order began."""
    return Birth(
        id=order,
        town=first.need("town", int),
        source=first.need("source", str),
        origin=first.need("origin", str),
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

"""Fold against rows: every order's projection and every row beside it must be what its events make them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from townops.kernel.refusal import Refused
from townops.orders import marks, side, store
from townops.orders.domain.decide import Decision
from townops.orders.domain.settle import primary
from townops.orders.domain.taken import Taken
from townops.orders.drafts import Draft
from townops.orders.models import (
    Order,
    OrderClock,
    OrderEvent,
    OrderLink,
    OrderMark,
    OrderScope,
    OrderTask,
    OrderText,
    Precedent,
    Upward,
)
from townops.orders.proof import Break, mark_mac, moment
from townops.orders.reading import by_order
from townops.orders.rows import clock_row, columns, looks, named_scopes, scopes
from townops.orders.upward import checking

BESIDE = {"next_mark_at"}
LATER = {"near_at"}  # a row older than the column has it from its next step on
CLOCK = (
    "no", "name", "round", "amount", "time_unit", "calendar", "started_at", "used", "paused_at", "stopped_at", "due_at",
    "unit", "post", "is_primary",
)  # fmt: skip
PRECEDENT = ("seq", "town", "class_code", "village", "block", "unit", "rung", "decided_at")
NOT_ONE = (Refused, StopIteration, LookupError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Lived:
    """An order's life and the rows stored beside it, by table."""

    life: store.Life
    rows: Mapping[type[Model], Sequence[Model]]

    def values(self, model: type[Model], *names: str) -> list[tuple[object, ...]]:
        return [tuple(getattr(row, name) for name in names) for row in self.rows[model]]


def breaks(orders: Sequence[int]) -> Iterator[Break]:
    """One break per order whose rows are not its fold, naming the first column or table that differs."""
    tables = _tables(orders)
    for order, row in sorted(Order.objects.in_bulk(list(orders)).items()):
        beside = {model: found.get(order, []) for model, found in tables.items()}
        if found := _fault(row, beside):
            yield Break(order, found[0] or row.seq, found[1])


def _fault(row: Order, beside: Mapping[type[Model], Sequence[Model]]) -> tuple[int, str] | None:
    try:
        lived = _lived(row, beside)
        name = _column(lived.life.loaded)
        return (0, f"row_differs:{name}") if name else _beside(lived)
    except NOT_ONE:
        return 0, "cannot_be_folded"  # what is left of its events makes no order


def first_difference(loaded: store.Loaded) -> str:
    """The first column or table of one order that is not its fold."""
    order = loaded.row.id
    beside = {model: found.get(order, []) for model, found in _tables([order]).items()}
    found = _beside(_lived(loaded.row, beside))
    return _column(loaded) or (found[1] if found else "")


def _tables(orders: Sequence[int]) -> dict[type[Model], dict[int, list[Model]]]:
    """Rows beside the orders. Links are under the child: its events tell of them."""
    read: dict[type[Model], dict[int, list[Model]]] = {
        OrderEvent: by_order(OrderEvent, orders, "seq"),
    }
    for model in (OrderMark, OrderClock, OrderTask, OrderScope, Precedent, Upward, OrderText):
        read[model] = by_order(model, orders)
    links: dict[int, list[Model]] = {}
    for link in OrderLink.objects.filter(other__in=orders):
        links.setdefault(link.other, []).append(link)
    return read | {OrderLink: links}


def _lived(row: Order, beside: Mapping[type[Model], Sequence[Model]]) -> Lived:
    fired = store.fired_of(mark for mark in beside[OrderMark] if isinstance(mark, OrderMark))
    events = [event for event in beside[OrderEvent] if isinstance(event, OrderEvent)]
    return Lived(store.live(row, events, fired), beside)


def _column(loaded: store.Loaded) -> str:
    value = loaded.value
    nothing = Taken("", value.seq, 0, 0, None, 0, value.received_at, {})
    stands = Draft(Decision(value, value, nothing, loaded.flow), fired=loaded.fired)
    for name, wanted in columns(stands, looks(stands)).items():
        held = getattr(loaded.row, name)
        if name not in BESIDE and held != wanted and not (name in LATER and held is None):
            return name
    for name in ("number", "external_number"):
        if loaded.begun.word(name) != getattr(loaded.row, name):
            return name
    look = marks.next_look(value, marks.next_by_clock(value, loaded.flow, loaded.fired))
    return "" if loaded.row.next_mark_at == look else "next_mark_at"


def _beside(lived: Lived) -> tuple[int, str] | None:
    """Which of the order's other rows are not what its fold says."""
    for name, differs in TABLES.items():
        if differs(lived):
            return 0, f"row_differs:{name}"
    if found := _marks(lived):
        return found
    messages = [row for row in lived.rows[Upward] if isinstance(row, Upward)]
    texts = [row for row in lived.rows[OrderText] if isinstance(row, OrderText)]
    return checking.first_fault(lived.life, messages, texts)


def _clocks(lived: Lived) -> bool:
    order, flow = lived.life.loaded.value, lived.life.loaded.flow
    leading = primary(order, flow)
    expected = [clock_row(order.id, named, {}, leading) for named in order.clocks]
    stored = lived.values(OrderClock, *CLOCK)
    return _differ(stored, [tuple(getattr(one, name) for name in CLOCK) for one in expected])


def _tasks(lived: Lived) -> bool:
    stored = lived.values(OrderTask, "no", "unit", "round", "done_seq")
    tasks = lived.life.loaded.value.tasks
    return _differ(stored, [(task.no, task.unit, task.round, task.done_seq) for task in tasks])


def _scopes(lived: Lived) -> bool:
    """Every unit ever involved and every village may see it, who reported it for himself, who was asked; nobody else."""
    at = lived.life.loaded.value.received_at
    involved = {scope for value in lived.life.values[1:] for scope in scopes(value)}
    involved |= {scope for taken in lived.life.taken for scope in named_scopes(taken)}
    return _differ(lived.values(OrderScope, "scope", "received_at"), [(scope, at) for scope in involved])


def _links(lived: Lived) -> bool:
    """One to each parent it was ever merged into; the present one is active."""
    parents = dict.fromkeys(value.parent for value in lived.life.values if value.parent)
    now = lived.life.loaded.value.parent
    stored = lived.values(OrderLink, "order_id", "kind", "active")
    return _differ(stored, [(parent, "child", parent == now) for parent in parents])


def _precedents(lived: Lived) -> bool:
    life = lived.life
    steps = zip(life.values, life.values[1:], life.taken, strict=False)
    flow = life.loaded.flow
    made = [one for before, after, taken in steps if (one := side.precedent_of(flow, before, after, taken))]
    stored = lived.values(Precedent, *PRECEDENT)
    return _differ(stored, [tuple(getattr(one, name) for name in PRECEDENT) for one in made])


def _differ(stored: Sequence[tuple[object, ...]], expected: Sequence[tuple[object, ...]]) -> bool:
    return sorted(map(_plain, stored)) != sorted(map(_plain, expected))


def _plain(columns_of: Sequence[object]) -> str:
    return repr([moment(one) if isinstance(one, datetime) else one for one in columns_of])


TABLES: Mapping[str, Callable[[Lived], bool]] = {
    "clocks": _clocks,
    "tasks": _tasks,
    "scopes": _scopes,
    "links": _links,
    "precedents": _precedents,
}


def _marks(lived: Lived) -> tuple[int, str] | None:
    """Marks are no events: each is keyed, and an event says how many had fired before it."""
    stored = [mark for mark in lived.rows[OrderMark] if isinstance(mark, OrderMark)]
    since = "shown" in lived.life.loaded.begun.facts  # an older order may have older marks
    if any((mark.mac or since) and mark.mac != mark_mac(mark) for mark in stored):
        return 0, "mark_edited"
    for taken in lived.life.taken:
        if len(stored) < (taken.get("marks", int) or 0):
            return taken.seq, "mark_removed"
    return None

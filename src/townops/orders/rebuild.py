"""Fold against row: every order's projection must be what its events make it."""

from collections.abc import Iterator

from townops.kernel.refusal import Refused
from townops.orders import marks, store
from townops.orders.domain.decide import Decision
from townops.orders.domain.taken import Taken
from townops.orders.drafts import Draft
from townops.orders.models import Order, OrderClock, OrderScope, OrderTask
from townops.orders.proof import Break
from townops.orders.rows import columns, scopes


def _children_differ(loaded: store.Loaded) -> str:
    """Which of the order's child rows are not what its fold says."""
    order = loaded.value
    clocks = OrderClock.objects.filter(order_id=order.id).values_list("no", "due_at", "stopped_at", "unit")
    if sorted(clocks) != sorted((o.no, o.clock.due_at, o.clock.stopped_at, o.unit) for o in order.clocks):
        return "clocks"
    tasks = OrderTask.objects.filter(order_id=order.id).values_list("no", "unit", "done_seq")
    if sorted(tasks) != sorted((task.no, task.unit, task.done_seq) for task in order.tasks):
        return "tasks"
    held = set(OrderScope.objects.filter(order_id=order.id).values_list("scope", flat=True))
    return "" if scopes(order) <= held else "scopes"


BESIDE = {"next_mark_at"}


def differences() -> Iterator[Break]:
    """One break per order whose row is not its fold, naming the first column that differs.

    A town at work moves between the reading of a row and of its events, so what differs is read once more.
    """
    for row in Order.objects.order_by("id").iterator(chunk_size=500):
        if _fault(row):
            again = Order.objects.filter(id=row.id).first()
            if again is not None and (reason := _fault(again)):
                yield Break(row.id, again.seq, reason)


def _fault(row: Order) -> str:
    try:
        name = first_difference(store.load(row))
    except (Refused, StopIteration, LookupError, ValueError, TypeError, AttributeError):
        return "cannot_be_folded"  # what is left of its events makes no order
    return f"row_differs:{name}" if name else ""


def first_difference(loaded: store.Loaded) -> str:
    value = loaded.value
    nothing = Taken("", value.seq, 0, 0, None, 0, value.received_at, {})
    expected = columns(Draft(Decision(value, value, nothing, loaded.flow), fired=loaded.fired))
    for name, wanted in expected.items():
        if name not in BESIDE and getattr(loaded.row, name) != wanted:
            return name
    for name in ("number", "external_number"):
        if loaded.begun.word(name) != getattr(loaded.row, name):
            return name
    if beside := _children_differ(loaded):
        return beside
    look = marks.next_look(value, marks.next_by_clock(value, loaded.flow, loaded.fired))
    return "" if loaded.row.next_mark_at == look else "next_mark_at"

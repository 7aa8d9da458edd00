"""Fold against row: every order's projection must be what its events make it."""

from collections.abc import Iterator

from townops.orders import marks, store
from townops.orders.domain.decide import Decision
from townops.orders.domain.taken import Taken
from townops.orders.drafts import Draft
from townops.orders.models import Order
from townops.orders.proof import Break
from townops.orders.rows import columns

BESIDE = {"next_mark_at"}


def differences() -> Iterator[Break]:
    """One break per order whose row is not its fold, naming the first column that differs."""
    for row in Order.objects.order_by("id").iterator(chunk_size=500):
        try:
            loaded = store.load(row)
        except (StopIteration, LookupError, ValueError):  # what is left of its events makes no order
            yield Break(row.id, row.seq, "cannot_be_folded")
            continue
        name = first_difference(loaded)
        if name:
            yield Break(row.id, row.seq, f"row_differs:{name}")


def first_difference(loaded: store.Loaded) -> str:
    value = loaded.value
    nothing = Taken("", value.seq, 0, 0, None, 0, value.received_at, {})
    expected = columns(Draft(Decision(value, value, nothing, loaded.flow), fired=loaded.fired))
    for name, wanted in expected.items():
        if name not in BESIDE and getattr(loaded.row, name) != wanted:
            return name
    look = marks.next_look(value, marks.next_by_clock(value, loaded.flow, loaded.fired))
    return "" if loaded.row.next_mark_at == look else "next_mark_at"

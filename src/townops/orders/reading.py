"""Rows of many orders for the checker: read together, kept apart by order, looked at again when they moved meanwhile."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model

from townops.orders.erased import erasures
from townops.orders.models import Order, OrderMark, Upward
from townops.orders.proof import Break

M = TypeVar("M", bound=Model)
CHUNK = 500
TRIES = 20
Look = Callable[[Sequence[int]], Iterable[Break]]


def by_order(model: type[M], orders: Sequence[int], *sort: str) -> dict[int, list[M]]:
    """The rows of a child table, by order."""
    found: dict[int, list[M]] = {}
    for row in model._default_manager.filter(order_id__in=orders).order_by(*sort):
        found.setdefault(row.order_id, []).append(row)  # type: ignore[attr-defined]
    return found


def everywhere(*looks: Look) -> Iterator[Break]:
    """Every order under every look, so many at once."""
    ids = list(Order.objects.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for look in looks:
            for order in sorted({one.order for one in look(chunk)}):
                yield from surely(order, look)


def surely(order: int, look: Look) -> list[Break]:
    """A town at work moves between two readings: what is broken must be so while nothing moved."""
    found: list[Break] = []
    for _ in range(TRIES):
        before = _stamp(order)
        found = list(look([order]))
        if not found or _stamp(order) == before:
            break
    return found


def _stamp(order: int) -> tuple[Any, ...]:
    """What changes with every step, mark, erasure and sending."""
    row = Order.objects.filter(id=order).values_list("seq", "next_mark_at").first()
    sent = list(Upward.objects.filter(order_id=order).order_by("seq").values_list("seq", "status"))
    return row, sent, OrderMark.objects.filter(order_id=order).count(), erasures([order])

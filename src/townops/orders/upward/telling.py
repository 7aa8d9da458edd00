"""Reads what many orders have to say at once: two queries for a page of messages, however many there are."""

from collections.abc import Collection, Iterator, Mapping

from townops.orders.domain.codec import load
from townops.orders.models import OrderEvent, OrderText
from townops.orders.upward.wording import ERASED, TELLING, TEXTS, Telling

Spoken = Mapping[int, list[Telling]]


def tellings(orders: Collection[int]) -> Spoken:
    """The telling events of each order, oldest first, with their texts."""
    texts = _texts(orders)
    found: dict[int, list[Telling]] = {}
    for order, one in _events(orders, texts):
        found.setdefault(order, []).append(one)
    return found


def _events(
    orders: Collection[int], texts: Mapping[tuple[int, int], Mapping[str, str]]
) -> Iterator[tuple[int, Telling]]:
    rows = OrderEvent.objects.filter(order_id__in=orders, step__in=TELLING).order_by("order_id", "seq")
    for order, seq, step, body in rows.values_list("order_id", "seq", "step", "body"):
        yield order, Telling(seq, step, load(body), texts.get((order, seq), {}))


def _texts(orders: Collection[int]) -> dict[tuple[int, int], dict[str, str]]:
    found: dict[tuple[int, int], dict[str, str]] = {}
    rows = OrderText.objects.filter(order_id__in=orders, name__in=TEXTS)
    for order, seq, name, text, erased in rows.values_list("order_id", "seq", "name", "text", "erased_at"):
        found.setdefault((order, seq), {})[name] = ERASED if erased else text
    return found

"""Public numbers, outer references and whatever has an order's id, against the orders they point to."""

from collections.abc import Iterator

from django.db import connection

from townops.kernel.outernumbers import comparable
from townops.orders.models import (
    NumberSeries,
    OrderClock,
    OrderContact,
    OrderFile,
    OrderLink,
    OrderMark,
    OrderNumber,
    OrderReference,
    OrderScope,
    OrderTask,
    OrderText,
    Precedent,
    Upward,
)
from townops.orders.proof import Break

CHILDREN = (
    OrderClock, OrderContact, OrderFile, OrderLink, OrderMark, OrderScope, OrderTask, OrderText, Precedent, Upward,
)  # fmt: skip
PREFIX = 5  # yyMM and the letter of the source
FAULTS = {
    "number_removed": """SELECT o.id FROM orders_order o LEFT JOIN orders_ordernumber n
 ON n.number = o.number AND n.order_id = o.id WHERE n.order_id IS NULL ORDER BY 1""",
    "number_inserted": """SELECT n.order_id FROM orders_ordernumber n LEFT JOIN orders_order o
 ON o.id = n.order_id AND o.number = n.number WHERE o.id IS NULL ORDER BY 1""",
    "reference_removed": """SELECT o.id FROM orders_order o LEFT JOIN orders_orderreference r ON r.town = o.town_id
 AND r.external_number = o.external_number AND r.source = o.source AND r.order_id = o.id
 WHERE o.external_number <> '' AND r.order_id IS NULL AND NOT EXISTS (SELECT 1 FROM orders_orderreference s
 WHERE s.order_id = o.id AND NOT s.stated = '' AND s.stated = o.external_number AND s.source = o.source
 AND s.town = o.town_id) ORDER BY 1""",
    "reference_inserted": """SELECT r.order_id FROM orders_orderreference r LEFT JOIN orders_order o
 ON o.id = r.order_id AND o.external_number = CASE WHEN r.stated = '' THEN r.external_number ELSE r.stated END
 AND o.source = r.source AND o.town_id = r.town
 WHERE o.id IS NULL ORDER BY 1""",
}


def breaks() -> Iterator[Break]:
    """Orders without their number or reference, and rows of any table whose order is not theirs."""
    for reason, statement in FAULTS.items():
        yield from _orders(statement, reason)
    for model in CHILDREN:
        table = model._meta.db_table
        statement = f"""SELECT DISTINCT c.order_id FROM {table} c LEFT JOIN orders_order o ON o.id = c.order_id
 WHERE o.id IS NULL ORDER BY 1"""  # noqa: S608
        yield from _orders(statement, f"without_order:{model.__name__}")
    yield from _spelt()
    yield from _series()


def _spelt() -> Iterator[Break]:
    """A reference under another number than the one that was stated."""
    strange = OrderReference.objects.exclude(stated="").order_by("order_id")
    rows = strange.values_list("order_id", "external_number", "stated")
    for order, number, stated in rows.iterator(chunk_size=5000):
        if number != comparable(stated):
            yield Break(order, 0, "reference_inserted")


def _orders(statement: str, reason: str) -> Iterator[Break]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    for (order,) in found:
        yield Break(int(order), 0, reason)


def _series() -> Iterator[Break]:
    """A series that is not past its highest number would give numbers twice. Gaps are harmless."""
    highest: dict[str, int] = {}
    for number in OrderNumber.objects.values_list("number", flat=True).iterator(chunk_size=5000):
        prefix, running = number[:PREFIX], number[PREFIX:]
        if running.isdecimal():
            highest[prefix] = max(highest.get(prefix, 0), int(running))
    following = dict(NumberSeries.objects.values_list("prefix", "next"))
    for prefix in sorted(highest):
        if following.get(prefix, 1) <= highest[prefix]:
            yield Break(0, 0, f"series_behind:{prefix}")

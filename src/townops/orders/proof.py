"""The chain of an order: what is hashed, how it is sealed, and the checker that finds every break (engine.md section 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from townops.base import crypto, seals
from townops.base.canonical import dump
from townops.base.db import write
from townops.orders.models import Order, OrderContact, OrderEvent, OrderLeaf, OrderMark

Stored = bytes | memoryview  # PostgreSQL hands bytes out as a view
CHAIN = "orders"
FIRST = bytes(32)
SEAL_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Break:
    """Where the proof fails first: order id, seq (0 = the whole order), reason."""

    order: int
    seq: int
    reason: str


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(event: OrderEvent) -> bytes:
    """SM3 over every stored column of the event and the hash before it."""
    columns = (
        event.order_id, event.seq, event.step, event.person, event.unit, event.post, event.rank, event.from_unit,
        event.to_unit, event.state, moment(event.at), moment(event.recorded_at), event.body,
    )  # fmt: skip
    return crypto.sm3("\x1f".join(map(str, columns)).encode() + bytes(event.prev))


def leaf_hash(event_hash: Stored) -> bytes:
    """Keyed outside the database, so an event put in by hand is found before it is ever sealed."""
    return crypto.hmac(bytes(event_hash))


def text_digest(salt: bytes, text: str) -> str:
    return crypto.sm3(salt + text.encode()).hex()


def shown_text(title: str, place_text: str) -> str:
    """What the row shows of the report, as it is under its digest."""
    return dump([title, place_text])


def point_text(lng: float | None, lat: float | None) -> str:
    """The point as it is under its digest; -0.0 is 0.0, as SQLite keeps it."""
    return dump([None if one is None else float(one) + 0.0 for one in (lng, lat)])


def contact_digest(contact: OrderContact | None) -> str:
    """SM3 over the stored bytes of a contact: sealed, so that whoever reads the database cannot guess what they say."""
    if contact is None:
        return crypto.sm3(b"").hex()
    parts = (bytes(contact.name).hex(), bytes(contact.phone).hex(), contact.phone_hash)
    return crypto.sm3(bytes(contact.salt) + "\x1f".join(parts).encode()).hex()


def files_digest(files: Mapping[int, str]) -> str:
    """SM3 over the numbers and digests of an event's files: a row that points to other bytes is noticed."""
    return crypto.sm3("\n".join(f"{number} {files[number]}" for number in sorted(files)).encode()).hex()


def mark_mac(mark: OrderMark) -> str:
    """Keyed outside the database: marks are no events, yet nobody writes or edits one by hand."""
    columns = (
        mark.order_id,
        mark.clock,
        mark.extensions,
        mark.percent,
        moment(mark.due_at),
        moment(mark.fired_at),
    )
    return crypto.hmac("\x1f".join(map(str, ("mark", *columns))).encode()).hex()


def seal(at: datetime) -> int:
    """Seal every unsealed leaf now; returns how many. Also called when nothing is new, so that silence is sealed too."""
    with write():
        seals.one_at_a_time(CHAIN)
        rows = list(OrderLeaf.objects.filter(seal__isnull=True).order_by("order_id", "seq")[:SEAL_MOST])
        if not rows:
            return 0
        made = seals.seal(CHAIN, [_leaf(row.order_id, row.seq, row.hash) for row in rows], at)
        _mark([(row.order_id, row.seq) for row in rows], made.number)
    return len(rows)


def _mark(keys: list[tuple[int, int]], number: int) -> None:
    table = OrderLeaf._meta.db_table
    with connection.cursor() as cursor:
        sql = f"UPDATE {table} SET seal = %s WHERE order_id = %s AND seq = %s"  # noqa: S608
        cursor.executemany(sql, [(number, *key) for key in keys])


def _leaf(order: int, seq: int, digest_bytes: Stored) -> bytes:
    return order.to_bytes(8, "big") + seq.to_bytes(4, "big") + bytes(digest_bytes)


def _leaves_of(number: int) -> list[bytes]:
    rows = OrderLeaf.objects.filter(seal=number).order_by("order_id", "seq")
    return [_leaf(row.order_id, row.seq, row.hash) for row in rows.iterator()]


def breaks() -> Iterator[Break]:
    """Every break, seals first, then each order's chain against its leaves and its row."""
    for fault in seals.verify_seals(CHAIN, _leaves_of):
        yield Break(0, fault.number, f"seal:{fault.reason}")
    yield from _missing_events()
    yield from _chains()


def _missing_events() -> Iterator[Break]:
    """Leaves whose event, and orders whose row, are gone; events that no leaf knows."""
    yield from _pairs(_WITHOUT_EVENT, "event_removed")
    yield from _pairs(_WITHOUT_LEAF, "event_inserted")
    yield from _pairs(_WITHOUT_ROW, "order_removed")


_WITHOUT_EVENT = """SELECT l.order_id, l.seq FROM orders_orderleaf l LEFT JOIN orders_orderevent e
 ON e.order_id = l.order_id AND e.seq = l.seq WHERE e.seq IS NULL ORDER BY 1, 2"""
_WITHOUT_LEAF = """SELECT e.order_id, e.seq FROM orders_orderevent e LEFT JOIN orders_orderleaf l
 ON e.order_id = l.order_id AND e.seq = l.seq WHERE l.seq IS NULL ORDER BY 1, 2"""
_WITHOUT_ROW = """SELECT l.order_id, 0 FROM orders_orderleaf l LEFT JOIN orders_order o ON o.id = l.order_id
 WHERE o.id IS NULL AND l.seq = 1 ORDER BY 1"""


def _pairs(sql: str, reason: str) -> Iterator[Break]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    for order, seq in rows:
        yield Break(int(order), int(seq), reason)


def _chains() -> Iterator[Break]:
    """Walk every event in order; report the first break of each order."""
    heads = dict(Order.objects.values_list("id", "seq"))
    leaves = _in_step(OrderLeaf.objects.order_by("order_id", "seq").iterator(chunk_size=5000))
    order, prev, seq, broken = 0, FIRST, 0, False
    for event in OrderEvent.objects.order_by("order_id", "seq").iterator(chunk_size=5000):
        if event.order_id != order:
            yield from _head(heads, order, seq, broken=broken)
            order, prev, seq, broken = event.order_id, FIRST, 0, False
        if not broken and (reason := _fault(event, prev, seq, leaves)):
            broken = True
            yield Break(event.order_id, event.seq, reason)
        prev, seq = bytes(event.hash), event.seq
    yield from _head(heads, order, seq, broken=broken)


def _head(heads: dict[int, int], order: int, seq: int, *, broken: bool) -> Iterator[Break]:
    if order and not broken and heads.get(order) != seq and not _agree_by_now(order):
        yield Break(order, seq, "row_ahead_or_behind")


def _agree_by_now(order: int) -> bool:
    """A town at work moves between two readings: look once more, row after events."""
    last = OrderEvent.objects.filter(order_id=order).order_by("-seq").values_list("seq", flat=True).first()
    return Order.objects.filter(id=order, seq=last or 0).exists()


class _in_step:
    """Leaves in the order of events, looked up without a query each."""

    def __init__(self, rows: Iterator[OrderLeaf]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def hash_of(self, order: int, seq: int) -> bytes | None:
        while self._next and (self._next.order_id, self._next.seq) < (order, seq):
            self._next = next(self._rows, None)
        here = self._next
        return bytes(here.hash) if here and (here.order_id, here.seq) == (order, seq) else None


def _fault(event: OrderEvent, prev: bytes, seq: int, leaves: _in_step) -> str:
    if event.seq != seq + 1:
        return "seq_gap"
    if bytes(event.prev) != prev:
        return "chain_broken"
    if digest(event) != bytes(event.hash):
        return "event_edited"
    leaf = leaves.hash_of(event.order_id, event.seq)
    if leaf is not None and leaf != leaf_hash(event.hash):
        return "chain_recomputed"
    return ""

"""The one writer of orders: decisions in, rows, events, clocks, scopes, leaves and news out, in one transaction.

A conditional update on (id, seq) decides who was first; the second is refused as stale and nothing of his batch is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from townops.base import outbox
from townops.base.db import write as transaction
from townops.kernel.refusal import Refused
from townops.orders import rows
from townops.orders.domain import order as domain
from townops.orders.domain.codec import dump
from townops.orders.domain.decide import Decision
from townops.orders.drafts import Draft, contact_row, text_rows
from townops.orders.models import (
    Order,
    OrderClock,
    OrderContact,
    OrderEvent,
    OrderFile,
    OrderLeaf,
    OrderNumber,
    OrderReference,
    OrderScope,
    OrderTask,
    OrderText,
)
from townops.orders.proof import digest, leaf_hash
from townops.orders.side import side_rows

CLOCK_FIELDS = [
    "name",
    "round",
    "amount",
    "time_unit",
    "calendar",
    "started_at",
    "used",
    "paused_at",
    "stopped_at",
    "due_at",
    "next_mark_at",
    "unit",
    "post",
    "is_primary",
]


@dataclass(frozen=True, slots=True)
class Written:
    """Orders after each draft, and the head of each order's chain."""

    orders: tuple[domain.Order, ...]
    heads: Mapping[int, bytes]


def write(drafts: Sequence[Draft], *, recorded_at: datetime) -> Written:
    """Commit the decisions, all or none; several of one order follow each other. Refused("stale_version")."""
    chained = _chained(drafts, recorded_at)
    with transaction():
        _projections(drafts)
        OrderEvent.objects.bulk_create([event for event, _ in chained])
        OrderLeaf.objects.bulk_create([leaf for _, leaf in chained])
        _children(drafts)
        _scopes(drafts)
        side_rows(drafts, recorded_at)
        _news(drafts, recorded_at)
    heads = {event.order_id: bytes(event.hash) for event, _ in chained}
    return Written(tuple(draft.decision.after for draft in drafts), heads)


def _chained(drafts: Sequence[Draft], recorded_at: datetime) -> list[tuple[OrderEvent, OrderLeaf]]:
    made: list[tuple[OrderEvent, OrderLeaf]] = []
    heads: dict[int, bytes] = {}
    for draft in drafts:
        order = draft.decision.after.id
        event = _event(draft.decision, recorded_at, heads.get(order, draft.prev_hash))
        heads[order] = bytes(event.hash)
        made.append((event, OrderLeaf(order_id=order, seq=event.seq, hash=leaf_hash(event.hash))))
    return made


def _event(decision: Decision, recorded_at: datetime, prev: bytes) -> OrderEvent:
    taken, before, after = decision.taken, decision.before, decision.after
    event = OrderEvent(
        order_id=after.id,
        seq=after.seq,
        step=taken.step,
        person=taken.person,
        unit=taken.unit,
        post=taken.post,
        rank=taken.rank,
        from_unit=before.responsible.unit,
        to_unit=after.responsible.unit,
        state=after.state.value,
        at=taken.at,
        recorded_at=recorded_at,
        body=dump(taken.facts),
        prev=prev,
    )
    event.hash = digest(event)
    return event


def _projections(drafts: Sequence[Draft]) -> None:
    fresh: dict[int, Order] = {}
    first, last = _ends(drafts)
    for order, draft in last.items():
        columns = rows.columns(draft) | _merged(drafts, order)
        if first[order].decision.before.seq == 0:
            fresh[order] = Order(id=order, **columns)
        else:
            _update(first[order].decision.before, columns)
    Order.objects.bulk_create(fresh.values())
    OrderNumber.objects.bulk_create(OrderNumber(number=row.number, order_id=row.id) for row in fresh.values())
    OrderReference.objects.bulk_create(
        OrderReference(
            town=row.town_id, source=row.source, external_number=row.external_number, order_id=row.id
        )
        for row in fresh.values()
        if row.external_number
    )


def _ends(drafts: Sequence[Draft]) -> tuple[dict[int, Draft], dict[int, Draft]]:
    first: dict[int, Draft] = {}
    last: dict[int, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.decision.after.id, draft)
        last[draft.decision.after.id] = draft
    return first, last


def _merged(drafts: Iterable[Draft], order: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for draft in drafts:
        if draft.decision.after.id == order:
            found |= draft.columns
    return found


def _update(before: domain.Order, columns: dict[str, object]) -> None:
    """Only who still sees the seq he decided on may write."""
    changed = Order.objects.filter(id=before.id, seq=before.seq).update(**columns)
    if changed != 1:
        raise Refused("stale_version", seq=before.seq)


def _children(drafts: Sequence[Draft]) -> None:
    _, last = _ends(drafts)
    first, _ = _ends(drafts)
    clocks = [row for order, draft in last.items() for row in rows.clock_rows(first[order], draft)]
    _upsert_clocks(clocks)
    tasks = [row for order, draft in last.items() for row in rows.task_rows(first[order], draft)]
    if tasks:
        OrderTask.objects.bulk_create(
            tasks, update_conflicts=True, update_fields=["done_seq"], unique_fields=["order_id", "no"]
        )
    OrderText.objects.bulk_create([row for draft in drafts for row in text_rows(draft)])
    OrderContact.objects.bulk_create([row for draft in drafts if (row := contact_row(draft))])
    OrderFile.objects.bulk_create(
        OrderFile(
            order_id=draft.decision.after.id, seq=draft.decision.after.seq, name=name, attachment=attachment
        )
        for draft in drafts
        for name, attachment in draft.files
    )


def _upsert_clocks(clocks: list[OrderClock]) -> None:
    if clocks:
        OrderClock.objects.bulk_create(
            clocks, update_conflicts=True, update_fields=CLOCK_FIELDS, unique_fields=["order_id", "no"]
        )


def _scopes(drafts: Sequence[Draft]) -> None:
    fresh = {
        (scope, draft.decision.after.received_at, draft.decision.after.id)
        for draft in drafts
        for scope in rows.new_scopes(draft.decision)
    }
    OrderScope.objects.bulk_create(
        [OrderScope(scope=scope, received_at=at, order_id=order) for scope, at, order in sorted(fresh)],
        ignore_conflicts=True,
    )


def _news(drafts: Sequence[Draft], recorded_at: datetime) -> None:
    for draft in drafts:
        after, taken = draft.decision.after, draft.decision.taken
        topic = "orders.created" if taken.step == "report" else "orders.stepped"
        body = {"order": after.id, "seq": after.seq, "step": taken.step, "origin": after.origin}
        outbox.publish(topic, after.id, body, recorded_at)

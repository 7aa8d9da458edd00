"""The one writer of orders: decisions in, rows, events, clocks, scopes, leaves and news out, in one transaction.

A conditional update on (id, seq) decides who was first; the second is refused as stale and nothing of his batch is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model

from townops.base import outbox, sql
from townops.base.db import write as transaction
from townops.kernel.refusal import Refused
from townops.orders import rows
from townops.orders.domain import order as domain
from townops.orders.domain.codec import dump
from townops.orders.domain.decide import Decision
from townops.orders.drafts import Draft, contact_row, text_rows
from townops.orders.models import (
    Order,
    OrderEvent,
    OrderFile,
    OrderLeaf,
    OrderNumber,
    OrderReference,
    OrderScope,
)
from townops.orders.proof import digest, leaf_hash
from townops.orders.side import side_rows

CLOCK_FIELDS = (
    "name", "round", "amount", "time_unit", "calendar", "started_at", "used", "paused_at", "stopped_at", "due_at",
    "next_mark_at", "unit", "post", "is_primary",
)  # fmt: skip
NEW_CLOCK = sql.overwrite("order_id, no", CLOCK_FIELDS)
NEW_TASK = sql.overwrite("order_id, no", ["done_seq"])

PAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Written:
    """Orders after each draft, and the head of each order's chain."""

    orders: tuple[domain.Order, ...]
    heads: Mapping[int, bytes]


def write(drafts: Sequence[Draft], *, recorded_at: datetime, beside: Sequence[Model] = ()) -> Written:
    """Commit the decisions, all or none; several of one order follow each other. Refused("stale_version").

    `beside`: rows of one model of another context that stand or fall with them.
    """
    chained = _chained(drafts, recorded_at)
    with transaction():
        _projections(drafts)
        sql.insert([event for event, _ in chained])
        sql.insert([leaf for _, leaf in chained])
        _children(drafts)
        _scopes(drafts)
        side_rows(drafts, recorded_at)
        _news(drafts, recorded_at)
        sql.insert(beside)
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
    beside = _beside(drafts)
    for order, draft in sorted(last.items()):  # in one order, so that two batches never wait for each other
        columns = rows.columns(draft) | beside[order]
        if first[order].decision.before.seq == 0:
            fresh[order] = Order(id=order, **columns)
        else:
            _update(first[order].decision.before, columns)
    _insert(list(fresh.values()))


def _insert(fresh: Sequence[Order]) -> None:
    """New orders with their public numbers and outer references."""
    sql.insert(fresh)
    sql.insert([OrderNumber(number=row.number, order_id=row.id) for row in fresh])
    sql.insert(
        [
            OrderReference(
                town=row.town_id, source=row.source, external_number=row.external_number, order_id=row.id
            )
            for row in fresh
            if row.external_number
        ]
    )


def _ends(drafts: Sequence[Draft]) -> tuple[dict[int, Draft], dict[int, Draft]]:
    first: dict[int, Draft] = {}
    last: dict[int, Draft] = {}
    for draft in drafts:
        order, seq = draft.decision.after.id, draft.decision.before.seq
        if order in last and last[order].decision.after.seq != seq:
            raise Refused("stale_version", seq=seq)
        first.setdefault(order, draft)
        last[order] = draft
    return first, last


def _beside(drafts: Iterable[Draft]) -> dict[int, dict[str, object]]:
    """The columns that are not of the rules, by order; of several drafts the later one counts."""
    found: dict[int, dict[str, object]] = {}
    for draft in drafts:
        found.setdefault(draft.decision.after.id, {}).update(draft.columns)
    return found


def _update(before: domain.Order, columns: Mapping[str, object]) -> None:
    """Only who still sees the seq he decided on may write. What stays as it was is not written: its indexes rest."""
    was = rows.lasting(before)
    moved = {name: value for name, value in columns.items() if name not in was or was[name] != value}
    if sql.change(Order, moved, "WHERE id = %s AND seq = %s", [before.id, before.seq]) != 1:
        raise Refused("stale_version", seq=before.seq)


def _children(drafts: Sequence[Draft]) -> None:
    first, last = _ends(drafts)
    both = [(first[order], draft) for order, draft in last.items()]
    sql.insert([row for ends in both for row in rows.clock_rows(*ends)], conflict=NEW_CLOCK)
    sql.insert([row for ends in both for row in rows.task_rows(*ends)], conflict=NEW_TASK)
    sql.insert([row for draft in drafts for row in text_rows(draft)])
    sql.insert([row for draft in drafts if (row := contact_row(draft))])
    sql.insert(
        [
            OrderFile(
                order_id=draft.decision.after.id,
                seq=draft.decision.after.seq,
                name=name,
                attachment=attachment,
            )
            for draft in drafts
            for name, attachment in draft.files
        ]
    )


def _scopes(drafts: Sequence[Draft]) -> None:
    """Rows of a scope are in the order of receipt: with a later round all of an order move."""
    for draft in drafts:
        before, after = draft.decision.before, draft.decision.after
        if before.seq and before.received_at != after.received_at:
            sql.change(OrderScope, {"received_at": after.received_at}, "WHERE order_id = %s", [after.id])
    fresh = {
        (scope, draft.decision.after.received_at, draft.decision.after.id)
        for draft in drafts
        for scope in rows.new_scopes(draft.decision)
    }
    sql.insert(
        [OrderScope(scope=scope, received_at=at, order_id=order) for scope, at, order in sorted(fresh)],
        conflict="DO NOTHING",
    )


def _news(drafts: Sequence[Draft], recorded_at: datetime) -> None:
    outbox.publish_many([_told(draft) for draft in drafts if not _long_ago(draft, recorded_at)], recorded_at)


def _long_ago(draft: Draft, recorded_at: datetime) -> bool:
    """The demo's simulated past is nobody's news."""
    decision = draft.decision
    return decision.after.origin == "demo" and decision.taken.at < recorded_at - PAST


def _told(draft: Draft) -> outbox.News:
    after, taken = draft.decision.after, draft.decision.taken
    topic = "orders.created" if taken.step == "report" else "orders.stepped"
    body = {"order": after.id, "seq": after.seq, "step": taken.step, "origin": after.origin}
    return topic, after.id, body

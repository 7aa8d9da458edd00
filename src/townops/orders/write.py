"""The one writer of orders: decisions in, rows, events, clocks, scopes, leaves and news out, in one transaction.

A conditional update on (id, seq) decides who was first; the second is refused as stale and nothing of his batch is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Model

from townops.base import attachments, outbox, sql
from townops.base.db import write as transaction
from townops.base.models import Attachment
from townops.kernel.outernumbers import comparable
from townops.kernel.refusal import Refused
from townops.orders import marks, rows, store
from townops.orders.domain import order as domain
from townops.orders.domain.codec import dump
from townops.orders.domain.decide import Decision
from townops.orders.domain.facts import Digest, Facts
from townops.orders.drafts import Draft, text_rows
from townops.orders.models import (
    Order,
    OrderEvent,
    OrderFile,
    OrderLeaf,
    OrderNumber,
    OrderReference,
    OrderScope,
)
from townops.orders.proof import digest, files_digest, leaf_hash
from townops.orders.side import naming_own, side_rows

CLOCK_FIELDS = (
    "name", "round", "amount", "time_unit", "calendar", "started_at", "used", "paused_at", "stopped_at", "due_at",
    "next_mark_at", "unit", "post", "is_primary",
)  # fmt: skip
NEW_CLOCK = sql.overwrite("order_id, no", CLOCK_FIELDS)
NEW_TASK = sql.overwrite("order_id, no", ["unit", "done_seq"])

PAST = timedelta(hours=1)
Ends = dict[int, tuple[Draft, Draft]]


@dataclass(frozen=True, slots=True)
class Written:
    """Orders after each draft, and the head of each order's chain."""

    orders: tuple[domain.Order, ...]
    heads: Mapping[int, bytes]


def write(drafts: Sequence[Draft], *, recorded_at: datetime, beside: Sequence[Model] = ()) -> Written:
    """Commit the decisions, all or none; several of one order follow each other. Refused("stale_version").

    `beside`: rows of one model of another context that stand or fall with them.
    """
    drafts = naming_own(drafts)
    chained = _chained(drafts, recorded_at)
    with transaction():
        ends = _ends(drafts)
        looks = {order: rows.looks(last) for order, (_, last) in ends.items()}
        _projections(drafts, ends, looks)
        sql.insert([event for event, _ in chained])
        sql.insert([leaf for _, leaf in chained])
        _children(drafts, ends, looks)
        _scopes(drafts)
        side_rows(drafts, recorded_at)
        _news(drafts, recorded_at)
        sql.insert(beside)
    heads = {event.order_id: bytes(event.hash) for event, _ in chained}
    return Written(tuple(draft.decision.after for draft in drafts), heads)


def _chained(drafts: Sequence[Draft], recorded_at: datetime) -> list[tuple[OrderEvent, OrderLeaf]]:
    made: list[tuple[OrderEvent, OrderLeaf]] = []
    heads: dict[int, bytes] = {}
    stored = attachments.by_ids(number for draft in drafts for _, number in draft.files)
    for draft in drafts:
        order = draft.decision.after.id
        facts = _with_files(draft, stored)
        event = _event(draft.decision, facts, recorded_at, heads.get(order, draft.prev_hash))
        heads[order] = bytes(event.hash)
        made.append((event, sql.fresh(OrderLeaf, order_id=order, seq=event.seq, hash=leaf_hash(event.hash))))
    return made


def _with_files(draft: Draft, stored: Mapping[int, Attachment]) -> Facts:
    """The facts of the event, and of which bytes its files were."""
    facts = draft.decision.taken.facts
    files = {number: stored[number].sm3 for _, number in draft.files}
    return {**facts, "files": Digest(files_digest(files))} if files else facts


def _event(decision: Decision, facts: Facts, recorded_at: datetime, prev: bytes) -> OrderEvent:
    taken, before, after = decision.taken, decision.before, decision.after
    event = sql.fresh(
        OrderEvent,
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
        body=dump(facts),
        prev=prev,
    )
    event.hash = digest(event)
    return event


def _projections(drafts: Sequence[Draft], ends: Ends, looks: Mapping[int, rows.Looks]) -> None:
    fresh: list[Order] = []
    beside = _beside(drafts)
    for order, (first, last) in sorted(ends.items()):  # in one order: two batches never wait for each other
        columns = rows.columns(last, looks[order]) | beside[order]
        if first.decision.before.seq == 0:
            fresh.append(sql.fresh(Order, id=order, **columns))
        else:
            _update(first, last, columns)
    _insert(fresh)


def _insert(fresh: Sequence[Order]) -> None:
    """New orders with their public numbers and outer references."""
    sql.insert(fresh)
    sql.insert([sql.fresh(OrderNumber, number=row.number, order_id=row.id) for row in fresh])
    sql.insert([_reference(row) for row in fresh if row.external_number])


def _reference(row: Order) -> OrderReference:
    """Under the number's comparable spelling, with the stated one where it is another."""
    stated, number = row.external_number, comparable(row.external_number)
    return sql.fresh(
        OrderReference,
        town=row.town_id,
        source=row.source,
        external_number=number,
        stated="" if stated == number else stated,
        order_id=row.id,
    )


def _ends(drafts: Sequence[Draft]) -> Ends:
    """The first and the last draft of each order; Refused("stale_version") where one does not follow the other."""
    found: Ends = {}
    for draft in drafts:
        order, seq = draft.decision.after.id, draft.decision.before.seq
        first, last = found.get(order, (draft, None))
        if last and last.decision.after.seq != seq:
            raise Refused("stale_version", seq=seq)
        found[order] = first, draft
    return found


def _beside(drafts: Iterable[Draft]) -> dict[int, dict[str, object]]:
    """The columns that are not of the rules, by order; of several drafts the later one counts."""
    found: dict[int, dict[str, object]] = {}
    for draft in drafts:
        found.setdefault(draft.decision.after.id, {}).update(draft.columns)
    return found


def _update(first: Draft, last: Draft, columns: dict[str, object]) -> None:
    """Only who still sees the seq he decided on may write; a mark that fired since moved the next look, not the seq."""
    before, seen = first.decision.before, "WHERE id = %s AND seq = %s"
    place = [before.id, before.seq]
    same_look = f"{seen} AND next_mark_at IS NOT DISTINCT FROM %s"
    if sql.change(Order, _moved(before, columns), same_look, [*place, first.look]) == 1:
        return
    again = replace(last, fired=last.fired | _fired_meanwhile(before))
    columns = columns | rows.columns(again, rows.looks(again))
    if sql.change(Order, _moved(before, columns), seen, place) != 1:
        raise Refused("stale_version", seq=before.seq)


def _moved(before: domain.Order, columns: Mapping[str, object]) -> dict[str, object]:
    """What stays as it was is not written: its indexes rest."""
    was = rows.lasting(before)
    return {name: value for name, value in columns.items() if name not in was or was[name] != value}


def _fired_meanwhile(before: domain.Order) -> marks.Fired:
    """The marks of an order that nobody else moves from here on."""
    if Order.objects.select_for_update().filter(id=before.id, seq=before.seq).first() is None:
        raise Refused("stale_version", seq=before.seq)
    return store.fired(before.id)


def _children(drafts: Sequence[Draft], ends: Ends, looks: Mapping[int, rows.Looks]) -> None:
    clocks = [row for order, both in ends.items() for row in rows.clock_rows(*both, looks[order])]
    sql.insert(clocks, conflict=NEW_CLOCK)
    sql.insert([row for both in ends.values() for row in rows.task_rows(*both)], conflict=NEW_TASK)
    sql.insert([row for draft in drafts for row in text_rows(draft)])
    sql.insert([draft.contact for draft in drafts if draft.contact])
    sql.insert(
        [
            sql.fresh(
                OrderFile,
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
        for scope in _seen_by(draft)
    }
    sql.insert(
        [
            sql.fresh(OrderScope, scope=scope, received_at=at, order_id=order)
            for scope, at, order in sorted(fresh)
        ],
        conflict="DO NOTHING",
    )


def _seen_by(draft: Draft) -> set[int]:
    return rows.new_scopes(draft.decision) | rows.named_scopes(draft.decision.taken)


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

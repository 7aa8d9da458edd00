"""Messages that leave by themselves: found by a job, claimed, carried by the source's adapter, receipted by a step (X0).

Claimed by a conditional update, so a file a clerk makes at the same moment never takes the same message. Orders of the
demo and of history stay at home.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from townops.base import jobs, journal
from townops.base.canonical import dump
from townops.base.db import write
from townops.base.models import Job
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders import flows, queries
from townops.orders.models import Order, Upward
from townops.orders.upward.adapters import Receipt, adapter_for, carried
from townops.orders.upward.messages import TASK, UPWARD, Message, gather, message_row, payload_of, towns_of
from townops.orders.upward.receipts import receive
from townops.orders.upward.sending import release_stale

AT_ONCE = 200


def sweep(at: datetime) -> int:
    """Ask for the sending of what is unsent and has an adapter, once each; returns how many."""
    release_stale(at)
    sources = carried([code for code, _ in flows.sources()], at)
    if not sources:
        return 0
    asked = set(Job.objects.filter(name=TASK).values_list("payload", flat=True))
    fresh = [one for one in ready(sources) if dump(payload_of(*one)) not in asked][:AT_ONCE]
    with write():
        for order, seq in fresh:
            jobs.enqueue(TASK, payload_of(order, seq), run_at=at)
    return len(fresh)


def send(order: int, seq: int, at: datetime) -> None:
    """Carry one message. Whatever the adapter raises is raised, and the message waits again."""
    mine = Upward.objects.filter(order_id=order, seq=seq)
    row = mine.first()
    carry = adapter_for(row.source, at) if row else None
    if row is None or carry is None or not mine.filter(status="ready").update(status="sending"):
        return
    message = gather([row], at=at)[0]
    receipt: Receipt | None = None
    try:
        receipt = carry(message)
    finally:
        if receipt is None:
            mine.filter(status="sending").update(status="ready")
    _sent(message, receipt, at)


def retry(actor: Actor, number: str, seq: int, *, at: datetime) -> None:
    """Try again what an adapter gave up. Refused: not_permitted, order_unknown, message_unknown, nothing_given_up."""
    towns_of(actor)
    order = queries.by_number(actor, number)
    row = message_row(order, seq)
    payload = dump(payload_of(order.id, row.seq))
    given_up = Job.objects.filter(name=TASK, payload=payload, state=Job.State.DEAD)
    job = given_up.values_list("pk", flat=True).first()
    if job is None or not jobs.revive(job, at=at):
        raise Refused("nothing_given_up", number=number)


def ready(sources: Iterable[str]) -> QuerySet[Upward, tuple[int, int]]:
    """(order, seq) of what waits to be carried, oldest first."""
    live = Order.objects.filter(Q(origin="live") | Q(adopted=True), id=OuterRef("order_id"))
    rows = Upward.objects.filter(Exists(live), source__in=list(sources), status="ready")
    return rows.order_by("made_at", "order_id", "seq").values_list("order_id", "seq")


def _sent(message: Message, receipt: Receipt, at: datetime) -> None:
    """Sent first, on its own: a receipt that cannot be written as a step never makes it go twice."""
    order = Order.objects.get(id=message.order)
    speaker = liaison(order)
    with write():
        mine = Upward.objects.filter(order_id=message.order, seq=message.seq, status="sending")
        mine.update(status="sent", sent_at=at, sent_by=receipt.how)
        body = {"seq": message.seq, "how": receipt.how, "receipt": receipt.number[:120]}
        journal.append(kind="upward", key=order.id, action="sent", actor=speaker, at=at, body=body)
    if receipt.number:
        _receipted(order, message.seq, receipt.number, speaker, at)


def _receipted(order: Order, seq: int, number: str, speaker: Actor, at: datetime) -> None:
    try:
        receive(order, seq, number, actor=speaker, at=at)
    except Refused:  # archived, or a step came between: kept beside the message and in the journal
        mine = Upward.objects.filter(order_id=order.id, seq=seq, status="sent")
        mine.update(status="received", receipt=number[:120])


def liaison(order: Order) -> Actor:
    """The system speaking for the center's liaison post."""
    center = flows.center_of(order.town_id)
    return Actor(SYSTEM_PERSON, "系统", (Hat(center.liaison_post, center.unit, frozenset({UPWARD})),))

"""Single messages kept as they came: sealed bytes in a table row, one plain insert in the transaction of the order.

A file for each of them, flushed to disk, would cost more than the order itself (docs/adr/0006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from townops.base import crypto, sql
from townops.base.db import write
from townops.base.words import render
from townops.intake import channels
from townops.intake.domain.report import Broken, Report
from townops.intake.models import Message
from townops.kernel.actors import Actor
from townops.kernel.identifiers import new_id
from townops.kernel.refusal import Refused
from townops.orders import api as orders

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it came: the bytes, by which channel, of which source, from whom, when."""

    content: bytes
    channel: str
    source: str
    actor: Actor
    at: datetime


def take(sent: Sent, report: orders.IncomingReport, *, town: str = "") -> orders.Received:
    """The message and its order, kept together or not at all. Refused as `orders.receive_reports`: then `refuse` it."""

    def kept(answers: Sequence[orders.Received]) -> Sequence[Message]:
        return [_row(sent, Message.State.TAKEN, order_id=one.order) for one in answers]

    return orders.receive_reports([report], actor=sent.actor, at=sent.at, town=town, beside=kept)[0]


def refuse(sent: Sent, reason: str) -> int:
    """Keep a message that became no order, in a transaction of its own: call outside the one that failed."""
    row = _row(sent, Message.State.REFUSED, reason=reason[:LONGEST_REASON])
    with write():
        sql.insert([row])
    return row.id


def content_of(message: Message) -> bytes:
    """The bytes as they came; `crypto.SealBrokenError` when they were changed."""
    return crypto.unseal_bytes(bytes(message.content), _place(message.id))


def refused() -> Sequence[Message]:
    """Messages that became no order, newest first."""
    return list(Message.objects.filter(state=Message.State.REFUSED).order_by("-id")[:200])


def replay(message_id: int, *, actor: Actor, at: datetime) -> orders.Received:
    """Read a refused message again with today's channel. Refused: raw_unknown, message_taken, and what still
    stands against it.
    """
    row = Message.objects.filter(pk=message_id).first()
    if row is None:
        raise Refused("raw_unknown", message=message_id)
    if row.state == Message.State.TAKEN:
        raise Refused("message_taken")
    report = incoming(read(content_of(row), row.channel, row.source))
    with write():
        if (
            Message.objects.filter(pk=row.pk, state=Message.State.REFUSED).update(state=Message.State.TAKEN)
            != 1
        ):
            raise Refused("message_taken")
        received = orders.receive_reports([report], actor=actor, at=at)[0]
        Message.objects.filter(pk=row.pk).update(order_id=received.order, reason="")
    return received


def forget(order_ids: Sequence[int]) -> None:
    """The texts of these orders were erased: so are the messages they came from."""
    Message.objects.filter(order_id__in=order_ids).update(content=b"")


def read(content: bytes, channel: str, source: str) -> Report:
    """The one report of a message. Refused with what is wrong."""
    row = next(iter(channels.named(channel).read(content, source, "")), None)
    if row is None:
        raise Refused("object_missing")
    if isinstance(row, Broken):
        raise row.reason
    return row.report


def incoming(report: Report, number: str = "") -> orders.IncomingReport:
    """A report as orders take it; `number` where the sender gave none."""
    return orders.IncomingReport(
        source=report.source,
        text=report.text,
        received_at=report.received_at,
        title=report.title,
        external_number=report.external_number or number,
        place_text=report.place.address,
        lng=report.place.lng,
        lat=report.place.lat,
        crs=report.place.crs,
        area=report.place.area,
        class_code=report.class_code,
        demand_type=report.demand_type,
        contact_name=report.contact.name,
        contact_phone=report.contact.phone,
        outer_due_at=report.outer_due_at,
        attachments=report.attachments,
        answers=report.answers,
        severity=report.severity,
    )


def said(refused: Refused) -> str:
    """Why a message became no order, as it is kept."""
    return render(refused)[:LONGEST_REASON]


def _row(sent: Sent, state: str, *, order_id: int | None = None, reason: str = "") -> Message:
    number = new_id()
    return sql.fresh(
        Message,
        id=number,
        channel=sent.channel,
        source=sent.source[:40],
        person=sent.actor.person,
        content=crypto.seal_bytes(sent.content, _place(number)),
        received_at=sent.at,
        state=state,
        order_id=order_id,
        reason=reason,
    )


def _place(message: int) -> str:
    return f"intake.message:{message}"

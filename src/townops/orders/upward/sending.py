"""Sending by hand: a numbered file with everything unsent, or a note that a message was copied or told (X0).

A message goes into one file only, whoever presses at the same moment; the file is kept, so a lost download loses nothing.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from townops.base import attachments, crypto, journal, sheets
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.models import Attachment, Job, JournalEntry
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import flows, numbers, queries
from townops.orders.models import Order, Upward
from townops.orders.upward.messages import (
    TASK,
    UNSENT,
    Message,
    gather,
    known_source,
    message_row,
    payload_of,
    towns_of,
)
from townops.orders.upward.wording import moment

KIND: Final = "upward_batch"
HOWS: Final = {"text": "复制到上级平台", "file": "另行报送文件", "phone": "电话报告"}
HEADS: Final = (
    "批次号", "上级编号", "本镇编号", "消息号", "类别", "轮次", "先行联系", "事实认定", "诉求认定", "结果", "答复",
    "申请理由", "申请时限", "上级时限", "生成时间", "备注",
)  # fmt: skip
LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """One file sent to the district: its number, source, who made it when, how many messages; `content` when asked for."""

    number: str
    source: str
    name: str
    person: int
    made_at: datetime
    count: int
    content: bytes = b""


def export(actor: Actor, source: str, *, at: datetime) -> bytes:
    """The file of `make_batch` alone."""
    return make_batch(actor, source, at=at).content


def make_batch(actor: Actor, source: str, *, at: datetime) -> Batch:
    """Everything unsent of a source as one xlsx, marked sent by file under a new batch number, journalled.

    Refused: not_permitted, source_unknown, nothing_to_send.
    """
    towns = towns_of(actor)
    if not known_source(source):
        raise Refused("source_unknown", source=source)
    release_stale(at)
    with write():
        number = numbers.take("upward", at)[0]
        mine = Upward.objects.filter(town__in=towns, source=source)
        if not mine.filter(status="ready").update(status="sent", sent_at=at, sent_by=number):
            raise Refused("nothing_to_send", source=dict(flows.sources())[source])
        rows = mine.filter(sent_by=number, status="sent").order_by("made_at", "order_id", "seq")
        return _kept(gather(rows, at=at), number, actor, at)


def batches(actor: Actor, source: str = "") -> list[Batch]:
    """Files made so far for the actor's towns, newest first, at most two hundred; without their content."""
    towns = set(towns_of(actor))
    rows = Attachment.objects.filter(kind=KIND).order_by("-id")
    rows = rows.filter(key__startswith=f"{source}:") if source else rows
    files = list(rows[:LISTED])
    bodies = _bodies([_number(row) for row in files])
    return [_batch(row, bodies[_number(row)]) for row in files if set(bodies[_number(row)]["towns"]) <= towns]


def batch_file(actor: Actor, number: str, *, at: datetime) -> bytes:
    """The file of a batch once more, byte for byte; journalled. Refused: not_permitted, upward_batch_unknown."""
    towns = set(towns_of(actor))
    entry = next(iter(journal.history(KIND, number)), None)
    if entry is None or not set(entry.body["towns"]) <= towns:
        raise Refused("upward_batch_unknown", number=number[:20])
    content = attachments.content_of(Attachment.objects.get(pk=entry.body["file"]))
    with write():
        journal.append(kind=KIND, key=number, action="fetched", actor=actor, at=at, body={})
    return content


def mark_sent(actor: Actor, number: str, seq: int, how: str, *, at: datetime) -> None:
    """Note that a message went by hand: `how` text, file or phone. Journalled.

    Refused: not_permitted, order_unknown, message_unknown, how_unknown, already_sent.
    """
    if how not in HOWS:
        raise Refused("how_unknown", how=how[:12], known="、".join(HOWS))
    order, row = _mine(actor, number, seq)
    release_stale(at)
    with write():
        fresh = Upward.objects.filter(order_id=order.id, seq=seq, status="ready")
        if not fresh.update(status="sent", sent_at=at, sent_by=how):
            raise Refused("already_sent", number=number, when=moment(row.sent_at))
        _note(order, seq, "sent", {"how": how}, actor=actor, at=at)


def mark_unsent(actor: Actor, number: str, seq: int, reason: str, *, at: datetime) -> None:
    """Take back a mark set by mistake; the message waits again. Journalled with its reason.

    Refused: not_permitted, order_unknown, message_unknown, reason_missing, not_sent (unsent, or received already).
    """
    if not reason.strip():
        raise Refused("reason_missing")
    order, row = _mine(actor, number, seq)
    with write():
        sent = Upward.objects.filter(order_id=order.id, seq=seq, status="sent")
        if not sent.update(status="ready", sent_at=None, sent_by=""):
            raise Refused("not_sent", number=number)
        body = {"how": row.sent_by, "reason": reason.strip()[:200]}
        _note(order, seq, "unsent", body, actor=actor, at=at)


def unsent_older_than(hours: float, *, at: datetime, town: int | None = None) -> int:
    """How many messages nobody has sent for more than so many hours; 0 is the aim (X0, U28)."""
    late = Upward.objects.filter(status__in=UNSENT, made_at__lt=at - timedelta(hours=hours))
    return (late.filter(town=town) if town is not None else late).count()


def release_stale(at: datetime) -> int:
    """Messages whose adapter died while sending wait again; returns how many."""
    sending = Upward.objects.filter(status="sending").values_list("order_id", "seq")
    running = Job.objects.filter(name=TASK, state=Job.State.RUNNING, lease_until__gt=at)
    alive = set(running.values_list("payload", flat=True)) if sending else set()
    lost = [pair for pair in sending if dump(payload_of(*pair)) not in alive]
    return sum(
        Upward.objects.filter(order_id=order, seq=seq, status="sending").update(status="ready")
        for order, seq in lost
    )


def table(messages: Sequence[Message], batch: str) -> bytes:
    """The xlsx of some messages: one a row, texts never formulas, times in Shanghai."""
    target = io.BytesIO()
    sheets.write_xlsx(target, HEADS, (list(_cells(one, batch)) for one in messages))
    return target.getvalue()


def _cells(one: Message, batch: str) -> Iterator[object]:
    said, asks = one.said, one.kind != "reply"
    yield from (batch, one.external_number, one.number, one.seq, one.kind_word, one.round)
    yield from (said.contact, said.fact, said.demand, said.result, "" if asks else said.reply)
    yield from (said.reason if asks else "", _local(said.wanted) if asks else "")
    yield from (_local(one.outer_due_at), _local(one.made_at))
    yield "工单已进入下一轮" if one.superseded else ""


def _local(at: datetime | None) -> datetime | str:
    return at.astimezone(SHANGHAI).replace(tzinfo=None) if at else ""


def _kept(messages: Sequence[Message], number: str, actor: Actor, at: datetime) -> Batch:
    """The file stored and journalled with what went in it."""
    source, content = messages[0].source, table(messages, number)
    name = f"上报-{dict(flows.sources())[source]}-{number}.xlsx"
    row = attachments.store(content, name, actor, at, kind=KIND, key=f"{source}:{number}")
    orders = {one.order for one in messages}
    towns = sorted(set(Order.objects.filter(id__in=orders).values_list("town_id", flat=True)))
    body = {
        "source": source,
        "file": row.pk,
        "sm3": crypto.sm3(content).hex(),
        "towns": towns,
        "messages": [one.key for one in messages],
    }
    journal.append(kind=KIND, key=number, action="exported", actor=actor, at=at, body=body)
    return Batch(number, source, name, actor.person, at, len(messages), content)


def _batch(row: Attachment, body: Mapping[str, Any]) -> Batch:
    return Batch(_number(row), body["source"], row.name, row.person, row.at, len(body["messages"]))


def _number(row: Attachment) -> str:
    return row.key.partition(":")[2]


def _bodies(numbers_of: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What the journal says of each batch."""
    rows = JournalEntry.objects.filter(kind=KIND, key__in=numbers_of, seq=1)
    return {key: load(payload)["body"] for key, payload in rows.values_list("key", "payload")}


def _mine(actor: Actor, number: str, seq: int) -> tuple[Order, Upward]:
    towns = towns_of(actor)
    order = queries.by_number(actor, number)
    if order.town_id not in towns:
        raise Refused("not_permitted", step="upward")
    return order, message_row(order, seq)


def _note(
    order: Order, seq: int, action: str, body: Mapping[str, object], *, actor: Actor, at: datetime
) -> None:
    journal.append(kind="upward", key=order.id, action=action, actor=actor, at=at, body={"seq": seq, **body})

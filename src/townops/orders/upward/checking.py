"""Messages to the district against the steps that made, receipted and answered them (engine.md section 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from townops.base import journal
from townops.orders.domain.taken import Taken
from townops.orders.models import OrderText, Upward
from townops.orders.proof import moment
from townops.orders.side import LONGEST_RECEIPT, answered_kinds, message_of
from townops.orders.store import Life

FIXED = ("town", "source", "kind", "round", "granted")
MOMENTS = ("made_at", "answered_at")
ASKING = frozenset({"reply_up", "ask_up"})
ON_ITS_WAY = frozenset({"ready", "sending", "sent"})
Found = tuple[int, str]
Texts = Mapping[int, OrderText]


@dataclass(slots=True)
class Told:
    """The messages of an order as its steps made, receipted and answered them.

    `unknown` are messages whose receipt was erased; `loose` receipts of steps that did not name their message yet.
    """

    made: dict[int, Upward] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)

    def take(self, taken: Taken, text: OrderText | None, recorded_at: datetime) -> None:
        if taken.step == "answer_up":
            self._answered(taken, recorded_at)
        elif taken.step == "receipt_up" and text is not None:
            self._received(taken, text)

    def _answered(self, taken: Taken, recorded_at: datetime) -> None:
        granted = bool(taken.get("granted", bool))
        for one in self.made.values():
            if one.kind in answered_kinds(taken) and one.status != "answered":
                one.status, one.granted, one.answered_at = "answered", granted, recorded_at

    def _received(self, taken: Taken, text: OrderText) -> None:
        receipt = text.text[:LONGEST_RECEIPT]
        named = self.made.get(taken.get("message_seq", int) or 0)
        if named is None:
            self.loose.add(receipt)
            self.unknown |= set(self.made) if text.erased_at else set()
            return
        named.receipt = receipt
        if text.erased_at:
            self.unknown.add(named.seq)
        if named.status != "answered":
            named.status = "received"


def first_fault(life: Life, stored: Sequence[Upward], texts: Sequence[OrderText]) -> Found | None:
    """The first message that is missing, nobody's, or says what no step and no journal entry said."""
    rows = {row.seq: row for row in stored}
    told = _told(life, {text.seq: text for text in texts if text.name == "receipt"})
    if lost := sorted(told.made.keys() - rows.keys()):
        return lost[0], "upward_removed"
    if foreign := sorted(rows.keys() - told.made.keys()):
        return foreign[0], "upward_inserted"
    for seq in sorted(rows):
        if column := _differs(rows[seq], told) or _sent(rows[seq], life.loaded.row.number):
            return seq, f"upward_edited:{column}"
    return None


def _told(life: Life, receipts: Texts) -> Told:
    told = Told()
    for taken, after, event in zip(life.taken, life.values[1:], life.events, strict=True):
        if taken.step in ASKING:
            told.made[taken.seq] = message_of(after, taken)
        else:
            told.take(taken, receipts.get(taken.seq), event.recorded_at)
    return told


def _differs(row: Upward, told: Told) -> str:
    expected = told.made[row.seq]
    for name in FIXED:
        if getattr(row, name) != getattr(expected, name):
            return name
    for name in MOMENTS:
        if _said(getattr(row, name)) != _said(getattr(expected, name)):
            return name
    noted = row.seq in told.unknown or _noted(row, told)
    if row.receipt != expected.receipt and not noted:
        return "receipt"
    unanswered = expected.status == "ready" and (
        row.status in ON_ITS_WAY or (row.status == "received" and noted)
    )
    return "" if row.status == expected.status or unanswered else "status"


def _said(at: datetime | None) -> str:
    return moment(at) if at else ""


def _noted(row: Upward, told: Told) -> bool:
    """Whether the receipt came with a step that named no message, or the adapter noted it in the journal."""
    if not row.receipt:
        return False
    if row.receipt in told.loose:
        return True
    entries = journal.entries("upward", [row.order_id], action="sent")
    return any((one.body["seq"], one.body.get("receipt")) == (row.seq, row.receipt) for one in entries)


def _sent(row: Upward, number: str) -> str:
    """A message on its way left, or did not leave, as the journal says."""
    if row.status not in ON_ITS_WAY:
        return ""
    if row.status != "sent":
        return "sent_at" if row.sent_at or _by_hand(row, "sent") else ""
    batches = journal.entries("upward_batch", [row.sent_by], action="exported")
    by_file = any(f"{number}-{row.seq}" in one.body["messages"] and one.at == row.sent_at for one in batches)
    return "" if by_file or _by_hand(row, "sent") else "sent_by"


def _by_hand(row: Upward, action: str) -> bool:
    """Whether the last that the journal says of this message is that it went just so."""
    entries = [one for one in journal.history("upward", row.order_id) if one.body["seq"] == row.seq]
    last = entries[-1] if entries else None
    if last is None or last.action != action:
        return False
    return row.status != "sent" or (last.at, last.body["how"]) == (row.sent_at, row.sent_by)

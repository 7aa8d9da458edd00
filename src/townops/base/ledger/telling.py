"""What happened to a row: its history in words, what people remarked, and opening sealed words for a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from townops.base import attachments, journal
from townops.base.db import write
from townops.base.ledger.columns import opened
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.seeing import Viewer, row_for
from townops.base.models import Remark
from townops.kernel.refusal import Refused

LONGEST: Final = 1000
WORDS: Final[Mapping[str, str]] = {
    "add": "登记", "change": "修改", "undo": "撤回修改", "archive": "归档", "restore": "恢复", "confirm": "核对无误",
    "reveal": "查看个人信息", "attach": "添加附件", "detach": "删除附件",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: what, by whom, when; each column with what stood there and what stands there now."""

    word: str
    name: str
    at: datetime
    changed: tuple[tuple[str, str, str], ...]
    note: str


def history(ledger: Ledger, row: Any) -> list[Told]:
    """The newest first."""
    labels = {one.name: one.label for one in ledger.every}
    return [_told(one, labels) for one in reversed(journal.history(ledger.kind, row.pk))]


def _told(entry: journal.Entry, labels: Mapping[str, str]) -> Told:
    pairs = entry.body.get("changed", {}).items()
    changed = tuple((labels.get(name, name), before, after) for name, (before, after) in pairs)
    return Told(
        WORDS.get(entry.action, entry.action), entry.name, entry.at, changed, entry.body.get("note", "")
    )


def remarks(ledger: Ledger, row: Any) -> list[Remark]:
    """What people said about the row, oldest first; what was withdrawn is left out."""
    found = Remark.objects.filter(kind=ledger.kind, key=str(row.pk), withdrawn_at=None)
    return list(found.order_by("id"))


def remark(ledger: Ledger, number: int, text: str, *, viewer: Viewer, at: datetime) -> None:
    """Say something about a row one sees. Refused: remark_empty, remark_too_long, row_unknown."""
    row = row_for(ledger, viewer, number)
    words = text.strip()
    if not words:
        raise Refused("remark_empty")
    if len(words) > LONGEST:
        raise Refused("remark_too_long", most=LONGEST)
    with write():
        actor = viewer.actor
        Remark.objects.create(
            kind=ledger.kind, key=str(row.pk), text=words, person=actor.person, name=actor.name[:40], at=at
        )


def withdraw(ledger: Ledger, number: int, remark_id: int, *, viewer: Viewer, at: datetime) -> None:
    """Take one's own remark back. Refused("remark_unknown")."""
    row = row_for(ledger, viewer, number)
    mine = Remark.objects.filter(
        pk=remark_id, kind=ledger.kind, key=str(row.pk), person=viewer.actor.person, withdrawn_at=None
    )
    with write():
        if not mine.update(withdrawn_at=at):
            raise Refused("remark_unknown")


def attach(ledger: Ledger, number: int, files: Sequence[int], *, viewer: Viewer, at: datetime) -> int:
    """Hang one's own uploaded files on a row one may change; how many. Refused: row_unknown, row_closed."""
    row = row_for(ledger, viewer, number, "edit")
    own = attachments.own_unattached(list(files), viewer.actor.person)
    with write():
        hung = attachments.attach([one.pk for one in own], kind=ledger.kind, key=row.pk)
        if hung:
            body = {"note": "、".join(one.name for one in own)[:200]}
            journal.append(
                kind=ledger.kind, key=row.pk, action="attach", actor=viewer.actor, at=at, body=body
            )
    return hung


def reveal(ledger: Ledger, number: int, reason: str, *, viewer: Viewer, at: datetime) -> dict[str, str]:
    """The sealed words of a row in the clear, by column; who looked and why is journalled.

    Refused: reason_missing, row_closed, row_unknown.
    """
    row = row_for(ledger, viewer, number, "reveal")
    if not reason.strip():
        raise Refused("reason_missing")
    with write():
        body = {"note": reason.strip()[:200]}
        journal.append(kind=ledger.kind, key=row.pk, action="reveal", actor=viewer.actor, at=at, body=body)
    sealed = (one for one in ledger.every if one.kind == "sealed")
    return {one.name: opened(one, bytes(getattr(row, one.name))) for one in sealed}

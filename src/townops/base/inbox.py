"""One inbox for each account (消息): what concerns it, read or not, in the order it came; kept for some months.

A notice names a thing and one of its events, and nothing of its words: whoever shows it looks the thing up under the
reader's rights. Written by jobs that follow the news, once for each account and event however often they run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from townops.base import sql, tunables, tuning
from townops.base.access import SECURITY
from townops.base.db import write
from townops.base.models import Notice
from townops.base.tunables import Part, Tunable, value_at

KEPT_KEY: Final = "notices.kept_days"
KEPT_DAYS: Final = "90"
tunables.declare(
    Tunable(
        KEPT_KEY, KEPT_DAYS, "消息保留", "收到的消息（已读、未读）超过这些天即清除", SECURITY,
        (Part("", "天", 7, 3650),),
    )
)  # fmt: skip
MOST_COUNTED: Final = 99
LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell one account; `by` is the name of who did it."""

    account: int
    kind: str
    thing: str
    seq: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """Notices newest first, and the number before which the next ones lie; 0 at the end."""

    rows: tuple[Notice, ...]
    before: int


def tell(many: Iterable[Told]) -> None:
    """Put notices into inboxes, in the caller's transaction. Told before: nothing happens."""
    rows = [
        sql.fresh(
            Notice,
            account_id=one.account,
            kind=one.kind,
            thing=one.thing,
            seq=one.seq,
            by=one.by[:LONGEST_NAME],
            at=one.at,
            read_at=None,
        )
        for one in many
    ]
    sql.insert(rows, conflict="DO NOTHING")


def was_told(kind: str, thing: str, seq: int) -> bool:
    """Whether anybody was told of this event of the thing."""
    return Notice.objects.filter(thing=thing, seq=seq, kind=kind).exists()


def unread(account: int) -> int:
    """How many were not read, counted to one more than 99."""
    rows = Notice.objects.filter(account_id=account, read_at__isnull=True)
    return rows.order_by()[: MOST_COUNTED + 1].count()


def shelf(account: int, *, before: int = 0, only_unread: bool = False, limit: int = 50) -> Shelf:
    """Newest first, those before a number."""
    rows = Notice.objects.filter(account_id=account).order_by("-id")
    rows = rows.filter(id__lt=before) if before else rows
    rows = rows.filter(read_at__isnull=True) if only_unread else rows
    found = tuple(rows[: limit + 1])
    return Shelf(found[:limit], found[limit - 1].pk if len(found) > limit else 0)


def find(account: int, number: int) -> Notice | None:
    """One of the account's own."""
    return Notice.objects.filter(account_id=account, pk=number).first()


def mark_read(account: int, numbers: Sequence[int] | None, at: datetime) -> int:
    """Read: these, or (None) all there are; returns how many had not been. Others' are left alone."""
    rows = Notice.objects.filter(account_id=account, read_at__isnull=True)
    with write():
        return (rows if numbers is None else rows.filter(pk__in=numbers)).update(read_at=at)


def purge(at: datetime) -> int:
    """Forget what is older than so many days ("notices.kept_days"), read or not; returns how many."""
    return _outlived(value_at(KEPT_KEY, at, default=KEPT_DAYS), at).delete()[0]


def _outlived(days: str, at: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(at__lt=at - timedelta(days=int(days)))


@tuning.on_trial(KEPT_KEY)
def try_days(before: str, after: str, at: datetime) -> tuning.Trial:
    """How many notices would be forgotten."""
    counts = (_outlived(days, at).count() for days in (before, after))
    return tuning.Trial((tuning.Counted("要清除的消息", *counts),))

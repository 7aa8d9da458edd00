"""Who is typing into the page of a thing just now (正在处理): a row that expires in a minute, and leaves nothing behind.

It tells others to wait or to ask. It is no record of work: nothing counts it, and what has expired is deleted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from townops.base.db import write
from townops.base.models import Presence

LASTS: Final = timedelta(seconds=60)
RENEWED: Final = timedelta(seconds=40)
MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody, and since when."""

    name: str
    since: datetime


def beat(account: int, thing: str, *, name: str, at: datetime) -> None:
    """He is typing; written when the last beat is about to expire, so some seconds' polling costs nothing."""
    held = Presence.objects.filter(account_id=account, thing=thing).first()
    if held is not None and held.until > at + RENEWED:
        return
    since = held.since if held is not None and held.until >= at else at
    with write():
        Presence.objects.filter(until__lt=at).delete()
        Presence.objects.update_or_create(
            account_id=account, thing=thing, defaults={"name": name, "since": since, "until": at + LASTS}
        )


def leave(account: int, thing: str) -> None:
    """He is done: what he typed was sent."""
    with write():
        Presence.objects.filter(account_id=account, thing=thing).delete()


def others(account: int, thing: str, *, at: datetime) -> tuple[Typing, ...]:
    """Who else is typing, the first to begin first."""
    rows = Presence.objects.filter(thing=thing, until__gte=at).exclude(account_id=account)
    found = rows.order_by("since", "id").values_list("name", "since")[:MOST]
    return tuple(Typing(name, since) for name, since in found)


def purge(at: datetime) -> int:
    """Delete what has expired; returns how many."""
    return Presence.objects.filter(until__lt=at).delete()[0]

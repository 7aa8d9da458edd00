"""Since when things are new to somebody: the end of his last spell at the desk. One moment, overwritten, shown to him alone.

It is never counted, listed or joined with anything: how long or how often somebody is at the desk is nobody's figure.
"""

from datetime import datetime, timedelta
from typing import Final

from townops.base.db import write
from townops.base.models import Glance

SPELL: Final = timedelta(minutes=30)
NOTED_EVERY: Final = timedelta(minutes=5)


def since(account: int, at: datetime, *, otherwise: datetime) -> datetime:
    """Since when things are new. Looking again within half an hour is the same spell; `otherwise`: he never looked."""
    held = Glance.objects.filter(account_id=account).first()
    if held is None:
        return otherwise
    return held.looked_at if at - held.looked_at > SPELL else held.since


def look(account: int, at: datetime, *, since: datetime) -> None:
    """He looks now, and things are new to him since then; written once in five minutes."""
    recent = Glance.objects.filter(account_id=account, since=since, looked_at__gt=at - NOTED_EVERY)
    if recent.exists():
        return
    with write():
        Glance.objects.update_or_create(account_id=account, defaults={"since": since, "looked_at": at})

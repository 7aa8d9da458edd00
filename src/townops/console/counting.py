"""Numbers above lists and on tiles: one statement reads all that is open, and not again for a page opened a moment later."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.core.cache import cache

from townops.base import outbox
from townops.console.doors import Desk
from townops.console.filters import Pairs
from townops.orders import api as orders

STALE: Final = 20  # seconds, while nothing happens and only time passes


@lru_cache(maxsize=64)
def _cursor(_at: datetime) -> str:
    """Asked once for a page, which is looked at from one moment."""
    return outbox.cursor()


def current(desk: Desk) -> Pairs:
    """What leaves history that waits to be adopted out of a queue, in a town that has some."""
    key = f"history:{desk.actor.person}:{desk.town}:{hash(desk.actor.hats)}:{_cursor(desk.at)}"
    known: bool | None = cache.get(key)
    if known is None:
        known = orders.has_history(desk.actor)
        cache.set(key, known, STALE)
    return (("adopt", "0"),) if known else ()


def totals(desk: Desk, name: str, wanted: Mapping[str, orders.Filter]) -> dict[str, int]:
    """How many open orders each filter finds for this person; kept until something happens to any order."""
    key = f"counts:{name}:{desk.actor.person}:{desk.town}:{hash(desk.actor.hats)}:{_cursor(desk.at)}"
    known: dict[str, int] | None = cache.get(key)
    if known is None:
        known = orders.count_orders(desk.actor, wanted, at=desk.at)
        cache.set(key, known, STALE)
    return known

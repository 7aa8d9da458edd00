"""Public numbers: yyMM, a letter for the source, a running figure; taken from the series in blocks."""

import threading
from datetime import datetime

from django.db import connection
from django.db.models import F

from townops.base.db import write
from townops.kernel.workdays import SHANGHAI
from townops.orders.models import NumberSeries

LETTERS = {
    "hotline": "R", "grid": "G", "ejiayuan": "E", "resident": "J", "station": "Z", "patrol": "X", "sensor": "W",
    "video": "S", "leader": "L", "district": "Q", "upward": "P",
}  # fmt: skip
BLOCK = 50
_taken: dict[tuple[str, str], list[int]] = {}
_lock = threading.Lock()


def prefix(source: str, at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%y%m}{LETTERS.get(source, 'T')}"


def take(source: str, at: datetime, count: int = 1) -> list[str]:
    """Fresh numbers such as 2611R000123; a gap after a crash or rollback is harmless, a repetition impossible."""
    series = prefix(source, at)
    if connection.in_atomic_block:  # a rollback undoes the series too, so nothing may be kept in hand
        return [f"{series}{number:06d}" for number in _block(series, count)]
    place = (str(connection.settings_dict["NAME"]), series)
    with _lock:
        left = _taken.setdefault(place, [])
        if len(left) < count:
            left.extend(_block(series, max(count - len(left), BLOCK)))
        taken, _taken[place] = left[:count], left[count:]
    return [f"{series}{number:06d}" for number in taken]


def forget() -> None:
    """Drop what is kept in hand: the database was replaced under us."""
    with _lock:
        _taken.clear()


def _block(series: str, count: int) -> range:
    with write():
        NumberSeries.objects.get_or_create(prefix=series)
        NumberSeries.objects.filter(prefix=series).update(next=F("next") + count)
        after = NumberSeries.objects.values_list("next", flat=True).get(prefix=series)
    return range(after - count, after)

"""News from one context to another: written with the fact, delivered at least once, each subscriber on its
own.

A subscriber runs in the transaction that marks its row delivered, so what it writes into the database
happens once. It must be quick (well under 20 ms); anything slow or outside the database it hands to
`jobs.enqueue`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.models import OutboxRow
from townops.base.registry import Registry

BATCH_SECONDS: Final = 0.015
BATCH_ROWS: Final = 50
LONGEST_WAIT: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
Subscriber = Callable[[str, dict[str, Any], datetime], None]

log = logging.getLogger(__name__)
_names: Registry[Subscriber] = Registry("subscriber")
_topics: dict[str, list[str]] = {}


def subscriber(topic: str, *, name: str = "") -> Callable[[Subscriber], Subscriber]:
    """Subscribe a function `(key, body, at)` to a topic.

    Its name is kept in rows: give one before moving the function.
    """

    def register(function: Subscriber) -> Subscriber:
        title = name or f"{function.__module__}.{function.__name__}"
        _names.add(f"{topic}>{title}", function)
        _topics.setdefault(topic, []).append(f"{topic}>{title}")
        return function

    return register


News = tuple[str, object, dict[str, Any]]


def publish(topic: str, key: object, body: dict[str, Any], at: datetime) -> None:
    """Tell every subscriber, in the caller's transaction. Without one the row is kept as told to nobody."""
    publish_many([(topic, key, body)], at)


def publish_many(news: Iterable[News], at: datetime) -> None:
    """The same for many (topic, key, body) in one statement."""
    OutboxRow.objects.bulk_create([row for one in news for row in _rows(one, at)])


def _rows(news: News, at: datetime) -> Iterator[OutboxRow]:
    topic, key, body = news
    text, told = dump(body), None if _topics.get(topic) else at
    for name in _topics.get(topic) or [""]:
        yield OutboxRow(
            topic=topic, key=str(key), body=text, subscriber=name, at=at, next_at=at, delivered_at=told
        )


def deliver(at: datetime, limit: int = 2000) -> int:
    """Deliver what is due in short transactions; returns how many reached their subscriber."""
    done, tried = 0, 0
    while tried < limit:
        due = OutboxRow.objects.filter(delivered_at__isnull=True, next_at__lte=at).order_by("next_at", "id")
        rows = list(due[: min(BATCH_ROWS, limit - tried)])
        if not rows:
            break
        while rows:
            taken, reached = _batch(rows, at)
            rows, tried, done = rows[taken:], tried + taken, done + reached
    return done


def failing() -> list[OutboxRow]:
    """News some subscriber could not take yet, worst first: to be shown to an operator."""
    return list(
        OutboxRow.objects.filter(delivered_at__isnull=True, attempts__gt=0).order_by("-attempts", "id")[:200]
    )


def purge(at: datetime) -> int:
    """Drop what was delivered thirty days ago; returns how many."""
    return OutboxRow.objects.filter(delivered_at__lt=at - KEPT).delete()[0]


def _batch(rows: list[OutboxRow], at: datetime) -> tuple[int, int]:
    """Deliver rows until the time is up: how many were tried, how many arrived."""
    started, reached = time.monotonic(), 0
    with write():
        for taken, row in enumerate(rows, start=1):
            reached += _deliver_one(row, at)
            if time.monotonic() - started > BATCH_SECONDS:
                return taken, reached
    return len(rows), reached


def _deliver_one(row: OutboxRow, at: datetime) -> int:
    try:
        with transaction.atomic():
            mine = OutboxRow.objects.filter(pk=row.pk, delivered_at__isnull=True).update(delivered_at=at)
            if mine:
                _function(row.subscriber)(row.key, load(row.body), row.at)
            return mine
    except Exception as error:
        log.exception("subscriber %s failed", row.subscriber)
        _put_off(row, at, error)
        return 0


def _put_off(row: OutboxRow, at: datetime, error: Exception) -> None:
    wait = min(LONGEST_WAIT, timedelta(seconds=10 * 2 ** min(row.attempts, 12)))
    OutboxRow.objects.filter(pk=row.pk, delivered_at__isnull=True).update(
        attempts=row.attempts + 1, next_at=at + wait, last_error=f"{type(error).__name__}: {error}"[:2000]
    )


def _function(name: str) -> Subscriber:
    function = _names.get(name)
    if function is None:
        raise LookupError(f"subscriber {name} is not installed")
    return function

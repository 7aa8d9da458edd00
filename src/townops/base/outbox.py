"""News from one context to another: written with the fact, delivered at least once, each subscriber on its
own.

A subscriber is given all that waits for it, a few milliseconds' worth at a time, in the transaction that marks
the rows delivered: what it writes into the database happens once. When it fails, each piece is given to it
alone, so that one bad piece holds up no other. It must be quick; anything slow or outside the database it hands
to `jobs.enqueue`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from townops.base import crypto, sql
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.models import OutboxRow
from townops.base.registry import Registry

BATCH_SECONDS: Final = 0.012
BATCH_ROWS: Final = 50
UNKNOWN_PACE: Final = 0.004
DUE_ROWS: Final = 500
DUE: Final = "WHERE delivered_at IS NULL AND next_at <= %s ORDER BY next_at, id LIMIT %s"
LONGEST_WAIT: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
WATCHED: Final = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of news as a subscriber hears it: about what, which facts, since when."""

    key: str
    body: dict[str, Any]
    at: datetime


Subscriber = Callable[[Sequence[Piece]], None]
Concerns = Callable[[dict[str, Any]], bool]

log = logging.getLogger(__name__)
_names: Registry[Subscriber] = Registry("subscriber")
_topics: dict[str, list[tuple[str, Concerns]]] = {}
_pace: dict[str, float] = {}  # seconds a piece took lately, by subscriber


def everything(_body: dict[str, Any]) -> bool:
    """A subscriber that wants all of a topic."""
    return True


def subscriber(
    topic: str, *, name: str = "", when: Concerns = everything
) -> Callable[[Subscriber], Subscriber]:
    """Subscribe a function of pieces of news, oldest first, to a topic; of what `when` says no to it hears nothing.

    Its name is kept in rows: give one before moving the function.
    """

    def register(function: Subscriber) -> Subscriber:
        title = name or f"{function.__module__}.{function.__name__}"
        _names.add(f"{topic}>{title}", function)
        _topics.setdefault(topic, []).append((f"{topic}>{title}", when))
        return function

    return register


News = tuple[str, object, dict[str, Any]]


def publish(topic: str, key: object, body: dict[str, Any], at: datetime) -> None:
    """Tell every subscriber, in the caller's transaction. Without one the row is kept as told to nobody."""
    publish_many([(topic, key, body)], at)


def publish_many(news: Iterable[News], at: datetime) -> None:
    """The same for many (topic, key, body) in one statement."""
    sql.insert([row for one in news for row in _rows(one, at)])


def _rows(news: News, at: datetime) -> Iterator[OutboxRow]:
    topic, key, body = news
    heard = [name for name, when in _topics.get(topic, ()) if when(body)]
    text, told = dump(body), None if heard else at
    for name in heard or [""]:
        yield sql.fresh(
            OutboxRow,
            topic=topic,
            key=str(key),
            body=text,
            subscriber=name,
            at=at,
            next_at=at,
            delivered_at=told,
        )


def deliver(at: datetime, limit: int = 2000) -> int:
    """Deliver what is due in short transactions; returns how many reached their subscriber."""
    done, tried = 0, 0
    while tried < limit:
        rows = sql.select(OutboxRow, DUE, [at, min(DUE_ROWS, limit - tried)])
        if not rows:
            break
        done += sum(_deliver_all(name, mine, at) for name, mine in _by_subscriber(rows).items())
        tried += len(rows)
    return done


def failing() -> list[OutboxRow]:
    """News some subscriber could not take yet, worst first: to be shown to an operator."""
    return list(
        OutboxRow.objects.filter(delivered_at__isnull=True, attempts__gt=0).order_by("-attempts", "id")[:200]
    )


def cursor() -> str:
    """Changes with every piece of news: a page that shows what others do looks again when it does.

    It is made of the newest rows, not of the highest number alone: on PostgreSQL a row may come in below it.
    """
    newest = OutboxRow.objects.order_by("-id").values_list("id", flat=True)[:WATCHED]
    return crypto.sm3(",".join(map(str, newest)).encode()).hex()[:16]


def purge(at: datetime) -> int:
    """Drop what was delivered thirty days ago; returns how many."""
    return OutboxRow.objects.filter(delivered_at__lt=at - KEPT).delete()[0]


def _by_subscriber(rows: Iterable[OutboxRow]) -> dict[str, list[OutboxRow]]:
    found: dict[str, list[OutboxRow]] = {}
    for row in rows:
        found.setdefault(row.subscriber, []).append(row)
    return found


def _deliver_all(name: str, rows: list[OutboxRow], at: datetime) -> int:
    """As many at a time as the subscriber lately took in a few milliseconds; the database is free between."""
    done = 0
    while rows:
        many = max(1, min(BATCH_ROWS, int(BATCH_SECONDS / _pace.get(name, UNKNOWN_PACE))))
        part, rows = rows[:many], rows[many:]
        done += _deliver(name, part, at)
    return done


def _deliver(name: str, rows: list[OutboxRow], at: datetime) -> int:
    """All together; when that fails, or another worker has some of them, each alone."""
    try:
        with write():
            ids = [row.pk for row in rows]
            places = ", ".join(["%s"] * len(ids))
            free = f"WHERE id IN ({places}) AND delivered_at IS NULL"
            if sql.change(OutboxRow, {"delivered_at": at}, free, ids) != len(rows):
                raise _TakenError
            _tell(name, [Piece(row.key, load(row.body), row.at) for row in rows])
            return len(rows)
    except Exception as error:
        if len(rows) > 1:
            return sum(_deliver(name, [row], at) for row in rows)
        if isinstance(error, _TakenError):
            return 0
        log.exception("subscriber %s failed", name)
        _put_off(rows[0], at, error)
        return 0


def _tell(name: str, pieces: Sequence[Piece]) -> None:
    """What counts is the time a piece takes: a commit lasts as long for one as for many."""
    began = time.monotonic()
    _function(name)(pieces)
    _pace[name] = max((time.monotonic() - began) / len(pieces), BATCH_SECONDS / BATCH_ROWS)


class _TakenError(Exception):
    """Somebody else delivered it."""


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

"""Pictures of slow-changing tables kept in memory, made anew as soon as a stamp in the database says they
are stale.
"""

import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final, Generic, TypeVar

from django.db import connections, models, transaction
from django.db.utils import DEFAULT_DB_ALIAS

from townops.areas.models import Stamp
from townops.base import sql

FRESH_SECONDS: Final = 1.0
CHANGED: Final = "areas.changed"  # news: the borders of a town hold from now on
STAMP: Final = f"SELECT value, turn FROM {Stamp._meta.db_table} WHERE name = %s"  # noqa: S608
NEVER: Final = (0, 0)
T = TypeVar("T")


def touch(name: str) -> None:
    """Say that the tables behind pictures of this name changed. Call inside the transaction of the change,
    last.
    """
    known = Stamp.objects.filter(name=name).update(value=time.time_ns(), turn=models.F("turn") + 1)
    if not known:
        Stamp.objects.create(name=name, value=time.time_ns())
    for forget in _forget:
        forget()
    transaction.on_commit(_look_again)


def _look_again() -> None:
    """Every thread of this process reads the stamps again: what was just changed is there for its very next request."""
    _committed[0] = next(_commits)


class _Mine(threading.local):
    """What one thread knows: the value, when and in which transaction it looked."""

    def __init__(self) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]
        self.value: Any = None
        self.block: object = self  # no transaction is this
        self.changed_in: object = None
        self.checked = float("-inf")
        self.turn = -1


class Picture(Generic[T]):
    """One value per process, shared by its threads. The stamp is read once in a transaction, otherwise once
    a second.

    So another process sees a change within a second, this one at once, and a picture of work that was
    rolled back is not kept beyond it.
    """

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self._name = name
        self._load = load
        self._shared: tuple[tuple[int, int], T] | None = None
        self._loading = threading.Lock()
        self._mine = _Mine()
        _forget.append(self.forget)

    def get(self) -> T:
        """The value as of now, for this thread's connection."""
        mine = self._mine
        blocks = mine.connection.atomic_blocks
        block = _part(blocks, mine.changed_in) if blocks else None
        fresh = mine.block is block and (blocks or self._is_recent(mine))
        if not fresh:
            turn = _committed[0]
            mine.value = self._current()
            mine.block, mine.checked, mine.turn = block, time.monotonic(), turn
        value: T = mine.value
        return value

    def _is_recent(self, mine: _Mine) -> bool:
        return mine.turn == _committed[0] and time.monotonic() - mine.checked < FRESH_SECONDS

    def forget(self) -> None:
        """Read the stamp again before the next use by this thread."""
        mine = self._mine
        blocks = mine.connection.atomic_blocks
        mine.changed_in = blocks[0] if blocks else None
        mine.block = mine

    def _current(self) -> T:
        found = sql.values(STAMP, [self._name])
        stamp: tuple[int, int] = found[0] if found else NEVER
        with self._loading:
            if stamp is NEVER or self._shared is None or self._shared[0] != stamp:
                self._shared = (stamp, self._load())
            return self._shared[1]


def _part(blocks: Sequence[object], changed_in: object) -> object:
    """The transaction we are in; in one that changed the tables, its innermost part: it may be undone."""
    return blocks[-1] if changed_in is blocks[0] else blocks[0]


_forget: list[Callable[[], None]] = []
_commits: Final = count(1)
_committed: list[int] = [0]  # how many changes this process has committed

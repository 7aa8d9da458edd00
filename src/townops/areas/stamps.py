"""Pictures of slow-changing tables kept in memory, made anew as soon as a stamp in the database says they
are stale.
"""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final, Generic, TypeVar

from django.db import connection, models, transaction

from townops.areas.models import Stamp

FRESH_SECONDS: Final = 1.0
CHANGED: Final = "areas.changed"  # news: the borders of a town hold from now on
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
        self._mine = threading.local()
        _forget.append(self.forget)

    def get(self) -> T:
        """The value as of now, for this thread's connection."""
        mine, block = self._mine, self._block()
        checked: float = getattr(mine, "checked", float("-inf"))
        recent = time.monotonic() - checked < FRESH_SECONDS and getattr(mine, "turn", -1) == _committed[0]
        fresh = block is not None or recent
        if not fresh or getattr(mine, "block", self) is not block:
            turn = _committed[0]
            mine.value = self._current()
            mine.block, mine.checked, mine.turn = block, time.monotonic(), turn
        value: T = mine.value
        return value

    def _block(self) -> object:
        """The transaction we are in; in one that changed the tables, its innermost part: it may be undone."""
        blocks = connection.atomic_blocks
        if not blocks:
            return None
        return blocks[-1] if getattr(self._mine, "changed_in", None) is blocks[0] else blocks[0]

    def forget(self) -> None:
        """Read the stamp again before the next use by this thread."""
        blocks = connection.atomic_blocks
        self._mine.changed_in = blocks[0] if blocks else None
        self._mine.block = self

    def _current(self) -> T:
        stamp = Stamp.objects.filter(name=self._name).values_list("value", "turn").first()
        with self._loading:
            if stamp is None or self._shared is None or self._shared[0] != stamp:
                self._shared = (stamp or (0, 0), self._load())
            return self._shared[1]


_forget: list[Callable[[], None]] = []
_commits: Final = count(1)
_committed: list[int] = [0]  # how many changes this process has committed

"""Something computed, kept in memory for a moment: many people look at the same board, and its figures move slowly."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

FRESH: Final = timedelta(seconds=60)
T = TypeVar("T")


class Recent(Generic[T]):
    """The last answer by key; one at a time is computed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, T]] = {}
        self._lock = threading.Lock()
        _all.append(self)

    def get(self, key: str, at: datetime, compute: Callable[[], T]) -> tuple[datetime, T]:
        """The answer and the moment it is of: now, or less than `FRESH` ago."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or not timedelta(0) <= at - found[0] < FRESH:
                found = self._kept[key] = (at, compute())
            return found

    def forget(self) -> None:
        self._kept.clear()


_all: Final[list["Recent[Any]"]] = []


def forget() -> None:
    """What was just signed, loaded or entered shows to whoever asks next."""
    for one in _all:
        one.forget()

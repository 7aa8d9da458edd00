"""The days a duty is judged over, and the moment it is judged at: facts recorded later count for nothing (U32)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from townops.kernel.timetable import SHANGHAI


@dataclass(frozen=True, slots=True)
class Window:
    """The days `start` to `end`, both included, as they are known at `at`; unpacks to its known days, so that
    `held_on__range=window` works.
    """

    start: date
    end: date
    label: str
    at: datetime

    def __iter__(self) -> Iterator[date]:
        return iter((self.start, self.until))

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()

    @property
    def until(self) -> date:
        """Its last day of which anything can be known."""
        return min(self.end, self.today)

    @property
    def over(self) -> bool:
        return self.today > self.end

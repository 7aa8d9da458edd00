"""The working calendar as months of a wall: which days count, which do not, and where that is not what their weekday says."""

from calendar import Calendar as Weeks
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils import dateformat

from townops.kernel.workdays import Calendar, DayKind

AHEAD: Final = 6
FROM_MONDAY: Final = Weeks(0)
MONDAY: Final = date(2001, 1, 1)  # any, for the names of the days
MARKS: Final = {DayKind.HOLIDAY: "休", DayKind.MAKEUP: "班"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month: whether it counts, and its mark where its weekday alone does not say so."""

    number: int
    works: bool
    mark: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday; None for days of its neighbours."""

    first: date
    weeks: list[list[Day | None]]


def weekdays() -> list[str]:
    """Monday to Sunday in the language of the page, as short as a month needs: 一, or Mon."""
    days = (MONDAY + timedelta(days=one) for one in range(7))
    return [dateformat.format(one, "D").removeprefix("星期") for one in days]


def ahead(calendar: Calendar, today: date, count: int = AHEAD) -> Iterator[Month]:
    """This month and those after it."""
    first = today.replace(day=1)
    for _ in range(count):
        yield Month(first, [[_day(calendar, one, first, today) for one in week] for week in _weeks(first)])
        first += timedelta(days=monthrange(first.year, first.month)[1])


def _weeks(first: date) -> list[list[date]]:
    return FROM_MONDAY.monthdatescalendar(first.year, first.month)


def _day(calendar: Calendar, day: date, first: date, today: date) -> Day | None:
    if day.month != first.month:
        return None
    return Day(day.day, calendar.works_on(day), MARKS.get(calendar.kind_of(day), ""), day == today)

"""The arithmetic under `workdays`: calendars as numbers (engine.md 4; domain.md 1.5).

All arithmetic is in whole microseconds of Asia/Shanghai local time (+08:00, no summer time), so that counting
in pieces adds up exactly; `workdays` and `clocks` speak aware datetimes and whole seconds. A *place* is a
pair (local day number since 1970-01-01, microsecond of that day); the end of a day may be written (day,
DAY_US).

Answers cost microseconds whatever the span: weekdays are counted by a closed formula and the few exceptional
days (holidays, make-up days) by bisection, so nothing ever steps from day to day.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise

from townops.kernel.refusal import Refused

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
LONGEST_LIMIT = 10_000

_EPOCH = datetime(1970, 1, 1, tzinfo=SHANGHAI)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_THURSDAY = 3  # 1970-01-01
_WEEK, _WEEKDAYS = 7, 5


class TimeUnit(StrEnum):
    """Urgent ones and natural days run round the clock; the others count only the windows of working days."""

    URGENT_HOUR = "urgent_hour"
    URGENT_DAY = "urgent_day"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"
    HOTLINE_DAY = "hotline_day"


class DayKind(StrEnum):
    WORK_DAY = "work_day"
    MAKEUP = "makeup"  # a Saturday or Sunday worked in exchange for a holiday
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


_CONTINUOUS_US = {
    TimeUnit.URGENT_HOUR: HOUR_US,
    TimeUnit.URGENT_DAY: DAY_US,
    TimeUnit.NATURAL_DAY: DAY_US,  # the same clock time N days later: one offset, so always 24 h
}


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a working day; an end of 00:00 means the end of the day."""

    start: time
    end: time


DEFAULT_WINDOWS = (Window(time(8), time(12)), Window(time(14), time(18)))


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units; the amount is a whole number from 1. Refused: `limit_amount`."""

    amount: int
    unit: TimeUnit

    def __post_init__(self) -> None:
        whole = isinstance(self.amount, int) and not isinstance(self.amount, bool)
        if not whole or not 1 <= self.amount <= LONGEST_LIMIT:
            raise Refused("limit_amount", amount=self.amount, longest=LONGEST_LIMIT)
        object.__setattr__(self, "unit", TimeUnit(self.unit))


@dataclass(frozen=True)
class Calendar:
    """One version of the working calendar: daily windows, and the days on which the weekday rule fails.

    Days of `holidays` are never worked, days of `makeup` always. Outside `known_from` to `known_until` (both
    included) the State Council's list is not out: other days follow the weekday rule, and what was computed
    with them is provisional. Refused: `calendar_windows`, `calendar_contradiction`.
    """

    version: int
    windows: tuple[Window, ...]
    holidays: frozenset[date]
    makeup: frozenset[date]
    known_from: date
    known_until: date

    def __post_init__(self) -> None:
        edges = [edge for window in self.windows for edge in _edges_us(window)]
        opens = all(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))
        if not edges or not opens or any(a > b for a, b in pairwise(edges)):
            raise Refused("calendar_windows", windows=self.windows)
        if both := self.holidays & self.makeup:
            raise Refused("calendar_contradiction", days=sorted(both))

    def kind_of(self, day: date) -> DayKind:
        if day in self.holidays:
            return DayKind.HOLIDAY
        if day.weekday() < _WEEKDAYS:
            return DayKind.WORK_DAY
        return DayKind.MAKEUP if day in self.makeup else DayKind.WEEKEND

    def works_on(self, day: date) -> bool:
        return self.table.works(day.toordinal() - _EPOCH_ORDINAL)

    @cached_property
    def table(self) -> "Table":
        """The figures the arithmetic needs, made once per calendar value."""
        return Table(self)


class Table:
    """Working days and windows of one calendar as numbers. For the kernel only."""

    def __init__(self, calendar: Calendar) -> None:
        edges = [_edges_us(window) for window in calendar.windows]
        self.starts = [start for start, _ in edges]
        self.ends = [end for _, end in edges]
        self.before = [0, *accumulate(end - start for start, end in edges)]  # counted before window i
        self.per_day = self.before[-1]
        self.known_from = calendar.known_from.toordinal() - _EPOCH_ORDINAL
        self.known_until = calendar.known_until.toordinal() - _EPOCH_ORDINAL
        freed = [(day, -1) for day in calendar.holidays if day.weekday() < _WEEKDAYS]
        turned = sorted(freed + [(day, 1) for day in calendar.makeup if day.weekday() >= _WEEKDAYS])
        self.turned = [day.toordinal() - _EPOCH_ORDINAL for day, _ in turned]
        self.shift = [0, *accumulate(change for _, change in turned)]  # of the rank, after i exceptions
        after = zip(self.turned, self.shift[1:], strict=True)
        self.rank_after = [_weekdays_before(day + 1) + shift for day, shift in after]

    def works(self, day: int) -> bool:
        at = bisect_left(self.turned, day)
        turned = at < len(self.turned) and self.turned[at] == day
        return ((day + _THURSDAY) % _WEEK < _WEEKDAYS) != turned

    def rank(self, day: int) -> int:
        """Working days before `day`, counted from the epoch (negative before it)."""
        return _weekdays_before(day) + self.shift[bisect_left(self.turned, day)]

    def day_of(self, rank: int) -> int:
        """The working day of that rank."""
        at = bisect_right(self.rank_after, rank)
        weeks, weekday = divmod(rank - self.shift[at] + _THURSDAY, _WEEKDAYS)
        day = weeks * _WEEK + weekday - _THURSDAY
        if at < len(self.turned) and day >= self.turned[at]:
            return self.turned[at]  # a make-up day: the weekday rule would look past it
        return day

    def counted_to(self, day: int, clock: int) -> int:
        """Counted microseconds from the epoch to that place."""
        whole = self.rank(day) * self.per_day
        return whole + self.counted_in_day(clock) if self.works(day) else whole

    def counted_in_day(self, clock: int) -> int:
        """Counted microseconds of a working day before that clock time."""
        at = bisect_right(self.starts, clock) - 1
        return 0 if at < 0 else self.before[at] + min(clock, self.ends[at]) - self.starts[at]

    def place_of(self, counted: int) -> tuple[int, int]:
        """The earliest place by which so much is counted: on a boundary, the end of the earlier window."""
        rank, rest = divmod(counted - 1, self.per_day)
        at = bisect_right(self.before, rest) - 1
        return self.day_of(rank), self.starts[at] + rest - self.before[at] + 1

    def days_ended_to(self, day: int, clock: int) -> int:
        """Working days, from the epoch, whose last window has ended by that place."""
        return self.rank(day) + (clock >= self.ends[-1] and self.works(day))

    def knows(self, first: int, last: int) -> bool:
        return self.known_from <= first and last <= self.known_until


def place_of(instant: datetime) -> tuple[int, int]:
    """Refused: `naive_time`."""
    if instant.tzinfo is None:
        raise Refused("naive_time", time=instant.isoformat())
    passed = instant - _EPOCH
    return passed.days, passed.seconds * SECOND_US + passed.microseconds


def instant_of(place: tuple[int, int]) -> datetime:
    return _EPOCH + timedelta(place[0], 0, place[1])


def day_of(place: tuple[int, int]) -> date:
    return date.fromordinal(place[0] + _EPOCH_ORDINAL)


def limit_us(calendar: Calendar, limit: Limit) -> int:
    """The counted microseconds of a limit; not of hotline_day, which ends with a day."""
    if limit.unit is TimeUnit.WORK_HOUR:
        return limit.amount * HOUR_US
    if limit.unit is TimeUnit.WORK_DAY:
        return limit.amount * calendar.table.per_day
    return limit.amount * _CONTINUOUS_US[limit.unit]


def hotline_end(calendar: Calendar, day_zero: int, amount: int) -> tuple[int, int]:
    """The end of the last window of the `amount`-th working day after `day_zero`."""
    table = calendar.table
    return table.day_of(table.rank(day_zero + 1) + amount - 1), table.ends[-1]


def counted_us(calendar: Calendar, start: tuple[int, int], end: tuple[int, int], unit: TimeUnit) -> int:
    if unit in _CONTINUOUS_US:
        return (end[0] - start[0]) * DAY_US + end[1] - start[1]
    return calendar.table.counted_to(*end) - calendar.table.counted_to(*start)


def advanced(calendar: Calendar, start: tuple[int, int], us: int, unit: TimeUnit) -> tuple[int, int]:
    if us <= 0:
        return start
    if unit in _CONTINUOUS_US:
        days, clock = divmod(start[1] + us, DAY_US)
        return start[0] + days, clock
    return calendar.table.place_of(calendar.table.counted_to(*start) + us)


def dependable(calendar: Calendar, start: tuple[int, int], end: tuple[int, int], unit: TimeUnit) -> bool:
    """Whether what was computed over that span needs no day outside the known calendar."""
    return unit in _CONTINUOUS_US or calendar.table.knows(start[0], end[0])


def _weekdays_before(day: int) -> int:
    weeks, weekday = divmod(day + _THURSDAY, _WEEK)
    return weeks * _WEEKDAYS + min(weekday, _WEEKDAYS) - _THURSDAY


def _edges_us(window: Window) -> tuple[int, int]:
    return _clock_us(window.start), _clock_us(window.end) or DAY_US


def _clock_us(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND_US + clock.microsecond

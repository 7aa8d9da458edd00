"""Clocks of an order: values that start, pause, resume, extend and stop (engine.md 4; U13).

A clock is the record of the stretches it ran (`runs`) and what it was given; `due_at`, `used` and
`provisional` are worked out from those alone, so a calendar edit is a replay of the same stretches. Every
function is pure and takes the calendar the clock was made under; another one is an error, except for
`replay`. No clock runs backwards: an instant before its last change counts as the instant of that change
(servers' clocks get set back).

A mark is a fraction of the *counted limit*, the seconds the clock counts between start and due.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from townops.kernel.explanation import ExplainedSpan, Pause, explain
from townops.kernel.refusal import Refused
from townops.kernel.timetable import (
    SECOND_US,
    Calendar,
    Limit,
    TimeUnit,
    advanced,
    counted_us,
    dependable,
    hotline_end,
    instant_of,
    limit_us,
    place_of,
)

Run = tuple[datetime, datetime | None]
_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clock:
    """`limit` is None exactly when `fixed`, a due given from outside, is set; then all time counts.

    `used` is counted seconds of the finished runs. While the clock is paused `due_at` is what it would be on
    resuming at once. `received_at` fixes day 0 of hotline days; `cap` is an instant the due is never later
    than.
    """

    limit: Limit | None
    calendar: int
    started_at: datetime
    due_at: datetime
    runs: tuple[Run, ...]
    received_at: datetime
    extensions: int = 0
    used: int = 0
    stopped_at: datetime | None = None
    cap: datetime | None = None
    fixed: datetime | None = None
    provisional: bool = False

    @property
    def paused_at(self) -> datetime | None:
        return None if self.stopped_at else self.runs[-1][1]

    @property
    def running(self) -> bool:
        return self.runs[-1][1] is None

    @property
    def unit(self) -> TimeUnit:
        return self.limit.unit if self.limit else TimeUnit.NATURAL_DAY


def start(
    limit: Limit,
    calendar: Calendar,
    at: datetime,
    *,
    received_at: datetime | None = None,
    cap: datetime | None = None,
) -> Clock:
    """Refused: `naive_time`."""
    received = received_at or at
    place_of(received)
    bare = Clock(limit, calendar.version, at, at, ((at, None),), received, cap=cap)
    return _derived(bare, calendar)


def start_until(due_at: datetime, calendar: Calendar, at: datetime) -> Clock:
    """A clock whose due was set outside; it may have passed already. Refused: `naive_time`."""
    return _derived(Clock(None, calendar.version, at, due_at, ((at, None),), at, fixed=due_at), calendar)


def pause(clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """Refused: `clock_stopped`, `clock_paused`."""
    _refuse_stopped(clock)
    if not clock.running:
        raise Refused("clock_paused", since=clock.paused_at)
    return _derived(replace(clock, runs=_closed(clock, at)), calendar)


def resume(clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """What was left at the pause is left again. Refused: `clock_stopped`, `clock_not_paused`."""
    _refuse_stopped(clock)
    if clock.running:
        raise Refused("clock_not_paused")
    return _derived(replace(clock, runs=_reopened(clock, at)), calendar)


def extend(clock: Clock, calendar: Calendar) -> Clock:
    """One more approved extension: the original limit once more. Refused: `clock_stopped`, `clock_fixed`."""
    _refuse_stopped(clock)
    if clock.fixed:
        raise Refused("clock_fixed", due_at=clock.due_at)
    return _derived(replace(clock, extensions=clock.extensions + 1), calendar)


def stop(clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """Refused: `clock_stopped`."""
    _refuse_stopped(clock)
    runs = _closed(clock, at) if clock.running else clock.runs
    return _derived(replace(clock, runs=runs, stopped_at=_not_before(clock, at)), calendar)


def restart(clock: Clock, calendar: Calendar, at: datetime) -> Clock:
    """A stopped clock goes on with what it had left, as after a pause. Refused: `clock_not_stopped`."""
    if clock.stopped_at is None:
        raise Refused("clock_not_stopped")
    return _derived(replace(clock, runs=_reopened(clock, at), stopped_at=None), calendar)


def replay(clock: Clock, new_calendar: Calendar) -> Clock:
    """The same runs, pauses and extensions under another calendar."""
    return _derived(replace(clock, calendar=new_calendar.version), new_calendar)


def used_at(clock: Clock, calendar: Calendar, at: datetime) -> int:
    """Counted seconds used by then."""
    _check_version(clock, calendar)
    return _spent(clock.runs, place_of(at), calendar, clock.unit) // SECOND_US


def counted_limit(clock: Clock, calendar: Calendar) -> int:
    """Counted seconds between start and due, pauses left out; 0 for a due that had passed at the start."""
    _check_version(clock, calendar)
    return _limit_us(clock, calendar) // SECOND_US


def mark_at(clock: Clock, calendar: Calendar, fraction: float | Fraction) -> datetime | None:
    """When that fraction (over 1 too) of the counted limit is used; at 1 the due; None while paused or
    stopped.

    Refused: `mark_negative`.
    """
    _check_version(clock, calendar)
    if fraction < 0:
        raise Refused("mark_negative", fraction=fraction)
    if not clock.running:
        return None
    if fraction == 1:
        return clock.due_at
    return instant_of(_reached(clock, round(fraction * _limit_us(clock, calendar)), calendar))


def is_overdue(clock: Clock, at: datetime) -> bool:
    """Whether it is past due at `at`, or was when it paused or stopped; the instant of the due is in time."""
    return min(at, clock.stopped_at or clock.paused_at or at) > clock.due_at


def overdue_seconds(clock: Clock, calendar: Calendar, at: datetime) -> int:
    """Counted seconds run past the due by then."""
    _check_version(clock, calendar)
    due, until = place_of(clock.due_at), place_of(at)
    late = [(max(begin, clock.due_at), end) for begin, end in clock.runs if end is None or end > clock.due_at]
    return _spent(late, until, calendar, clock.unit) // SECOND_US if until > due else 0


def explanation(clock: Clock, calendar: Calendar) -> tuple[ExplainedSpan, ...]:
    """The due in spans, before `cap` is applied; empty for a fixed clock."""
    _check_version(clock, calendar)
    if clock.limit is None:
        return ()
    limit = Limit(clock.limit.amount * (1 + clock.extensions), clock.unit)
    begin = clock.received_at if clock.unit is TimeUnit.HOTLINE_DAY else clock.started_at
    return explain(calendar, begin, limit, tuple(_pauses(clock)))


def _derived(clock: Clock, calendar: Calendar) -> Clock:
    _check_version(clock, calendar)
    end = _due_place(clock, calendar)
    due_at = clock.fixed or instant_of(end)
    if clock.cap is not None:
        due_at = min(due_at, clock.cap)
    finished = tuple(run for run in clock.runs if run[1] is not None)
    spent = _spent(finished, None, calendar, clock.unit) // SECOND_US
    first = place_of(clock.received_at if clock.unit is TimeUnit.HOTLINE_DAY else clock.started_at)
    sure = clock.fixed is not None or dependable(calendar, first, end, clock.unit)
    return replace(clock, due_at=due_at, used=spent, provisional=not sure)


def _due_place(clock: Clock, calendar: Calendar) -> _Place:
    limit = clock.limit
    if limit is None:
        return place_of(clock.fixed or clock.due_at)
    if limit.unit is TimeUnit.HOTLINE_DAY:
        return _hotline_due(clock, calendar, limit.amount * (1 + clock.extensions))
    return _reached(clock, limit_us(calendar, limit) * (1 + clock.extensions), calendar)


def _hotline_due(clock: Clock, calendar: Calendar, amount: int) -> _Place:
    """Each pause that begins before the due adds the working days whose last window ended during it."""
    day_zero, ended = place_of(clock.received_at)[0], calendar.table.days_ended_to
    end = hotline_end(calendar, day_zero, amount)
    for paused, resumed in _pauses(clock):
        if resumed is None or end <= place_of(paused):
            break
        amount += ended(*place_of(resumed)) - ended(*place_of(paused))
        end = hotline_end(calendar, day_zero, amount)
    return end


def _reached(clock: Clock, us: int, calendar: Calendar) -> _Place:
    """The earliest place by which the clock has counted so much, its last run going on for ever."""
    for begin, end in clock.runs[:-1]:
        first = place_of(begin)
        spent = counted_us(calendar, first, place_of(end or begin), clock.unit)
        if spent >= us:
            return advanced(calendar, first, us, clock.unit)
        us -= spent
    return advanced(calendar, place_of(clock.runs[-1][0]), us, clock.unit)


def _limit_us(clock: Clock, calendar: Calendar) -> int:
    going_on = (*clock.runs[:-1], (clock.runs[-1][0], None))
    return _spent(going_on, place_of(clock.due_at), calendar, clock.unit)


def _spent(
    runs: tuple[Run, ...] | list[Run], until: _Place | None, calendar: Calendar, unit: TimeUnit
) -> int:
    """Counted microseconds of those runs before `until`; a run without end goes on up to there."""
    total = 0
    for begin, end in runs:
        first = place_of(begin)
        last = min(place for place in (end and place_of(end), until) if place)
        if last > first:
            total += counted_us(calendar, first, last, unit)
    return total


def _pauses(clock: Clock) -> Iterator[Pause]:
    for number, (_, end) in enumerate(clock.runs, start=1):
        if number < len(clock.runs):
            yield end or clock.started_at, clock.runs[number][0]
        elif clock.paused_at is not None:
            yield clock.paused_at, None


def _closed(clock: Clock, at: datetime) -> tuple[Run, ...]:
    return (*clock.runs[:-1], (clock.runs[-1][0], _not_before(clock, at)))


def _reopened(clock: Clock, at: datetime) -> tuple[Run, ...]:
    return (*clock.runs, (_not_before(clock, at), None))


def _not_before(clock: Clock, at: datetime) -> datetime:
    place_of(at)
    begin, end = clock.runs[-1]
    return max(at, clock.stopped_at or end or begin)


def _refuse_stopped(clock: Clock) -> None:
    if clock.stopped_at is not None:
        raise Refused("clock_stopped", since=clock.stopped_at)


def _check_version(clock: Clock, calendar: Calendar) -> None:
    if clock.calendar != calendar.version:
        raise ValueError(f"clock of calendar {clock.calendar} asked with calendar {calendar.version}")

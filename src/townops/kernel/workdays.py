"""Working time: windows, working days, limits, and when a limit is due (engine.md 4; domain.md 1.5)."""

from dataclasses import dataclass
from datetime import datetime

from townops.kernel.explanation import ExplainedSpan, SpanKind, explain
from townops.kernel.timetable import (
    DEFAULT_WINDOWS,
    SECOND_US,
    SHANGHAI,
    Calendar,
    DayKind,
    Limit,
    TimeUnit,
    Window,
    advanced,
    counted_us,
    dependable,
    hotline_end,
    instant_of,
    limit_us,
    place_of,
)

__all__ = [
    "DEFAULT_WINDOWS",
    "SHANGHAI",
    "Calendar",
    "DayKind",
    "Due",
    "ExplainedSpan",
    "Limit",
    "SpanKind",
    "TimeUnit",
    "Window",
    "advance",
    "counted",
    "due",
    "explain",
    "night_until",
]


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends (+08:00), whether that rests on days not yet known, and the seconds counted."""

    due_at: datetime
    provisional: bool
    counted: int


def due(calendar: Calendar, start: datetime, limit: Limit) -> Due:
    """When `limit` runs out, run from `start` without a pause. For hotline_day the day of `start` is day 0.

    Refused: `naive_time`.
    """
    place = place_of(start)
    if limit.unit is TimeUnit.HOTLINE_DAY:
        end = hotline_end(calendar, place[0], limit.amount)
    else:
        end = advanced(calendar, place, limit_us(calendar, limit), limit.unit)
    spent = counted_us(calendar, place, end, limit.unit)
    return Due(instant_of(end), not dependable(calendar, place, end, limit.unit), spent // SECOND_US)


def counted(calendar: Calendar, start: datetime, end: datetime, unit: TimeUnit) -> int:
    """Whole seconds a clock of `unit` counts from `start` to `end`; negative when `end` is earlier."""
    spent = counted_us(calendar, place_of(start), place_of(end), unit)
    return spent // SECOND_US if spent >= 0 else -(-spent // SECOND_US)


def advance(calendar: Calendar, start: datetime, seconds: int, unit: TimeUnit) -> datetime:
    """The earliest instant by which `seconds` (>= 0) have been counted from `start`; `start` itself for 0."""
    return instant_of(advanced(calendar, place_of(start), seconds * SECOND_US, unit))


def night_until(calendar: Calendar, instant: datetime) -> datetime | None:
    """When the next working day begins (+08:00), seen from outside one; None from its first window to its last.

    The break between two windows of a day is no night. Refused: `naive_time`.
    """
    table = calendar.table
    day, clock = place_of(instant)
    if table.works(day) and clock < table.ends[-1]:
        return instant_of((day, table.starts[0])) if clock < table.starts[0] else None
    return instant_of((table.day_of(table.rank(day + 1)), table.starts[0]))

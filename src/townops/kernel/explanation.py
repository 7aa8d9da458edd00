"""Why a limit is due when it is: every window used, every day skipped and why, every pause (engine.md 4).

The spans are enough to work the due out again: add up `counted` (or, for hotline days, `days`) to the
limit; the due is the end of the last span that added to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, pairwise

from townops.kernel.refusal import Refused
from townops.kernel.timetable import (
    DAY_US,
    MICROSECOND,
    Calendar,
    DayKind,
    Limit,
    TimeUnit,
    day_of,
    hotline_end,
    instant_of,
    limit_us,
    place_of,
)

Pause = tuple[datetime, datetime | None]
_Place = tuple[int, int]


class SpanKind(StrEnum):
    WINDOW = "window"  # counted: a window of a working day, or the part of it used
    CONTINUOUS = "continuous"  # counted: round the clock
    DAY_ZERO = "day_zero"  # hotline: the day of receipt
    DAY = "day"  # hotline: one working day, ends with its last window
    SKIPPED = "skipped"  # a day not worked
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class ExplainedSpan:
    """One line of an explanation, in order of `start`.

    `day` says what kind of day it was (None where that does not matter); `provisional` that the day is
    outside the known calendar. `days` is what the span adds to the count of hotline days: 1 for a day,
    minus the days that ended in it for a pause. A pause still open ends where it starts.
    """

    kind: SpanKind
    start: datetime
    end: datetime
    counted: timedelta = timedelta(0)
    day: DayKind | None = None
    provisional: bool = False
    days: int = 0


def explain(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()
) -> tuple[ExplainedSpan, ...]:
    """The spans from `start` to the due of `limit`. Pauses come in order of time and may touch; the last
    one may still be open, then the due is not reached. Pauses that begin once the due has passed are left
    out.

    Refused: `naive_time`, `pauses_overlap`.
    """
    _check(start, pauses)
    if limit.unit is TimeUnit.HOTLINE_DAY:
        return tuple(_hotline(calendar, start, limit, pauses))
    return tuple(_counted(calendar, start, limit, pauses))


def _check(start: datetime, pauses: Sequence[Pause]) -> None:
    edges = [place_of(edge) for edge in chain([start], *pauses) if edge is not None]
    still_open = any(until is None for _, until in pauses[:-1])
    if still_open or any(a > b for a, b in pairwise(edges)):
        raise Refused("pauses_overlap", pauses=tuple(pauses))


def _counted(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Sequence[Pause]
) -> Iterator[ExplainedSpan]:
    left, begin = limit_us(calendar, limit), place_of(start)
    work = limit.unit in (TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY)
    spans_of = _windows if work else _continuous
    for paused, resumed in pauses:
        for span in spans_of(calendar, begin, place_of(paused), left):
            yield span
            left -= span.counted // MICROSECOND
        if left == 0:
            return
        yield ExplainedSpan(SpanKind.PAUSE, paused, resumed or paused)
        if resumed is None:
            return
        begin = place_of(resumed)
    yield from spans_of(calendar, begin, None, left)


def _continuous(
    calendar: Calendar, start: _Place, until: _Place | None, left: int
) -> Iterator[ExplainedSpan]:
    end = (start[0], start[1] + left)
    if until is not None:
        end = min(end, (start[0], (until[0] - start[0]) * DAY_US + until[1]))
    if end > start:
        first, last = instant_of(start), instant_of(end)
        yield ExplainedSpan(SpanKind.CONTINUOUS, first, last, counted=last - first)


def _windows(calendar: Calendar, start: _Place, until: _Place | None, left: int) -> Iterator[ExplainedSpan]:
    table, day, clock = calendar.table, start[0], start[1]
    while left and (until is None or (day, clock) < until):
        stop = until[1] if until and until[0] == day else DAY_US
        if not table.works(day):
            yield _span(SpanKind.SKIPPED, calendar, day, clock, stop)
        for opens, closes in zip(table.starts, table.ends, strict=True) if table.works(day) else ():
            begin = max(opens, clock)
            end = min(closes, stop, begin + left)
            if begin < end:
                yield _span(SpanKind.WINDOW, calendar, day, begin, end)
                left -= end - begin
        day, clock = day + 1, 0


def _hotline(
    calendar: Calendar, start: datetime, limit: Limit, pauses: Sequence[Pause]
) -> Iterator[ExplainedSpan]:
    """As the clock does: a pause that begins before the due moves it by the days that ended in it."""
    day_zero, amount = place_of(start)[0], limit.amount
    end, spans = hotline_end(calendar, day_zero, amount), []
    last_day = end[0]
    for paused, resumed in pauses:
        if end <= place_of(paused):
            break
        ended = _days_ended(calendar, paused, resumed or paused)
        spans.append(ExplainedSpan(SpanKind.PAUSE, paused, resumed or paused, days=-ended))
        amount += ended
        end = hotline_end(calendar, day_zero, amount)
        last_day = end[0] if resumed else place_of(paused)[0] - 1
    spans.append(_span(SpanKind.DAY_ZERO, calendar, day_zero, 0, DAY_US))
    spans += [_hotline_day(calendar, day) for day in range(day_zero + 1, last_day + 1)]
    yield from sorted(spans, key=lambda span: span.start)


def _days_ended(calendar: Calendar, paused: datetime, resumed: datetime) -> int:
    """Working days whose last window ended during the pause."""
    return calendar.table.days_ended_to(*place_of(resumed)) - calendar.table.days_ended_to(*place_of(paused))


def _hotline_day(calendar: Calendar, day: int) -> ExplainedSpan:
    if not calendar.table.works(day):
        return _span(SpanKind.SKIPPED, calendar, day, 0, DAY_US)
    whole = _span(SpanKind.DAY, calendar, day, 0, calendar.table.ends[-1])
    return replace(whole, days=1)


def _span(kind: SpanKind, calendar: Calendar, day: int, begin: int, end: int) -> ExplainedSpan:
    return ExplainedSpan(
        kind,
        instant_of((day, begin)),
        instant_of((day, end)),
        counted=timedelta(microseconds=end - begin if kind is SpanKind.WINDOW else 0),
        day=calendar.kind_of(day_of((day, begin))),
        provisional=not calendar.table.knows(day, day),
    )

"""The fast clock against the slow one, under random calendars, pauses and extensions."""

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from townops.kernel import clocks, workdays
from townops.kernel.tests.slow_clock import MINUTE, SlowClock
from townops.kernel.workdays import SHANGHAI, Calendar, ExplainedSpan, Limit, SpanKind, TimeUnit, Window

WINDOWS = (
    workdays.DEFAULT_WINDOWS,
    (Window(time(9), time(17, 30)),),
    (Window(time(0), time(6)), Window(time(22), time(0))),
    (Window(time(8), time(12)), Window(time(12), time(13)), Window(time(20, 15), time(21))),
)
FIRST = date(2023, 9, 18)
DAYS = [FIRST + timedelta(days=n) for n in range(60)]
MOST = {"urgent_hour": 30, "work_hour": 30}


@some.composite
def calendars(draw: some.DrawFn) -> Calendar:
    kinds = draw(some.lists(some.sampled_from("www.hm"), min_size=len(DAYS), max_size=len(DAYS)))
    off = frozenset(day for day, kind in zip(DAYS, kinds, strict=True) if kind == "h")
    on = frozenset(day for day, kind in zip(DAYS, kinds, strict=True) if kind == "m")
    return Calendar(1, draw(some.sampled_from(WINDOWS)), off, on, date(2023, 1, 1), date(2023, 12, 31))


@some.composite
def stories(draw: some.DrawFn) -> tuple[Calendar, Limit, int, list[datetime]]:
    """Calendar, limit, extensions, and instants: start, pause, resume, pause, resume ... in order."""
    unit = draw(some.sampled_from(TimeUnit))
    limit = Limit(draw(some.integers(1, MOST.get(unit, 4))), unit)
    steps = draw(some.lists(some.sampled_from([0, 1, 59, 60, 240, 300, 960, 1440, 2000]), max_size=6))
    edges = [datetime(2023, 9, 18, tzinfo=SHANGHAI) + draw(some.integers(0, 20 * 96)) * 15 * MINUTE]
    for step in steps[: len(steps) // 2 * 2]:
        edges.append(edges[-1] + step * MINUTE)
    return draw(calendars()), limit, draw(some.integers(0, 2)), edges


def played(calendar: Calendar, limit: Limit, extensions: int, edges: list[datetime]) -> clocks.Clock:
    clock = clocks.start(limit, calendar, edges[0])
    for number, edge in enumerate(edges[1:]):
        clock = (clocks.resume if number % 2 else clocks.pause)(clock, calendar, edge)
    for _ in range(extensions):
        clock = clocks.extend(clock, calendar)
    return clock


def walked(calendar: Calendar, limit: Limit, extensions: int, edges: list[datetime]) -> SlowClock:
    pauses = list(zip(edges[1::2], edges[2::2], strict=True))
    slow = SlowClock(calendar, edges[0], limit.amount * (1 + extensions), limit.unit, pauses)
    slow.walk(edges[-1])
    return slow


@settings(max_examples=80, deadline=None)
@given(stories())
def test_the_due_is_where_a_minute_by_minute_walk_ends(story):
    assert played(*story).due_at == walked(*story).due


@settings(max_examples=40, deadline=None)
@given(stories(), some.floats(0, 1))
def test_used_time_and_marks_agree_with_the_walk(story, fraction):
    calendar, clock, slow = story[0], played(*story), walked(*story)
    at = min(clock.due_at, story[3][0] + fraction * (clock.due_at - story[3][0])).replace(
        second=0, microsecond=0
    )
    assert clocks.used_at(clock, calendar, at) == slow.counted[at] * 60
    total = slow.counted[slow.due]
    assert clocks.counted_limit(clock, calendar) == total * 60
    mark = clocks.mark_at(clock, calendar, 0.75)
    assert (
        mark <= min(minute for minute, done in slow.counted.items() if done >= 0.75 * total) < mark + MINUTE
    )


@settings(max_examples=40, deadline=None)
@given(stories(), some.integers(0, 5000))
def test_late_seconds_are_those_walked_after_the_due(story, minutes):
    clock, slow = played(*story), walked(*story)
    at = clock.due_at + minutes * MINUTE
    slow.walk(at)
    expected = (slow.counted[at] - slow.counted[slow.due]) * 60
    assert clocks.overdue_seconds(clock, story[0], at) == expected
    assert clocks.is_overdue(clock, at) == (minutes > 0)


def told(spans: tuple[ExplainedSpan, ...]) -> tuple[timedelta, int, datetime]:
    """Counted time, hotline days and the due, from the explanation alone."""
    adding = [span for span in spans if span.counted or span.kind is SpanKind.DAY]
    return sum((s.counted for s in spans), timedelta()), sum(s.days for s in spans), adding[-1].end


@settings(max_examples=80, deadline=None)
@given(stories())
def test_the_due_can_be_worked_out_from_the_explanation_alone(story):
    calendar, limit, extensions, _ = story
    clock = played(*story)
    time_told, days_told, due_told = told(clocks.explanation(clock, calendar))
    amount = limit.amount * (1 + extensions)
    assert due_told == clock.due_at
    if limit.unit is TimeUnit.HOTLINE_DAY:
        assert (time_told, days_told) == (timedelta(), amount)
    else:
        assert time_told == timedelta(seconds=clocks.counted_limit(clock, calendar))


@settings(max_examples=80, deadline=None)
@given(calendars(), some.integers(0, 3_000_000), some.integers(1, 500_000), some.sampled_from(TimeUnit))
def test_advance_and_counted_undo_each_other_to_the_second(calendar, offset, seconds, unit):
    start = datetime(2023, 9, 18, tzinfo=SHANGHAI) + timedelta(seconds=offset)
    end = workdays.advance(calendar, start, seconds, unit)
    assert workdays.counted(calendar, start, end, unit) == seconds
    assert workdays.counted(calendar, start, end - timedelta(seconds=1), unit) == seconds - 1
    assert workdays.counted(calendar, end, start, unit) == -seconds

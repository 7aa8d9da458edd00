"""Clocks: pauses, extensions, caps, dues from outside, calendar edits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from townops.kernel import clocks
from townops.kernel.refusal import Refused
from townops.kernel.tests.test_appendix_b import AUTUMN, at
from townops.kernel.workdays import Limit

FOUR_HOURS = Limit(4, "work_hour")
TWO_DAYS = Limit(2, "hotline_day")
MORNING = "2023-10-09 10:30"


def started(limit: Limit = FOUR_HOURS, start: str = MORNING, **more: datetime) -> clocks.Clock:
    return clocks.start(limit, AUTUMN, at(start), **more)


def paused(clock: clocks.Clock, begin: str, end: str | None = None) -> clocks.Clock:
    clock = clocks.pause(clock, AUTUMN, at(begin))
    return clocks.resume(clock, AUTUMN, at(end)) if end else clock


def test_a_paused_clock_does_not_tick_and_has_no_mark():
    clock = paused(started(), "2023-10-09 15:00")
    assert clocks.used_at(clock, AUTUMN, at("2023-11-09 15:00")) == clock.used == 2.5 * 3600
    assert clocks.mark_at(clock, AUTUMN, 0.75) is None
    assert (clock.paused_at, clock.due_at) == (at("2023-10-09 15:00"), at("2023-10-09 16:30"))
    assert not clocks.is_overdue(clock, at("2023-11-09 15:00"))


def test_a_pause_outside_the_windows_costs_a_working_clock_nothing_and_an_urgent_one_everything():
    overnight = "2023-10-09 18:00", "2023-10-10 08:00"
    assert paused(started(Limit(1, "work_day")), *overnight).due_at == at("2023-10-10 10:30")
    assert paused(started(Limit(1, "urgent_day")), *overnight).due_at == at("2023-10-11 00:30")


def test_a_change_of_limit_keeps_the_pause():
    clock = paused(started(), "2023-10-09 15:00")
    longer = clocks.extend(clock, AUTUMN)
    assert (longer.paused_at, longer.used) == (clock.paused_at, clock.used)
    assert clocks.resume(longer, AUTUMN, at("2023-10-10 09:00")).due_at == at("2023-10-10 16:30")


def test_a_pause_and_a_resumption_at_once_change_nothing_that_is_shown():
    clock = paused(started(), "2023-10-09 13:00", "2023-10-09 13:00")
    assert (clock.due_at, clock.used) == (started().due_at, 1.5 * 3600)


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        ("2023-10-10 09:00", "2023-10-10 17:59", "2023-10-11 18:00"),
        ("2023-10-10 09:00", "2023-10-10 18:00", "2023-10-12 18:00"),
        ("2023-10-10 18:00", "2023-10-11 17:59", "2023-10-11 18:00"),
        ("2023-10-10 19:00", "2023-10-11 19:00", "2023-10-12 18:00"),
        ("2023-10-10 09:00", "2023-10-15 09:00", "2023-10-17 18:00"),
        ("2023-10-09 17:00", "2023-10-09 19:00", "2023-10-12 18:00"),
        ("2023-10-11 18:00", "2023-10-20 09:00", "2023-10-11 18:00"),
    ],
)
def test_a_pause_of_hotline_days_adds_the_working_days_that_ended_during_it(begin, end, due):
    assert paused(started(TWO_DAYS), begin, end).due_at == at(due)


def test_an_extension_adds_the_original_limit_each_time_and_rearms_the_marks():
    clock = clocks.extend(clocks.extend(started(), AUTUMN), AUTUMN)
    assert clocks.counted_limit(clock, AUTUMN) == 12 * 3600
    assert clocks.mark_at(clock, AUTUMN, 0.75) == at("2023-10-10 11:30")
    assert clocks.extend(started(TWO_DAYS), AUTUMN).due_at == at("2023-10-13 18:00")


def test_marks_are_fractions_of_the_counted_limit():
    clock = started()
    assert clocks.mark_at(clock, AUTUMN, 0) == at(MORNING)
    assert clocks.mark_at(clock, AUTUMN, Fraction(3, 4)) == at("2023-10-09 15:30")
    assert clocks.mark_at(clock, AUTUMN, 1) == clock.due_at
    assert clocks.mark_at(clock, AUTUMN, 3) == at("2023-10-10 16:30")
    with pytest.raises(Refused, match="mark_negative"):
        clocks.mark_at(clock, AUTUMN, -0.1)


def test_a_pause_moves_the_marks_that_are_left_by_the_counted_time_it_took():
    clock = paused(started(), "2023-10-09 15:00", "2023-10-10 09:00")
    assert clocks.mark_at(clock, AUTUMN, 0.5) == at("2023-10-09 14:30")
    assert clocks.mark_at(clock, AUTUMN, 0.75) == at("2023-10-10 09:30")


def test_the_due_is_never_later_than_the_cap_whatever_is_added():
    clock = started(cap=at("2023-10-09 16:00"))
    assert clock.due_at == at("2023-10-09 16:00")
    assert clocks.counted_limit(clock, AUTUMN) == 3.5 * 3600
    assert clocks.extend(clock, AUTUMN).due_at == at("2023-10-09 16:00")
    assert paused(clock, "2023-10-09 11:00", "2023-10-09 15:00").due_at == at("2023-10-09 16:00")


def test_a_cap_later_than_the_due_changes_nothing_and_one_in_the_evening_is_the_last_mark():
    assert started(cap=at("2023-10-09 20:00")).due_at == at("2023-10-09 16:30")
    evening = started(Limit(2, "work_day"), cap=at("2023-10-09 20:00"))
    assert clocks.mark_at(evening, AUTUMN, 1) == evening.due_at == at("2023-10-09 20:00")


def test_day_zero_is_the_day_of_receipt_not_the_day_of_dispatch():
    clock = started(TWO_DAYS, "2023-10-10 09:00", received_at=at("2023-10-09 23:50"))
    assert clock.due_at == at("2023-10-11 18:00")
    assert clocks.counted_limit(clock, AUTUMN) == 15 * 3600


def test_a_due_from_outside_stays_through_pauses_and_cannot_be_extended():
    clock = clocks.start_until(at("2023-10-11 12:00"), AUTUMN, at("2023-10-09 12:00"))
    assert clocks.mark_at(clock, AUTUMN, 0.75) == at("2023-10-11 00:00")
    resumed = paused(clock, "2023-10-09 13:00", "2023-10-10 13:00")
    assert resumed.due_at == at("2023-10-11 12:00")
    assert clocks.counted_limit(resumed, AUTUMN) == 24 * 3600
    with pytest.raises(Refused, match="clock_fixed"):
        clocks.extend(clock, AUTUMN)


def test_a_due_that_had_passed_on_arrival_is_late_from_the_first_second():
    clock = clocks.start_until(at("2023-10-08 12:00"), AUTUMN, at("2023-10-09 12:00"))
    assert clocks.counted_limit(clock, AUTUMN) == 0
    assert clocks.mark_at(clock, AUTUMN, 0.75) == clocks.mark_at(clock, AUTUMN, 3) == at("2023-10-09 12:00")
    assert clocks.overdue_seconds(clock, AUTUMN, at("2023-10-09 12:10")) == 600


def test_late_time_is_counted_like_the_limit_and_stands_when_the_clock_stops():
    clock = started()
    assert not clocks.is_overdue(clock, clock.due_at)
    assert clocks.overdue_seconds(clock, AUTUMN, at("2023-10-10 09:00")) == 2.5 * 3600
    done = clocks.stop(clock, AUTUMN, at("2023-10-10 09:00"))
    assert clocks.overdue_seconds(done, AUTUMN, at("2023-12-10 09:00")) == 2.5 * 3600
    assert clocks.is_overdue(done, at("2023-12-10 09:00"))
    assert not clocks.is_overdue(clocks.stop(clock, AUTUMN, clock.due_at), at("2023-12-10 09:00"))


def test_a_stopped_clock_keeps_its_figures_and_may_go_on_with_what_was_left():
    done = clocks.stop(started(), AUTUMN, at("2023-10-09 15:00"))
    assert (done.stopped_at, done.used, done.paused_at) == (at("2023-10-09 15:00"), 2.5 * 3600, None)
    again = clocks.restart(done, AUTUMN, at("2023-10-10 09:00"))
    assert (again.due_at, again.stopped_at) == (at("2023-10-10 10:30"), None)


def test_each_step_is_refused_in_the_wrong_state():
    clock = started()
    still, done = paused(clock, "2023-10-09 15:00"), clocks.stop(clock, AUTUMN, at("2023-10-09 15:00"))
    later = at("2023-10-10 09:00")
    for code, step in [
        ("clock_paused", lambda: clocks.pause(still, AUTUMN, later)),
        ("clock_not_paused", lambda: clocks.resume(clock, AUTUMN, later)),
        ("clock_not_stopped", lambda: clocks.restart(still, AUTUMN, later)),
        ("clock_stopped", lambda: clocks.pause(done, AUTUMN, later)),
        ("clock_stopped", lambda: clocks.resume(done, AUTUMN, later)),
        ("clock_stopped", lambda: clocks.stop(done, AUTUMN, later)),
        ("clock_stopped", lambda: clocks.extend(done, AUTUMN)),
        ("naive_time", lambda: clocks.pause(clock, AUTUMN, datetime(2023, 10, 9))),  # noqa: DTZ001
    ]:
        with pytest.raises(Refused, match=code):
            step()


def test_a_servers_clock_set_back_does_not_make_a_clock_run_backwards():
    clock = paused(started(), "2023-10-09 10:00", "2023-10-09 09:00")
    assert (clock.used, clock.due_at) == (0, started().due_at)


def test_a_calendar_edit_replays_the_same_runs():
    clock = clocks.extend(paused(started(), "2023-10-09 15:00", "2023-10-10 09:00"), AUTUMN)
    holiday = replace(AUTUMN, version=2, holidays=AUTUMN.holidays | {date(2023, 10, 10)})
    edited = clocks.replay(clock, holiday)
    assert (edited.calendar, edited.runs, edited.extensions) == (2, clock.runs, 1)
    assert (clock.due_at, edited.due_at) == (at("2023-10-10 16:30"), at("2023-10-11 15:30"))
    assert clocks.replay(edited, AUTUMN) == clock


def test_a_replay_changes_time_already_used_when_the_past_was_edited():
    clock = paused(started(), "2023-10-09 15:00")
    holiday = replace(AUTUMN, version=2, holidays=AUTUMN.holidays | {date(2023, 10, 9)})
    assert (clock.used, clocks.replay(clock, holiday).used) == (2.5 * 3600, 0)


def test_a_clock_asked_with_another_calendar_is_an_error():
    with pytest.raises(ValueError, match="calendar 1 asked with calendar 2"):
        clocks.mark_at(started(), replace(AUTUMN, version=2), 1)


def test_a_due_beyond_the_known_calendar_is_provisional_until_the_calendar_is_known():
    clock = clocks.start(TWO_DAYS, AUTUMN, at("2023-12-29 09:00"))
    assert clock.provisional
    known = replace(AUTUMN, version=2, known_until=date(2024, 12, 31), holidays=frozenset({date(2024, 1, 1)}))
    settled = clocks.replay(clock, known)
    assert (settled.provisional, settled.due_at) == (False, at("2024-01-03 18:00"))


def test_instants_in_other_zones_are_the_same_instants():
    here, there = started(), clocks.start(FOUR_HOURS, AUTUMN, at(MORNING).astimezone(UTC))
    assert here == there


def test_counting_in_pieces_loses_nothing():
    clock = started(start="2023-10-09 10:30:00.999999")
    for second in range(1, 40):
        edge = at(MORNING) + timedelta(seconds=second, microseconds=300_000 + second)
        clock = clocks.resume(clocks.pause(clock, AUTUMN, edge), AUTUMN, edge)
    assert clock.due_at == at("2023-10-09 16:30:00.999999")


def test_an_explanation_ends_at_the_due():
    clock = clocks.extend(paused(started(), "2023-10-09 15:00", "2023-10-10 09:00"), AUTUMN)
    spans = clocks.explanation(clock, AUTUMN)
    assert (spans[-1].end, sum((span.counted for span in spans), timedelta())) == (
        clock.due_at,
        timedelta(hours=8),
    )

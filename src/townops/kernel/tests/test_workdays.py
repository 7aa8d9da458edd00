"""Working days, windows and limits where people got them wrong before."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from townops.kernel import workdays
from townops.kernel.refusal import Refused
from townops.kernel.tests.test_appendix_b import AUTUMN, at
from townops.kernel.workdays import Calendar, DayKind, Limit, SpanKind, TimeUnit, Window


def due(start: str, amount: int, unit: str) -> datetime:
    return workdays.due(AUTUMN, at(start), Limit(amount, unit)).due_at


def calendar_of(*windows: Window, holidays=(), makeup=()) -> Calendar:
    known = date(2023, 1, 1), date(2023, 12, 31)
    return Calendar(2, windows, frozenset(holidays), frozenset(makeup), *known)


def test_lunch_is_not_counted():
    assert due("2023-10-09 11:00", 2, "work_hour") == at("2023-10-09 15:00")
    assert (
        workdays.counted(AUTUMN, at("2023-10-09 11:00"), at("2023-10-09 15:00"), TimeUnit.WORK_HOUR) == 7200
    )


def test_a_due_on_the_start_of_a_window_is_the_end_of_the_earlier_one():
    assert due("2023-10-09 10:00", 2, "work_hour") == at("2023-10-09 12:00")
    assert due("2023-10-13 16:00", 2, "work_hour") == at("2023-10-13 18:00")
    assert due("2023-10-16 08:00", 1, "work_day") == at("2023-10-16 18:00")


def test_received_on_a_saturday_before_a_makeup_day_counts_the_makeup_day():
    assert due("2023-10-07 19:00", 1, "work_day") == at("2023-10-08 18:00")
    assert due("2023-10-07 19:00", 1, "hotline_day") == at("2023-10-08 18:00")


@pytest.mark.parametrize("unit", ["work_hour", "work_day", "hotline_day"])
def test_a_working_due_never_falls_on_a_day_not_worked(unit):
    for hours in range(24 * 30):
        answer = workdays.due(AUTUMN, at("2023-09-25 00:00") + timedelta(hours=hours), Limit(3, unit))
        assert AUTUMN.works_on(answer.due_at.date())


def test_day_zero_of_a_hotline_limit_may_be_a_holiday_or_start_at_its_last_minute():
    assert due("2023-09-28 23:59", 5, "hotline_day") == at("2023-10-11 18:00")
    assert due("2023-09-29 00:00", 5, "hotline_day") == at("2023-10-11 18:00")
    assert due("2023-09-28 00:00", 5, "hotline_day") == at("2023-10-11 18:00")


def test_beyond_the_known_calendar_weekdays_are_worked_and_the_due_is_provisional():
    last = workdays.due(AUTUMN, at("2023-12-28 17:00"), Limit(1, "work_day"))
    beyond = workdays.due(AUTUMN, at("2023-12-29 17:00"), Limit(1, "work_day"))
    assert (last.due_at, last.provisional) == (at("2023-12-29 17:00"), False)
    assert (beyond.due_at, beyond.provisional) == (at("2024-01-01 17:00"), True)
    assert not workdays.due(AUTUMN, at("2023-12-31 23:00"), Limit(9, "urgent_day")).provisional


def test_before_the_known_calendar_is_provisional_too():
    assert workdays.due(AUTUMN, at("2022-12-30 09:00"), Limit(1, "work_hour")).provisional


def test_windows_that_touch_count_as_one_and_midnight_ends_a_window():
    night = calendar_of(Window(time(0), time(6)), Window(time(6), time(8)), Window(time(22), time(0)))
    answer = workdays.due(night, at("2023-10-09 22:00"), Limit(2, "work_hour"))
    assert answer.due_at == at("2023-10-10 00:00")
    assert workdays.due(night, at("2023-10-09 22:30"), Limit(1, "work_day")).due_at == at("2023-10-10 22:30")


def test_a_day_of_work_is_one_full_set_of_the_calendars_windows():
    short = calendar_of(Window(time(9), time(12)), Window(time(13), time(16, 30)))
    answer = workdays.due(short, at("2023-10-09 09:00"), Limit(2, "work_day"))
    assert (answer.due_at, answer.counted) == (at("2023-10-10 16:30"), 2 * int(6.5 * 3600))


def test_an_instant_may_come_in_any_zone_and_keeps_its_microseconds():
    start = datetime(2023, 10, 9, 2, 30, 0, 250_000, tzinfo=UTC)
    answer = workdays.due(AUTUMN, start, Limit(4, "work_hour"))
    assert answer.due_at == at("2023-10-09 16:30:00.250000")
    assert answer.due_at.utcoffset() == timedelta(hours=8)


def test_a_naive_time_is_refused():
    with pytest.raises(Refused, match="naive_time"):
        workdays.due(AUTUMN, datetime(2023, 10, 9, 10), Limit(1, "work_day"))  # noqa: DTZ001


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "3", 10_001])
def test_a_limit_is_a_whole_number_of_units_from_one(amount):
    with pytest.raises(Refused, match="limit_amount"):
        Limit(amount, TimeUnit.WORK_DAY)


@pytest.mark.parametrize(
    "windows",
    [
        (),
        (Window(time(8), time(8)),),
        (Window(time(14), time(12)),),
        (Window(time(14), time(18)), Window(time(8), time(12))),
        (Window(time(8), time(13)), Window(time(12), time(18))),
    ],
)
def test_windows_that_are_empty_overlap_or_stand_in_the_wrong_order_are_refused(windows):
    with pytest.raises(Refused, match="calendar_windows"):
        calendar_of(*windows)


def test_a_day_cannot_be_a_holiday_and_a_makeup_day():
    day = date(2023, 10, 7)
    with pytest.raises(Refused, match="calendar_contradiction"):
        calendar_of(*workdays.DEFAULT_WINDOWS, holidays=[day], makeup=[day])


def test_a_makeup_day_on_a_weekday_and_a_holiday_on_a_sunday_change_nothing():
    day, sunday = date(2023, 10, 9), date(2023, 10, 15)
    odd = calendar_of(*workdays.DEFAULT_WINDOWS, holidays=[sunday], makeup=[day])
    plain = calendar_of(*workdays.DEFAULT_WINDOWS)
    for calendar in (odd, plain):
        assert workdays.due(calendar, at("2023-10-06 15:00"), Limit(6, "work_day")).due_at == at(
            "2023-10-16 15:00"
        )


def test_an_explanation_names_every_day_between_start_and_due():
    spans = workdays.explain(AUTUMN, at("2023-09-28 15:00"), Limit(2, "work_day"))
    skipped = [(span.start.day, span.day) for span in spans if span.kind is SpanKind.SKIPPED]
    assert skipped == [
        (29, DayKind.HOLIDAY),
        (30, DayKind.HOLIDAY),
        *((n, DayKind.HOLIDAY) for n in range(1, 7)),
    ]
    used = [(span.start, span.end, span.day) for span in spans if span.kind is SpanKind.WINDOW]
    assert used == [
        (at("2023-09-28 15:00"), at("2023-09-28 18:00"), DayKind.WORK_DAY),
        (at("2023-10-07 08:00"), at("2023-10-07 12:00"), DayKind.MAKEUP),
        (at("2023-10-07 14:00"), at("2023-10-07 18:00"), DayKind.MAKEUP),
        (at("2023-10-08 08:00"), at("2023-10-08 12:00"), DayKind.MAKEUP),
        (at("2023-10-08 14:00"), at("2023-10-08 15:00"), DayKind.MAKEUP),
    ]


def test_an_explanation_says_which_days_are_not_known_yet():
    spans = workdays.explain(AUTUMN, at("2023-12-29 17:00"), Limit(1, "work_day"))
    assert [span.start.date() for span in spans if span.provisional] == [date(2024, 1, 1)] * 2
    assert {span.start.day: span.day for span in spans if span.kind is SpanKind.SKIPPED} == {
        30: DayKind.WEEKEND,
        31: DayKind.WEEKEND,
    }


def test_an_explanation_shows_a_pause_and_one_still_open_ends_it():
    pauses = ((at("2023-10-09 15:00"), at("2023-10-10 09:00")), (at("2023-10-10 10:00"), None))
    spans = workdays.explain(AUTUMN, at("2023-10-09 10:30"), Limit(4, "work_hour"), pauses)
    assert [span.kind.value for span in spans] == ["window", "window", "pause", "window", "pause"]
    assert sum((span.counted for span in spans), timedelta()) == timedelta(hours=3.5)


@pytest.mark.parametrize(("limit", "resumed"), [(Limit(4, "work_hour"), 17), (Limit(6, "urgent_hour"), 20)])
def test_a_pause_after_the_due_is_no_part_of_the_explanation(limit, resumed):
    pauses = ((at("2023-10-09 16:30"), at(f"2023-10-09 {resumed}:00")),)
    spans = workdays.explain(AUTUMN, at("2023-10-09 10:30"), limit, pauses)
    assert SpanKind.PAUSE not in {span.kind for span in spans}


def test_a_due_at_midnight_of_the_last_known_day_is_sure():
    night = calendar_of(Window(time(22), time(0)))
    answer = workdays.due(night, at("2023-12-29 22:00"), Limit(2, "work_hour"))
    assert (answer.due_at, answer.provisional) == (at("2023-12-30 00:00"), False)
    friday = Calendar(3, night.windows, frozenset(), frozenset(), date(2023, 1, 1), date(2023, 12, 29))
    assert not workdays.due(friday, at("2023-12-29 22:00"), Limit(2, "work_hour")).provisional


def test_an_explanation_of_hotline_days_counts_days_and_takes_back_those_that_ended_in_a_pause():
    pauses = ((at("2023-10-10 17:00"), at("2023-10-11 18:00")),)
    spans = workdays.explain(AUTUMN, at("2023-10-09 10:00"), Limit(2, "hotline_day"), pauses)
    days = [(span.kind.value, span.start.day, span.days) for span in spans]
    assert days == [
        ("day_zero", 9, 0), ("day", 10, 1), ("pause", 10, -2), ("day", 11, 1), ("day", 12, 1), ("day", 13, 1),
    ]  # fmt: skip


def test_pauses_out_of_order_are_refused():
    pauses = ((at("2023-10-10 09:00"), at("2023-10-09 15:00")),)
    with pytest.raises(Refused, match="pauses_overlap"):
        workdays.explain(AUTUMN, at("2023-10-09 10:30"), Limit(4, "work_hour"), pauses)


@pytest.mark.parametrize(
    ("instant", "begins"),
    [
        ("2023-10-09 07:59", "2023-10-09 08:00"), ("2023-10-09 08:00", None), ("2023-10-09 13:00", None),
        ("2023-10-09 17:59", None), ("2023-10-09 18:00", "2023-10-10 08:00"), ("2023-10-13 20:00", "2023-10-16 08:00"),
        ("2023-10-14 10:00", "2023-10-16 08:00"), ("2023-09-29 10:00", "2023-10-07 08:00"),
    ],
)  # fmt: skip
def test_the_night_ends_with_the_first_window_of_the_next_working_day(instant, begins):
    assert workdays.night_until(AUTUMN, at(instant)) == (at(begins) if begins else None)


def test_a_working_day_that_lasts_until_midnight_ends_there():
    late = calendar_of(Window(time(22), time(0)))
    assert workdays.night_until(late, at("2023-12-28 23:59")) is None
    assert workdays.night_until(late, at("2023-12-29 00:00")) == at("2023-12-29 22:00")

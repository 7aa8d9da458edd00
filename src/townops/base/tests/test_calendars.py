"""The working calendar in the database."""

from contextlib import suppress
from datetime import UTC, date, datetime, time

import pytest
from django.db import transaction

from townops.base import calendars
from townops.base.models import CalendarVersion
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit, Window, due

pytestmark = pytest.mark.django_db


def test_the_first_calendar_is_made_from_the_published_years():
    calendar = calendars.current()
    assert calendar.version == 1
    assert calendar.windows == (Window(time(8), time(12)), Window(time(14), time(18)))
    assert (calendar.known_from, calendar.known_until.month) == (date(2004, 1, 1), 12)


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2020, 2023, 2024, 2025, 2026])
def test_every_year_the_town_needs_has_its_holidays(year):
    calendar = calendars.current()
    assert date(year, 10, 1) in calendar.holidays
    assert any(day.year == year and day.weekday() >= 5 for day in calendar.makeup)
    assert calendar.known_from <= date(year, 1, 1) <= date(year, 12, 31) <= calendar.known_until


def test_a_limit_over_the_autumn_holidays_of_2023_ends_where_the_notes_say():
    start = datetime.fromisoformat("2023-09-28T15:00+08:00")
    found = due(calendars.current(), start, Limit(5, TimeUnit.WORK_DAY))
    assert (found.due_at, found.provisional) == (datetime.fromisoformat("2023-10-11T15:00+08:00"), False)


def test_an_override_makes_a_new_version_and_leaves_the_old_one():
    storm = date(2026, 7, 15)
    old = calendars.current()
    number = calendars.override({storm: "holiday", date(2026, 10, 1): None}, note="台风停工")
    new = calendars.current()
    assert (number, new.version) == (2, 2)
    assert storm in new.holidays and date(2026, 10, 1) not in new.holidays
    assert calendars.get(1) == old
    assert new.windows == old.windows


def test_windows_change_with_a_version_too():
    calendars.override({}, windows=[Window(time(13), time(17)), Window(time(9), time(11, 30))])
    assert calendars.current().windows == (Window(time(9), time(11, 30)), Window(time(13), time(17)))


def test_windows_that_overlap_are_refused_and_make_no_version():
    calendars.current()
    with pytest.raises(Refused, match="calendar_windows"):
        calendars.override({}, windows=[Window(time(8), time(12)), Window(time(11), time(18))])
    assert CalendarVersion.objects.count() == 1


def test_a_kind_of_day_nobody_knows_is_refused():
    with pytest.raises(Refused, match="calendar_day_kind"):
        calendars.override({date(2026, 7, 15): "party"})


def test_an_unknown_version_is_refused():
    with pytest.raises(Refused, match="calendar_unknown"):
        calendars.get(99)


def test_a_known_version_is_read_once(django_assert_num_queries):
    calendars.current()
    with django_assert_num_queries(0):
        calendars.get(1)


def test_a_year_not_published_is_announced_two_months_before():
    last = calendars.current().known_until.year
    assert calendars.warn_missing(date(last, 6, 1)) == []
    assert calendars.warn_missing(date(last, 11, 15)) == [last + 1]
    calendars.override({}, known_until=date(last + 1, 12, 31), at=datetime(last, 11, 20, tzinfo=UTC))
    assert calendars.warn_missing(date(last, 11, 15)) == []


@pytest.mark.django_db(transaction=True)
def test_a_calendar_made_in_work_that_is_undone_is_not_remembered():
    before = calendars.current().version
    with transaction.atomic():
        assert calendars.current().version == before
        with suppress(LookupError), transaction.atomic():
            made = calendars.override({date(2026, 7, 1): "holiday"})
            assert calendars.current().version == made
            raise LookupError
        assert calendars.current().version == before
    assert calendars.current().version == before

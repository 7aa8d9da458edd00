"""Measures of the plumbing: passing, and one day of logs or one late job short of it (U25, U31)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from townops.base import journal
from townops.base.models import Schedule
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.standards.tests.twins import TOWN, holds, measured

pytestmark = pytest.mark.django_db
SINCE, NOW = date(2026, 1, 1), datetime(2026, 11, 2, 4, tzinfo=UTC)
NOBODY = Actor(SYSTEM_PERSON, "系统", ())


def logged(days_ago: int, installed: int = 400) -> None:
    MigrationRecorder(connection).Migration.objects.update(applied=NOW - timedelta(days=installed))
    at = NOW - timedelta(days=days_ago)
    journal.append(kind="test", key=1, action="done", actor=NOBODY, at=at, body={})


def test_logs_of_six_months_pass(db):
    logged(182)
    assert holds("base.log_kept", TOWN, since=SINCE, at=NOW)


def test_one_day_less_of_logs_does_not(db):
    logged(181)
    assert not holds("base.log_kept", TOWN, since=SINCE, at=NOW)
    assert measured("base.log_kept", TOWN, since=SINCE, at=NOW).left_out[0].reason == "缺1天日志"


def test_a_town_installed_later_owes_only_its_own_days(db):
    logged(30, installed=30)
    assert holds("base.log_kept", TOWN, since=SINCE, at=NOW)


def test_no_log_is_no_source(db):
    assert measured("base.log_kept", TOWN, since=SINCE, at=NOW).value is None


def scheduled(name: str, **given) -> None:
    Schedule.objects.create(name=name, next_at=NOW + timedelta(minutes=1), **given)


def test_recurring_work_on_time_passes_and_a_late_or_failed_job_does_not(db):
    name = "base.jobs_on_time"
    assert measured(name, TOWN, since=SINCE, at=NOW).value is None
    scheduled("a", last_started_at=NOW - timedelta(minutes=1))
    assert holds(name, TOWN, since=SINCE, at=NOW)
    scheduled("b", last_error="broken")
    assert not holds(name, TOWN, since=SINCE, at=NOW)
    Schedule.objects.filter(name="b").update(last_error="", next_at=NOW - timedelta(hours=2))
    assert not holds(name, TOWN, since=SINCE, at=NOW)


def test_the_past_of_recurring_work_is_not_known(db):
    scheduled("a", last_started_at=NOW)
    assert measured("base.jobs_on_time", TOWN, since=SINCE, at=NOW - timedelta(days=9)).value is None

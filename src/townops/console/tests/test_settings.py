"""设置 at the desk: what is in force, and a calendar that is tried on the open orders before it is published."""

from datetime import timedelta

import pytest
from django.utils import timezone

from townops.base import batches, calendars, jobs
from townops.console.tests.browser import Browser
from townops.orders import api as orders

pytestmark = pytest.mark.django_db
TYPED = {"first": "2099-01-05", "last": "2099-01-06", "kind": "holiday", "note": "台风停工"}


@pytest.fixture
def keeper(town):
    return Browser("deputy").open("/settings/calendar")


def test_the_index_tells_what_is_in_force_and_only_what_one_may_set(town):
    deputy = Browser("deputy").open("/settings")
    assert f"第 {calendars.current().version} 版，节假日已公布到" in deputy.page.text
    assert 'href="/settings/calendar"' not in Browser("security").open("/settings").html


def test_nothing_is_published_before_it_was_tried_and_confirmed(keeper):
    before = calendars.current().version
    assert not keeper.page.offers("确认发布")
    keeper.send("试算", **TYPED)
    assert "这项改动会影响 0 件在办工单" in keeper.page.text
    assert calendars.current().version == before
    keeper.send("确认发布")
    assert f"第 {before + 1} 版工作日历已发布" in keeper.page.text
    assert "2099-01-05 至 2099-01-06 改为休息" in keeper.page.text


def test_what_was_changed_after_the_trial_is_tried_again(keeper):
    before = calendars.current().version
    keeper.send("试算", **TYPED).send("确认发布", last="2099-01-08")
    assert calendars.current().version == before
    assert keeper.page.offers("确认发布")
    keeper.send("确认发布")
    assert "2099-01-05 至 2099-01-08 改为休息" in keeper.page.text


def test_the_second_of_two_is_told_what_changed_and_keeps_what_was_typed(keeper):
    other = Browser("director").open("/settings/calendar")
    keeper.send("试算", **TYPED).send("确认发布")
    other.send("试算", **TYPED | {"note": "我的说明"})
    assert other.status == 422
    assert "台风停工" in other.page.text
    assert other.page.form("试算").values["note"] == ["我的说明"]
    assert other.send("试算").page.offers("确认发布")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": "2020-01-01", "last": ""}, "已经过去"),
        ({"first": "2099-01-07"}, "止不能早于起"),
        ({"last": "2100-01-07"}, "一次最多 62 天"),
    ],
)
def test_days_that_cannot_be_changed_are_refused_in_words(keeper, typed, told):
    keeper.send("试算", **TYPED | typed)
    assert (keeper.status, told in keeper.page.text) == (422, True)


def test_a_trial_over_more_orders_than_one_waits_for_shows_its_progress_and_then_what_it_saw(
    keeper, registered, monkeypatch
):
    monkeypatch.setattr(orders.calendar_trial, "AT_ONCE", 0)
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    keeper.send("试算", **TYPED)
    assert "正在试算 1 件在办工单" in keeper.page.text
    jobs.run_due(timezone.now() + timedelta(minutes=1))
    keeper.open(keeper.at)
    assert "这项改动会影响 0 件在办工单" in keeper.page.text
    keeper.send("确认发布")
    assert "版工作日历已发布" in keeper.page.text


def test_the_calendar_stands_as_months_where_holidays_and_days_made_up_for_are_marked(town):
    from datetime import date

    from townops.console import months
    from townops.kernel.timetable import DEFAULT_WINDOWS
    from townops.kernel.workdays import Calendar

    spring, made_up = date(2027, 2, 8), date(2027, 2, 6)
    calendar = Calendar(
        1, DEFAULT_WINDOWS, frozenset({spring}), frozenset({made_up}), date(2020, 1, 1), date(2027, 12, 31)
    )
    first, second, *_ = months.ahead(calendar, date(2027, 1, 31))
    assert (first.first, len(first.weeks[0])) == (date(2027, 1, 1), 7)
    days = {one.number: (one.works, one.mark) for week in second.weeks for one in week if one}
    assert (days[6], days[7], days[8], days[9]) == ((True, "班"), (False, ""), (False, "休"), (True, ""))
    assert [one.number for week in first.weeks for one in week if one and one.today] == [31]
    page = Browser("director").open("/settings/calendar")
    assert page.html.count('class="month"') == months.AHEAD

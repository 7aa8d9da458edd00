"""Measures of orders: passing, and one order short of it (U0, U12, U28, S2, C2, E22)."""

from datetime import date, datetime, timedelta

import pytest

from townops.areas import api as areas
from townops.kernel.measured import Subject
from townops.orders.models import Order, Upward
from townops.orders.tests.conftest import MONDAY
from townops.orders.tests.upward_story import asked
from townops.people import api as people
from townops.people.measures import stations
from townops.standards.tests.twins import holds, measured

SINCE = date(2026, 11, 1)


def whole() -> Subject:
    area = areas.area(people.first_town())
    return Subject("town", area.code, area.name, area=area.id)


def passes(name: str, at: datetime) -> bool:
    return holds(name, whole(), since=SINCE, at=at)


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("orders.channels_used", ("grid", "hotline")),
        ("orders.grid_and_hotline_taken", ("hotline",)),
        ("orders.resident_reports", ("resident",)),
        ("orders.public_channels_used", ("hotline",)),
    ],
)
def test_reports_of_the_period_count_and_one_fewer_does_not(town, name: str, sources: tuple[str, ...]):
    for source in sources[:-1]:
        town.report(source)
    assert not passes(name, town.at)
    town.report(sources[-1])
    assert passes(name, town.at)
    assert not holds(name, whole(), since=SINCE, at=MONDAY - timedelta(days=1))


def test_an_order_closed_by_both_reviews_counts(town):
    number = town.closed()
    assert passes("orders.double_reviewed", town.later(minutes=1))
    found = measured("orders.double_reviewed", whole(), since=SINCE, at=town.at)
    assert (found.records, found.evidence[0].key) == (1, number)


def test_an_order_closed_without_the_center_s_review_is_named(town):
    from townops.orders.models import OrderEvent

    number = town.closed()
    OrderEvent.objects.filter(order_id=town.row(number).id, step="review_center").update(step="note")
    found = measured("orders.double_reviewed", whole(), since=SINCE, at=town.later(minutes=1))
    assert [(one.evidence.key, one.reason) for one in found.left_out] == [(number, "缺中心审核")]
    assert not passes("orders.double_reviewed", town.at)


def test_without_closed_orders_there_is_no_source_for_double_review(town):
    assert measured("orders.double_reviewed", whole(), since=SINCE, at=town.at).value is None


@pytest.mark.parametrize(
    ("name", "source"), [("orders.public_reports_answered", "resident"), ("orders.smart_closed", "sensor")]
)
def test_what_is_due_is_closed_or_named(town, name: str, source: str):
    number, other = town.report(source), town.report(source)
    Order.objects.filter(number__in=(number, other)).update(due_at=town.at + timedelta(hours=1))
    assert measured(name, whole(), since=SINCE, at=town.at).value is None
    at = town.later(hours=2)
    Order.objects.filter(number__in=(number, other)).update(closed_at=at, is_open=False)
    assert passes(name, at)
    Order.objects.filter(number=other).update(closed_at=None, is_open=True)
    assert not passes(name, at)
    assert [one.evidence.key for one in measured(name, whole(), since=SINCE, at=at).left_out] == [other]


def sent(**given) -> None:
    Upward.objects.update(**given)


def test_nothing_is_unsent_or_the_message_is_named(town):
    assert measured("orders.upward_unsent", whole(), since=SINCE, at=town.at).value is None
    number = asked(town, "HX-1")
    tomorrow = town.later(days=1)
    assert not passes("orders.upward_unsent", tomorrow)
    found = measured("orders.upward_unsent", whole(), since=SINCE, at=tomorrow)
    assert [one.evidence.key for one in found.left_out] == [number]
    sent(status="sent", sent_at=tomorrow - timedelta(hours=2))
    assert passes("orders.upward_unsent", tomorrow)


def test_a_smart_case_is_sent_to_the_district_or_named(town):
    asked(town, "HX-1")
    sent(source="sensor")
    tomorrow = town.later(days=1)
    assert not passes("orders.smart_unsent", tomorrow)
    sent(status="sent", sent_at=tomorrow - timedelta(hours=2))
    assert passes("orders.smart_unsent", tomorrow)
    sent(source="hotline")
    assert measured("orders.smart_unsent", whole(), since=SINCE, at=tomorrow).value is None


def a_station() -> Subject:
    return stations(people.first_town(), MONDAY)[0]


@pytest.mark.parametrize("name", ["orders.station_reports", "orders.station_active"])
def test_a_station_that_reports_is_at_work(town, name: str):
    station = a_station()
    number = town.report("grid")
    Order.objects.filter(number=number).update(village=station.area)
    assert not holds(name, station, since=SINCE, at=town.at)
    Order.objects.filter(number=number).update(source="station")
    assert holds(name, station, since=SINCE, at=town.at)


def test_a_station_finishes_in_time_or_the_late_order_is_named(town):
    station, name = a_station(), "orders.station_finished_in_time"
    number = town.report("grid")
    due = town.at + timedelta(hours=1)
    Order.objects.filter(number=number).update(main_unit=station.unit, due_at=due, closed_at=due)
    assert measured(name, station, since=SINCE, at=town.at).value is None
    assert holds(name, station, since=SINCE, at=town.later(hours=3))
    Order.objects.filter(number=number).update(closed_at=due + timedelta(minutes=1))
    assert not holds(name, station, since=SINCE, at=town.at)

"""An area drawn on the map is a filter like any other: list, count, keys and map find the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.kernel.refusal import Refused
from townops.orders import api, leading, queries

pytestmark = pytest.mark.django_db
NEAR, FAR = 0.004, 0.04


def round_about(point, size=NEAR):
    """A triangle round a point; the corner of its box in the north-east is not in it."""
    lng, lat = point
    return ((lng - size, lat - size), (lng + size, lat - size), (lng - size, lat + 2 * size))


@pytest.fixture
def three(town):
    """Orders at the point, in the corner of the box round it, and without a place."""
    lng, lat = town.point()
    inside = town.report(lng=lng, lat=lat)
    corner = town.report(lng=lng + NEAR * 0.9, lat=lat + NEAR * 1.9)
    town.report()
    return inside, corner


def found(town, user, **wanted):
    return [row.number for row in api.find_orders(town.who(user), api.Filter(**wanted), at=town.at).rows]


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("user", ["shift", "dispatch", "auditor"])
def test_only_what_lies_in_the_drawn_area_is_listed_counted_exported_taken_and_shown(
    town, three, monkeypatch, user, few
):
    for module in (leading, queries):
        monkeypatch.setattr(module, "FEW", few)
    area, actor = round_about(town.point()), town.who(user)
    wanted = api.Filter(drawn=area)
    page = api.find_orders(actor, wanted, at=town.at)
    assert ([row.number for row in page.rows], page.total, page.exact) == ([three[0]], 1, True)
    assert [number for number, _ in api.found_keys(actor, wanted, at=town.at, most=9)] == [three[0]]
    assert api.snapshot(actor, wanted, at=town.at).spots.numbers.tolist() == [three[0].encode()]
    part, _ = queries.part(actor, wanted, at=town.at, sort="received", cursor="", limit=9)
    assert [row.number for row in part] == [three[0]]
    assert set(found(town, user, drawn=round_about(town.point(), FAR))) == set(three)


@pytest.mark.parametrize("few", [0, 1000])
def test_paging_within_an_area_skips_and_repeats_nothing(town, monkeypatch, few):
    monkeypatch.setattr(queries, "FEW", few)
    lng, lat = town.point()
    numbers = [town.report(lng=lng, lat=lat) for _ in range(5)]
    wanted, seen, cursor = api.Filter(drawn=round_about((lng, lat)), open=True), [], ""
    for _ in range(3):
        page = api.find_orders(town.who("shift"), wanted, at=town.at, limit=2, cursor=cursor)
        seen += [row.number for row in page.rows]
        cursor = page.next
        assert page.total == 5
    assert (sorted(seen), cursor) == (sorted(numbers), "")


def test_it_narrows_with_every_other_condition_and_never_shows_what_is_not_his(town, three):
    area = round_about(town.point(), FAR)
    town.takes("grid", three[0], "accept")
    assert found(town, "shift", drawn=area, states=("accepted",)) == [three[0]]
    assert found(town, "shift", drawn=area, sources=("video",)) == []
    assert found(town, "unit", drawn=area) == []
    api.index_everything()
    assert set(found(town, "shift", drawn=area, q="路灯")) == set(three)


def test_who_sees_places_to_a_hundred_metres_learns_no_more_by_drawing(town):
    lng, lat = town.point()
    masked = round(lng, 3), round(lat, 3)
    number = town.report(lng=masked[0] + 0.0004, lat=masked[1])
    close = round_about((masked[0] + 0.0004, masked[1]), 0.0001)
    assert found(town, "dispatch", drawn=close) == [number]
    assert found(town, "auditor", drawn=close) == []
    assert found(town, "auditor", drawn=round_about(masked, 0.0001)) == [number]


def test_an_area_far_from_the_town_is_refused_on_list_and_map(town):
    far = round_about((100.0, 20.0))
    for ask in (api.find_orders, api.snapshot):
        with pytest.raises(Refused, match="drawn_outside"):
            ask(town.who("shift"), api.Filter(drawn=far), at=town.at)


def test_a_large_area_is_walked_in_the_order_of_the_page_and_a_small_one_read_by_key(
    town, three, monkeypatch
):
    if connection.vendor != "sqlite":
        return
    for few, way in ((0, "order_walk"), (1000, "INTEGER PRIMARY KEY")):
        monkeypatch.setattr(queries, "FEW", few)
        monkeypatch.setattr(leading, "FEW", few)
        with CaptureQueriesContext(connection) as seen:
            found(town, "shift", drawn=round_about(town.point(), FAR))
        keys = next(one["sql"] for one in seen.captured_queries if one["sql"].endswith(" LIMIT 10001"))
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + keys.replace("%", "%%"), ())
            plan = [row[3] for row in cursor.fetchall() if "orders_order" in row[3]]
        assert len(plan) == 1 and way in plan[0]

"""Orders on a map: those of the list, where each viewer may know them to be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from townops.base import masking
from townops.kernel import tiling
from townops.kernel.refusal import Refused
from townops.orders import api

pytestmark = pytest.mark.django_db
WORLD = (121.0, 30.0, 122.9, 32.0)


def shown(town, user, **wanted):
    """Every order on the map of one person, each standing alone at so fine a zoom."""
    town.later(seconds=6)
    found = api.snapshot(town.who(user), api.Filter(**wanted), at=town.at)
    spots = found.spots
    return {
        number.decode(): tiling.degrees(float(spots.xs[place]), float(spots.ys[place]))
        for place, number in enumerate(spots.numbers)
    }


def placed(town, **given):
    lng, lat = town.point()
    return town.report(lng=lng, lat=lat, **given)


def test_the_map_shows_the_orders_of_the_list_that_have_a_point(town):
    number = placed(town)
    town.report()
    listed = api.find_orders(town.who("shift"), api.Filter(open=True), at=town.at)
    found = api.snapshot(town.who("shift"), api.Filter(open=True), at=town.at)
    assert found.spots.numbers.tolist() == [number.encode()]
    assert len(found.spots) + found.unplaced == listed.total


def test_a_filter_of_the_list_is_a_filter_of_the_map(town):
    placed(town)
    accepted = placed(town)
    town.takes("grid", accepted, "accept")
    assert list(shown(town, "shift", states=("accepted",))) == [accepted]


def test_nobody_sees_on_the_map_what_he_does_not_see_in_the_list(town):
    placed(town)
    assert shown(town, "unit") == {}


def test_whoever_sends_people_there_sees_the_very_place_and_others_the_neighbourhood(town):
    number = placed(town)
    point = pytest.approx(town.point(), abs=1e-8)
    assert shown(town, "dispatch")[number] == point
    seen = shown(town, "auditor")[number]
    assert seen != point and seen == pytest.approx(masking.mask_point(*town.point()), abs=1e-8)


def test_the_page_of_an_order_tells_no_closer_place_than_the_map(town):
    number = placed(town)
    exact = api.order_for(town.who("dispatch"), number, at=town.at)
    masked = api.order_for(town.who("auditor"), number, at=town.at)
    assert (exact.lng, exact.lat) == pytest.approx(town.point(), abs=1e-8)
    assert (masked.lng, masked.lat) == masking.mask_point(*town.point())


def test_a_box_finds_what_lies_in_it_and_leaves_out_the_rest(town):
    number = placed(town)
    lng, lat = town.point()
    assert list(shown(town, "shift", box=(lng - 0.002, lat - 0.002, lng + 0.002, lat + 0.002))) == [number]
    assert shown(town, "shift", box=(lng + 0.01, lat, lng + 0.02, lat + 0.01)) == {}


def test_what_is_overdue_is_marked_late(town):
    number = placed(town)
    town.takes("grid", number, "accept")
    due = town.row(number).due_at
    town.at = due + timedelta(minutes=1)
    found = api.snapshot(town.who("shift"), api.Filter(), at=town.at)
    assert [one.late for one in found.within(tiling.window(WORLD, 22)).alone] in ([True], [])
    assert list(found.spots.late) == [1]


def test_some_seconds_long_the_same_people_are_answered_from_memory(town, django_assert_num_queries):
    placed(town)
    actor = town.who("shift")
    first = api.snapshot(actor, api.Filter(), at=town.at)
    with django_assert_num_queries(0):
        again = api.snapshot(actor, api.Filter(), at=town.at + timedelta(seconds=4))
    assert again is first


def test_the_stamp_changes_when_an_order_moves_on(town):
    number = placed(town)
    before = api.snapshot(town.who("shift"), api.Filter(), at=town.at)
    town.later(seconds=10)
    same = api.snapshot(town.who("shift"), api.Filter(), at=town.at)
    town.takes("grid", number, "accept")
    after = api.snapshot(town.who("shift"), api.Filter(), at=town.at)
    assert before.stamp == same.stamp != after.stamp


def test_a_search_by_telephone_is_not_put_on_a_map(town):
    with pytest.raises(Refused, match="phone_not_on_map"):
        api.snapshot(town.who("shift"), replace(api.Filter(), phone="13800001234"), at=town.at)

"""Open orders round a point: near enough, open, not merged, within what the asker may see."""

import pytest

from townops.kernel.coordinates import METRES_PER_DEGREE, from_cgcs2000, metres_between
from townops.kernel.refusal import Refused
from townops.orders import api

pytestmark = pytest.mark.django_db


def at(town, north: float = 0) -> dict[str, float]:
    """So many metres north of a point of the town."""
    lng, lat = town.point()
    return {"lng": lng, "lat": lat + north / METRES_PER_DEGREE}


def near(town, user: str = "hotline", metres: float = 250) -> list[str]:
    return [one.number for one in api.open_near(town.who(user), *town.point(), metres)]


def test_the_nearest_comes_first_and_what_is_further_is_left_out(town):
    beside, here = town.report(**at(town, 120)), town.report(**at(town))
    town.report(**at(town, 300))
    assert near(town) == [here, beside]
    (first, second) = api.open_near(town.who("hotline"), *town.point(), 250)
    assert (round(first.metres), round(second.metres)) == (0, 120)


def test_a_point_of_another_system_means_the_same_place(town):
    number = town.report(**at(town))
    lng, lat = from_cgcs2000(*town.point(), "gcj02")
    assert [one.number for one in api.open_near(town.who("grid"), lng, lat, 50, crs="gcj02")] == [number]


def test_what_is_ended_or_merged_already_is_not_offered(town):
    first, second, third = (town.report(**at(town)) for _ in range(3))
    town.takes("grid", second, "merge", parent=first)
    town.takes("grid", third, "withdraw", reason="重复")
    assert near(town) == [first]


def test_a_unit_finds_only_what_it_was_ever_asked_and_a_resident_nothing(town):
    ours, _ = town.dispatched(**at(town)), town.report(**at(town))
    assert near(town, "u_chengjian") == [ours]
    with pytest.raises(Refused, match=r"^not_permitted"):
        near(town, "resident")


def test_nobody_asks_further_than_a_kilometre(town):
    town.report(**at(town, 1_100))
    assert near(town, metres=50_000) == []


def test_a_point_of_no_town_has_nothing_near(town):
    assert api.open_near(town.who("hotline"), 100.0, 30.0, 250) == []


def test_metres_are_those_of_the_ground():
    assert round(metres_between((121.5, 31.2), (121.5, 31.201))) == 111
    assert round(metres_between((121.5, 31.2), (121.501, 31.2))) == 95


def test_a_demand_type_given_when_registering_stays_with_the_order(town):
    number = town.report("hotline", user="hotline", demand_type="complaint", class_code="H-05-02")
    view = town.view(number)
    assert (view.demand_type, view.class_code) == ("complaint", "H-05-02")
    assert api.verify_journal() == []
    with pytest.raises(Refused, match=r"^fact_malformed"):
        town.report("hotline", user="hotline", demand_type="chat")

"""Coordinates come back to where they started, and real outlines fit only after conversion."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some
from shapely.geometry import shape

from townops.kernel.coordinates import Crs, from_cgcs2000, to_cgcs2000
from townops.kernel.refusal import Refused

PLACES = Path(__file__).parents[5] / "shared/data/places"
in_china = some.tuples(some.floats(73.6, 135.0), some.floats(3.9, 53.5))
TOLERANCE = {Crs.CGCS2000: 0, Crs.WGS84: 0, Crs.GCJ02: 1e-8, Crs.BD09: 1e-6}


def outline(name: str) -> shapely.Geometry:
    read = json.loads((PLACES / name).read_text(encoding="utf-8"))
    features = read["features"] if isinstance(read, dict) else read
    return shapely.union_all([shapely.make_valid(shape(feature["geometry"])) for feature in features])


def test_the_published_example_is_met():
    assert from_cgcs2000(116.404, 39.915, "gcj02") == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-9
    )
    lng, lat = from_cgcs2000(116.404, 39.915, "bd09")
    assert (lng, lat) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-9)


@pytest.mark.parametrize("crs", Crs)
@given(place=in_china)
def test_there_and_back_is_where_it_started(crs, place):
    back = to_cgcs2000(*from_cgcs2000(*place, crs), crs)
    assert back == pytest.approx(place, abs=TOLERANCE[crs], rel=0)


@pytest.mark.parametrize("crs", Crs)
def test_many_points_are_converted_as_one_is(crs):
    rng = np.random.default_rng(7)
    lng, lat = rng.uniform(60, 140, 400), rng.uniform(-5, 60, 400)
    there = from_cgcs2000(lng, lat, crs)
    back = to_cgcs2000(*there, crs)
    for index in range(0, 400, 7):
        one = from_cgcs2000(float(lng[index]), float(lat[index]), crs)
        assert (there[0][index], there[1][index]) == pytest.approx(one, abs=1e-11)
        assert (back[0][index], back[1][index]) == pytest.approx(to_cgcs2000(*one, crs), abs=1e-11)


def test_no_points_are_converted_to_no_points():
    assert [part.size for part in to_cgcs2000(np.empty(0), np.empty(0), "gcj02")] == [0, 0]


def test_beyond_china_gcj02_is_wgs84():
    assert from_cgcs2000(-0.12, 51.5, "gcj02") == to_cgcs2000(-0.12, 51.5, "gcj02") == (-0.12, 51.5)


def test_in_shanghai_gcj02_is_some_five_hundred_metres_off():
    lng, lat = from_cgcs2000(121.55, 31.35, "gcj02")
    metres = np.hypot((lng - 121.55) * 95_000, (lat - 31.35) * 111_000)
    assert 300 < metres < 700


def test_an_unknown_system_is_refused():
    with pytest.raises(Refused) as refusal:
        to_cgcs2000(121.5, 31.3, "beijing54")
    assert (refusal.value.code, refusal.value.params["crs"]) == ("unknown_crs", "beijing54")


@pytest.mark.parametrize("place", [(31.35, 121.55), (-31.35, 121.55)])
def test_latitude_before_longitude_is_refused_with_the_right_order(place):
    with pytest.raises(Refused) as refusal:
        to_cgcs2000(*place, "wgs84")
    assert refusal.value.code == "coordinates_swapped"
    assert (refusal.value.params["suggested_lng"], refusal.value.params["suggested_lat"]) == place[::-1]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((float("nan"), 31.3), "coordinate_missing"),
        ((121.5, float("inf")), "coordinate_missing"),
        ((181.0, 31.3), "coordinate_range"),
        ((13_525_000.0, 3_673_000.0), "coordinate_range"),
    ],
)
@pytest.mark.parametrize("crs", ["gcj02", "cgcs2000"])
def test_what_is_no_place_is_refused_alone_and_among_many(place, code, crs):
    with pytest.raises(Refused, match=code):
        to_cgcs2000(*place, crs)
    with pytest.raises(Refused) as refusal:
        from_cgcs2000(np.array([121.5, place[0]]), np.array([31.3, place[1]]), crs)
    assert (refusal.value.code, refusal.value.params["index"]) == (code, 1)


@pytest.mark.skipif(not PLACES.exists(), reason="real data absent: ../shared/data")
def test_a_real_district_fits_its_towns_only_after_conversion():
    towns, district = outline("pudong_towns_wgs84.geojson"), outline("pudong_district_gcj02.json")
    moved = shapely.transform(district, lambda xy: np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], "gcj02")))

    def fit(other: shapely.Geometry) -> float:
        """Median distance, in degrees, of the land towns' outer edge to the district's."""
        edge = shapely.points(shapely.get_coordinates(other))
        return float(np.median(shapely.distance(edge, shapely.boundary(towns))))

    assert fit(moved) < 0.25 * fit(district)

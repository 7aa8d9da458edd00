"""Points tell which systems they may be in; a shift, a swap and metres are recognised."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from townops.kernel.coordinates import from_cgcs2000, to_cgcs2000
from townops.kernel.planes import read_plane
from townops.kernel.plausible import better, fits

PLACES = Path(__file__).parents[5] / "shared/data/places"
TOWN = shapely.box(121.50, 31.30, 121.58, 31.37)
EDGE = shapely.get_coordinates(shapely.segmentize(TOWN, 0.001))
AWAY = EDGE + np.array([1.0, 0.0])
real = pytest.mark.skipif(not PLACES.exists(), reason="real data absent: ../shared/data")


def moved(system, points=EDGE):
    return np.column_stack(from_cgcs2000(points[:, 0], points[:, 1], system))


@pytest.mark.parametrize("system", ["cgcs2000", "gcj02", "bd09", "epsg:4549", "epsg:4528"])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_outline_of_a_town_is_plausible_in_its_own_system_alone(system, swapped):
    points = moved(system)[:, ::-1] if swapped else moved(system)
    best, *others = fits(points, TOWN)
    assert (best.system, best.swapped, best.plausible) == (system, swapped, True)
    assert best.off_m < 1
    assert not any(one.plausible for one in others)


def test_a_file_some_five_hundred_metres_off_suggests_the_right_system():
    (found,) = better(moved("gcj02"), TOWN, "wgs84")
    assert (found.system, found.swapped) == ("gcj02", False)
    said = next(one for one in fits(moved("gcj02"), TOWN) if (one.system, one.swapped) == ("cgcs2000", False))
    assert 300 < said.off_m < 700


def test_what_is_said_rightly_is_not_doubted():
    assert better(moved("gcj02"), TOWN, "gcj02") == ()
    assert better(EDGE, TOWN, "EPSG:4490") == better(EDGE, TOWN, "wgs84") == ()


def test_a_small_part_in_the_middle_may_be_in_several_systems():
    part = EDGE * 0.01 + np.array([121.54, 31.335]) * 0.99
    assert len([one for one in fits(part, TOWN) if one.plausible]) > 1
    assert better(part, TOWN, "cgcs2000") == ()


def test_points_of_elsewhere_are_plausible_in_no_system():
    assert not any(one.plausible for one in fits(AWAY, TOWN))
    assert better(AWAY, TOWN, "cgcs2000") == ()


def test_metres_said_to_be_degrees_suggest_the_plane():
    assert better(moved("epsg:4549"), TOWN, "cgcs2000")[0].system == "epsg:4549"


def test_no_points_and_no_numbers_tell_nothing():
    assert fits(np.empty((0, 2)), TOWN) == fits(np.full((3, 2), np.nan), TOWN) == ()


def test_a_plane_of_the_towns_own_is_tried_too():
    plane = read_plane(
        'name="本地"\n[four]\nplane="epsg:4549"\ndirection="to_local"\neast=-600000\nnorth=-3460000\n'
        "rotation_seconds=0\nscale_ppm=0\n"
    )
    points = np.column_stack(plane.from_degrees(EDGE[:, 0], EDGE[:, 1]))
    (found,) = better(points, TOWN, "epsg:4549", {"本地": plane})
    assert found.system == "本地"


@real
def test_a_real_town_and_district_in_gcj02_are_recognised():
    def outline(name):
        read = json.loads((PLACES / name).read_text("utf-8"))
        features = read["features"] if isinstance(read, dict) else read
        return shapely.union_all(
            [shapely.make_valid(shapely.geometry.shape(one["geometry"])) for one in features]
        )

    town = outline("gaoqiao_town_wgs84.geojson")
    assert better(moved("gcj02", shapely.get_coordinates(town)), town, "wgs84")[0].system == "gcj02"
    towns, district = outline("pudong_towns_wgs84.geojson"), outline("pudong_district_gcj02.json")
    at = shapely.get_coordinates(district)
    fixed = np.column_stack(to_cgcs2000(at[:, 0], at[:, 1], "gcj02"))
    sound, shifted = (
        float(np.median(shapely.distance(shapely.points(one), towns.boundary))) for one in (fixed, at)
    )
    assert sound < 0.25 * shifted

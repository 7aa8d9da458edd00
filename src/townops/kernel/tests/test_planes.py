"""Planes in metres lead to degrees and back without losing a millimetre."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyproj import Transformer

from townops.kernel.coordinates import from_cgcs2000, to_cgcs2000
from townops.kernel.planes import fit_four, meridian, published, read_plane, zones_near
from townops.kernel.refusal import Refused

BASE = published("epsg:4549")
FOUR = """
name = "本地平面"
[four]
plane = "epsg:4549"
direction = "{direction}"
east = -441000.25
north = -3456000.5
rotation_seconds = 412.7
scale_ppm = -13.4
"""
SEVEN = """
name = "老坐标"
[seven]
direction = "{direction}"
rotation = "{rotation}"
dx = 12.5
dy = -105.25
dz = 61.0
rx_seconds = 0.9
ry_seconds = -1.7
rz_seconds = 2.4
scale_ppm = 3.1
semi_major = 6378140.0
inverse_flattening = 298.257
meridian = 121.5
false_east = 0.0
false_north = -3456000.0
"""
near_town = some.tuples(some.floats(120.9, 122.0), some.floats(30.7, 31.9))


def test_the_zone_of_shanghai_is_the_published_one():
    east, north = from_cgcs2000(121.55, 31.35, "EPSG:4549")
    assert (east, north) == pytest.approx((647496.4967, 3470817.8187), abs=1e-3)


@pytest.mark.parametrize(("code", "middle"), [(4491, 75), (4512, 135), (4528, 120), (4549, 120), (4554, 135)])
def test_a_zone_has_the_middle_meridian_its_code_says(code, middle):
    assert meridian(code) == middle
    lng, lat = to_cgcs2000(*from_cgcs2000(middle + 1.0, 31.0, f"epsg:{code}"), f"epsg:{code}")
    assert (lng, lat) == pytest.approx((middle + 1.0, 31.0), abs=1e-10)
    east, _ = from_cgcs2000(float(middle), 31.0, f"epsg:{code}")
    assert east % 1_000_000 == pytest.approx(500_000, abs=1e-4)


@given(place=near_town, code=some.sampled_from(zones_near(121.5)))
def test_a_zone_there_and_back_is_where_it_started(place, code):
    assert to_cgcs2000(*from_cgcs2000(*place, code), code) == pytest.approx(place, abs=1e-10)


def test_many_points_are_converted_at_once():
    lng, lat = np.linspace(120.5, 122, 50), np.linspace(30, 32, 50)
    back = to_cgcs2000(*from_cgcs2000(lng, lat, "epsg:4549"), "epsg:4549")
    assert np.abs(np.array(back) - [lng, lat]).max() < 1e-10


def test_an_easting_with_its_zone_number_is_not_of_the_plane_without():
    with pytest.raises(Refused, match="plane_range"):
        to_cgcs2000(40_647_496.5, 3_470_817.8, "epsg:4549")
    assert to_cgcs2000(40_647_496.4967, 3_470_817.8187, "epsg:4528") == pytest.approx(
        (121.55, 31.35), abs=1e-7
    )


def test_what_is_no_number_is_refused_by_its_place_among_many():
    with pytest.raises(Refused) as refusal:
        to_cgcs2000(np.array([647496.0, math.nan]), np.array([3470817.0, 1.0]), "epsg:4549")
    assert (refusal.value.code, refusal.value.params["index"]) == ("coordinate_missing", 1)


@pytest.mark.parametrize("direction", ["to_local", "from_local"])
@given(place=near_town)
def test_four_parameters_are_undone_to_a_tenth_of_a_millimetre(direction, place):
    plane = read_plane(FOUR.format(direction=direction))
    back = plane.to_degrees(*plane.from_degrees(*map(np.array, place)))
    assert np.hypot(*((np.array(back) - place) * 111_320)) < 1e-4


def test_four_parameters_are_applied_as_written():
    plane = read_plane(FOUR.format(direction="to_local"))
    lng, lat = BASE.to_degrees(np.array([600_000.0]), np.array([3_470_000.0]))
    angle, scale = math.radians(412.7 / 3600), 1 - 13.4e-6
    east = -441000.25 + scale * (600_000 * math.cos(angle) - 3_470_000 * math.sin(angle))
    north = -3456000.5 + scale * (600_000 * math.sin(angle) + 3_470_000 * math.cos(angle))
    assert np.ravel(plane.from_degrees(lng, lat)) == pytest.approx([east, north], abs=1e-4)


@given(
    points=some.lists(
        some.tuples(some.floats(590_000, 660_000), some.floats(3_430_000, 3_500_000)), min_size=2, max_size=8
    ).filter(lambda all: max(math.dist(all[0], one) for one in all) > 1000)
)
def test_control_points_give_back_the_plane_they_came_from(points):
    plane = read_plane(FOUR.format(direction="to_local"))
    rows = []
    for east, north in points:
        there = plane.shift + plane.turn * complex(east, north)
        rows.append((east, north, there.real, there.imag))
    fitted = fit_four("本地", BASE, rows)
    for east, north, local_east, local_north in rows:
        there = fitted.shift + fitted.turn * complex(east, north)
        assert abs(there - complex(local_east, local_north)) < 1e-3


def test_a_control_point_that_does_not_fit_is_named():
    points = [[0, 0, 10, 10], [1000, 0, 1010, 10], [0, 1000, 10, 1010], [1000, 1000, 1010, 1012]]
    text = f'name = "本地"\n[control]\nplane = "epsg:4549"\npoints = {points}\n'
    with pytest.raises(Refused) as refusal:
        read_plane(text)
    assert (refusal.value.code, refusal.value.params["row"]) == ("control_residual", 4)
    assert read_plane(text.replace("[control]", "[control]\nworst_m = 2")).name == "本地"


@pytest.mark.parametrize("direction", ["to_local", "from_local"])
@pytest.mark.parametrize("rotation", ["position_vector", "coordinate_frame"])
@given(place=near_town)
def test_seven_parameters_are_undone_to_a_tenth_of_a_millimetre(direction, rotation, place):
    plane = read_plane(SEVEN.format(direction=direction, rotation=rotation))
    back = plane.to_degrees(*plane.from_degrees(*map(np.array, place)))
    assert np.hypot(*((np.array(back) - place) * 111_320)) < 1e-4


@pytest.mark.parametrize("rotation", ["position_vector", "coordinate_frame"])
def test_seven_parameters_agree_with_proj(rotation):
    ours = read_plane(SEVEN.format(direction="to_local", rotation=rotation))
    oracle = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=GRS80 "
        f"+step +proj=helmert +x=12.5 +y=-105.25 +z=61 +rx=0.9 +ry=-1.7 +rz=2.4 +s=3.1 +convention={rotation} "
        "+step +inv +proj=cart +a=6378140 +rf=298.257 "
        "+step +proj=tmerc +lon_0=121.5 +x_0=0 +y_0=-3456000 +a=6378140 +rf=298.257"
    )
    east, north = ours.from_degrees(np.array([121.55]), np.array([31.35]))
    expected = oracle.transform(121.55, 31.35, 0)
    assert (east[0], north[0]) == pytest.approx(expected[:2], abs=1e-3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "TOML"),
        ("[four]\n", "name"),
        ('name = "a"\n', "只有一节"),
        ('name = "a"\n[four]\n[seven]\n', "只有一节"),
        (FOUR.format(direction="there"), "direction"),
        (FOUR.format(direction="to_local").replace("412.7", '"412"'), "rotation_seconds"),
        (FOUR.format(direction="to_local").replace("412.7", "nan"), "rotation_seconds"),
        (FOUR.format(direction="to_local").replace("epsg:4549", "epsg:2437"), "plane"),
        (SEVEN.format(direction="to_local", rotation="left"), "rotation"),
        ('name = "a"\n[control]\nplane = "epsg:4549"\npoints = [[1, 2, 3]]\n', "points"),
    ],
)
def test_a_parameter_file_that_cannot_be_used_says_why(text, why):
    with pytest.raises(Refused) as refusal:
        read_plane(text)
    assert refusal.value.code == "plane_file"
    assert why in refusal.value.params["why"]


def test_one_control_point_fixes_no_plane():
    with pytest.raises(Refused, match="control_few"):
        fit_four("本地", BASE, [(1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0)])

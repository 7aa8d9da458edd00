"""The invented town is a proper town (U8-U11)."""

import time
from datetime import date
from itertools import islice

import numpy as np
import pytest
import shapely
from django.utils import timezone

from townops.areas import api as areas
from townops.demo import town as demo
from townops.demo.ground import METRES_EAST, METRES_NORTH, invent

LEVELS = ("block", "village", "grid", "town")


def ground_of(kind: str) -> list[tuple[areas.AreaView, shapely.Geometry]]:
    return [(area, shapely.from_wkb(wkb)) for area, wkb in areas.shapes(kind)]


@pytest.fixture
def built(db: None) -> None:
    demo.build_areas(at=timezone.now())


def test_it_is_built_within_eight_seconds_and_only_once(db):
    start = time.perf_counter()
    count = demo.build_areas(at=timezone.now())
    assert time.perf_counter() - start < 8
    assert demo.build_areas(at=timezone.now()) == count
    assert len(ground_of("block")) == count - 56


def test_it_has_the_published_villages_and_all_fourteen_types(built):
    town = demo.first_town()
    assert len(areas.areas_of(town.code, "grid")) == 6
    assert len(areas.villages(town.code)) == 48
    assert areas.area("310115104002").name == "上炼新村一居委会"
    blocks = areas.areas_of(town.code, "block")
    assert 1100 <= len(blocks) <= 1300
    assert {one.block_type for one in blocks} == {code for code, _ in areas.block_types()}


def test_every_level_covers_the_town_without_gap_or_overlap(built):
    (_, town), *_ = ground_of("town")
    for kind in LEVELS[:-1]:
        shapes = np.array([shape for _, shape in ground_of(kind)], dtype=object)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes), kind
        assert shapely.area(shapes).sum() == pytest.approx(town.area, rel=1e-12)
        assert shapely.coverage_union_all(shapes).equals(town)


def test_every_area_is_exactly_the_sum_of_those_below_it(built):
    shapes = {area.id: shape for kind in LEVELS for area, shape in ground_of(kind)}
    for area, shape in (pair for kind in LEVELS[1:] for pair in ground_of(kind)):
        below = [shapes[child.id] for child in areas.children(area.id)]
        assert shapely.coverage_union_all(below).equals(shape), area
        assert all(shape.covers(child) for child in below), area


def test_it_is_about_as_large_and_lies_where_the_town_lies(built):
    (_, town), *_ = ground_of("town")
    assert town.area * METRES_EAST * METRES_NORTH == pytest.approx(39e6, rel=0.01)
    assert town.bounds == pytest.approx((121.499, 31.331, 121.596, 31.391), abs=0.002)


def test_one_village_has_a_detached_part_and_one_area_is_directly_managed(built):
    villages = ground_of("village")
    detached = [area for area, shape in villages if shape.geom_type == "MultiPolygon"]
    assert [one.detached_allowed for one in detached] == [True]
    (direct,) = (area for area, _ in villages if area.directly_managed)
    inside = areas.locate(*areas.point_within(areas.children(direct.id)[0].id))
    assert inside.village is None
    assert inside.direct_managed == direct


def test_points_on_any_corner_lie_in_the_lowest_code(built):
    blocks = ground_of("block")
    corners = shapely.get_coordinates(blocks[600][1])
    for lng, lat in corners:
        touching = [area.code for area, shape in blocks if shape.intersects(shapely.Point(lng, lat))]
        assert areas.locate(float(lng), float(lat)).block.code == min(touching)


def test_the_same_seed_gives_the_same_town_and_another_seed_another():
    one, same, other = (invent(seed, villages=48, grids=6) for seed in (5, 5, 6))
    assert shapely.equals_exact(one.cells, same.cells).all()
    assert one.village_of == same.village_of
    assert len(one.cells) != len(other.cells) or not shapely.equals_exact(one.cells, other.cells).all()


@pytest.mark.parametrize("seed", range(4))
def test_any_seed_gives_a_sound_coverage(seed):
    ground = invent(seed, villages=48, grids=6)
    assert shapely.coverage_is_valid(ground.cells)
    assert shapely.coverage_union_all(ground.cells).geom_type == "Polygon"


def test_several_towns_stand_side_by_side(db):
    for town in islice(demo.towns(36), 3):
        demo.build_areas(town=town, at=timezone.now(), since=date(2020, 1, 1))
    first, second, third = (shape for _, shape in ground_of("town"))
    assert len(areas.towns()) == 3
    assert not first.intersects(second) and not second.intersects(third)
    assert shapely.coverage_is_valid(np.array([shape for _, shape in ground_of("block")], dtype=object))

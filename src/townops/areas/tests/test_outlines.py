"""Shapes as a map draws them."""

import json

import numpy as np
import shapely

from townops.areas import api
from townops.areas.tests.conftest import box
from townops.kernel.vectortiles import level_of, simplified

EVERYWHERE = (121.0, 31.0, 122.0, 32.0)


def wavy(column: float) -> shapely.Polygon:
    """A square whose east and west borders wave, so that neighbours share a bent border."""
    rows = np.linspace(31.3, 31.31, 200)
    bend = np.sin(np.arange(200)) * 0.00002
    west, east = 121.5 + column * 0.01 + bend, 121.51 + column * 0.01 + bend
    return shapely.Polygon([*zip(west, rows, strict=True), *zip(east[::-1], rows[::-1], strict=True)])


def test_what_is_drawn_small_has_fewer_corners_and_neighbours_still_fit():
    shapes = np.array([wavy(0), wavy(1)], dtype=np.object_)
    small = simplified(shapes, 10)
    assert shapely.get_num_coordinates(small).sum() < shapely.get_num_coordinates(shapes).sum() / 10
    assert shapely.coverage_is_valid(small)


def test_zooms_without_a_visible_difference_share_their_shapes():
    assert [level_of(zoom) for zoom in (0, 8, 9, 13, 16, 22)] == [8, 8, 8, 12, 16, 16]


def test_only_areas_in_the_box_are_drawn_each_as_a_feature_with_a_place_for_its_name(town):
    assert [one.area.code for one in api.outlines("village", 14, EVERYWHERE)] == ["V1", "V2"]
    west = box(0, 0).buffer(-0.001)
    (found,) = api.outlines("block", 14, west.bounds)
    feature = json.loads(found.feature)
    assert (feature["properties"]["name"], feature["properties"]["code"]) == ("甲小区", "V1001")
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert shape.equals(box(0, 0)) and shape.contains(shapely.Point(feature["properties"]["at"]))


def test_a_kind_without_areas_draws_nothing(db):
    assert api.outlines("block", 14, EVERYWHERE) == []

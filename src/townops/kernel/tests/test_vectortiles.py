"""Vector tiles: what is cut fits its neighbours, and a reader that is not ours finds what was put in."""

import mapbox_vector_tile
import numpy as np
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel.featuresets import FeatureSet
from townops.kernel.refusal import Refused
from townops.kernel.tiling import unit_square
from townops.kernel.vectortiles import EXTENT, Tile, cut

SIDE, SOUTH, WEST = 0.01, 31.3, 121.5
LATTICE = np.array(
    [
        shapely.box(WEST + i * SIDE, SOUTH + j * SIDE, WEST + (i + 1) * SIDE, SOUTH + (j + 1) * SIDE)
        for i in range(6)
        for j in range(6)
    ],
    dtype=np.object_,
)
ZOOM = 13


def squares() -> FeatureSet:
    facts = [{"name": f"块{place}", "sound": place % 2 == 0, "none": None} for place in range(36)]
    return FeatureSet([f"B{place:02d}" for place in range(36)], LATTICE, facts, covers=True)


def tile_at(lng: float, lat: float, zoom: int = ZOOM) -> Tile:
    xs, ys = unit_square(np.array([lng]), np.array([lat]))
    return Tile(zoom, int(xs[0] * (1 << zoom)), int(ys[0] * (1 << zoom)))


def read(content: bytes, tmp_path, tile: Tile) -> tuple[list[str], np.ndarray, np.ndarray]:
    """As GDAL reads it: names of facts, shapes, columns."""
    path = tmp_path / f"{tile.zoom}-{tile.x}-{tile.y}.mvt"
    path.write_bytes(content)
    meta, _, shapes, columns = pyogrio.raw.read(f"MVT:{path}", layer="block")
    return list(meta["fields"]), shapely.from_wkb(shapes), columns


def test_a_reader_that_is_not_ours_finds_the_features_of_the_tile(tmp_path):
    tile = tile_at(121.53, 31.33)
    names, shapes, columns = read(squares().tile("block", tile), tmp_path, tile)
    inside = LATTICE[shapely.intersects(LATTICE, shapely.box(*tile.box))]
    told = dict(zip(names, columns, strict=True))
    assert len(shapes) == len(inside) and shapely.is_valid(shapes).all()
    assert set(told["id"]) <= {f"B{place:02d}" for place in range(36)}
    assert {"name", "sound"} <= set(names) and "none" not in names


def test_an_area_is_named_in_one_tile_however_many_it_lies_in():
    corner = tile_at(121.53, 31.33, 12)
    around = [Tile(12, corner.x + i, corner.y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    tiles = [mapbox_vector_tile.decode(made) for tile in around if (made := squares().tile("block", tile))]
    points = [one for tile in tiles for one in tile["block-names"]["features"]]
    inside = [one for one in points if all(0 <= at < EXTENT for at in one["geometry"]["coordinates"])]
    assert sorted(one["properties"]["id"] for one in inside) == squares().ids


@given(st.floats(121.5, 121.559), st.floats(31.3, 31.359), st.integers(9, 17))
def test_neighbours_still_fit_without_gap_or_overlap_when_cut(lng, lat, zoom):
    tile = tile_at(lng, lat, zoom)
    pieces = cut(LATTICE.copy(), tile)
    left = pieces[~shapely.is_empty(pieces)]
    assert shapely.coverage_is_valid(left)
    places = shapely.get_coordinates(left)
    assert (places == np.round(places)).all() and (np.abs(places - EXTENT / 2) <= EXTENT).all()


def test_outer_rings_turn_as_the_format_asks():
    pieces = cut(LATTICE.copy(), tile_at(121.53, 31.33))
    left = pieces[~shapely.is_empty(pieces)]
    assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(left))).all()


def test_where_nothing_is_the_tile_is_empty():
    assert squares().tile("block", tile_at(100.0, 30.0)) == b""


@pytest.mark.parametrize("square", [(0, 1, 0), (-1, 0, 0), (3, 8, 0), (3, 0, -1), (40, 0, 0)])
def test_a_square_that_does_not_exist_is_refused(square):
    with pytest.raises(Refused, match="tile_unknown"):
        Tile(*square)


def test_the_same_features_have_the_same_stamp_and_a_moved_corner_another():
    moved = LATTICE.copy()
    moved[0] = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE + 1e-7)
    ids, facts = [f"B{place:02d}" for place in range(36)], squares().facts
    assert squares().stamp == FeatureSet(ids, LATTICE, facts).stamp != FeatureSet(ids, moved, facts).stamp


def test_features_are_found_by_shape_and_by_fact():
    found = squares()
    assert list(found.found(shapely.Point(WEST + SIDE / 2, SOUTH + SIDE / 2))) == [0]
    assert len(found.found(None, {"sound": "true"})) == 18
    assert list(found.found(shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), {"name": "块1"})) == [1]
    assert len(found.found(None, {"nothing": "x"})) == 0

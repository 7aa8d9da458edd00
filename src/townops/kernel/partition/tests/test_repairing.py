"""A repaired town is a partition for us and for GEOS, the same whoever repairs it again, and sound ground stays."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from townops.kernel.partition import Fault, Feature, Level, Repair, prove, repair
from townops.kernel.partition.tests import making
from townops.kernel.partition.tests.test_proving import BREAKS, bitten, broken, broken_town, geos_agrees
from townops.kernel.refusal import Refused

TOWN = making.lattice_town()
INNER = "B14"
ROUNDING_M = 0.012  # half the diagonal of the lattice, and a line drawn through it
MENDED = sorted(set(BREAKS) - {"none"})


def change_of(done: Repair, code: str) -> tuple[float, float]:
    return next(((one.moved_m2, one.vertex_m) for one in done.changes if one.code == code), (0.0, 0.0))


def test_what_is_sound_is_given_back_as_it_is():
    done = repair(TOWN)
    assert done.levels == tuple(TOWN)
    assert (done.changes, done.deeds, done.removed, done.unrepaired) == ((), (), (), ())


def test_what_is_only_finer_than_the_lattice_is_rounded():
    finer = [
        Level(
            one.name,
            tuple(
                Feature(f.code, shapely.transform(f.shape, lambda at: at + 3.1e-9), f.parent)
                for f in one.features
            ),
        )
        for one in TOWN
    ]
    done = repair(finer)
    assert done.after.passed
    assert done.levels == tuple(TOWN)
    assert max(one.vertex_m for one in done.changes) < 0.001


def test_a_gap_goes_to_the_neighbour_with_the_longest_common_border():
    done = repair(making.changed(TOWN, INNER, making.halved))
    assert done.after.passed
    (deed,) = [one for one in done.deeds if one.m2 > 1]
    assert (deed.what, deed.lost) == ("fill_gap", ())
    assert deed.won == done.before.defects[0].toward


def test_a_gap_is_filled_within_its_village():
    levels = making.without(making.without(TOWN, "B2"), "B3")
    done = repair(levels)
    assert done.after.passed
    for code in ("V0", "V1"):
        assert change_of(done, code)[1] <= ROUNDING_M


def test_of_two_that_overlap_the_smaller_keeps_the_ground_unless_somebody_chooses():
    levels = bitten(TOWN, INNER, "B8")
    codes = frozenset({INNER, "B8"})
    free = {one.won for one in repair(levels).deeds if one.m2 > 1}
    assert len(free) == 1
    for keeper in codes:
        done = repair(levels, choices={codes: keeper})
        assert done.after.passed
        assert {one.won for one in done.deeds if one.m2 > 1} == {keeper}


def test_a_block_drawn_into_another_is_cut_out_of_it():
    inside = making.shape_of(TOWN, INNER).representative_point().buffer(1e-4, quad_segs=2)
    done = repair(making.added(TOWN, Feature("I", inside, "V0")))
    assert done.after.passed
    assert change_of(done, "I")[1] <= ROUNDING_M


def test_what_reaches_over_the_town_is_cut_at_its_border():
    def longer(shape: shapely.Polygon) -> shapely.Geometry:
        west, south = shape.exterior.coords[0]
        return shapely.union(shape, shapely.box(west - 2e-4, south - 2e-4, west + 1e-5, south + 1e-5))

    done = repair(making.changed(TOWN, "B0", longer))
    assert done.after.passed
    assert change_of(done, "T")[1] <= ROUNDING_M
    assert [one.what for one in done.deeds if one.m2 > 1 and not one.won] == ["cut_outside"]


def test_a_copy_is_dropped():
    done = repair(making.added(TOWN, Feature("C", making.shape_of(TOWN, INNER), "V0")))
    assert done.after.passed
    assert done.removed == ("C",)


def test_a_level_may_be_kept_as_it_is():
    small = making.changed(TOWN, "V0", making.halved)
    done = repair(small, fixed=(2,))
    assert change_of(done, "V0")[1] <= ROUNDING_M
    assert [one.type for one in done.unrepaired if one.type is not Fault.GAP] == []
    with pytest.raises(Refused, match="fixed_unknown"):
        repair(TOWN, fixed=(4,))


def test_a_parent_is_put_together_from_its_children():
    done = repair(making.changed(TOWN, "V0", making.halved))
    assert done.after.passed
    assert shapely.equals(making.shape_of(done.levels, "V0"), making.shape_of(TOWN, "V0"))


def test_a_snap_moves_who_is_wrong_and_not_its_neighbours():
    done = repair(making.changed(TOWN, INNER, making.moved_corner(0.04, 3)))
    for level, sound in zip(done.levels, TOWN, strict=True):
        shapes = zip(level.features, sound.features, strict=True)
        assert all(shapely.equals_exact(one.shape, other.shape, normalize=True) for one, other in shapes)
    assert [one.code for one in done.changes] == [INNER]


def test_what_needs_a_decision_is_named_and_left():
    lost = Feature("L", shapely.box(121.7, 31.5, 121.701, 31.501))
    done = repair(making.with_feature(making.added(TOWN, lost), INNER, parent="V9"))
    assert {one.detail for one in done.unrepaired} == {"orphan", "parent_unknown"}


def test_only_towns_side_by_side_are_repaired_without_a_level_above():
    flat = [Level("town", tuple(Feature(one.code, one.shape) for one in TOWN[3].features))]
    done = repair(making.changed(flat, INNER, making.scaled(0.9)))
    assert done.after.passed
    assert {one.code for one in done.changes if one.vertex_m > ROUNDING_M} == {INNER}


@settings(max_examples=40, deadline=None)
@given(broken, st.integers(0, 1000))
def test_any_broken_town_becomes_a_partition_for_us_and_for_geos(breaks, seed):
    done = repair(broken_town(breaks, seed))
    assert done.after == prove(done.levels)
    assert [one.type for one in done.unrepaired if one.detail != "detached"] == []
    assert geos_agrees(done.levels) == done.after.passed
    town = making.varied(seed)[0].features[0].shape
    assert sum(one.shape.area for one in done.levels[3].features) == pytest.approx(town.area, rel=1e-5)
    again = repair(done.levels)
    assert again.levels == done.levels
    assert repair(broken_town(breaks, seed)).levels == done.levels


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 35), st.sampled_from(MENDED), st.integers(0, 1000))
def test_who_is_far_from_the_fault_does_not_move(block, name, seed):
    sound = making.lattice_town(seed=4 * seed)
    shape = making.shape_of(sound, f"B{block}")
    near = {one.code for one in sound[3].features if shapely.dwithin(one.shape, shape, 1e-4)}
    done = repair(broken_town([(block, name)], 4 * seed))
    moved = {one.code for one in done.changes if one.level == "block" and one.vertex_m > ROUNDING_M}
    assert moved <= near
    assert change_of(done, "T")[1] <= ROUNDING_M


def written(path: Path, driver: str, levels: Sequence[Level]) -> list[Level]:
    """The levels after a file of each."""
    found = []
    for level in levels:
        name = (
            path
            / f"{level.name}{ {'GeoJSON': '.geojson', 'GPKG': '.gpkg', 'ESRI Shapefile': '.shp'}[driver] }"
        )
        shapes = np.array([one.shape for one in level.features])
        columns = [
            np.array([getattr(one, key) for one in level.features], object) for key in ("code", "parent")
        ]
        pyogrio.raw.write(
            name,
            shapely.to_wkb(shapes),
            columns,
            ["code", "parent"],
            geometry_type="Polygon",
            crs="EPSG:4490",
            driver=driver,
        )
        _, _, wkb, cells = pyogrio.raw.read(name)
        rows = zip(cells[0], shapely.from_wkb(wkb), cells[1], strict=True)
        found.append(
            Level(level.name, tuple(Feature(code, shape, parent or "") for code, shape, parent in rows))
        )
    return found


@pytest.mark.parametrize("driver", ["GeoJSON", "GPKG", "ESRI Shapefile"])
def test_a_repaired_town_survives_files_and_rounding(tmp_path: Path, driver: str):
    levels = making.changed(making.changed(TOWN, INNER, making.scaled(1.05)), "B21", making.bow_tie)
    done = repair(levels)
    assert prove(written(tmp_path, driver, done.levels)).passed
    rounded = [
        Level(
            one.name,
            tuple(
                Feature(f.code, shapely.transform(f.shape, lambda at: np.round(at, 7)), f.parent)
                for f in one.features
            ),
        )
        for one in done.levels
    ]
    assert rounded == list(done.levels)

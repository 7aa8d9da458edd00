"""Each fault has one type and names whom it concerns; what is exact passes."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from townops.kernel.partition import Defect, Fault, Feature, Level, Severity, Tolerances, prove
from townops.kernel.partition.tests import making
from townops.kernel.refusal import Refused

TOWN = making.lattice_town()
INNER = "B14"  # B8, B13, B15 and B20 lie round it; B15 and B20 are of other villages


def faults(
    levels: Sequence[Level], tolerances: Tolerances | None = None
) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.type.value, one.detail, one.features) for one in prove(levels, tolerances).defects]


def only(levels: Sequence[Level]) -> Defect:
    (found,) = prove(levels).defects
    return found


def test_an_exact_town_of_four_levels_passes():
    proof = prove(TOWN)
    assert proof.passed
    assert proof.counts == dict.fromkeys(Fault, 0)
    assert proof.tolerances == Tolerances(snap_m=0.1, width_m=1.0, area_m2=1.0)


def test_parents_are_found_by_geometry_as_by_code():
    nameless = [Level(one.name, tuple(Feature(f.code, f.shape) for f in one.features)) for one in TOWN]
    assert prove(nameless).passed
    assert faults(making.changed(nameless, INNER, making.halved)) == faults(
        making.changed(TOWN, INNER, making.halved)
    )


@pytest.mark.parametrize("seed", range(4))
def test_islands_villages_of_one_block_and_declared_parts_pass(seed):
    assert faults(making.varied(seed)) == []
    assert geos_agrees(making.varied(seed))


@pytest.mark.parametrize(
    ("how", "detail"),
    [(making.bow_tie, "crossing"), (making.spiked, "spike"), (making.with_nan, "not_a_number"),
     (lambda _: shapely.Point(121.5, 31.3), "not_polygon")],
)  # fmt: skip
def test_a_broken_ring_is_one_invalid_feature_and_its_neighbours_are_sound(how, detail):
    found = [one for one in faults(making.changed(TOWN, INNER, how)) if one[0] != "gap"]
    assert found == [("invalid", detail, (INNER,))]


def test_the_place_where_a_ring_crosses_itself_is_shown():
    assert only(making.changed(TOWN, INNER, making.bow_tie)).geometry.geom_type == "Point"


def test_the_same_shape_twice_is_a_duplicate_and_nothing_else():
    copy = Feature("C", shapely.reverse(making.shape_of(TOWN, INNER)), "V0")
    assert faults(making.added(TOWN, copy)) == [("duplicate", "same_shape", (INNER, "C"))]


def test_nearly_the_same_shape_twice_is_a_duplicate_too():
    copy = Feature("C", making.moved_corner(0.5)(making.shape_of(TOWN, INNER)), "V0")
    assert faults(making.added(TOWN, copy)) == [("duplicate", "nearly_same_shape", (INNER, "C"))]


def test_a_code_given_twice_is_a_duplicate():
    assert faults(making.with_feature(TOWN, "B3", code="B4")) == [("duplicate", "same_code", ("B4",))]


def test_a_feature_grown_into_another_overlaps_that_one():
    stray = bitten(TOWN, INNER, "B15")
    found = only(stray)
    assert (found.type, set(found.features)) == (Fault.OVERLAP, {INNER, "B15"})
    assert found.severity is Severity.SERIOUS
    assert found.m2 > 10


def bitten(levels: Sequence[Level], code: str, other: str) -> list[Level]:
    """A feature that took a bite of another, and is sound otherwise."""
    bite = making.shape_of(levels, other).representative_point().buffer(1e-4, quad_segs=3)
    path = shapely.LineString([making.shape_of(levels, code).representative_point(), bite.centroid])
    reach = shapely.intersection(shapely.union(path.buffer(3e-5), bite), making.shape_of(levels, other))
    return making.changed(levels, code, lambda shape: shapely.union(shape, reach.buffer(1e-7)))


def test_a_hole_in_a_block_is_a_gap_of_that_block():
    found = only(making.changed(TOWN, INNER, making.holed))
    assert (found.type, found.detail, found.features, found.toward) == (Fault.GAP, "hole", (INNER,), INNER)


def test_a_missing_block_is_a_gap_of_its_village_and_no_fault_of_its_neighbours():
    found = only(making.without(TOWN, INNER))
    assert (found.type, found.level, found.features) == (Fault.GAP, "block", ("V0",))
    assert found.m2 == pytest.approx(area_of(making.shape_of(TOWN, INNER)), rel=1e-3)


def area_of(shape: shapely.Geometry) -> float:
    from pyproj import Geod

    return abs(Geod(ellps="GRS80").geometry_area_perimeter(shape)[0])


def test_a_gap_of_a_village_is_told_once_and_not_again_for_its_blocks():
    found = only(making.changed(TOWN, "V0", making.halved))
    assert (found.type, found.level, found.features) == (Fault.GAP, "village", ("G0",))


def test_a_narrow_overlap_or_gap_is_a_sliver():
    narrow = faults(making.changed(TOWN, INNER, making.shifted(5e-6)))
    assert {one[0] for one in narrow} == {"sliver"}
    assert all(INNER in one[2] for one in narrow)
    finer = faults(making.changed(TOWN, INNER, making.shifted(5e-6)), Tolerances(0.01, 0.02, 0.01))
    assert {one[0] for one in finer} == {"overlap", "gap"}


def test_a_point_that_a_neighbour_lacks_is_a_border_fault_of_the_two():
    found = only(making.changed(TOWN, INNER, making.with_midpoint))
    assert (found.type, found.features) == (Fault.BORDER, ("B8", INNER))
    assert found.severity is Severity.SLIGHT
    assert found.geometry.geom_type == "MultiPoint"


def test_a_point_that_all_but_one_have_is_the_fault_of_that_one():
    assert faults(making.changed(TOWN, INNER, making.moved_corner(0.04, 3))) == [
        ("border", "near_miss", (INNER,))
    ]


def test_a_village_that_lacks_a_point_of_its_blocks_is_at_fault_alone():
    def fewer(shape: shapely.Polygon) -> shapely.Geometry:
        at = np.array(shape.exterior.coords)
        beside = shapely.dwithin(shapely.points(at), making.shape_of(TOWN, "V1"), 0)
        at[np.flatnonzero(beside)[2]] += 3e-7
        return shapely.Polygon(at)

    assert [one[2] for one in faults(making.changed(TOWN, "V0", fewer))] == [("V0",)]


def test_a_block_over_the_border_of_its_village_is_across():
    ours, theirs = making.shape_of(TOWN, "B14"), making.shape_of(TOWN, "B15")
    part = shapely.intersection(theirs, shapely.box(0, 0, theirs.centroid.x, 90))
    levels = making.changed(TOWN, "B14", lambda _: shapely.union(ours, part))
    levels = making.changed(levels, "B15", lambda _: shapely.difference(theirs, part))
    found = [one for one in faults(levels) if one[0] != "border"]
    assert found == [("containment", "across", ("B14",))]


def test_a_block_over_the_border_of_the_town_is_outside():
    found = only(making.changed(TOWN, "B0", lambda shape: shapely.union(shape, corner_box(shape))))
    assert (found.type, found.detail, found.features) == (Fault.CONTAINMENT, "outside", ("B0",))


def corner_box(shape: shapely.Geometry) -> shapely.Geometry:
    west, south = shape.exterior.coords[0]
    return shapely.box(west - 2e-4, south - 2e-4, west + 1e-5, south + 1e-5)


def test_a_block_far_from_everything_is_an_orphan():
    lost = Feature("L", shapely.box(121.7, 31.5, 121.701, 31.501))
    assert faults(making.added(TOWN, lost)) == [("containment", "orphan", ("L",))]


def test_a_parent_nobody_has_heard_of_is_told_and_the_ground_still_counts():
    assert faults(making.with_feature(TOWN, INNER, parent="V9")) == [
        ("containment", "parent_unknown", (INNER,))
    ]


def test_a_block_that_names_the_wrong_village_is_elsewhere():
    assert faults(making.with_feature(TOWN, INNER, parent="V1001")) == [
        ("containment", "elsewhere", (INNER,))
    ]


def test_two_parts_are_a_defect_unless_declared():
    apart = making.changed(TOWN, INNER, making.split)
    rest = Feature("R", shapely.difference(making.shape_of(TOWN, INNER), making.shape_of(apart, INNER)), "V0")
    found = [one for one in faults(making.added(apart, rest)) if one[0] != "border"]
    assert found == [("containment", "detached", (INNER,))]
    declared = making.with_feature(making.added(apart, rest), INNER, detached_allowed=True)
    assert [one for one in faults(declared) if one[0] != "border"] == []


def test_ground_without_blocks_is_a_gap_unless_it_is_managed_directly():
    bare = TOWN
    for feature in TOWN[3].features:
        bare = making.without(bare, feature.code) if feature.parent == "V0" else bare
    assert faults(bare) == [("gap", "childless", ("V0",))]
    assert faults(making.with_feature(bare, "V0", directly_managed=True)) == []


def test_a_block_under_no_village_is_legal_when_declared():
    levels = making.without(TOWN, "V0")
    inside = [one.code for one in TOWN[3].features if one.parent == "V0"]
    for code in inside:
        levels = making.with_feature(levels, code, parent="G0")
    assert {one[:2] for one in faults(levels)} == {("containment", "unmanaged")}
    for code in inside:
        levels = making.with_feature(levels, code, directly_managed=True)
    assert faults(levels) == []


def test_one_block_may_be_its_whole_village():
    levels = [
        *TOWN[:3],
        Level("block", tuple(Feature(f"K{f.code}", f.shape, f.code) for f in TOWN[2].features)),
    ]
    assert prove(levels).passed


def test_an_island_in_a_block_is_part_of_the_partition():
    island = making.shape_of(TOWN, INNER).representative_point().buffer(1e-4, quad_segs=2)
    levels = making.changed(TOWN, INNER, lambda shape: shapely.difference(shape, island))
    assert prove(making.added(levels, Feature("I", island, "V0"))).passed


def test_a_hole_between_towns_is_a_gap():
    blocks = [one for one in TOWN[3].features if one.code != INNER]
    found = only([Level("block", tuple(Feature(one.code, one.shape) for one in blocks))])
    assert found.type is Fault.GAP


def test_tolerances_that_make_no_sense_are_refused():
    for wrong in ({"snap_m": 0}, {"width_m": float("nan")}, {"snap_m": 2, "width_m": 1}):
        with pytest.raises(Refused, match="tolerance_wrong"):
            Tolerances(**wrong)


def test_nothing_at_all_is_refused():
    for levels in ([], [Level("town", ()), Level("block", ())]):
        with pytest.raises(Refused, match="nothing_to_prove"):
            prove(levels)


def test_areas_are_those_of_the_ellipsoid():
    shape = shapely.box(121.4, 31.2, 121.6, 31.5)
    found = only([Level("town", (Feature("T", shape),)), Level("block", ())])
    assert found.m2 == pytest.approx(area_of(shapely.segmentize(shape, 0.001)), rel=1e-5)


BREAKS = {
    "corner": making.moved_corner(0.05), "corner_far": making.moved_corner(4.0), "point": making.with_midpoint,
    "small": making.scaled(0.97), "large": making.scaled(1.05), "shift": making.shifted(8e-6),
    "hole": making.holed, "bow": making.bow_tie, "spike": making.spiked, "nan": making.with_nan,
    "half": making.halved, "split": making.split, "none": lambda shape: shape,
}  # fmt: skip
broken = st.lists(st.tuples(st.integers(0, 35), st.sampled_from(sorted(BREAKS))), min_size=1, max_size=4)


def broken_town(breaks: list[tuple[int, str]], seed: int) -> list[Level]:
    levels = making.varied(seed)
    for block, name in dict(breaks).items():
        levels = making.changed(levels, f"B{block}", BREAKS[name])
    return levels


def geos_agrees(levels: Sequence[Level]) -> bool:
    """GEOS' own judgement: sound shapes, valid coverages, and every level is the same ground, point for point."""
    shapes = [np.array([one.shape for one in level.features]) for level in levels]
    if not all(shapely.is_valid(level).all() and shapely.coverage_is_valid(level) for level in shapes):
        return False
    features = [one for level in levels for one in level.features if not one.detached_allowed]
    if any(shapely.get_num_geometries(one.shape) > 1 for one in features):
        return False
    whole = [shapely.normalize(shapely.coverage_union_all(level)) for level in shapes]
    return all(one == whole[0] for one in whole)


@settings(max_examples=60, deadline=None)
@given(broken, st.integers(0, 1000))
def test_the_proof_passes_exactly_when_geos_finds_nothing(breaks, seed):
    levels = broken_town(breaks, seed)
    assert prove(levels).passed == geos_agrees(levels)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 35), st.sampled_from(sorted(set(BREAKS) - {"none"})), st.integers(0, 1000))
def test_only_the_broken_one_its_village_and_whoever_touches_it_are_named(block, name, seed):
    sound = making.lattice_town(seed=4 * seed)
    shape = making.shape_of(sound, f"B{block}")
    near = {one.code for one in sound[3].features if shapely.dwithin(one.shape, shape, 1e-4)}
    allowed = near | {sound[3].features[block].parent}
    found = prove(broken_town([(block, name)], 4 * seed)).defects
    assert found
    assert {code for one in found for code in one.features} <= allowed
    assert {one.level for one in found} == {"block"}

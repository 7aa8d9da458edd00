"""Edits of a partition leave a partition: each operation alone, and any sequence of them (U8-U11)."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townops.kernel.partition import prove
from townops.kernel.partition.editing import (
    draw,
    insert_vertex,
    merge,
    move_border,
    move_vertex,
    regroup,
    remove_vertex,
    snap,
    split,
)
from townops.kernel.partition.local import prove_changed
from townops.kernel.partition.rings import body_of, edges_of, rings
from townops.kernel.partition.sheet import Changes, Sheet
from townops.kernel.partition.tests.making import lattice_town, varied
from townops.kernel.refusal import Refused

TOWN = Sheet.of(lattice_town(), fixed={"T"})
LAT = 1e-4  # some ten metres


def ring(sheet: Sheet, code: str) -> tuple:
    return body_of(sheet.pieces[code].shape)[0][0]


def owners(sheet: Sheet, at: tuple) -> set[str]:
    return {
        one.code
        for one in sheet.pieces.values()
        if any(at in one_ring for one_ring in rings(body_of(one.shape)))
    }


def shared(sheet: Sheet, *codes: str) -> tuple:
    """A point that all of these have."""
    return sorted(set.intersection(*(set(ring(sheet, code)) for code in codes)))[0]


def node(sheet: Sheet) -> tuple:
    """Where four blocks of four villages meet."""
    return shared(sheet, "V0", "V1", "V1000", "V1001")


def refused(how: Callable[[], object]) -> str:
    with pytest.raises(Refused) as said:
        how()
    return said.value.code


def proven(sheet: Sheet) -> bool:
    return prove(sheet.levels).passed


def area(sheet: Sheet, level: int) -> float:
    return float(sum(one.shape.area for one in sheet.pieces.values() if one.level == level))


def test_a_point_of_four_villages_moves_for_all_who_have_it():
    at = node(TOWN)
    changes = move_vertex(TOWN, at, (at[0] + LAT, at[1]))
    assert set(changes) == owners(TOWN, at) and len(changes) == 8
    after = TOWN.changed(changes)
    assert proven(after) and owners(after, (round(at[0] + LAT, 7), at[1])) == set(changes)


def test_a_point_dragged_over_a_border_is_refused():
    at = node(TOWN)
    assert refused(lambda: move_vertex(TOWN, at, (at[0] + 30 * LAT, at[1]))) == "edit_crosses"


def test_where_no_border_has_a_point_nothing_moves():
    assert refused(lambda: move_vertex(TOWN, (121.5, 31.3), (121.6, 31.3))) == "edit_no_vertex"


def test_the_outline_of_the_town_is_fixed_but_takes_points():
    one, other = next(edge for edge in edges_of(ring(TOWN, "T")))
    assert refused(lambda: move_vertex(TOWN, one, (one[0], one[1] - LAT))) == "edit_fixed"
    middle = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    after = TOWN.changed(insert_vertex(TOWN, one, other, middle))
    assert proven(after) and len(ring(after, "T")) == len(ring(TOWN, "T")) + 1
    assert refused(lambda: insert_vertex(TOWN, one, other, (middle[0], middle[1] - LAT))) == "edit_fixed"


def test_a_point_comes_and_goes_for_both_sides():
    one, other = next(edge for edge in edges_of(ring(TOWN, "B14")))
    middle = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    after = TOWN.changed(insert_vertex(TOWN, one, other, middle))
    (fresh,) = set(ring(after, "B14")) - set(ring(TOWN, "B14"))
    assert proven(after) and len(owners(after, fresh)) >= 2
    back = after.changed(remove_vertex(after, fresh))
    assert {code: body_of(piece.shape) for code, piece in back.pieces.items()} == {
        code: body_of(piece.shape) for code, piece in TOWN.pieces.items()
    }


def test_a_point_where_borders_meet_cannot_be_taken_out():
    assert refused(lambda: remove_vertex(TOWN, node(TOWN))) == "edit_node"


def border(sheet: Sheet, one: str, other: str) -> list[tuple]:
    """The common points of two blocks, in order."""
    mine, theirs = ring(sheet, one), set(ring(sheet, other))
    start = next(n for n, at in enumerate(mine) if at in theirs and mine[n - 1] not in theirs)
    turned = (*mine[start:], *mine[:start])
    return [at for at in turned if at in theirs]


def test_a_border_between_two_nodes_is_put_along_other_points():
    run = border(TOWN, "B7", "B8")
    bent = [run[0], *((x, round(y + LAT, 7)) for x, y in run[1:-1]), run[-1]]
    changes = move_border(TOWN, run, [*bent[:2], *bent[2:]])
    assert set(changes) == {"B7", "B8"} and proven(TOWN.changed(changes))
    straight = TOWN.changed(move_border(TOWN, run, [run[0], run[-1]]))
    assert proven(straight)


def test_a_block_is_split_and_its_neighbours_and_the_levels_above_get_the_new_points():
    west, south, east, north = TOWN.pieces["B14"].shape.bounds
    changes = split(TOWN, "B14", [(west - LAT, (south + north) / 2), (east + LAT, (south + north) / 2)], "N1")
    after = TOWN.changed(changes)
    assert proven(after) and after.pieces["N1"].feature.parent == TOWN.pieces["B14"].feature.parent
    assert after.pieces["B14"].shape.area >= after.pieces["N1"].shape.area
    assert len(changes) >= 4


def test_a_line_that_does_not_cut_through_is_refused():
    west, south, east, north = TOWN.pieces["B14"].shape.bounds
    middle = (south + north) / 2
    assert (
        refused(lambda: split(TOWN, "B14", [(west - LAT, middle), ((west + east) / 2, middle)], "N"))
        == "edit_line_short"
    )
    assert (
        refused(lambda: split(TOWN, "B14", [(west - LAT, middle), (west - 2 * LAT, middle)], "N"))
        == "edit_line_short"
    )
    assert refused(lambda: split(TOWN, "V0", [(west, south), (east, north)], "N")) == "edit_has_children"
    assert refused(lambda: split(TOWN, "B14", [(west, south), (east, north)], "B1")) == "edit_code_taken"


def test_neighbours_merge_and_others_do_not():
    after = TOWN.changed(merge(TOWN, ["B7", "B8"], "B7"))
    assert proven(after) and "B8" not in after.pieces
    assert refused(lambda: merge(TOWN, ["B0", "B14"], "B0")) == "edit_apart"
    assert refused(lambda: merge(TOWN, ["B2", "B3"], "B2")) == "edit_other_parent"


def test_villages_merge_with_what_lies_below_them():
    after = TOWN.changed(merge(TOWN, ["V0", "V1"], "V0"))
    assert proven(after) and {one.feature.parent for one in after.pieces.values() if one.level == 3} == {
        "V0",
        "V1000",
        "V1001",
    }


def test_a_block_drawn_over_others_is_cut_out_of_them():
    x, y = shared(TOWN, "B7", "B8", "B13", "B14")
    square = [(x - LAT, y - LAT), (x + LAT, y - LAT), (x + LAT, y + LAT), (x - LAT, y + LAT)]
    after = TOWN.changed(draw(TOWN, "N1", square, "V0"))
    assert proven(after) and after.pieces["N1"].shape.area == pytest.approx(4 * LAT * LAT, rel=0.01)


def test_a_drawn_block_stops_at_its_parents_border():
    x, y = node(TOWN)
    square = [(x - LAT, y - LAT), (x + LAT, y - LAT), (x + LAT, y + LAT), (x - LAT, y + LAT)]
    after = TOWN.changed(draw(TOWN, "N1", square, "V0"))
    assert proven(after) and after.pieces["N1"].shape.area < 3 * LAT * LAT


def test_a_gap_is_filled_with_what_nobody_has():
    without = TOWN.changed({"B7": None})
    assert not proven(without)
    west, south, east, north = TOWN.pieces["B7"].shape.bounds
    square = [
        (west - LAT, south - LAT),
        (east + LAT, south - LAT),
        (east + LAT, north + LAT),
        (west - LAT, north + LAT),
    ]
    after = without.changed(draw(without, "N1", square, "V0", fill=True))
    assert proven(after) and after.pieces["N1"].shape.equals(TOWN.pieces["B7"].shape)


def test_a_block_goes_to_another_village_and_takes_its_ground_along():
    after = TOWN.changed(regroup(TOWN, ["B2"], "V1"))
    assert proven(after) and after.pieces["B2"].feature.parent == "V1"
    assert refused(lambda: regroup(TOWN, ["B0"], "V1")) == "edit_detaches"


def test_a_point_snaps_to_a_point_first_then_to_a_border_then_to_nothing():
    at = node(TOWN)
    assert snap(TOWN, (at[0] + 2e-6, at[1]), 2) == at
    one, other = next(edge for edge in edges_of(ring(TOWN, "B14")))
    near = ((one[0] + other[0]) / 2 + 3e-6, (one[1] + other[1]) / 2)
    found = snap(TOWN, near, 2)
    assert found != near and TOWN.pieces["B14"].shape.boundary.distance(shapely.Point(found)) < 2e-7
    inside = TOWN.pieces["B14"].shape.representative_point()
    assert snap(TOWN, (inside.x, inside.y), 1) == (round(inside.x, 7), round(inside.y, 7))


def any_edit(sheet: Sheet, dice: np.random.Generator, number: int) -> Changes:
    """One operation somewhere, as a restless hand would do it."""
    blocks = sorted(code for code, one in sheet.pieces.items() if one.level == 3)
    code = blocks[dice.integers(len(blocks))]
    walk = ring(sheet, code)
    place = int(dice.integers(len(walk)))
    at, beside = walk[place], walk[(place + 1) % len(walk)]
    step = dice.integers(-6000, 6000, 2) / 1e7
    near = (at[0] + float(step[0]), at[1] + float(step[1]))
    far = (2 * float(dice.random()) - 0.5, 2 * float(dice.random()) - 0.5)
    west, south, east, north = sheet.pieces[code].shape.bounds

    def inside() -> tuple[float, float]:
        return west + (east - west) * (dice.random() * 1.4 - 0.2), south + (north - south) * (
            dice.random() * 1.4 - 0.2
        )

    others = sorted(set(blocks) - {code})
    other = next(
        (
            one
            for one in others
            if sheet.pieces[one].shape.touches(sheet.pieces[code].shape) and dice.random() < 0.4
        ),
        others[0],
    )
    middle = ((at[0] + beside[0]) / 2 + step[0] / 9 * far[0], (at[1] + beside[1]) / 2 + step[1] / 9 * far[1])
    return [
        lambda: move_vertex(sheet, at, near),
        lambda: move_vertex(sheet, at, walk[(place + 2) % len(walk)]),
        lambda: insert_vertex(sheet, at, beside, middle),
        lambda: remove_vertex(sheet, at),
        lambda: move_border(sheet, [at, beside, walk[(place + 2) % len(walk)]], [at, near, inside(), walk[(place + 2) % len(walk)]]),
        lambda: split(sheet, code, [inside() for _ in range(int(dice.integers(2, 5)))], f"N{number}"),
        lambda: split(sheet, code, [at, walk[place - len(walk) // 2]], f"N{number}"),
        lambda: merge(sheet, [code, other], code),
        lambda: draw(sheet, f"N{number}", [inside() for _ in range(int(dice.integers(3, 6)))], sheet.pieces[code].feature.parent),
        lambda: regroup(sheet, [code], sheet.pieces[other].feature.parent),
    ][int(dice.integers(10))]()  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_a_partition_stays_one_under_any_edits_that_are_not_refused(seed):
    dice = np.random.default_rng(seed)
    sheet = Sheet.of(varied(seed), fixed={"T"})
    grounds = [area(sheet, level) for level in range(4)]
    done = 0
    for number in range(25):
        try:
            changes = any_edit(sheet, dice, number)
        except Refused:
            continue
        after = sheet.changed(changes)
        whole, local = prove(after.levels), prove_changed(sheet, after, changes)
        assert whole.passed, (number, whole.defects)
        assert local.passed
        sheet, done = after, done + 1
    assert [area(sheet, level) for level in range(4)] == pytest.approx([area(sheet, 0)] * 4, rel=1e-12)
    assert area(sheet, 0) == pytest.approx(grounds[0], rel=1e-5)  # the outline gets points, rounded
    assert done

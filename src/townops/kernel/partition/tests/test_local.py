"""What is proven round a change is what a proof of everything says of it (U8-U11)."""

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townops.kernel.partition import Defect, prove
from townops.kernel.partition.local import carried, part, prove_changed, region
from townops.kernel.partition.sheet import Changes, Piece, Sheet
from townops.kernel.partition.tests import making

BREAKS = (
    making.moved_corner(20), making.moved_corner(0.05), making.with_midpoint, making.scaled(1.05),
    making.scaled(0.9), making.shifted(3e-4), making.holed, making.bow_tie, making.spiked, making.halved, making.split,
)  # fmt: skip


def broken(sheet: Sheet, dice: np.random.Generator) -> Changes:
    """One or two villages or blocks broken, removed, or put below another parent."""
    codes = sorted(code for code, one in sheet.pieces.items() if one.level > 1)
    changes: Changes = {}
    for code in dice.choice(codes, dice.integers(1, 3)):
        how, piece = int(dice.integers(len(BREAKS) + 2)), sheet.pieces[str(code)]
        if how < len(BREAKS):
            changes[piece.code] = piece.with_shape(BREAKS[how](shapely.get_parts(piece.shape)[0]))
        elif how == len(BREAKS):
            changes[piece.code] = None
        else:
            changes[piece.code] = piece.below(parent_of_a_peer(sheet, piece, dice))
    return changes


def parent_of_a_peer(sheet: Sheet, piece: Piece, dice: np.random.Generator) -> str:
    """Another parent, or the same: of the level a parent is of."""
    peers = sorted(code for code, one in sheet.pieces.items() if one.level == piece.level)
    return sheet.pieces[str(dice.choice(peers))].feature.parent


def said(defects: tuple[Defect, ...]) -> list[tuple[object, ...]]:
    return sorted(
        (one.type, one.detail, one.level, one.features, round(one.m2, 4), one.fix, one.toward)
        for one in defects
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_the_proof_round_a_change_finds_what_the_whole_proof_finds(seed):
    dice = np.random.default_rng(seed)
    sheet = Sheet.of(
        making.lattice_town(12, village=2, grid=4, seed=seed) if seed % 3 else making.varied(seed)
    )
    changes = broken(sheet, dice)
    after = sheet.changed(changes)
    assert said(prove_changed(sheet, after, changes).defects) == said(prove(after.levels).defects)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_a_proof_carried_on_from_fault_to_fault_never_passes_what_is_broken(seed):
    dice = np.random.default_rng(seed)
    sheet = Sheet.of(making.lattice_town(12, village=2, grid=4, seed=seed))
    known = prove(sheet.levels)
    steps: list[Changes] = []
    for _ in range(3):
        steps.append(broken(sheet, dice))
        after = sheet.changed(steps[-1])
        back = {code: sheet.pieces.get(code) for code in steps[-1]}
        known, sheet, steps[-1] = carried(known, sheet, after, steps[-1]), after, back
        assert known.passed == prove(sheet.levels).passed
    for back in reversed(steps):
        known, sheet = carried(known, sheet, sheet.changed(back), back), sheet.changed(back)
    assert known.passed


def test_only_the_families_round_a_change_are_looked_at():
    sheet = Sheet.of(making.lattice_town(24, village=4, grid=12))
    one = sheet.pieces["B0"]
    after = sheet.changed({"B0": one.with_shape(making.moved_corner(2)(one.shape))})
    box = region(sheet, after, {"B0"})
    assert box is not None
    looked = part(after, box, {"V0", "G0", "T"})
    assert [len(level.features) for level in looked] == [1, 4, 9, 16]


def test_where_nothing_changed_nothing_is_wrong():
    sheet = Sheet.of(making.lattice_town())
    assert prove_changed(sheet, sheet, {"B0"}).passed

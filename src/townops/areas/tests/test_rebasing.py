"""A draft's own changes upon borders that others changed: nothing of either side is lost without being asked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from townops.areas.domain.features import Feature
from townops.areas.domain.rebasing import FACTS, MINE, THEIRS, applied, rebase

CODES = st.sampled_from(["B1", "B2", "B3", "B4", "B5"])
DRAWN = st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans())
SETS = st.dictionaries(CODES, DRAWN).map(
    lambda found: {
        code: Feature(code, "block", f"第{name}稿", bytes([shape]), detached_allowed=apart)
        for code, (name, shape, apart) in found.items()
    }
)
CHOICES = st.sampled_from([MINE, THEIRS])


def changed(before, after):
    return {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}


def at_odds(was, own, other):
    """Both changed it, differently, and it cannot hold both: one fact twice, or taken away and changed."""
    if own in (was, other) or other == was:
        return False
    if None in (was, own, other):
        return True
    sides = [[getattr(one, name) for one in (was, own, other)] for name in FACTS]
    return any(len({before, mine}) + (theirs not in {before, mine}) == 3 for before, mine, theirs in sides)


@given(SETS, SETS, SETS)
def test_an_area_is_asked_about_exactly_when_both_changed_the_same_of_it_differently(base, mine, theirs):
    asked = {one.code for one in rebase(base, mine, theirs, {}).conflicts}
    every = base.keys() | mine.keys()
    assert asked == {one for one in every if at_odds(*(side.get(one) for side in (base, mine, theirs)))}


@given(SETS, SETS, SETS, CHOICES)
def test_every_fact_is_as_the_side_that_changed_it_has_it_and_as_chosen_where_both_did(
    base, mine, theirs, choice
):
    asked = {one.code: choice for one in rebase(base, mine, theirs, {}).conflicts}
    found = rebase(base, mine, theirs, asked)
    assert found.conflicts == ()
    whole = applied(theirs, found.changes)
    for code in base.keys() | mine.keys() | theirs.keys():
        was, own, other = (side.get(code) for side in (base, mine, theirs))
        if code in asked:
            assert whole.get(code) == (own if choice == MINE else other)
        elif None in (was, own, other):
            assert whole.get(code) == (other if own == was else own)
        else:
            for name in FACTS:
                sides = [getattr(one, name) for one in (was, own, other)]
                assert getattr(whole[code], name) == (sides[2] if sides[1] == sides[0] else sides[1])


def test_a_name_and_a_border_changed_by_two_are_both_kept():
    was = Feature("B1", "block", "甲小区", b"0")
    mine, theirs = replace(was, name="甲新村"), replace(was, shape=b"1", block_type="estate")
    found = rebase({"B1": was}, {"B1": mine}, {"B1": theirs}, {})
    assert found.conflicts == ()
    assert found.changes == {"B1": replace(theirs, name="甲新村")}


@given(SETS, SETS)
def test_nothing_of_others_changes_nothing_and_nothing_of_ones_own_leaves_theirs(base, other):
    assert applied(base, rebase(base, other, base, {}).changes) == other
    assert rebase(base, base, other, {}).changes == {}


@given(SETS, SETS, SETS, CHOICES)
def test_rebasing_again_does_nothing(base, mine, theirs, choice):
    asked = {one.code: choice for one in rebase(base, mine, theirs, {}).conflicts}
    whole = applied(theirs, rebase(base, mine, theirs, asked).changes)
    again = rebase(theirs, whole, theirs, {})
    assert (applied(theirs, again.changes), again.conflicts) == (whole, ())

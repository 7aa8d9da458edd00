"""A draft's own changes upon borders that others changed: nothing of either side is lost without being asked."""

from hypothesis import given
from hypothesis import strategies as st

from townops.areas.domain.features import Feature
from townops.areas.domain.rebasing import MINE, THEIRS, applied, rebase

CODES = st.sampled_from(["B1", "B2", "B3", "B4", "B5"])
SETS = st.dictionaries(CODES, st.integers(0, 3)).map(
    lambda found: {code: Feature(code, "block", f"第{n}稿", bytes([n])) for code, n in found.items()}
)
CHOICES = st.sampled_from([MINE, THEIRS])


def changed(before, after):
    return {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}


@given(SETS, SETS, SETS)
def test_an_area_is_asked_about_exactly_when_both_changed_it_differently(base, mine, theirs):
    asked = {one.code for one in rebase(base, mine, theirs, {}).conflicts}
    assert asked == changed(base, mine) & changed(base, theirs) & changed(mine, theirs)


@given(SETS, SETS, SETS, CHOICES)
def test_every_area_is_as_the_side_that_changed_it_has_it_and_as_chosen_where_both_did(
    base, mine, theirs, choice
):
    asked = {one.code: choice for one in rebase(base, mine, theirs, {}).conflicts}
    found = rebase(base, mine, theirs, asked)
    assert found.conflicts == ()
    whole = applied(theirs, found.changes)
    for code in base.keys() | mine.keys() | theirs.keys():
        own = code in changed(base, mine) and (code not in changed(base, theirs) or asked.get(code) == MINE)
        assert whole.get(code) == (mine if own else theirs).get(code)


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

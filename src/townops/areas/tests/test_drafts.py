"""A draft outlives other publications: it is moved to the borders that stand, asked where both changed, or given up."""

import pytest
from django.utils import timezone

from townops.areas import api
from townops.areas.tests.conftest import box
from townops.areas.tests.test_versions import (
    ANNE,
    BERT,
    SPLIT,
    at_corner,
    block,
    check,
    draft,
    publish,
    put,
    split,
    today,
)
from townops.base import journal
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

NOBODY = Actor(3, "演示丙", ())


def rebase(made, actor=ANNE, **choices):
    revision = api.version(made.id).revision
    return api.rebase_draft(made.id, revision=revision, choices=choices, actor=actor, at=timezone.now())


def renamed(code="V2001", name="新名"):
    return block(code, box(1, 0), name=name, parent="V2", kind="hamlet")


def test_a_draft_begun_before_another_publication_is_moved_and_both_changes_hold(town):
    mine = draft()
    put(mine, renamed())
    split()
    assert api.draft(mine.id, actor=ANNE).outdated
    check(mine)
    with pytest.raises(Refused, match="draft_outdated"):
        api.publish_borders(mine.id, revision=1, on=today(), actor=ANNE, at=timezone.now())
    rebase(mine)
    assert (api.draft(mine.id, actor=ANNE).outdated, api.version(mine.id).state) == (False, "draft")
    publish(mine)
    assert (at_corner(), api.area("V2001").name) == ("V1003", "新名")
    assert "rebase" in [one.action for one in journal.history("borders", "T")]


def test_what_both_changed_is_listed_and_asked_and_the_choice_holds(town):
    kept, given = draft(), draft()
    for one in (kept, given):
        put(one, renamed(name="草案名"))
    other = draft()
    put(other, renamed(name="他们的名"))
    publish(other)
    found = api.foresee_rebase(kept.id).conflicts
    assert [(one.code, one.mine.name, one.theirs.name) for one in found] == [("V2001", "草案名", "他们的名")]
    with pytest.raises(Refused, match="rebase_undecided"):
        rebase(kept)
    rebase(kept, V2001="mine")
    rebase(given, V2001="theirs")
    names = [{f.code: f.name for f in api.features_of(one.id)}["V2001"] for one in (kept, given)]
    assert names == ["草案名", "他们的名"]


def test_a_refused_move_changes_nothing(town):
    mine = draft()
    put(mine, *SPLIT, removed=["V1001"])
    other = draft()
    put(other, block("V1001", box(0, 0), name="改名"))
    publish(other)
    before = api.features_of(mine.id), api.version(mine.id)
    for actor, choices in ((ANNE, {}), (NOBODY, {"V1001": "mine"})):
        with pytest.raises(Refused):
            rebase(mine, actor, **choices)
    with pytest.raises(Refused, match="draft_moved"):
        api.rebase_draft(mine.id, revision=0, choices={"V1001": "mine"}, actor=ANNE, at=timezone.now())
    assert (api.features_of(mine.id), api.version(mine.id)) == before


def test_a_draft_is_moved_twice_and_an_own_operation_from_before_can_still_be_taken_back(town):
    mine = draft()
    put(mine, renamed())
    split()
    rebase(mine)
    other = draft()
    put(other, block("V1003", box(0, 0, 0.5, 1), name="再改"))
    publish(other)
    rebase(mine)
    found = {one.code: one.name for one in api.features_of(mine.id)}
    assert (found["V2001"], found["V1003"]) == ("新名", "再改")
    assert api.foresee_rebase(mine.id).conflicts == ()
    api.undo_edit(mine.id, actor=ANNE, at=timezone.now())
    assert {one.code: one.name for one in api.features_of(mine.id)}["V2001"] == "乙一队"
    with pytest.raises(Refused, match="nothing_to_undo"):
        api.undo_edit(mine.id, actor=ANNE, at=timezone.now())


def test_a_given_up_draft_is_listed_no_more_and_takes_no_edit_and_no_publication(town):
    mine = draft()
    put(mine, renamed())
    check(mine)
    api.drop_draft(mine.id, revision=1, actor=BERT, at=timezone.now())
    assert mine.id not in [one.id for one in api.versions_of("T")]
    acts = (
        lambda: put(mine, renamed(name="又改")),
        lambda: api.draft(mine.id, actor=ANNE),
        lambda: api.publish_borders(mine.id, revision=1, on=today(), actor=ANNE, at=timezone.now()),
        lambda: api.drop_draft(mine.id, revision=1, actor=ANNE, at=timezone.now()),
    )
    for act in acts:
        with pytest.raises(Refused, match="draft_dropped"):
            act()


def test_a_draft_says_what_was_done_to_it_and_what_one_may_take_back(town):
    mine = draft()
    put(mine, renamed())
    put(mine, renamed(name="再改"), actor=BERT)
    found = api.draft(mine.id, actor=ANNE)
    assert [(one.kind, one.person) for one in found.edits] == [("edit", 2), ("edit", 1)]
    assert (found.undo, found.redo, api.draft(mine.id, actor=NOBODY).undo) == (True, False, False)

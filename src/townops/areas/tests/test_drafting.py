"""The editor edits a draft one operation at a time; nobody is overwritten, everybody is told (U8-U11)."""

import numpy as np
import pytest
import shapely
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townops.areas import api
from townops.areas.tests.conftest import box
from townops.areas.tests.test_versions import ANNE, BERT, TOWN, block, draft, put
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

MIDDLE = [121.5, 31.31]  # where V1001 and V1002 meet on the town's border
CENTRE = [121.51, 31.31]  # where all four blocks meet
CUT = {
    "do": "split",
    "code": "V1001",
    "line": [[121.506, 31.2995], [121.506, 31.3105]],
    "new_code": "V1003",
    "name": "甲小区东",
}


@pytest.fixture
def made(town):
    return draft()


def edit(made, operation, *, based_on=None, actor=ANNE):
    base = api.version(made.id).revision if based_on is None else based_on
    return api.edit_draft(made.id, operation, based_on=base, actor=actor, at=timezone.now())


def refused(how):
    with pytest.raises(Refused) as said:
        how()
    return said.value.code


def held(made):
    return {one.code: one for one in api.features_of(made.id)}


def test_a_moved_point_moves_for_all_and_is_proven_at_once(made):
    done = edit(made, {"do": "move_vertex", "at": CENTRE, "to": [121.5102, 31.3101]})
    assert set(done.changes) == {"V1", "V2", "V1001", "V1002", "V2001", "V2002"}
    assert done.proof.passed and api.check_draft(made.id, actor=ANNE, at=timezone.now()).passed
    assert done.revision == api.version(made.id).revision


def test_a_block_is_split_with_its_words_and_the_new_point_in_its_neighbour(made):
    done = edit(made, CUT | {"unlock": False})
    after = held(made)
    assert done.proof.passed and (after["V1003"].name, after["V1003"].block_type) == ("甲小区东", "estate")
    assert [121.506, 31.31] in shapely.get_coordinates(after["V1002"].geometry).tolist()
    assert [121.506, 31.3] in shapely.get_coordinates(after["T"].geometry).tolist()


def test_every_operation_is_taken_back_to_the_very_same_borders(made):
    before = held(made)
    operations = [
        {"do": "move_vertex", "at": CENTRE, "to": [121.5102, 31.3101]},
        CUT,
        {"do": "merge", "codes": ["V1003", "V1002"], "into": "V1002"},
        {"do": "draw", "code": "V2009", "name": "新工地", "block_type": "site", "parent": "V2",
         "ring": [[121.512, 31.305], [121.515, 31.305], [121.515, 31.315], [121.512, 31.315]]},
        {"do": "words", "code": "V2001", "name": "乙二队", "block_type": "care", "detached_allowed": True},
        {"do": "words", "code": "V1001", "new_code": "V1007"},
        {"do": "remove", "code": "V2002"},
    ]  # fmt: skip
    states = [before]
    for operation in operations:
        edit(made, operation)
        states.append(held(made))
    for was in states[-2::-1]:
        api.undo_in_editor(made.id, actor=ANNE, at=timezone.now())
        assert held(made) == was
    for was in states[1:]:
        api.redo_in_editor(made.id, actor=ANNE, at=timezone.now())
        assert held(made) == was


def test_a_defect_is_told_with_the_edit_that_makes_it(made):
    done = edit(made, {"do": "remove", "code": "V1001"})
    assert [one.type for one in done.proof.defects] == ["gap"]
    again = edit(
        made,
        {"do": "draw", "code": "V1001", "name": "甲小区", "block_type": "estate", "parent": "V1", "fill": True,
         "ring": [[121.4999, 31.2999], [121.5101, 31.2999], [121.5101, 31.3101], [121.4999, 31.3101]]},
    )  # fmt: skip
    assert again.proof.passed and api.proof_of(made.id)[1].passed


def test_two_people_at_different_corners_do_not_hinder_each_other(made):
    start = api.version(made.id).revision
    edit(made, {"do": "words", "code": "V1001", "name": "甲新村"}, based_on=start)
    edit(made, {"do": "words", "code": "V2001", "name": "乙新村"}, based_on=start, actor=BERT)
    assert {held(made)[code].name for code in ("V1001", "V2001")} == {"甲新村", "乙新村"}


def test_whoever_did_not_see_the_others_change_is_refused_and_nothing_is_lost(made):
    start = api.version(made.id).revision
    edit(made, {"do": "move_vertex", "at": CENTRE, "to": [121.5102, 31.3101]}, based_on=start)
    late = {"do": "words", "code": "V1001", "name": "甲新村"}
    assert refused(lambda: edit(made, late, based_on=start, actor=BERT)) == "draft_stale"
    news = api.changes_since(made.id, start)
    assert set(news.changes) == {"V1", "V2", "V1001", "V1002", "V2001", "V2002"} and news.persons == (1,)
    edit(made, late, based_on=news.revision, actor=BERT)
    assert held(made)["V1001"].name == "甲新村"


def test_news_tell_what_is_gone_and_nothing_when_nothing_happened(made):
    start = api.version(made.id).revision
    assert api.changes_since(made.id, start).changes == {}
    edit(made, {"do": "merge", "codes": ["V1001", "V1002"], "into": "V1001"})
    news = api.changes_since(made.id, start)
    assert news.changes["V1002"] is None and news.revision == api.version(made.id).revision


def test_what_others_write_by_other_doors_is_followed_too(made):
    edit(made, {"do": "words", "code": "V1001", "name": "甲新村"})
    put(made, block("V1001", box(0, 0), name="甲老村"), actor=BERT)
    assert api.draft_held(made.id).features["V1001"].name == "甲老村"
    api.undo_edit(made.id, actor=BERT, at=timezone.now())
    assert api.draft_held(made.id).features["V1001"].name == "甲新村"


def test_a_block_put_under_another_village_takes_its_ground_along(made):
    done = edit(made, CUT)
    done = edit(made, {"do": "words", "code": "V1003", "parent": "V2"})
    assert done.proof.passed and held(made)["V1003"].parent == "V2"
    assert {"V1", "V2"} <= set(done.changes) and api.proof_of(made.id)[1].passed


def test_the_towns_outline_moves_only_when_unlocked(made):
    outward = {"do": "move_vertex", "at": MIDDLE, "to": [121.4999, 31.31]}
    assert refused(lambda: edit(made, outward)) == "edit_fixed"
    assert edit(made, outward | {"unlock": True}).proof.passed


@pytest.mark.parametrize(
    "operation",
    [
        {}, {"do": "nothing"}, {"do": "move_vertex", "at": [1], "to": CENTRE}, {"do": 7},
        {"do": "move_vertex", "at": CENTRE, "to": [float("nan"), 1]}, {"do": "merge", "codes": "V1", "into": "V2"},
        {"do": "split", "code": "V1001", "line": [CENTRE], "new_code": "N"}, {"do": "words", "code": "V1001", "name": 3},
    ],
)  # fmt: skip
def test_an_operation_that_cannot_be_read_is_refused(made, operation):
    assert refused(lambda: edit(made, operation)) == "operation_malformed"


def test_words_are_checked_as_a_survey_is(made):
    assert refused(lambda: edit(made, {"do": "words", "code": "V1001", "name": " "})) == "name_missing"
    assert (
        refused(lambda: edit(made, {"do": "words", "code": "V1001", "block_type": "moon"}))
        == "block_type_wrong"
    )
    assert (
        refused(lambda: edit(made, {"do": "words", "code": "V1001", "name": "甲小区"}))
        == "edit_changes_nothing"
    )
    assert (
        refused(lambda: edit(made, {"do": "words", "code": "V1001", "new_code": "V1002"}))
        == "edit_code_taken"
    )


def test_whoever_may_not_draft_edits_nothing(made):
    assert refused(lambda: edit(made, CUT, actor=Actor(3, "演示丙", ()))) == "not_permitted"


def test_a_suggested_code_was_never_used(made):
    edit(made, {"do": "merge", "codes": ["V1001", "V1002"], "into": "V1001"})
    assert api.suggested_code(made.id, "V1") == "V1003"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_any_edits_taken_back_leave_exactly_what_was_there(town, seed):
    made, dice = draft(), np.random.default_rng(seed)
    before, done = held(made), 0
    for number in range(8):
        x, y = 121.5 + dice.random() * 0.02, 31.3 + dice.random() * 0.02
        code = ("V1001", "V1002", "V2001", "V2002")[dice.integers(4)]
        operation = [
            {"do": "move_vertex", "at": CENTRE, "to": [round(x, 7), round(y, 7)]},
            {"do": "split", "code": code, "line": [[x, 31.29], [x, 31.33]], "new_code": f"N{number}"},
            {"do": "draw", "code": f"N{number}", "name": "新", "block_type": "site", "parent": "V1",
             "ring": [[x, y], [x + 0.004, y], [x, y + 0.003]]},
        ][dice.integers(3)]  # fmt: skip
        try:
            done += edit(made, operation).proof.passed
        except Refused:
            continue
    assert api.proof_of(made.id)[1].passed
    for _ in range(done):
        api.undo_in_editor(made.id, actor=ANNE, at=timezone.now())
    assert held(made) == before and set(held(made)) == {one.code for one in TOWN}

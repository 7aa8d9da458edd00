"""The editor edits a draft one operation at a time; nobody is overwritten, everybody is told (U8-U11)."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townops.areas import api
from townops.areas.domain.features import Feature
from townops.areas.domain.held import Held
from townops.areas.domain.numbering import Numbering, faults
from townops.areas.tests.conftest import box
from townops.areas.tests.test_versions import ANNE, BERT, TOWN, block, draft, put
from townops.kernel.actors import Actor
from townops.kernel.gridcodes import scheme_of
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
    found = (("V1", "block"), ("G1", "village"), ("T", "grid"), ("V9", "block"))
    codes = [api.suggested_code(made.id, parent, kind, at=timezone.now()) for parent, kind in found]
    assert codes == ["V1003", "V3", "G2", "V9001"]


WEST_HALF = [[121.4999, 31.2995], [121.515, 31.2995], [121.515, 31.3205], [121.4999, 31.3205]]
SOUTH = [[121.505, 31.2999], [121.515, 31.2999], [121.515, 31.305], [121.505, 31.305]]


def kept_ground(made):
    """Square degrees by level: what is carved takes from nobody but its neighbours."""
    found = dict.fromkeys(("town", "grid", "village", "block"), 0.0)
    for one in held(made).values():
        found[one.kind] += one.geometry.area
    return {kind: round(size, 12) for kind, size in found.items()}


def test_a_drawn_village_takes_blocks_along_and_cuts_those_on_its_border(made):
    before = kept_ground(made)
    done = edit(
        made,
        {"do": "draw", "kind": "village", "code": "V3", "parent": "G1", "name": "丙居委会", "ring": SOUTH},
    )
    after = held(made)
    assert done.proof.passed and api.prove_anew(made.id)[1].passed and kept_ground(made) == before
    below = {one.code: one for one in after.values() if one.parent == "V3"}
    assert {one.name for one in below.values()} == {"甲小区2", "乙一队2"}
    assert {one.block_type for one in below.values()} == {"estate", "hamlet"}
    assert {"V1001", "V2001"} <= set(after) and after["V1001"].parent == "V1"
    api.undo_in_editor(made.id, actor=ANNE, at=timezone.now())
    assert set(held(made)) == {one.code for one in TOWN}


def test_a_drawn_village_that_takes_all_of_another_keeps_the_blocks_themselves(made):
    ring = [[121.51, 31.3], [121.52, 31.3], [121.52, 31.32], [121.51, 31.32]]
    done = edit(
        made, {"do": "draw", "kind": "village", "code": "V3", "parent": "G1", "name": "丙", "ring": ring}
    )
    after = held(made)
    assert done.proof.passed and "V2" not in after
    assert {code for code, one in after.items() if one.parent == "V3"} == {"V2001", "V2002"}


def test_a_drawn_grid_cuts_villages_and_blocks_alike(made):
    before = kept_ground(made)
    done = edit(
        made, {"do": "draw", "kind": "grid", "code": "G2", "parent": "T", "name": "二网格", "ring": WEST_HALF}
    )
    after = held(made)
    assert done.proof.passed and kept_ground(made) == before
    assert {code for code, one in after.items() if one.parent == "G2"} == {"V1", "V3"}
    assert {one.parent for code, one in after.items() if one.kind == "block"} == {"V1", "V2", "V3"}


def test_an_empty_directly_managed_area_leaves_no_blocks_and_is_proven(made):
    given = {"do": "draw", "kind": "village", "code": "V9", "parent": "G1", "name": "港区", "ring": SOUTH}
    done = edit(made, given | {"directly_managed": True, "empty": True})
    after = held(made)
    assert done.proof.passed and after["V9"].directly_managed
    assert not [one for one in after.values() if one.parent == "V9"]
    api.undo_in_editor(made.id, actor=ANNE, at=timezone.now())
    assert refused(lambda: edit(made, given | {"parent": "V1"})) == "operation_malformed"
    assert refused(lambda: edit(made, given | {"code": "V1001"})) == "edit_code_taken"
    assert refused(lambda: edit(made, given | {"ring": WEST_HALF[:1] * 3})) == "edit_crosses"


def test_a_village_and_a_grid_are_split_by_a_line_with_what_lies_below(made):
    cut = {"do": "split", "line": [[121.515, 31.299], [121.515, 31.321]]}
    done = edit(made, cut | {"code": "V2", "new_code": "V3", "name": "丙村委会"})
    after = held(made)
    assert done.proof.passed and after["V3"].parent == "G1"
    assert len([one for one in after.values() if one.parent == "V3"]) == 2
    across = {"do": "split", "line": [[121.499, 31.305], [121.521, 31.305]]}
    done = edit(made, across | {"code": "G1", "new_code": "G2", "name": "二网格"})
    assert done.proof.passed and {one.parent for one in held(made).values() if one.kind == "village"} == {
        "G1",
        "G2",
    }
    assert api.check_draft(made.id, actor=ANNE, at=timezone.now()).passed


def test_a_village_is_drawn_into_ground_that_nobody_has(made):
    for code in ("V1001", "V1002"):
        edit(made, {"do": "remove", "code": code})
    edit(made, {"do": "remove", "code": "V1"})
    ring = [[121.4999, 31.2999], [121.511, 31.2999], [121.511, 31.3201], [121.4999, 31.3201]]
    given = {
        "do": "draw",
        "kind": "village",
        "code": "V7",
        "parent": "G1",
        "name": "滩涂",
        "ring": ring,
        "fill": True,
    }
    assert edit(made, given | {"directly_managed": True}).proof.passed


def test_parts_of_a_scheme_are_numbered_by_it():
    head = "310115104"
    rows = [
        Feature(f"{head}000", "town", "镇", b"", ""), Feature(f"{head}-G1", "grid", "一", b"", f"{head}000"),
        Feature(f"{head}001", "village", "甲", b"", f"{head}-G1"), Feature(f"{head}001004", "block", "块", b"", f"{head}001"),
    ]  # fmt: skip
    held = Held.nothing().followed((1, one.code, replace(one, shape=box(0, 0).wkb)) for one in rows)
    numbering = Numbering({f"{head}007"})
    found = [
        numbering.next(held, *one)
        for one in ((f"{head}-G1", "village"), (f"{head}001", "block"), (f"{head}000", "grid"))
    ]
    assert found == [f"{head}008", f"{head}001005", f"{head}-G2"]
    wider = Numbering(scheme=scheme_of("6 3 3 4"))
    assert wider.next(held, f"{head}001", "block") == f"{head}0010001"
    told = list(faults(held, set(held.features), scheme_of("6 3 3 4")))
    assert [(one.code, why.code) for one, why in told] == [(f"{head}001004", "code_malformed")]


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
            {"do": "draw", "kind": "village", "code": f"W{number}", "name": "新", "parent": "G1",
             "ring": [[x, y], [x + 0.007, y], [x, y + 0.008]]},
            {"do": "draw", "kind": "grid", "code": f"H{number}", "name": "新", "parent": "T",
             "ring": [[x, y], [x + 0.009, y], [x, y + 0.008]]},
            {"do": "split", "code": ("V1", "V2", "G1")[dice.integers(3)], "line": [[121.49, y], [121.53, y]],
             "new_code": f"S{number}"},
        ][dice.integers(6)]  # fmt: skip
        try:
            done += edit(made, operation).proof.passed
        except Refused:
            continue
    assert api.proof_of(made.id)[1].passed
    for _ in range(done):
        api.undo_in_editor(made.id, actor=ANNE, at=timezone.now())
    assert held(made) == before and set(held(made)) == {one.code for one in TOWN}

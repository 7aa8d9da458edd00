"""A draft is repaired wholly, or one defect at a time, as one operation that can be undone (U8-U11)."""

import pytest
import shapely
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from townops.areas import api
from townops.areas.domain.features import Feature
from townops.areas.domain.mending import key_of, mend
from townops.areas.domain.proving import prove
from townops.areas.tests.conftest import box
from townops.areas.tests.test_versions import ANNE, BERT, SPLIT, TOWN, block, draft, put
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

GAP = block("V1001", box(0, 0, 0.9, 1), name="甲小区")
OVERLAP = Feature(
    "V2002", "block", "乙工地", shapely.union(box(1, 1), box(1.4, 0.9, 0.2, 0.1)).wkb, "V2", "site"
)


def broken():
    changed = {one.code: one for one in (GAP, OVERLAP)}
    return [changed.get(one.code, one) for one in TOWN]


def fixed(made, only=None, actor=ANNE, **words):
    return api.repair_draft(made.id, only=only, actor=actor, at=timezone.now(), **words)


def after(features, done):
    now = {one.code: one for one in features} | dict(done.changes)
    return [one for one in now.values() if one]


def test_a_whole_repair_leaves_a_proven_town_with_its_outline():
    done = mend(broken())
    assert prove(after(broken(), done)).passed
    assert "T" not in {
        code for code, one in done.changes.items() if not one.geometry.equals(TOWN[0].geometry)
    }


def test_one_defect_is_mended_and_the_others_stay():
    before = prove(broken())
    gap, overlap = (next(one for one in before.defects if one.type == kind) for kind in ("gap", "overlap"))
    done = mend(broken(), {key_of(gap)})
    assert [(one.type, one.features) for one in done.after.defects] == [(overlap.type, overlap.features)]
    assert "V1001" in done.changes
    assert not {"V2001", "V2002"} & done.changes.keys()


def test_whoever_is_chosen_keeps_the_ground_of_an_overlap():
    for keeper, other in (("V2001", "V2002"), ("V2002", "V2001")):
        now = {
            one.code: one
            for one in after(broken(), mend(broken(), choices={frozenset({keeper, other}): keeper}))
        }
        assert now[keeper].geometry.contains(box(1.45, 0.92, 0.1, 0.05))


@settings(deadline=None)
@given(st.sets(st.integers(0, 1)))
def test_mending_some_defects_never_makes_another(which):
    before = prove(broken())
    wanted = {key_of(before.defects[one]) for one in which}
    left = {key_of(one) for one in mend(broken(), wanted).after.defects}
    assert left <= {key_of(one) for one in before.defects} - wanted


def test_a_repaired_draft_can_be_published_and_the_repair_undone(town):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    held = {one.code: one for one in api.features_of(made.id)}
    done = fixed(made)
    assert (done.before.passed, done.after.passed, done.revision) == (False, True, 2)
    assert set(done.codes) == {"V1", "G1", "T"}
    assert api.check_draft(made.id, actor=ANNE, at=timezone.now()).passed
    api.undo_edit(made.id, actor=ANNE, at=timezone.now())
    assert {one.code: one for one in api.features_of(made.id)} == held


def test_a_sound_draft_is_left_alone(town):
    made = draft()
    assert (fixed(made).revision, fixed(made).codes) == (0, ())


def test_a_repair_that_somebody_overtook_is_refused_whole(town, monkeypatch):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    from townops.areas import repairs

    def slow(*given):
        done = mend(*given)
        put(made, block("V1003", box(0, 0, 0.5, 1), name="乙改"), actor=BERT)
        return done

    monkeypatch.setattr(repairs, "mend", slow)
    with pytest.raises(Refused, match="draft_stale"):
        fixed(made)
    assert {one.code: one.name for one in api.features_of(made.id)}["V1003"] == "乙改"


def test_only_who_may_draft_repairs(town):
    with pytest.raises(Refused, match="not_permitted"):
        fixed(draft(), actor=Actor(3, "演示丙", ()))

"""Units added, renamed and placed elsewhere from a day on, with who and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from townops.base import jobs, journal
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.people import api
from townops.people.tests.conftest import moment
from townops.people.unit_changes import UnitChange, foresee, publish, tree

AT = moment("2026-06-01 12:00")
KEEPER = Actor(7, "组织员", (Hat(1, 1, frozenset({"people.edit"})),))


def change_of(code: str, **given: object) -> UnitChange:
    one = api.unit(code)
    known = (one.name, one.kind, one.parent_id, one.leader_post_id, one.enforcement)
    change = UnitChange(
        "T", one.id, *known, starts=AT, note="机构改革", over=api.planned.count("unit", one.id)
    )
    return replace(change, **given)


def test_a_unit_is_renamed_from_a_day_on_with_who_and_why(town):
    change = change_of("chengjian", name="规划建设办", starts=AT + timedelta(days=3))
    assert [(one.label, one.after) for one in foresee(change).lines] == [("名称", "规划建设办")]
    publish(change, actor=KEEPER, at=AT)
    assert api.unit("chengjian").name != "规划建设办"
    jobs.run_due(AT + timedelta(days=3, minutes=1))
    assert api.unit("chengjian").name == "规划建设办"
    planned, put = journal.history("unit", change.unit_id)[-2:]
    assert (planned.name, planned.body["note"]) == ("组织员", "机构改革")
    assert (put.name, put.body["name"], put.body["note"]) == ("组织员", "规划建设办", "机构改革")


def test_a_new_unit_gets_a_code_of_its_own_and_stands_under_the_one_above_it(town):
    above = api.unit("chengjian")
    fresh = UnitChange("T", 0, "海绵城市专班", "office", above.id, None, False, AT, "新设")
    made = publish(fresh, actor=KEEPER, at=AT)
    one = api.unit_by_id(int(made.key))
    assert (one.code, one.active) == ("u_001", True)
    places = [(unit.id, depth) for unit, depth in tree("T")]
    assert places[places.index((above.id, 0)) + 1] == (one.id, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " "}, "name_malformed"),
        ({"kind": "ministry"}, "unit_kind_unknown"),
        ({"kind": "center"}, "unit_single"),
        ({"note": ""}, "reason_missing"),
        ({"over": 5}, "unit_stale"),
        ({}, "unit_unchanged"),
    ],
)
def test_what_cannot_be_is_refused(town, given, code):
    with pytest.raises(Refused, match=code):
        foresee(change_of("chengjian", **given))


def test_two_units_have_no_name_in_common_and_none_is_above_itself(town):
    with pytest.raises(Refused, match="unit_name_taken"):
        foresee(change_of("chengjian", name=api.unit("chengguan").name))
    with pytest.raises(Refused, match="parent_circle"):
        foresee(change_of("v_001", parent_id=api.unit("s_001").id))

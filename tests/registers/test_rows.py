"""One row of a register: typed in, changed by somebody who saw it, taken back, archived; seen by whom it concerns."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from tests.registers.conftest import AT
from townops.base import journal, layers
from townops.base.ledger.narrowing import Wanted, narrowed, ordered
from townops.base.ledger.saying import Sayer
from townops.base.ledger.seeing import row_for, visible
from townops.base.ledger.writing import Seen, add, archive, change, confirm, restore, undo
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


def test_what_was_typed_is_said_again_with_the_telephone_masked(hydrants, seen_by, typed):
    viewer = seen_by()
    row = row_for(hydrants, viewer, add(hydrants, typed(), viewer=viewer, at=AT))
    said = dict(
        zip((one.name for one in hydrants.typed), Sayer(hydrants.typed, [row]).cells(row), strict=True)
    )
    assert said == typed(keeper_phone="138****8000", unit="", tested_at="")
    assert row.output == "充足"


def test_a_telephone_is_sealed_in_the_database(hydrants, seen_by, typed):
    viewer = seen_by()
    row = row_for(hydrants, viewer, add(hydrants, typed(), viewer=viewer, at=AT))
    assert b"13800138000" not in bytes(row.keeper_phone)
    assert "13800138000" not in str([one.body for one in journal.history(hydrants.kind, row.pk)])


@pytest.mark.parametrize(
    ("typo", "code"),
    [
        ({"code": ""}, "entry_missing"),
        ({"code": "12345"}, "entry_lost_zero"),
        ({"code": "1234567X"}, "entry_malformed"),
        ({"code": "123456789"}, "entry_too_long"),
        ({"area": "不存在村"}, "reference_unknown"),
        ({"kind": "空中"}, "entry_choice"),
        ({"flow": "很大"}, "entry_number"),
        ({"flow": "NaN"}, "entry_number"),
        ({"flow": "1.25"}, "entry_places"),
        ({"flow": "-1"}, "entry_malformed"),
        ({"built_on": "去年"}, "entry_day"),
        ({"built_on": "2021-02-30"}, "entry_day"),
        ({"tested_at": "下午"}, "entry_moment"),
        ({"sound": "大概"}, "entry_yes"),
        ({"outlets": "2.5"}, "entry_whole"),
        ({"outlets": "-2"}, "entry_least"),
        ({"lng": "500"}, "entry_degree"),
        ({"kind": "地下", "outlets": "4"}, "entry_malformed"),
    ],
)
def test_what_is_typed_wrong_is_refused_by_its_column(hydrants, seen_by, typed, typo, code):
    refused = refusal(lambda: add(hydrants, typed(**typo), viewer=seen_by(), at=AT))
    assert refused.code == code
    assert refused.params["label"]


def test_an_unknown_village_is_answered_with_the_nearest_names(hydrants, seen_by, typed, villages):
    refused = refusal(lambda: add(hydrants, typed(area=villages[0] + "委会"), viewer=seen_by(), at=AT))
    assert villages[0] in str(refused.params["near"])


@pytest.mark.parametrize("written", ["2020-05-01", "2020/5/1", "2020.5.1", "2020年5月1日", "43952"])
def test_a_day_is_read_as_people_and_spreadsheets_write_it(hydrants, seen_by, typed, written):
    viewer = seen_by()
    row = row_for(hydrants, viewer, add(hydrants, typed(built_on=written), viewer=viewer, at=AT))
    assert row.built_on.isoformat() == "2020-05-01"


def test_the_same_key_twice_is_refused_with_the_row_that_has_it(hydrants, seen_by, typed):
    viewer = seen_by()
    add(hydrants, typed(), viewer=viewer, at=AT)
    refused = refusal(lambda: add(hydrants, typed(), viewer=viewer, at=AT))
    assert (refused.code, refused.params["key"]) == ("row_exists", "00012345")


def test_a_change_is_written_down_with_what_stood_there_before(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    assert change(hydrants, Seen(number, 1), {"flow": "12", "note": ""}, viewer=viewer, at=AT)
    entry = journal.history(hydrants.kind, number)[-1]
    assert entry.body["changed"] == {"flow": ["20.5", "12"], "note": ["桥东", ""]}


def test_saying_the_same_again_changes_nothing(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    assert not change(hydrants, Seen(number, 1), typed(), viewer=viewer, at=AT)
    assert not change(hydrants, Seen(number, 1), {"keeper_phone": "138****8000"}, viewer=viewer, at=AT)
    assert row_for(hydrants, viewer, number).seq == 1


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused_with_what_it_was(
    hydrants, seen_by, typed
):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    change(hydrants, Seen(number, 1), {"flow": "12"}, viewer=viewer, at=AT)
    refused = refusal(lambda: change(hydrants, Seen(number, 1), {"note": "桥西"}, viewer=viewer, at=AT))
    assert (refused.code, refused.params["what"]) == ("row_stale", "流量（L/s）")


def test_a_change_is_taken_back_and_that_again(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    change(hydrants, Seen(number, 1), {"flow": "12", "keeper_phone": "13900139000"}, viewer=viewer, at=AT)
    undo(hydrants, Seen(number, 2), viewer=viewer, at=AT)
    said = Sayer(hydrants.typed, []).cell
    row = row_for(hydrants, viewer, number)
    assert [said(row, hydrants.column(name)) for name in ("flow", "keeper_phone")] == ["20.5", "138****8000"]
    undo(hydrants, Seen(number, 3), viewer=viewer, at=AT)
    assert said(row_for(hydrants, viewer, number), hydrants.column("keeper_phone")) == "139****9000"


def test_a_row_is_archived_for_a_reason_and_restored(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    assert (
        refusal(lambda: archive(hydrants, Seen(number, 1), reason=" ", viewer=viewer, at=AT)).code
        == "reason_missing"
    )
    archive(hydrants, Seen(number, 1), reason="拆除", viewer=viewer, at=AT)
    assert (
        refusal(lambda: change(hydrants, Seen(number, 2), {"note": "x"}, viewer=viewer, at=AT)).code
        == "row_archived"
    )
    restore(hydrants, Seen(number, 2), viewer=viewer, at=AT)
    assert change(hydrants, Seen(number, 3), {"note": "x"}, viewer=viewer, at=AT)


def test_a_row_is_seen_and_changed_only_where_ones_post_reaches(hydrants, seen_by, typed, villages):
    mine, other = seen_by(village=villages[0]), seen_by(village=villages[1])
    number = add(hydrants, typed(), viewer=mine, at=AT)
    assert not visible(hydrants, other).exists()
    assert (
        refusal(lambda: change(hydrants, Seen(number, 1), {"note": "x"}, viewer=other, at=AT)).code
        == "row_unknown"
    )
    assert refusal(lambda: add(hydrants, typed(code="00000001"), viewer=other, at=AT)).code == "row_outside"
    moved = {"area": villages[1]}
    assert refusal(lambda: change(hydrants, Seen(number, 1), moved, viewer=mine, at=AT)).code == "row_outside"


def test_who_may_only_look_changes_nothing(hydrants, seen_by, typed):
    number = add(hydrants, typed(), viewer=seen_by(), at=AT)
    looker = seen_by("view")
    assert (
        refusal(lambda: change(hydrants, Seen(number, 1), {"note": "x"}, viewer=looker, at=AT)).code
        == "row_closed"
    )
    assert (
        refusal(lambda: add(hydrants, typed(code="00000001"), viewer=looker, at=AT)).code == "not_permitted"
    )
    assert (
        refusal(lambda: archive(hydrants, Seen(number, 1), reason="x", viewer=looker, at=AT)).code
        == "row_closed"
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"00000001", "00000002"}), ("code=0001", {"00000001"}), ("kind=below", {"00000002"}), ("sound=0", {"00000002"}),
        ("flow_min=15", {"00000001"}), ("built_on_after=2021-01-01", {"00000002"}), ("q=桥东", {"00000001", "00000002"}),
        ("state=due", set()), ("state=all", {"00000001", "00000002"}), ("unit=none", {"00000001", "00000002"}),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_by_every_column(hydrants, seen_by, typed, asked, found):
    viewer = seen_by()
    add(hydrants, typed(code="00000001"), viewer=viewer, at=AT)
    below = typed(code="00000002", kind="地下", flow="3", built_on="2022-01-01", sound="否")
    add(hydrants, below, viewer=viewer, at=AT)
    rows = narrowed(hydrants, viewer, Wanted(QueryDict(asked), AT.date()))
    assert {row.code for row in rows} == found


def test_a_filter_nobody_can_read_is_refused(hydrants, seen_by):
    refused = refusal(
        lambda: narrowed(hydrants, seen_by(), Wanted(QueryDict("built_on_after=gestern"), AT.date()))
    )
    assert (refused.code, refused.params["label"]) == ("filter_malformed", "建成日期")


def test_a_row_confirmed_is_not_due_until_its_time_is_over(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT.replace(year=2025))
    due = Wanted(QueryDict("state=due"), AT.date())
    assert [row.pk for row in narrowed(hydrants, viewer, due)] == [number]
    confirm(hydrants, Seen(number, 1), viewer=viewer, at=AT)
    assert not narrowed(hydrants, viewer, due)
    assert narrowed(hydrants, viewer, replace(due, today=AT.date().replace(year=2027)))


def test_rows_are_sorted_both_ways(hydrants, seen_by, typed):
    viewer = seen_by()
    for code, flow in (("00000001", "5"), ("00000002", "9")):
        add(hydrants, typed(code=code, flow=flow), viewer=viewer, at=AT)
    rows = visible(hydrants, viewer)
    assert [row.code for row in ordered(hydrants, rows, "-flow")] == ["00000002", "00000001"]
    assert [row.code for row in ordered(hydrants, rows, "")] == ["00000001", "00000002"]


def test_rows_with_a_place_are_a_layer_of_the_map_without_their_telephones(hydrants, seen_by, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    layer = layers.layer_for(viewer.actor, "register-hydrant")
    found = layer.read(AT.date(), AT.date())
    assert (list(found.ids), found.facts[0]["code"]) == ([str(number)], "00012345")
    assert "keeper_phone" not in found.facts[0]
    archive(hydrants, Seen(number, 1), reason="拆除", viewer=viewer, at=AT.replace(hour=3))
    assert len(layer.read(AT.date(), AT.date())) == 0
    with pytest.raises(Refused):
        layers.layer_for(seen_by(village=typed()["area"]).actor, "register-hydrant")

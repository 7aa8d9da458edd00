"""Borders have versions: drafted apart, proven, published whole, and had again (U8-U11)."""

import threading
from datetime import date, timedelta

import pytest
import shapely
import time_machine
from django.db import connections
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from townops.areas import api
from townops.areas.domain.comparing import Link, carried, compare
from townops.areas.domain.features import Feature, packed, unpacked
from townops.areas.domain.proving import prove
from townops.areas.domain.undoing import Operation, stacks
from townops.areas.models import AreaShape, Lineage, Version, VersionArea
from townops.areas.tests.conftest import ROWS, box
from townops.base import journal
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused

MAY = frozenset({"areas.draft", "areas.publish"})
ANNE = Actor(1, "演示甲", (Hat(1, 1, MAY),))
BERT = Actor(2, "演示乙", (Hat(2, 1, MAY),))
KINDS = {"街镇": "town", "责任网格": "grid", "居村": "village", "责任块": "block"}
TYPES = {"": "", "小区": "estate", "学校": "school", "村队组": "hamlet", "工地": "site"}
TOWN = [Feature(r[0], KINDS[r[2]], r[1], r[5].wkb, r[3], TYPES[r[4]]) for r in ROWS]


def block(code, shape, *, name="", parent="V1", kind="estate"):
    return Feature(code, "block", name or code, shape.wkb, parent, kind)


NEIGHBOUR = shapely.Polygon(
    [(121.5, 31.31), (121.5, 31.32), (121.51, 31.32), (121.51, 31.31), (121.505, 31.31)]
)
SPLIT = [
    block("V1003", box(0, 0, 0.5, 1)),
    block("V1004", box(0.5, 0, 0.5, 1)),
    block("V1002", NEIGHBOUR, name="甲学校", kind="school"),  # takes the corner of the two into its border
]
MERGED = block(
    "V1009",
    shapely.Polygon(
        [*box(0, 0, 1, 2).exterior.coords[:1], (121.51, 31.31), *box(0, 0, 1, 2).exterior.coords[1:4]]
    ),
)


def today():
    return timezone.localdate()


def draft(note="调整"):
    return api.begin_draft("T", note=note, actor=ANNE, at=timezone.now())


def put(made, *features, removed=(), based_on=None, actor=ANNE):
    base = api.version(made.id).revision if based_on is None else based_on
    return api.put_features(
        made.id, based_on=base, features=features, removed=removed, actor=actor, at=timezone.now()
    )


def mend(made, only=None, **words):
    return api.repair_draft(made.id, only=only, actor=ANNE, at=timezone.now(), **words)


def check(made):
    return api.check_draft(made.id, actor=ANNE, at=timezone.now())


def publish(made, on=None):
    mend(made)
    assert check(made).passed
    revision = api.version(made.id).revision
    return api.publish_borders(made.id, revision=revision, on=on or today(), actor=ANNE, at=timezone.now())


def split(on=None):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    return publish(made, on)


def at_corner(on=None):
    return api.locate(121.5025, 31.3025, on=on).block.code


def test_a_sound_town_is_proven():
    assert prove(TOWN).passed


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (block("V1001", box(0, 0, 0.9, 1)), "gap"),
        (block("V1001", box(0, 0, 1.1, 1)), "overlap"),
        (block("V1001", box(0, 0), parent="V2"), "containment"),
        (block("V1001", box(0, 0), parent="V9"), "containment"),
        (block("V1001", shapely.MultiPolygon([box(0, 0, 0.5, 1), box(0.6, 0, 0.4, 1)])), "containment"),
        (block("V1001", shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])), "invalid"),
        (block("V1001", shapely.Polygon([*box(0, 0).exterior.coords[:2], (121.505, 31.31),
                                         *box(0, 0).exterior.coords[2:]])), "border"),
    ],
)  # fmt: skip
def test_each_fault_of_a_partition_is_named(changed, found):
    defects = prove([one for one in TOWN if one.code != "V1001"] + [changed]).defects
    assert found in {one.type for one in defects}


def test_nothing_is_not_proven():
    with pytest.raises(Refused, match="nothing_to_prove"):
        prove([])


def test_a_feature_survives_being_packed():
    assert [unpacked(packed(one)) for one in TOWN] == TOWN


def test_an_edit_forgets_what_could_be_done_again():
    kinds = ["edit", "edit", "undo"]
    assert (stacks(Operation(i + 1, k) for i, k in enumerate(kinds)).redo) == 3
    assert (stacks(Operation(i + 1, k) for i, k in enumerate([*kinds, "edit"])).redo) == 0


def test_a_split_and_a_merge_are_told_with_their_shares():
    old, both = [TOWN[4], TOWN[5]], compare(TOWN[4:6], [MERGED], date(2026, 2, 1))
    parts = compare(old, SPLIT, date(2026, 2, 1)).moved
    assert [(one.after, one.how, round(one.share, 3)) for one in parts] == [
        ("V1003", "split", 0.5), ("V1004", "split", 0.5),
    ]  # fmt: skip
    assert [(one.how, round(one.share, 6)) for one in both.moved] == [("merged", 1.0), ("merged", 1.0)]


def test_a_new_name_on_the_same_ground_is_a_renaming():
    found = compare([TOWN[4]], [block("V1001", box(0, 0), name="新名")], date(2026, 2, 1))
    assert (found.renamed, found.reshaped) == (("V1001",), ())
    assert [one.how for one in found.moved] == ["renamed"]


@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=5))
def test_shares_carried_through_splits_always_make_the_whole(cuts):
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(1, len(cuts) + 1)]
    lineage = [
        link
        for n, (day, cut) in enumerate(zip(days, cuts, strict=True))
        for link in (Link(day, f"B{n}", f"B{n + 1}", "split", 1, cut),
                     Link(day, f"B{n}", f"C{n}", "split", 1, 1 - cut))
    ]  # fmt: skip
    found = carried("B0", lineage, date(2026, 1, 1), days[-1])
    assert sum(one.share for one in found) == pytest.approx(1)
    assert carried("B0", lineage, days[-1], days[-1])[0].code == "B0"


def test_readers_see_nothing_of_a_draft(town):
    put(draft(), *SPLIT, removed=["V1001"])
    assert at_corner() == "V1001"
    with pytest.raises(Refused, match="area_unknown"):
        api.area("V1003")


def test_a_split_published_today_holds_at_once_and_orders_of_the_old_block_know_where_it_went(town):
    split()
    assert at_corner() == "V1003"
    assert at_corner(today() - timedelta(days=1)) == "V1001"
    found = api.carried_to("T", "V1001", today() - timedelta(days=1), today())
    assert {one.code for one in found} == {"V1003", "V1004"}
    assert journal.history("borders", "T")[-1].action == "publish"


def test_ended_areas_are_offered_no_more_but_still_have_a_name(town):
    split()
    assert "V1001" not in {one.code for one in api.areas_of("T", "block")}
    assert api.area("V1001").name == "甲小区"


def offered():
    children = {one.code for one in api.children(api.area("V1").id)}
    named = {one.code for one in api.find("T", "V100")}
    blocks = {one.code for one in api.areas_of("T", "block") if one.code.startswith("V1")}
    counted = {one.code for one in api.blocks_below(api.area("V1").id)}
    searched = {one.code for one in api.search(api.area("T").id, "V100", 20)}
    assert children == named == blocks == counted == searched
    return blocks


def test_areas_published_for_a_later_day_are_not_offered_before_it_nor_those_that_ended_after_it(town):
    split(today() + timedelta(days=3))
    assert offered() == {"V1001", "V1002"}
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert offered() == {"V1002", "V1003", "V1004"}


def test_an_area_that_comes_back_on_a_later_day_is_not_offered_before_it(town):
    split()
    first = next(one for one in api.versions_of("T") if one.number == 1)
    back = today() + timedelta(days=2)
    api.roll_back_borders(first.id, on=back, note="恢复", actor=ANNE, at=timezone.now())
    assert offered() == {"V1002", "V1003", "V1004"}
    assert (at_corner(), at_corner(back)) == ("V1003", "V1001")
    gone = api.area("V1001")
    left = api.left_on(gone.id, today())
    went = api.carried_to("T", "V1001", left - timedelta(days=1), today())
    assert {one.code for one in went} == {"V1003", "V1004"}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert offered() == {"V1001", "V1002"}


def test_names_of_borders_for_a_later_day_begin_on_it(town):
    made, day = draft(), today() + timedelta(days=3)
    put(made, block("V1001", box(0, 0), name="新名"))
    publish(made, day)
    assert api.area("V1001").name == "甲小区"
    later = timezone.now() + timedelta(days=3)
    assert (api.begin_borders(later), api.begin_borders(later)) == (1, 0)
    assert api.area("V1001").name == "新名"


def test_a_later_day_is_in_force_from_that_day_and_stops_direct_imports(town):
    day = today() + timedelta(days=3)
    split(day)
    assert (at_corner(), at_corner(day)) == ("V1001", "V1003")
    with pytest.raises(Refused, match="version_pending"):
        town.hands_in(town.file(ROWS), on=today())


def test_two_people_never_overwrite_each_other(town):
    made = draft()
    put(made, block("V1001", box(0, 0), name="甲"), based_on=0)
    put(made, block("V2001", box(1, 0), name="乙", parent="V2", kind="hamlet"), based_on=0, actor=BERT)
    with pytest.raises(Refused, match="draft_stale"):
        put(made, block("V1001", box(0, 0), name="丙"), based_on=0, actor=BERT)
    with pytest.raises(Refused, match="draft_stale"):
        put(made, removed=["V1001"], based_on=0, actor=BERT)


def test_undo_takes_back_ones_own_work_and_redo_does_it_again(town):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    put(made, block("V2002", box(1, 1), name="丙", parent="V2", kind="site"), actor=BERT)
    api.undo_edit(made.id, actor=ANNE, at=timezone.now())
    names = {one.code: one.name for one in api.features_of(made.id)}
    assert ("V1003" in names, names["V1001"], names["V2002"]) == (False, "甲小区", "丙")
    api.redo_edit(made.id, actor=ANNE, at=timezone.now())
    assert "V1003" in {one.code for one in api.features_of(made.id)}
    with pytest.raises(Refused, match="nothing_to_redo"):
        api.redo_edit(made.id, actor=ANNE, at=timezone.now())


def test_undo_stops_where_somebody_built_upon_it(town):
    made = draft()
    put(made, block("V1001", box(0, 0), name="甲"))
    put(made, block("V1001", box(0, 0), name="乙"), actor=BERT)
    with pytest.raises(Refused, match="draft_stale"):
        api.undo_edit(made.id, actor=ANNE, at=timezone.now())


def test_a_draft_with_a_defect_or_an_edit_after_its_check_is_not_published(town):
    made = draft()
    put(made, removed=["V1001"])
    assert [one.type for one in check(made).defects] == ["gap"]
    put(made, *SPLIT)
    mend(made)
    assert check(made).passed
    put(made, block("V1003", box(0, 0, 0.5, 1), name="改"))
    with pytest.raises(Refused, match="draft_not_checked"):
        api.publish_borders(made.id, revision=4, on=today(), actor=ANNE, at=timezone.now())


def test_a_draft_of_older_borders_is_refused_and_a_published_one_never_changes(town):
    late, made = draft(), split()
    put(late, block("V1002", box(0, 1), name="丙", kind="school"))
    with pytest.raises(Refused, match="draft_outdated"):
        publish(late)
    with pytest.raises(Refused, match="version_published"):
        put(made, block("V1002", box(0, 1), name="丙", kind="school"))


def test_publishing_needs_its_permission_and_a_day_not_past(town):
    made = draft()
    nobody = Actor(3, "演示丙", ())
    for actor, day, code in (
        (nobody, today(), "not_permitted"),
        (ANNE, today() - timedelta(1), "publish_past"),
    ):
        with pytest.raises(Refused, match=code):
            api.publish_borders(made.id, revision=0, on=day, actor=actor, at=timezone.now())


@pytest.mark.parametrize("later", [0, 5])
@pytest.mark.parametrize(
    ("features", "removed"),
    [(SPLIT, ["V1001"]), ([MERGED], ["V1001", "V1002"]), ([block("V1001", box(0, 0), name="新名")], [])],
)
def test_publishing_and_rolling_back_leaves_the_ground_as_it_was(town, features, removed, later):
    first = draft("开头")
    put(first, block("V2002", box(1, 1), name="乙新工地", parent="V2", kind="site"))
    first = publish(first)
    before = {area.code: shape for area, shape in api.shapes("block")}
    made = draft()
    put(made, *features, removed=removed)
    publish(made)
    day = today() + timedelta(days=later)
    api.roll_back_borders(first.id, on=day, note="恢复", actor=ANNE, at=timezone.now())
    api.begin_borders(timezone.now() + timedelta(days=later))
    after = {area.code: shape for area, shape in api.shapes("block", on=day)}
    assert {c: shapely.from_wkb(s).normalize() for c, s in after.items()} == {
        c: shapely.from_wkb(s).normalize() for c, s in before.items()
    }
    assert api.area("V1001").name == "甲小区"


def test_a_publishing_that_fails_at_its_last_line_leaves_the_old_version(town):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    revision = mend(made).revision
    assert check(made).passed
    unwritable = Actor(
        1, object(), ANNE.hats
    )  # the journal, written after shapes and lineage, cannot hold this name
    with pytest.raises(TypeError):
        api.publish_borders(made.id, revision=revision, on=today(), actor=unwritable, at=timezone.now())
    assert at_corner() == "V1001"
    assert not Lineage.objects.exists()
    assert Version.objects.get(pk=made.id).number is None
    assert not AreaShape.objects.filter(area__code="V1003").exists()


def test_a_lineage_can_be_corrected_and_the_correction_is_journalled(town):
    made = split()
    day = today()
    api.correct_lineage(made.id, "V1001", "V1003", how="split", share=0.7, actor=ANNE, at=timezone.now())
    assert api.carried_to("T", "V1001", day - timedelta(1), day)[0].share == 0.7
    assert journal.history("borders", "T")[-1].action == "correct"


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_of_one_block_at_the_same_moment_one_is_refused(office):
    office.hands_in(office.file(ROWS))
    made, results = draft(), []

    def edit(actor):
        try:
            results.append(put(made, block("V1001", box(0, 0), name=actor.name), based_on=0, actor=actor))
        except Refused as refused:
            results.append(refused.code)
        connections.close_all()

    threads = [threading.Thread(target=edit, args=(actor,)) for actor in (ANNE, BERT)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, results)) == ["1", "draft_stale"]
    assert VersionArea.objects.get(version=made.id, code="V1001").revision == 1


def test_a_survey_goes_into_a_draft_as_one_change_and_leaves_what_it_does_not_name(town):
    made = draft()
    row = {"code": "V1001", "name": "新名", "kind": "block", "parent": "V1", "block_type": "estate",
           "detached_allowed": "", "directly_managed": ""}  # fmt: skip
    survey = api.Survey("测量", "T", (api.Candidate(1, row, box(0, 0)),), "EPSG:4490")
    api.put_survey(made.id, survey, based_on=0, actor=ANNE, at=timezone.now())
    assert {one.code: one.name for one in api.features_of(made.id)}["V1001"] == "新名"
    assert len(api.features_of(made.id)) == len(ROWS)


def test_before_publishing_every_context_says_what_changes_hands(town):
    made = draft()
    put(made, *SPLIT, removed=["V1001"])
    found = api.changing_hands(made.id)
    assert {name: (label, one.count) for name, (label, one) in found.items()} == {
        "dispatch": ("派单规则", 0), "orders": ("未结工单", 0), "people": ("责任主体登记", 0),
    }  # fmt: skip


def test_borders_that_were_imported_can_be_had_again_after_the_first_version(town):
    split()
    imported = api.versions_of("T")[0]
    assert (imported.number, imported.note) == (1, "导入的边界")
    api.roll_back_borders(imported.id, on=today(), note="恢复", actor=ANNE, at=timezone.now())
    assert at_corner() == "V1001"

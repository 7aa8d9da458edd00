"""Borders change: open orders follow the ground with an event each, closed ones keep the block of their time (U8-U11)."""

from dataclasses import replace

import pytest
import shapely
from django.utils import timezone

from townops.areas import api as areas
from townops.base import jobs
from townops.base.models import Notice
from townops.kernel.actors import Actor, Hat
from townops.orders import api, borders
from townops.orders.models import OrderEvent
from townops.people import api as people

pytestmark = pytest.mark.django_db
SURVEYOR = Actor(1, "演示测绘", (Hat(1, 1, frozenset({"areas.draft", "areas.publish"})),))


@pytest.fixture
def pair(town):
    """Two blocks side by side in different villages, each with a point inside."""
    blocks = areas.areas_of(people.first_town(), "block")
    shapes = {one.id: shapely.from_wkb(areas.shape(one.id)) for one in blocks}
    for one in blocks:
        for other in areas.nearby(*areas.point_within(one.id), 400):
            if other.area.parent_id != one.parent_id and not _managed(one, other.area):
                line = shapely.intersection(shapes[one.id], shapes[other.area.id])
                if line.length > 0:
                    return one, other.area
    raise AssertionError("no neighbours in two villages")


def _managed(*blocks):
    return any(areas.area_by_id(one.parent_id).directly_managed for one in blocks)


def publish_with(town, change):
    """Draft, change, repair, check and publish today; `change(by_code)` gives the features to put."""
    code, at = people.first_town(), town.at
    made = areas.begin_draft(code, note="试调", actor=SURVEYOR, at=at)
    by_code = {one.code: one for one in areas.features_of(made.id)}
    features, removed = change(by_code)
    areas.put_features(made.id, based_on=0, features=features, removed=removed, actor=SURVEYOR, at=at)
    areas.repair_draft(made.id, actor=SURVEYOR, at=at)
    proof = areas.check_draft(made.id, actor=SURVEYOR, at=at)
    assert proof.passed, proof.defects[:3]
    revision = areas.version(made.id).revision
    areas.publish_borders(made.id, revision=revision, on=timezone.localdate(at), actor=SURVEYOR, at=at)


def swallow(one, other):
    """The block goes to the other village: its village loses the ground, the other gains it."""

    def change(by_code):
        block, old, new = (
            by_code[one.code],
            by_code[by_code[one.code].parent],
            by_code[by_code[other.code].parent],
        )
        changed = [
            replace(block, parent=new.code),
            replace(old, shape=shapely.difference(old.geometry, block.geometry).wkb, detached_allowed=True),
            replace(new, shape=shapely.union(new.geometry, block.geometry).wkb, detached_allowed=True),
        ]
        grids = {by_code[old.parent].code: by_code[old.parent], by_code[new.parent].code: by_code[new.parent]}
        if len(grids) == 2:
            a, b = by_code[old.parent], by_code[new.parent]
            changed.append(
                replace(a, shape=shapely.difference(a.geometry, block.geometry).wkb, detached_allowed=True)
            )
            changed.append(
                replace(b, shape=shapely.union(b.geometry, block.geometry).wkb, detached_allowed=True)
            )
        return changed, []

    return change


def settle(town):
    for _ in range(3):
        jobs.run_due(town.later(minutes=2))


def test_an_open_order_follows_its_block_to_the_other_village_and_a_closed_one_stays(town, pair):
    one, other = pair
    place = areas.point_within(one.id)
    held = town.handling(lng=place[0], lat=place[1])
    done = town.closed()
    before = town.row(held)
    assert (before.block_id, before.village_id) == (one.id, one.parent_id)
    kept = town.row(done).block_id, town.row(done).village_id
    publish_with(town, swallow(one, other))
    settle(town)
    row = town.row(held)
    assert (row.block_id, row.village_id, row.due_at) == (one.id, other.parent_id, before.due_at)
    assert (row.unit_id, row.main_unit_id) == (
        before.unit_id,
        before.main_unit_id,
    )  # a department's work stays its
    assert (town.row(done).block_id, town.row(done).village_id) == kept
    assert OrderEvent.objects.filter(order_id=row.id, step="follow_borders").count() == 1
    assert [one for one in api.verify_journal() if one.order == row.id] == []


def of_village(town, block, *, designated=False):
    """An order of a class that the rules give to the village, dispatched to it at the block's point."""
    lng, lat = areas.point_within(block.id)
    number = town.report(lng=lng, lat=lat)
    town.takes("grid", number, "accept")
    town.takes("grid", number, "file", condition="E-01-05.1")
    unit = {} if not designated else {"unit": "chengguan", "reason": "按现场情况"}
    town.takes("dispatch", number, "dispatch", **unit)
    return number


def test_whom_the_rules_name_there_takes_over_and_whom_a_person_chose_stays(town, pair):
    one, other = pair
    ruled, chosen = of_village(town, one), of_village(town, one, designated=True)
    before, by_hand = town.row(ruled), town.row(chosen).unit_id
    publish_with(town, swallow(one, other))
    settle(town)
    after = town.row(ruled)
    assert people.unit_by_id(before.unit_id).area_id == one.parent_id
    assert people.unit_by_id(after.unit_id).area_id == other.parent_id
    assert (after.state, after.due_at) == (before.state, before.due_at)
    told = Notice.objects.filter(kind="orders.moved_here")
    assert {one.thing for one in told} == {f"unit:{after.unit_id}"}
    assert (town.row(chosen).unit_id, town.row(chosen).village_id) == (by_hand, other.parent_id)
    assert [one for one in api.verify_journal() if one.order in {after.id, town.row(chosen).id}] == []


def test_an_order_without_a_point_goes_where_most_of_its_block_went(town, pair):
    one, other = pair
    number = town.filed()
    town.takes("grid", number, "relocate", area=one.code, reason="据来电人所述")

    def change(by_code):
        gone, keeper = by_code[one.code], by_code[other.code]
        features, _ = swallow(one, other)(by_code)
        features[0] = replace(keeper, shape=shapely.union(keeper.geometry, gone.geometry).wkb)
        return features, [one.code]

    publish_with(town, change)
    settle(town)
    assert (town.row(number).block_id, town.row(number).village_id) == (other.id, other.parent_id)


def test_a_survey_imported_directly_moves_open_orders_too(town, pair):
    one, other = pair
    lng, lat = areas.point_within(one.id)
    number = town.filed(lng=lng, lat=lat)
    cells = {"code": one.code, "name": one.name, "kind": "block", "parent": areas.area_by_id(other.parent_id).code,
             "block_type": one.block_type, "detached_allowed": "", "directly_managed": ""}  # fmt: skip
    row = areas.Candidate(1, cells, shapely.from_wkb(areas.shape(one.id)))
    survey = areas.Survey("测绘", people.first_town(), (row,), "EPSG:4490")
    areas.take_survey(survey, valid_from=timezone.localdate(town.at), actor=SURVEYOR, at=town.at)
    settle(town)
    assert town.row(number).village_id == other.parent_id


def test_a_run_that_was_cut_off_goes_on_and_moves_nothing_twice(town, pair):
    one, other = pair
    place = areas.point_within(one.id)
    for _ in range(3):
        town.filed(lng=place[0], lat=place[1])
    publish_with(town, swallow(one, other))
    code = people.first_town()
    assert len(list(borders.moved(code, timezone.localdate(town.at)))) == 3
    assert borders.follow(code, town.at) == 3
    assert borders.follow(code, town.at) == 0
    settle(town)
    assert OrderEvent.objects.filter(step="follow_borders").count() == 3

"""A unit ends: what is foreseen is what happens, its open orders go to the successor, nothing is left without an owner."""

from datetime import timedelta

import pytest

from townops.base import jobs, journal
from townops.base.models import Account, Notice
from townops.kernel.refusal import Refused
from townops.orders import api, succession
from townops.orders.models import OrderEvent, OrderTask
from townops.orders.rebuild import breaks
from townops.people import api as people

pytestmark = pytest.mark.django_db


def end(town, unit: str = "chengjian", heir: str = "chengguan", **later: float) -> people.unit_ends.UnitEnd:
    ended, takes_over = people.unit(unit).id, people.unit(heir).id
    over = people.planned.count("unit", ended)
    return people.unit_ends.UnitEnd(ended, takes_over, town.at + timedelta(**later), "机构改革", over)


def publish(town, change: people.unit_ends.UnitEnd) -> None:
    people.unit_ends.publish(change, actor=town.who("director"), at=town.at)


def settle(town) -> None:
    """What the jobs do in the next minutes."""
    for _ in range(3):
        jobs.run_due(town.later(minutes=2))


def test_the_orders_foreseen_are_the_orders_handed_over_with_an_event_each(town):
    held, opining = town.handling(), town.filed()
    town.takes(
        "dispatch", opining, "dispatch", unit="chengguan", reason="按现场情况", assisting=["chengjian"]
    )
    before = town.row(held).due_at
    seen = people.unit_ends.foresee(end(town, heir="shichang"))
    assert {one.number: one.role for one in seen.orders.first} == {held: "负责", opining: "会办"}
    assert OrderEvent.objects.filter(step="succeed").count() == 0
    change = end(town, heir="shichang")
    publish(town, change)
    settle(town)
    row = town.row(held)
    assert (row.unit_id, row.main_unit_id, row.due_at) == (change.heir_id, change.heir_id, before)
    owed = OrderTask.objects.get(order_id=town.row(opining).id, done_seq__isnull=True)
    assert owed.unit == change.heir_id
    assert OrderEvent.objects.filter(step="succeed").count() == seen.orders.count == 2
    assert [one for one in api.verify_journal() if one.order in {row.id, owed.order_id}] == []
    assert not people.taken_over(people.posts_of(change.unit_id)[0].id)


def test_the_successor_of_a_unit_complained_about_inherits_the_avoidance(town):
    number = town.report("hotline")
    town.takes("hotline", number, "accept")
    triple = {"demand_type": "complaint", "class": "H-05-02", "time_class": "5"}
    town.takes("hotline", number, "file", conduct_of="chengjian", **triple)
    change = end(town, heir="chengguan")
    publish(town, change)
    settle(town)
    with pytest.raises(Refused, match="avoidance"):
        town.takes("dispatch", number, "dispatch", unit="chengguan", reason="现场情况")
    order = town.takes("dispatch", number, "dispatch")
    assert (order.value.avoid, order.responsible.kind) == (change.heir_id, "town")
    assert change.heir_id in {one.unit for one in order.value.assisting}
    assert list(breaks([order.id])) == []


def test_a_run_that_was_cut_off_goes_on_and_hands_nothing_over_twice(town):
    town.handling()
    change = end(town)
    publish(town, change)
    assert succession.succeed(change.unit_id, change.heir_id, town.at) == 1
    assert succession.succeed(change.unit_id, change.heir_id, town.at) == 0
    settle(town)
    assert OrderEvent.objects.filter(step="succeed").count() == 1


def test_the_successor_goes_on_working_and_rules_that_name_the_old_unit_mean_it(town):
    number = town.handling()
    publish(town, end(town))
    settle(town)
    town.takes("unit", number, "submit", result="已修复", outcome="solved", evidence=[town.photo()])
    assert people.unit("chengjian").code == "chengguan"
    later = town.dispatched(unit="chengjian")
    assert people.unit_by_id(town.row(later).unit_id).code == "chengguan"


def test_an_end_that_lies_ahead_waits_for_its_day_and_can_be_withdrawn(town):
    publish(town, end(town, days=2))
    unit = people.unit("chengjian")
    assert unit.code == "chengjian"
    (waiting,) = people.planned.waiting("unit", unit.id)
    people.planned.withdraw(waiting.id, "unit", actor=town.who("director"), at=town.at)
    jobs.run_due(town.later(days=3))
    assert people.unit("chengjian").code == "chengjian"
    publish(town, end(town, days=1))
    jobs.run_due(town.later(days=2))
    assert people.unit("chengjian").code == "chengguan"
    told = journal.history("unit", unit.id)[-1]
    assert (told.action, told.body["note"]) == ("put", "机构改革")


def test_its_posts_fall_vacant_and_units_below_and_blocks_go_to_the_successor(town):
    one, other = (unit.code for unit in people.units_of_kind("village")[:2])
    station = next(unit for unit in people.units_of_kind("station") if unit.parent_id == people.unit(one).id)
    change = end(town, one, other)
    seen = people.unit_ends.foresee(change)
    assert seen.below and seen.holders
    publish(town, change)
    assert people.unit_by_id(station.id).parent_id == change.heir_id
    for post in people.posts_of(change.unit_id):
        assert all(one.span.ends is not None for one in people.appointments(post.id))


@pytest.mark.parametrize(
    ("unit", "heir", "code"),
    [("center", "chengguan", "unit_single"), ("chengguan", "chengguan", "heir_is_itself")],
)
def test_what_would_leave_the_town_without_its_center_is_refused(town, unit, heir, code):
    with pytest.raises(Refused, match=code):
        people.unit_ends.foresee(end(town, unit, heir))


def test_the_second_of_two_is_refused_and_so_is_whoever_keeps_no_people(town):
    change = end(town, days=1)
    with pytest.raises(Refused, match="not_permitted"):
        people.unit_ends.publish(change, actor=town.who("grid"), at=town.at)
    publish(town, change)
    with pytest.raises(Refused, match="unit_stale"):
        publish(town, change)


def test_whoever_takes_over_is_told_once_for_all_orders(town):
    town.handling()
    town.handling()
    change = end(town)
    publish(town, change)
    settle(town)
    succession.succeed(change.unit_id, change.heir_id, town.at)
    rows = Notice.objects.filter(kind="orders.succeeded")
    heirs = {account.username for account in Account.objects.filter(pk__in=rows.values("account"))}
    assert "unit" in heirs
    assert {(one.thing, one.seq) for one in rows} == {(f"unit:{change.heir_id}", change.unit_id)}
    assert len(rows) == len(heirs)


def test_a_unit_without_open_orders_is_no_news_to_its_heir(town):
    publish(town, end(town))
    settle(town)
    assert not Notice.objects.filter(kind="orders.succeeded").exists()

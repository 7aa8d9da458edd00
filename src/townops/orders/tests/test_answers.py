"""What orders answer to people and dispatch: open work of a post, open orders for a dry run."""

from copy import copy
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.areas import api as areas
from townops.base.registry import answers
from townops.dispatch import api as dispatch
from townops.orders.answers import on_changed_areas
from townops.orders.models import Order
from townops.people import api as people

pytestmark = pytest.mark.django_db


def work(unit: str, post: str = "") -> dict[str, str]:
    """role by number of what waits there."""
    of = people.unit(unit)
    post_id = people.post(f"{unit}.{post}").id if post else None
    found = answers.ask("people.open_work", unit_id=of.id, post_id=post_id)
    return {one["number"]: one["role"] for one in found}


def test_a_successor_is_told_of_the_orders_of_his_unit(town):
    number = town.handling()
    assert work("chengjian", "operator")[number] == "unit"
    told = people.taken_over(people.post("chengjian.operator").id)
    row = town.row(number)
    assert {"number": number, "title": row.title, "due_at": row.due_at, "role": "unit"} in told


def test_whoever_takes_over_thousands_is_told_how_many(town):
    row = Order.objects.get(number=town.handling())
    copies = [copy(row) for _ in range(2100)]
    for one, key in zip(copies, range(row.id + 1, row.id + 2101), strict=True):
        one.id, one.number = key, f"2611K{key % 10**6:06d}"
    Order.objects.bulk_create(copies, batch_size=500)
    assert len(people.taken_over(people.post("chengjian.operator").id)) == 2101


def test_the_centers_shift_holds_what_nobody_has_yet(town):
    number = town.report()
    row = town.row(number)
    post = people.post_by_id(row.post_id)
    assert work(people.unit_by_id(row.unit_id).code, post.code)[number] == "responsible"


def test_the_liaison_answers_for_the_outer_clock_of_an_order_a_unit_holds(town):
    number = town.handling("hotline", user="hotline", external_number="P1")
    assert work(people.center().code, "hotline")[number] == "clock"


def test_an_opinion_owed_is_work_until_it_is_given(town):
    number = town.filed()
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况", assisting=["pingan"])
    assert work("pingan", "operator") == {number: "task"}
    town.takes("u_chengjian", number, "acknowledge")
    town.takes("u_pingan", number, "add_opinion", opinion="已配合")
    assert work("pingan") == {}


def test_a_closed_order_is_nobodys_work(town):
    number = town.closed()
    assert number not in work("chengjian")
    assert number not in work(people.center().code)


def test_every_open_order_is_laid_before_new_rules_once(town):
    waits, held, done = town.filed(), town.handling(), town.closed()
    found = {row["number"]: row for row in answers.ask("orders.open_for_dispatch")}
    assert set(found) == {waits, held}
    assert done not in found
    assert (found[waits]["unit_id"], found[held]["unit_id"]) == (None, people.unit("chengjian").id)


def test_a_dry_run_over_open_orders_finds_what_new_rules_would_move(town):
    held = town.handling()
    assert held not in {change.number for change in dispatch.dry_run_open(dispatch.starting_rules())}
    moved = [
        dispatch.Rule(
            order=1, name="全部给城管", target="chengguan", class_prefix="", area_id=None, block_type="",
            hours=dispatch.Hours.ANY, source="", severity="", limit=None,
        )
    ]  # fmt: skip
    changes = {change.number: change for change in dispatch.dry_run_open(moved)}
    assert changes[held].after == people.unit("chengguan").id


def test_only_what_waits_for_dispatch_is_asked_about_one_changed_rule(town):
    waits, held = town.filed(), town.handling()
    seen = dispatch.changing.foresee(everything_to("chengguan"), town.at)
    assert (seen.waiting, seen.count, [one.number for one in seen.first]) == (1, 1, [waits])
    assert held not in [one.number for one in seen.first]
    proposed = answers.ask("dispatch.propose", **facts_of(waits, town.at)).unit_id
    assert (seen.first[0].before, seen.first[0].after) == (proposed, people.unit("chengguan").id)


def everything_to(unit: str) -> dispatch.changing.RuleChange:
    last = dispatch.changing.newest()
    rule = dispatch.Rule(order=1, name="全部给城管", target=unit)
    return dispatch.changing.RuleChange(0, rule, date(2099, 1, 1), "试", last.id)


def facts_of(number: str, at: datetime) -> dict[str, object]:
    rows = {row["number"]: row for row in answers.ask("orders.waiting_for_dispatch", at)}
    return {name: value for name, value in rows[number].items() if name not in {"number", "unit_id"}}


def test_merged_and_unadopted_orders_are_left_out(town):
    parent, child, old = town.handling(), town.filed(), town.filed()
    town.takes("grid", child, "merge", parent=parent)
    Order.objects.filter(number=old).update(origin="history")
    assert {row["number"] for row in answers.ask("orders.open_for_dispatch")} == {parent}


def test_open_orders_are_streamed_in_few_queries(town):
    for _ in range(3):
        town.filed()
    list(answers.ask("orders.open_for_dispatch"))
    with CaptureQueriesContext(connection) as asked_of:
        assert len(list(answers.ask("orders.open_for_dispatch"))) == 3
    assert len(asked_of) <= 6


def test_an_open_order_is_told_of_where_borders_change_and_a_far_one_is_not(town):
    village = areas.villages(areas.towns()[0].code)[0]
    lng, lat = areas.point_within(village.id) or (0.0, 0.0)
    number = town.report(lng=lng, lat=lat)
    row = town.row(number)
    assert on_changed_areas(frozenset({row.village_id})) == areas.Touched(1, (number,))
    assert on_changed_areas(frozenset({row.town_id})).count == 0

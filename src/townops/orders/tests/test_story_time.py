"""Clocks of orders in stories: marks, pauses, extensions, rounds, history (engine.md sections 1 and 4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.base import calendars
from townops.base.models import OutboxRow
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import Order, OrderClock, OrderEvent, OrderMark, Upward

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def clock(order: api.OrderView, name: str) -> api.ClockView:
    return next(one for one in reversed(order.clocks) if one.name == name)


def test_the_inner_due_is_earlier_than_the_districts(town):
    number = town.dispatched("hotline", user="hotline", external_number="T1")
    row = town.row(number)
    assert row.due_at == row.outer_due_at - timedelta(hours=1)


def test_the_same_message_again_changes_nothing_and_a_later_one_is_the_next_round(town):
    first = town.at
    number = town.report("hotline", user="hotline", external_number="T2")
    again = town.report("hotline", user="hotline", external_number="T2", received_at=first)
    assert (again, town.row(number).round, Order.objects.filter(external_number="T2").count()) == (
        number,
        1,
        1,
    )
    town.later(days=2)
    assert town.report("hotline", user="hotline", external_number="T2") == number
    assert (town.row(number).round, town.row(number).state) == (2, "reported")


def test_a_resent_order_that_was_filed_waits_for_dispatch_with_new_clocks(town):
    number = town.handling("hotline", user="hotline", external_number="T3")
    town.later(days=2)
    town.report("hotline", user="hotline", external_number="T3")
    order = town.view(number)
    assert (order.state, order.round) == ("filed", 2)
    assert clock(order, "outer").started_at == order.received_at


def test_each_mark_fires_once_and_makes_no_form_stale(town):
    number = town.handling()
    seq = town.row(number).seq
    due = town.row(number).due_at
    town.at = due + timedelta(minutes=1)
    api.watch(town.at)
    api.watch(town.at)
    handle = OrderClock.objects.get(order_id=town.row(number).id, name="handle")
    fired = OrderMark.objects.filter(order_id=handle.order_id, clock=handle.no).values_list(
        "percent", flat=True
    )
    assert sorted(fired) == [75, 100]
    assert town.row(number).seq == seq
    assert OutboxRow.objects.filter(topic="orders.marked", body__contains='"clock":"handle"').count() == 2


def test_the_watch_takes_an_order_it_is_given_and_brings_it_up_to_date(town):
    row = town.row(town.handling())
    held = {row.id: api.load_order(row.id)}
    town.at = row.due_at + timedelta(minutes=1)
    with CaptureQueriesContext(connection) as asked:
        assert api.watch(town.at, held=held) == [row.id]
    assert not [
        one for one in asked.captured_queries if "FROM orders_orderevent" in one["sql"].replace('"', "")
    ]
    assert held[row.id].fired == api.load_order(row.id).fired != frozenset()
    town.at += timedelta(days=12)
    api.watch(town.at, held=held)  # a level up: the order moved, so it is not kept
    assert row.id not in held


def test_an_order_that_moved_meanwhile_is_read_again_by_the_watch(town):
    number = town.handling()
    stale = {town.row(number).id: api.load_order(town.row(number).id)}
    town.takes("shift", number, "remind", message="请尽快")
    town.at = town.row(number).due_at + timedelta(minutes=1)
    api.watch(town.at, held=stale)
    assert stale[town.row(number).id].value.reminded == 1


def test_the_raise_mark_raises_the_level_once(town):
    number = town.handling()
    api.watch(town.later(days=12))
    api.watch(town.later(hours=1))
    raises = OrderEvent.objects.filter(order_id=town.row(number).id, step="raise_level")
    assert raises.count() == 1
    assert town.row(number).raised == 2


def test_an_extension_adds_the_original_limit_and_arms_the_marks_again(town):
    number = town.handling()
    before = town.view(number)
    town.takes("u_chengjian", number, "request_extension", reason="等料")
    with refused("not_permitted"):
        town.takes("rota_leader", number, "decide_extension", granted=True)
    after = town.takes("leader", number, "decide_extension", granted=True)
    assert clock(after, "handle").limit == 2 * clock(before, "handle").limit


def test_a_third_extension_is_refused(town):
    number = town.handling()
    for _ in range(2):
        town.takes("u_chengjian", number, "request_extension", reason="等料")
        town.takes("leader", number, "decide_extension", granted=True)
    with refused("extensions_used_up"):
        town.takes("u_chengjian", number, "request_extension", reason="再等")


def test_an_overdue_order_cannot_be_extended(town):
    number = town.handling()
    town.later(days=9)
    with refused("already_overdue"):
        town.takes("u_chengjian", number, "request_extension", reason="忘了")


def test_a_suspended_order_does_not_tick_and_resumes_by_itself(town):
    number = town.handling()
    until = town.at + timedelta(days=30)
    town.takes("u_chengjian", number, "request_suspension", reason="大修计划", until=until.isoformat())
    order = town.takes("leader", number, "decide_suspension", granted=True)
    used = clock(order, "handle").used
    api.watch(town.later(days=10))
    assert (town.row(number).state, clock(town.view(number), "handle").used) == ("suspended", used)
    api.watch(town.later(days=21))
    assert town.row(number).state == "handling"
    with refused("suspensions_used_up"):
        town.takes("u_chengjian", number, "request_suspension", reason="再来",
                   until=(town.at + timedelta(days=3)).isoformat())  # fmt: skip


def test_a_corrected_calendar_replays_open_clocks_as_an_event(town):
    number = town.handling()
    before = town.row(number).due_at
    day = before.astimezone().date()
    version = calendars.override({day: "holiday"}, note="台风停工", at=town.at)
    assert api.recalendar(at=town.later(minutes=1)) >= 1
    row = town.row(number)
    assert row.due_at > before
    assert OrderEvent.objects.filter(
        order_id=row.id, step="recalendar", body__contains=f'"calendar":{version}'
    ).exists()


def test_history_is_overdue_but_nobody_is_reminded_until_it_is_adopted(town):
    report = api.IncomingReport("hotline", "积水多年", town.at - timedelta(days=900), external_number="OLD")
    made = api.receive_reports([report], actor=town.who("hotline"), at=town.at, origin="history")[0]
    row = town.row(made.number)
    assert row.next_mark_at is None
    assert api.order_for(town.who("hotline"), made.number, at=town.at).overdue
    api.watch(town.later(days=5))
    assert not OrderMark.objects.filter(order_id=row.id).exists()
    town.takes("hotline", made.number, "adopt")
    assert town.row(made.number).next_mark_at is not None


def test_an_upward_message_waits_until_it_is_answered(town):
    number = town.handling("hotline", user="hotline", external_number="T4")
    town.takes("hotline", number, "ask_up", kind="extension", reason="情况复杂")
    with refused("already_asked"):
        town.takes("hotline", number, "ask_up", kind="extension", reason="再问")
    town.takes("hotline", number, "receipt_up", receipt="区平台回执 001")
    waiting = Upward.objects.get(order_id=town.row(number).id)
    assert (waiting.status, waiting.receipt) == ("received", "区平台回执 001")
    due = town.at + timedelta(days=20)
    order = town.takes(
        "hotline", number, "answer_up", kind="extension", granted=True, new_due=due.isoformat()
    )
    assert order.outer_due_at == due
    waiting.refresh_from_db()
    assert (waiting.status, waiting.granted) == ("answered", True)


def test_a_granted_return_leaves_the_town_and_a_refused_one_is_filed_again(town):
    number = town.handling("hotline", user="hotline", external_number="T5")
    town.takes("hotline", number, "ask_up", kind="return", reason="不属本镇")
    assert town.takes("hotline", number, "answer_up", kind="return", granted=False).state == "filed"
    town.takes("hotline", number, "ask_up", kind="return", reason="不属本镇")
    order = town.takes("hotline", number, "answer_up", kind="return", granted=True)
    assert (order.state, order.basis) == ("transferred", "transferred")


def test_the_clock_explains_itself(town):
    view = town.view(town.handling())
    spans = clock(view, "handle").explanation
    total = sum((span.counted for span in spans), timedelta())
    assert total.total_seconds() == clock(view, "handle").limit

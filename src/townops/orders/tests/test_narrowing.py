"""What a list can be narrowed by: due soon and severely late, stages, persons, none, returns; and many counts in one statement."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.kernel.refusal import Refused
from townops.orders import api, queries
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def found(town, **wanted):
    page = api.find_orders(town.who("shift"), api.Filter(**wanted), at=town.at)
    return {row.number for row in page.rows}


def due(town, number, **span):
    Order.objects.filter(number=number).update(due_at=town.at + timedelta(**span), near_at=town.at)


def test_due_soon_counts_working_time_over_a_weekend(town):
    friday_evening = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai
    bounds = api.lateness(friday_evening)
    assert bounds.soon > friday_evening + timedelta(days=2)
    assert bounds.soon < friday_evening + timedelta(days=3)
    night = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
    assert api.lateness(night).soon >= night + timedelta(hours=4)


def test_soon_overdue_severe_and_calm_share_the_open_orders_between_them(town):
    soon, late, severe, calm = (town.report() for _ in range(4))
    due(town, soon, minutes=30)
    due(town, late, hours=-2)
    due(town, severe, days=-2)
    due(town, calm, days=20)
    assert found(town, late="soon") == {soon}
    assert found(town, late="overdue") == {late, severe}
    assert found(town, late="severe") == {severe}
    assert found(town, late="calm") == {calm}


def test_a_new_order_is_near_only_at_the_last_mark_of_its_clock_and_rows_are_marked_as_the_list_finds_them(
    town,
):
    number = town.report()
    row = Order.objects.get(number=number)
    assert row.due_at - row.received_at <= timedelta(hours=4)  # the whole of it within the span
    assert row.near_at == row.received_at + (row.due_at - row.received_at) * 3 / 4
    for minutes, word in (
        (0, "calm"),
        (60, "calm"),
        (25, "calm"),
        (10, "soon"),
        (20, "soon"),
        (20, "overdue"),
    ):
        town.later(minutes=minutes)
        assert found(town, late=word) == {number}, (minutes, word)
        bounds = api.lateness(town.at)
        assert bounds.near(row.due_at, row.near_at) is (word == "soon")
        assert bounds.near(row.due_at, row.near_at) is (number in found(town, late="soon"))


def test_what_severe_means_changes_from_its_date_on(town):
    number = town.report()
    due(town, number, hours=-2)
    api.set_lateness(240, 60, effective_from=town.at + timedelta(minutes=5))
    assert found(town, late="severe") == set()
    town.later(minutes=10)
    assert found(town, late="severe") == {number}


@pytest.mark.parametrize(("soon", "severe"), [(0, 60), (60, -1), (10**9, 60)])
def test_a_lateness_that_means_nothing_is_refused(town, soon, severe):
    with pytest.raises(Refused, match="lateness_malformed"):
        api.set_lateness(soon, severe, effective_from=town.at)


def test_a_stage_is_its_states_and_meets_the_states_asked_for(town):
    reported, filed = town.report(), town.filed()
    assert found(town, stages=("派遣",)) == {filed}
    assert found(town, stages=("派遣", "上报")) == {reported, filed}
    assert found(town, stages=("派遣",), states=("reported",)) == set()


def test_a_span_of_due_finds_open_orders_only(town):
    number = town.report()
    due(town, number, days=3)
    span = {"due_from": town.at + timedelta(days=2), "due_before": town.at + timedelta(days=4)}
    assert found(town, **span) == {number}
    Order.objects.filter(number=number).update(is_open=False)
    assert found(town, **span) == set()


def test_orders_without_a_main_unit_are_found_by_none_alone_or_beside_a_unit(town):
    free, taken = town.filed(), town.dispatched()
    assert found(town, units=("none",)) == {free}
    assert found(town, units=("none", "chengjian")) == {free, taken}


def test_a_person_finds_what_falls_to_his_posts_now(town):
    at_center, at_unit = town.filed(), town.dispatched()
    mine = api.find_orders(town.who("u_chengjian"), api.Filter(person="me"), at=town.at)
    assert [row.number for row in mine.rows] == [at_unit]
    assert found(town, person="u_chengjian") == {at_unit}
    assert at_unit in found(town, person="none")
    assert found(town, person="u_chengjian", states=("filed",)) == set()
    assert at_center not in found(town, person="u_chengjian")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"person": "没有这人"}, "person_unknown_by_name"),
        ({"late": "odd"}, "lateness_unknown"),
        ({"returns": -1}, "returns_malformed"),
        ({"holders": ("odd",)}, "unit_unknown"),
    ],
)
def test_what_cannot_be_narrowed_by_is_refused(town, wanted, code):
    with pytest.raises(Refused, match=code):
        found(town, **wanted)


def test_returned_so_often_finds_that_often_or_more(town):
    once = town.dispatched()
    town.takes("u_chengjian", once, "return", reason="不属本单位", cited_rule="三定方案")
    assert found(town, returns=1) == {once}
    assert found(town, returns=2) == set()


def test_supervised_open_orders_are_found_by_their_own_index(town):
    number = town.report()
    town.report()
    town.takes("shift", number, "supervise", message="请尽快")
    assert found(town, marks=("supervised",), open=True) == {number}
    assert found(town, marks=("supervised",)) == {number}


def test_what_is_to_be_replied_upward_is_checked_or_waits_unsent(town):
    town.report()
    number = town.handling("hotline", user="hotline", external_number="H77")
    assert found(town, marks=("to_reply",), open=True) == set()
    town.takes(
        "hotline",
        number,
        "ask_up",
        kind="extension",
        reason="配件未到",
        new_due=town.later(days=9).isoformat(),
    )
    assert found(town, marks=("to_reply",), open=True) == {number}


def test_many_counts_are_one_statement_and_agree_with_the_lists(town):
    town.report()
    returned = town.dispatched()
    town.takes("u_chengjian", returned, "return", reason="不属本单位", cited_rule="三定方案")
    town.dispatched()
    wanted = {
        "reported": api.Filter(states=("reported",)),
        "returned": api.Filter(states=("returned",)),
        "nobodys": api.Filter(units=("none",), open=True),
        "mine": api.Filter(person="me"),
        "soon": api.Filter(late="soon"),
        "supervised": api.Filter(marks=("supervised",), open=True),
        "unsettled": api.Filter(marks=("unsettled",), open=True),
        "hotline": api.Filter(sources=("hotline",), open=True),
        "empty": api.Filter(states=("reported",), stages=("派遣",)),
    }
    for user in ("shift", "u_chengjian", "village"):
        actor = town.who(user)
        with CaptureQueriesContext(connection) as seen:
            counted = api.count_orders(actor, wanted, at=town.at)
        totals = {name: api.find_orders(actor, one, at=town.at).total for name, one in wanted.items()}
        assert counted == totals
        assert sum("COUNT(" in one["sql"] for one in seen.captured_queries) == 1


def test_many_counts_read_open_orders_by_their_small_indexes_alone(town):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by its own statistics")
    wanted = {
        "reported": api.Filter(states=("reported",)),
        "to_reply": api.Filter(marks=("to_reply",), open=True),
        "supervised": api.Filter(marks=("supervised",), open=True),
        "soon": api.Filter(late="soon"),
    }
    shift = town.who("shift")
    with CaptureQueriesContext(connection) as seen:
        api.count_orders(shift, wanted, at=town.at)
    (statement,) = [one["sql"] for one in seen.captured_queries if "COUNT(" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + statement)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "USING INDEX order_open" in plan or "USING COVERING INDEX order_open" in plan
    assert "order_supervised" in plan
    assert "upward_unsent" in plan


@pytest.mark.parametrize("few", [15_000, 0])
def test_what_was_closed_in_a_range_of_time_is_found_be_it_few_or_many(town, monkeypatch, few):
    monkeypatch.setattr(queries, "FEW", few)
    first, second, open_one = town.report(), town.report(), town.report()
    begin, day = town.at, timedelta(days=1)
    for number, closed in ((first, begin), (second, begin + 3 * day)):
        Order.objects.filter(number=number).update(state="closed", is_open=False, closed_at=closed)
    assert found(town, closed_from=begin, closed_to=begin + day) == {first}
    assert found(town, closed_from=begin + day) == {second}
    assert found(town, closed_to=begin + 9 * day) == {first, second}
    assert found(town, closed_from=begin, closed_to=begin + day, states=("archived",)) == set()
    assert found(town) == {first, second, open_one}


def historic(town) -> str:
    """An open order that came as history, years late."""
    report = api.IncomingReport("hotline", "积水多年", town.at - timedelta(days=900), external_number="OLD")
    return api.receive_reports([report], actor=town.who("hotline"), at=town.at, origin="history")[0].number


def test_history_is_in_no_queue_and_never_late_until_somebody_adopts_it(town):
    old, new = historic(town), town.report()
    assert found(town, states=("reported",)) == {old, new}
    assert found(town, states=("reported",), adopt=False) == {new}
    assert found(town, adopt=True) == {old}
    for late in ("overdue", "severe"):
        assert found(town, late=late) == set()
    assert found(town, overdue=True) == set()
    town.takes("hotline", old, "adopt")
    assert found(town, adopt=True) == set()
    assert found(town, late="severe") == {old}


def test_history_is_not_reminded_until_it_is_adopted(town):
    old = historic(town)
    with pytest.raises(Refused, match="history_not_adopted"):
        town.takes("shift", old, "remind", message="请尽快办理")
    town.takes("hotline", old, "adopt")
    assert town.takes("shift", old, "remind", message="请尽快办理").value.reminded == 1


def test_a_list_is_narrowed_by_where_its_orders_come_from(town):
    old, new = historic(town), town.report()
    origin = Order.objects.get(number=new).origin
    assert found(town, origin="history") == {old}
    assert found(town, origin=origin) == {new}
    with pytest.raises(Refused, match="origin_unknown"):
        found(town, origin="moon")


def test_counts_leave_history_out_where_their_lists_do(town):
    historic(town), town.report()
    wanted = {
        "all": api.Filter(states=("reported",)),
        "work": api.Filter(states=("reported",), adopt=False),
        "late": api.Filter(late="severe"),
        "old": api.Filter(adopt=True),
    }
    for user in ("shift", "hotline"):
        who = town.who(user)
        counts = api.count_orders(who, wanted, at=town.at)
        lists = {name: api.find_orders(who, one, at=town.at).total for name, one in wanted.items()}
        assert counts == lists
    assert counts == {"all": 2, "work": 1, "late": 0, "old": 1}


@pytest.mark.parametrize(
    ("wanted", "index"),
    [({"adopt": True}, "order_unadopted"), ({"late": "severe"}, "order_unadopted"), ({"origin": "history"}, "order_brought")],
)  # fmt: skip
def test_history_lies_in_small_indexes_of_its_own(town, wanted, index):
    historic(town)
    if connection.vendor != "sqlite":
        return
    with CaptureQueriesContext(connection) as seen:
        found(town, **wanted)
    with connection.cursor() as cursor:
        plans = []
        for query in seen.captured_queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"), ())
            plans += [row[3] for row in cursor.fetchall()]
    assert any(index in line for line in plans), plans

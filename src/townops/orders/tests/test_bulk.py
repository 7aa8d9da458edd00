"""One step on many orders goes through the same door as a single one; rows of an export are masked and complete."""

import pytest

from townops.base import batches, jobs
from townops.base.models import Account
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import OrderEvent

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


def items(town, *numbers):
    return [batches.Item(number, town.row(number).seq) for number in numbers]


def ask(town, user, step, things, key="k", **facts):
    account = Account.objects.get(username=user)
    at = town.later(minutes=1)
    return api.take_many(account, key, step, things, actor=town.who(user), at=at, facts=facts)


def told(row):
    return [(one.thing, one.status, one.code) for one in batches.results(row)]


def test_many_are_dispatched_each_to_what_the_table_proposes(town):
    first, second = town.filed(), town.filed()
    row = ask(town, "dispatch", "dispatch", items(town, first, second))
    assert told(row) == [(first, "done", ""), (second, "done", "")]
    assert {town.row(one).state for one in (first, second)} == {"acknowledging"}
    assert "待签收，责任单位" in batches.results(row)[0].said


def test_many_are_dispatched_to_one_unit(town):
    numbers = [town.filed(), town.filed()]
    ask(town, "dispatch", "dispatch", items(town, *numbers), unit="chengjian", reason="按现场情况")
    assert {town.view(one).responsible.code for one in numbers} == {"chengjian"}


def test_one_refusal_holds_up_no_other_and_says_why(town):
    wrong, right = town.report(), town.filed()
    row = ask(town, "dispatch", "dispatch", items(town, wrong, right))
    assert told(row) == [(wrong, "refused", "step_not_allowed"), (right, "done", "")]
    assert "不能办理这一步" in batches.results(row, only_refused=True)[0].said


def test_what_somebody_moved_meanwhile_is_refused_as_stale(town):
    number = town.report()
    seen = items(town, number)
    town.takes("grid", number, "accept")
    row = ask(town, "shift", "remind", seen, message="请尽快")
    assert told(row) == [(number, "refused", "stale_version")]


def test_the_same_request_twice_reminds_once(town):
    number = town.report()
    things = items(town, number)
    first = ask(town, "shift", "remind", things, message="请尽快")
    assert ask(town, "shift", "remind", things, message="请尽快").pk == first.pk
    assert OrderEvent.objects.filter(step="remind").count() == 1


def test_each_item_asks_the_right_of_whoever_asked(town):
    number = town.filed()
    with pytest.raises(Refused, match="not_permitted"):
        ask(town, "u_chengjian", "dispatch", items(town, number))
    row = ask(town, "h_chengjian", "remind", items(town, number), message="请尽快")
    assert told(row) == [(number, "refused", "order_unknown")]


def test_many_are_merged_into_one_but_never_the_one_into_itself(town):
    parent, child = town.report(), town.report()
    row = ask(town, "grid", "merge", items(town, parent, child), parent=parent)
    assert told(row) == [(parent, "refused", "merge_into_itself"), (child, "done", "")]
    assert api.children_of(town.who("shift"), parent) == [child]


def test_what_ended_is_archived(town):
    number = town.closed()
    town.later(days=31)
    row = ask(town, "shift", "archive", items(town, number))
    assert told(row) == [(number, "done", "")]


@pytest.mark.parametrize(
    ("step", "facts", "code"),
    [("close", {}, "step_not_in_bulk"), ("remind", {}, "facts_missing"), ("odd", {}, "step_not_in_bulk")],
)
def test_what_is_not_for_many_or_lacks_a_fact_is_refused_before_anything_is_done(town, step, facts, code):
    number = town.report()
    with pytest.raises(Refused, match=code):
        ask(town, "shift", step, items(town, number), **facts)


def test_beyond_two_hundred_a_job_does_it(town, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    numbers = [town.report() for _ in range(3)]
    row = ask(town, "shift", "remind", items(town, *numbers), message="请尽快")
    assert row.state == "waiting"
    jobs.run_due(town.later(minutes=1))
    row.refresh_from_db()
    assert (row.state, row.done, row.failed) == ("done", 3, 0)


def test_the_keys_of_a_filter_are_all_it_finds_with_the_version_seen(town):
    numbers = [town.report() for _ in range(3)]
    shift = town.who("shift")
    found = api.found_keys(shift, api.Filter(states=("reported",)), at=town.at, most=100)
    assert found == [(number, town.row(number).seq) for number in numbers]
    assert len(api.found_keys(shift, api.Filter(), at=town.at, most=2)) == 2
    nothing = api.Filter(states=("reported",), stages=("归档",))
    assert api.found_keys(shift, nothing, at=town.at, most=2) == []


def rows_for(town, user, **wanted):
    found, cursor = [], ""
    while True:
        part = api.export_part(town.who(user), api.Filter(**wanted), at=town.at, cursor=cursor)
        found += part.rows
        cursor = part.next
        if not cursor:
            return found


def test_an_export_goes_on_to_the_last_order_that_came_in(town, monkeypatch):
    monkeypatch.setattr("townops.orders.exporting.PART", 2)
    numbers = [town.report() for _ in range(5)]
    assert [row.number for row in rows_for(town, "shift")] == numbers
    assert api.export_size(town.who("shift"), api.Filter(), at=town.at) == 5


def test_an_export_shows_each_person_what_he_may_read(town):
    number = town.report(
        "hotline", text=f"电话{PHONE}，反映路灯不亮", contact_name="王小明", contact_phone=PHONE
    )
    (plain,) = rows_for(town, "hotline")
    (masked,) = rows_for(town, "assess")
    assert PHONE in plain.text
    assert PHONE not in masked.text
    assert plain.number == masked.number == number
    assert (masked.caller, masked.phone) == ("王**", "138****5678")
    assert (plain.caller, plain.phone) == ("王**", "138****5678")


def test_an_export_holds_only_what_one_sees_and_asks_for_the_right(town):
    town.report()
    mine = town.dispatched()
    assert [row.number for row in rows_for(town, "u_chengjian")] == [mine]
    with pytest.raises(Refused, match="not_permitted"):
        rows_for(town, "patrol")
    with pytest.raises(Refused, match="not_permitted"):
        api.export_size(town.who("patrol"), api.Filter(), at=town.at)


@pytest.mark.parametrize("wanted", [{"phone": PHONE}, {"q": PHONE}])
def test_a_filter_with_a_persons_number_is_not_kept_for_a_job(town, wanted):
    with pytest.raises(Refused, match="number_in_filter"):
        api.export_size(town.who("shift"), api.Filter(**wanted), at=town.at)
    with pytest.raises(Refused, match="number_in_filter"):
        api.found_keys(town.who("shift"), api.Filter(**wanted), at=town.at, most=9)


def test_an_export_beyond_the_limit_is_refused(town, monkeypatch):
    monkeypatch.setattr("townops.orders.exporting.MOST", 1)
    town.report()
    town.report()
    with pytest.raises(Refused, match="export_too_large"):
        api.export_size(town.who("shift"), api.Filter(), at=town.at)

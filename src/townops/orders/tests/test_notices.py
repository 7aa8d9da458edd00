"""Who is told what of an order: what came to him, was decided, pressed for or taken up again; never his own doing."""

import pytest

from townops.base import inbox, outbox
from townops.base.models import Account, Notice, OutboxRow
from townops.orders import notices as writer
from townops.orders.domain.notices import notices
from townops.orders.tests.test_query_counts import counted

pytestmark = pytest.mark.django_db


def told(town, user):
    """[(kind, number)] in the inbox of a user, oldest first, after the news was delivered."""
    outbox.deliver(town.at)
    account = Account.objects.get(username=user).pk
    return [(one.kind.removeprefix("orders."), one.thing) for one in reversed(inbox.shelf(account).rows)]


def test_an_order_that_is_dispatched_is_told_to_the_unit_and_not_to_the_dispatcher(town):
    number = town.dispatched(unit="chengjian")
    assert told(town, "u_chengjian") == [("came", number)]
    assert told(town, "dispatch") == []
    assert told(town, "unit") == []


def test_a_new_report_is_nobodys_notice(town):
    town.report()
    outbox.deliver(town.at)
    assert not Notice.objects.exists()


def test_a_return_is_told_to_whom_it_is_now_up_to(town):
    number = town.handling(unit="chengjian")
    town.takes("u_chengjian", number, "return", reason="不属我单位", cited_rule="第一条")
    assert ("returned", number) in told(town, "dispatch")
    assert ("returned", number) not in told(town, "rota_leader")
    assert ("returned", number) not in told(town, "u_chengjian")
    assert {one.permission for one in notices("return", "returned", returns=3, again=False)} == {
        "", "orders.decide_dispute",
    }  # fmt: skip


def test_an_application_waits_for_the_leader_and_its_decision_goes_to_who_asked(town):
    number = town.handling(unit="chengjian")
    town.takes("u_chengjian", number, "request_extension", reason="材料未到")
    assert ("asked", number) in told(town, "leader")
    town.takes("leader", number, "decide_extension", granted=True)
    assert told(town, "u_chengjian")[-1] == ("decided", number)
    assert ("decided", number) not in told(town, "leader")


@pytest.mark.parametrize(("step", "kind"), [("remind", "reminded"), ("supervise", "supervised")])
def test_pressing_for_an_order_is_told_to_whoever_holds_it_once(town, step, kind):
    number = town.handling(unit="chengjian")
    town.takes("leader" if step == "supervise" else "shift", number, step, message="请尽快办理")
    assert told(town, "u_chengjian").count((kind, number)) == 1


def test_the_same_news_twice_tells_nobody_twice(town):
    town.dispatched(unit="chengjian")
    before = told(town, "u_chengjian")
    OutboxRow.objects.filter(topic="orders.stepped").update(delivered_at=None)
    assert told(town, "u_chengjian") == before


def test_a_check_that_passes_is_no_notice_and_one_that_fails_is_a_rework():
    assert notices("check", "checking", returns=0, again=False) == ()
    assert [one.kind for one in notices("check", "rework", returns=0, again=False)] == ["reworked"]


def test_a_second_round_is_told_to_who_closed_the_first(town):
    assert [one.kind for one in notices("reopen", "filed", returns=0, again=True)] == ["reopened"]
    assert notices("resend", "reported", returns=0, again=False) == ()


def test_taking_a_report_in_costs_no_query_for_notices(town):
    town.report()
    assert not OutboxRow.objects.filter(subscriber__contains="orders.notify").exists()


def test_telling_costs_as_many_queries_for_many_steps_as_for_one(town):
    numbers = [town.dispatched(unit="chengjian") for _ in range(4)]
    pieces = [
        outbox.Piece(str(town.row(number).id), {"seq": town.row(number).seq, "step": "dispatch"}, town.at)
        for number in numbers
    ]
    one = counted(lambda: writer.notify(pieces[:1]))
    assert len(one) == len(counted(lambda: writer.notify(pieces))) == 3
    assert counted(lambda: writer.notify([outbox.Piece("1", {"seq": 1, "step": "contact"}, town.at)])) == []


def test_an_appeal_is_told_to_everybody_who_may_decide_it(town):
    number = town.handling()
    town.later(days=20)
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    if town.row(number).state == "center_review":  # so late that it was raised to the leader
        town.takes("leader", number, "review_center")
    town.takes("check", number, "check", passed=True)
    town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved")
    town.takes("u_chengjian", number, "appeal", reason="等待上级批复，超时非本单位原因")
    for user in ("assess", "deputy"):
        assert ("appealed", number) in told(town, user)
    assert ("appealed", number) not in told(town, "u_chengjian")

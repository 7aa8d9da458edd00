"""A resident sees his own reports with what is meant for him, and nobody else's (engine.md section 6)."""

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api

pytestmark = pytest.mark.django_db
SECRET = "当事人拒不配合，已报分管领导"
REPLY = "您反映的路灯已修好，感谢监督。"


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def ended(town, number: str) -> None:
    """A resident's order from acceptance to its end, with internal notes and a public reply."""
    town.takes("hotline", number, "accept", note=SECRET)
    town.takes("hotline", number, "file", condition="C-01-37.2")
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    town.takes("u_chengjian", number, "acknowledge")
    town.takes("u_chengjian", number, "contact", who="诉求人", when=town.at.isoformat(), result=SECRET)
    facts = {"result": SECRET, "outcome": "solved", "evidence": [town.photo()], "reply": REPLY}
    town.takes("u_chengjian", number, "submit", **facts)
    assert api.own_report(town.who("resident"), number).reply == ""  # nobody signed it yet
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True, method="callback")
    town.takes("check", number, "check", passed=True, method="site")
    town.takes("hotline", number, "close", condition="C-01-37.2", outcome="solved")


def test_a_resident_follows_his_report_to_the_public_reply_and_sees_no_internal_note(town):
    number = town.report("resident", user="resident", text="路灯不亮")
    first = api.own_report(town.who("resident"), number)
    assert (first.word, first.text, first.reply) == ("待受理", "路灯不亮", "")
    assert first.due_at is not None
    ended(town, number)
    last = api.own_report(town.who("resident"), number)
    assert (last.word, last.unit, last.due_at, last.reply) == ("已结案", "城建中心（房办）", None, REPLY)
    assert SECRET not in str(last)


def test_a_report_that_is_not_taken_says_why(town):
    number = town.report("resident", user="resident")
    town.takes("hotline", number, "refuse", reason="不属受理范围，请向物业反映")
    assert api.own_report(town.who("resident"), number).reply == ""
    town.takes("shift", number, "confirm_refusal", agree=True)
    assert api.own_report(town.who("resident"), number).reply == "不属受理范围，请向物业反映"


def test_he_lists_only_what_he_reported_himself_latest_first(town):
    town.report("grid", user="grid")
    numbers = [town.report("resident", user="resident", received_at=town.later(hours=1)) for _ in range(3)]
    page = api.own_reports(town.who("resident"), limit=2)
    assert ([one.number for one in page.items], page.total) == (numbers[:0:-1], 3)
    rest = api.own_reports(town.who("resident"), limit=2, cursor=page.next)
    assert ([one.number for one in rest.items], rest.next) == (numbers[:1], "")


@pytest.mark.parametrize("number", ["2611G999999", "路灯", "'; --", "0" * 99])
def test_what_another_reported_and_what_does_not_exist_look_alike(town, number):
    other = town.report("grid", user="grid")
    for wanted in (other, number):
        with refused("order_unknown"):
            api.own_report(town.who("resident"), wanted)


def test_who_may_not_see_own_reports_is_refused_and_the_desk_s_view_stays_closed_to_residents(town):
    number = town.report("resident", user="resident")
    with refused("not_permitted"):
        api.own_reports(town.who("sysadmin"))
    with refused("order_unknown"):
        api.order_for(town.who("resident"), number, at=town.at)
    with refused("order_unknown"):
        api.events_of(town.who("resident"), number, at=town.at)

"""The inbox: a dispatched order is told, counted in the bar, opened from the list, read; nobody reads another's."""

import pytest
from django.test import Client
from django.utils import timezone

from townops.base import inbox, outbox
from townops.base.models import Account, Notice
from townops.console.tests.browser import Browser
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def account(user: str) -> int:
    return Account.objects.get(username=user).pk


@pytest.fixture
def told(registered):
    """Two notices for the unit's operator: of an order he does not see, and of one he does."""
    from townops.orders.models import OrderScope
    from townops.orders.rows import unit_scope
    from townops.people import api as people

    row = Order.objects.get(number=registered)
    unit = people.actor_for(account("unit"), timezone.now()).hats[0].unit
    OrderScope.objects.create(scope=unit_scope(unit), received_at=row.received_at, order_id=row.id)
    now = timezone.now()
    inbox.tell([inbox.Told(account("unit"), "orders.came", "2601G999999", 1, "张三", now)])
    inbox.tell([inbox.Told(account("unit"), "orders.reminded", registered, 2, "李四", now)])
    return registered


def unread(browser) -> str:
    return browser.html.partition("data-unread")[2].partition("<")[0].partition(">")[2]


def test_notices_are_counted_in_the_bar_and_read_one_by_one_or_all(told):
    unit = Browser("unit").open("/notices")
    assert unread(unit) == "2"
    assert "催办" in unit.page.text
    assert "李四" in unit.page.text
    unit.send("标为已读")
    assert unread(unit) == "1"
    unit.send("全部标为已读")
    assert unread(unit) == ""
    assert "消息都看过了" in unit.open("/notices?unread=1").page.text


def test_opening_the_order_of_a_notice_reads_it(told):
    unit = Browser("unit")
    number = Notice.objects.get(thing=told).pk
    assert unit.open(f"/notices/{number}").at == f"/orders/{told}"
    assert unread(unit.open("/")) == "1"


def test_an_order_no_longer_to_be_seen_says_nothing_of_itself(told):
    page = Browser("unit").open("/notices")
    assert "您现在看不到这件工单" in page.page.text
    assert "/notices/" in page.html


def test_nobody_opens_or_reads_anothers_notice(told):
    number = Notice.objects.get(thing=told).pk
    other = Browser("grid").open("/notices")
    assert "还没有消息" in other.page.text
    assert other.open(f"/notices/{number}").status == 404
    other.client.post("/notices/read", {"notice": str(number)})
    other.client.post("/notices/read")
    assert inbox.unread(account("unit")) == 2


@pytest.mark.parametrize("given", ["x", "-1", "9" * 40, "１"])
def test_a_number_that_is_none_does_no_harm(told, given):
    unit = Browser("unit")
    assert unit.open(f"/notices?before={given}").status == 200


def test_the_page_costs_the_same_for_many_notices(told, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unit = Browser("unit").open("/notices")
    with CaptureQueriesContext(connection) as few:
        unit.client.get("/notices")
    now = timezone.now()
    inbox.tell(inbox.Told(account("unit"), "orders.came", told, seq, "张三", now) for seq in range(10, 40))
    with django_assert_num_queries(len(few)):
        unit.client.get("/notices")


def test_the_live_question_says_how_many_are_unread_and_who_else_types(told):
    unit, clerk = Client(), Client()
    unit.force_login(Account.objects.get(username="unit"))
    clerk.force_login(Account.objects.get(username="grid"))
    asked = {"X-Poll": "1", "X-Order": told}
    before = unit.get("/live", headers=asked)
    assert (before.json()["unread"], before.json()["here"]) == (2, [])
    assert unit.get("/live", headers=asked | {"If-None-Match": before["ETag"]}).status_code == 304
    clerk.get("/live", headers=asked | {"X-Typing": "1"})
    after = unit.get("/live", headers=asked | {"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    (line,) = after.json()["here"]
    assert "正在处理（" in line
    assert line in unit.get(f"/orders/{told}").content.decode()
    assert clerk.get("/live", headers=asked).json()["here"] == []


def test_who_types_is_told_to_nobody_who_may_not_see_the_order(registered):
    clerk, unit = Client(), Client()
    clerk.force_login(Account.objects.get(username="grid"))
    unit.force_login(Account.objects.get(username="unit"))
    typing = {"X-Poll": "1", "X-Order": registered, "X-Typing": "1"}
    clerk.get("/live", headers=typing)
    assert unit.get("/live", headers=typing).json()["here"] == []
    assert clerk.get("/live", headers=typing).json()["here"] == []


def test_a_step_taken_ends_the_typing(registered):
    clerk = Browser("grid")
    clerk.client.get("/live", headers={"X-Order": registered, "X-Typing": "1"})
    assert "正在处理" in Browser("shift").open(f"/orders/{registered}").page.text
    clerk.open(f"/orders/{registered}").send("受理")
    assert "正在处理（" not in Browser("shift").open(f"/orders/{registered}").page.text


def test_a_step_taken_at_the_desk_reaches_the_inbox_of_the_unit(town, registered):
    clerk = Browser("grid").open(f"/orders/{registered}")
    clerk.send("受理")
    outbox.deliver(timezone.now())
    assert not Notice.objects.exists()

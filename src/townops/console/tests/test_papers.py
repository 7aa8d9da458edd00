"""Papers of an order: buttons by source, words by role, a note in the journal of who opened which."""

from datetime import timedelta

import pytest
from django.utils import timezone

from townops.base.models import Account, JournalEntry
from townops.base.papers import get
from townops.console.tests.browser import Browser
from townops.orders import api as orders
from townops.people import api as people

pytestmark = pytest.mark.django_db
WORDS = "请联系13800001234，北街88号门前路灯不亮"


@pytest.fixture
def called(town):
    """A hotline order with a telephone in its words."""
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text=WORDS, contact_name="钱小七", contact_phone="13800001234")
    return clerk.number


def sheet_of(code, number, username):
    at = timezone.now()
    whole = orders.whole(people.actor_for(Account.objects.get(username=username).pk, at), number, at=at)
    return {cell.label: cell.text for cell in get(code).make(whole, at).cells}


def test_buttons_stand_on_the_page_by_source(called, registered):
    hotline = Browser("hotline").open(f"/orders/{called}").page.text
    assert "打印承办单" in hotline
    assert "打印派遣单" not in hotline
    grid = Browser("grid").open(f"/orders/{registered}").page.text
    assert "打印派遣单" in grid
    assert "打印处置单" in grid


def test_a_paper_is_a_pdf_and_who_opened_it_is_journalled(called):
    clerk = Browser("hotline")
    answer = clerk.client.get(f"/orders/{called}/papers/assignment")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    entry = JournalEntry.objects.get(kind="paper", key=called)
    assert entry.action == "open"
    assert entry.person == people.actor_for(Account.objects.get(username="hotline").pk, timezone.now()).person


def test_a_paper_that_is_not_of_its_source_or_of_an_order_one_may_not_see_is_not_found(called, registered):
    assert Browser("hotline").client.get(f"/orders/{called}/papers/dispatch_paper").status_code == 404
    assert Browser("unit").client.get(f"/orders/{registered}/papers/dispatch_paper").status_code == 404
    assert not JournalEntry.objects.filter(kind="paper").exists()


def test_a_paper_says_no_more_than_its_reader_may_read(called):
    clerk, looker = sheet_of("assignment", called, "hotline"), sheet_of("assignment", called, "assess")
    assert clerk["诉求内容"] == WORDS
    assert "13800001234" not in looker["诉求内容"]
    for one in (clerk, looker):
        assert one["联系电话"] == "138****1234"
        assert one["诉求人"] == "钱**"


def test_a_whistleblower_is_not_on_the_paper(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="反映违规", contact_phone="13800001234")
    from townops.orders.models import Order

    Order.objects.filter(number=clerk.number).update(demand_type="whistleblow", informant=True)
    assert sheet_of("assignment", clerk.number, "check")["诉求人"] == "（举报人信息不公开）"


def test_a_grid_paper_says_place_time_and_holder(registered):
    cells = sheet_of("dispatch_paper", registered, "grid")
    assert cells["问题描述"].startswith("高桥北街路口井盖缺失")
    assert cells["上报人"]
    assert "北街路口" in cells["地点"]
    assert str((timezone.now() + timedelta(hours=8)).year) in cells["发现时间"]

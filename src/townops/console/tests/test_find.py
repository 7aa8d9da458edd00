"""One search: an exact number opens its order, a telephone never stands in an address, words find orders, places and units."""

import pytest
from django.test import Client

from townops.base.models import Account, JournalEntry
from townops.console.tests.browser import Browser
from townops.orders.jobs import index_all

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def called(town):
    """A hotline order of one caller."""
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="物业费涨价没有通知业主", contact_phone=PHONE)
    index_all()
    return clerk.number


def test_an_exact_number_opens_its_order_however_it_is_typed(called):
    clerk = Browser("hotline").open("/")
    assert clerk.send("查找", q=called.lower()).at == f"/orders/{called}"
    clerk.open("/")
    assert clerk.send("查找", q=f" {called} ").at == f"/orders/{called}"


def test_a_number_one_may_not_see_is_as_if_it_were_not(called):
    unit = Browser("unit").open("/")
    unit.send("查找", q=called)
    assert unit.at.startswith("/find")
    assert "没有找到" in unit.page.text


def test_words_find_orders_and_have_an_address(called):
    clerk = Browser("hotline").open("/")
    clerk.send("查找", q="物业费")
    assert clerk.at.startswith("/find?q=")
    assert called in clerk.page.text
    assert "在列表里看全部" in clerk.page.text


@pytest.mark.parametrize("typed", [PHONE, "138 0000 1234", "+86 138-0000-1234"])
def test_a_telephone_finds_its_orders_is_journalled_and_stands_in_no_address(called, typed):
    clerk = Browser("hotline").open("/")
    clerk.send("查找", q=typed)
    assert clerk.at == "/find"
    assert called in clerk.page.text
    assert JournalEntry.objects.filter(kind="caller", action="search").exists()
    assert PHONE not in "".join(part for part in clerk.html.split('"') if part.startswith("/"))


def test_a_telephone_in_the_address_is_refused_and_searched_for_by_nobody(called):
    clerk = Browser("hotline").open(f"/find?q={PHONE}")
    assert "不能写在地址栏里" in clerk.page.text
    assert called not in clerk.page.text
    assert not JournalEntry.objects.filter(kind="caller", action="search").exists()


def test_who_may_not_search_by_telephone_is_told_who_can(called):
    unit = Browser("unit").open("/")
    unit.send("查找", q=PHONE)
    assert "热线信息员" in unit.page.text
    assert called not in unit.page.text


def test_a_place_and_a_unit_lead_to_their_orders(town):
    from townops.areas import api as areas

    village = areas.areas_of(areas.towns()[0].code, "village")[0]
    page = Browser("shift").open(f"/find?q={village.name}")
    assert f"area={village.code}" in page.html
    assert "还有没列出的" in Browser("shift").open("/find?q=居委").page.text
    assert "holder=chengjian" in Browser("shift").open("/find?q=城建").html


@pytest.mark.parametrize("typed", ["", "路", "%", "'; drop", "🙂" * 80])
def test_whatever_is_typed_is_answered_in_words(town, typed):
    client = Client()
    client.force_login(Account.objects.get(username="shift"))
    response = client.post("/find", {"q": typed}, follow=True)
    assert response.status_code == 200
    assert "查找" in response.content.decode()

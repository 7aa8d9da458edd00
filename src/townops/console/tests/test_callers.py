"""Repeat calls at the desk: said while registering, shown on the page of an order, merged by one button."""

import pytest

from townops.base.models import JournalEntry
from townops.console.tests.browser import Browser
from townops.console.tests.test_listing import asked
from townops.orders.models import Order

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def called(text: str) -> str:
    clerk = Browser("hotline").open("/register")
    return clerk.send("登记", source="hotline", text=text, contact_phone=PHONE).number


def test_a_telephone_typed_while_registering_says_what_it_called_for_before(town):
    number = called("路灯不亮")
    said = Browser("hotline").client.post("/callers", {"contact_phone": "138 0000 1234"}).content.decode()
    assert "这个电话来过 1 次" in said
    assert f"/orders/{number}" in said
    assert JournalEntry.objects.filter(kind="caller", action="search").count() == 1


def test_an_unfinished_number_and_a_resident_are_told_nothing(town):
    called("路灯不亮")
    assert not Browser("hotline").client.post("/callers", {"contact_phone": "138"}).content.strip()
    assert not Browser("resident").client.post("/callers", {"contact_phone": PHONE}).content.strip()
    assert Browser("assess").client.post("/callers", {"contact_phone": PHONE}).status_code == 403


def test_a_repeat_call_is_merged_into_the_open_order_by_one_button(town):
    first, second = called("路灯不亮"), called("路灯还是不亮")
    clerk = Browser("hotline").open(f"/orders/{second}")
    assert "同一诉求人的工单（1）" in clerk.page.text
    clerk.send("确认并入")
    assert "已并案" in clerk.page.text
    assert f"主单 {first}" in clerk.page.text
    assert str(Order.objects.get(number=first).id) not in clerk.page.text
    assert f"并入的单 {second}" in clerk.open(f"/orders/{first}").page.text
    assert not clerk.open(f"/orders/{first}").page.offers("确认并入")


def test_who_may_not_merge_sees_the_other_calls_without_a_button(town):
    first, _ = called("路灯不亮"), called("路灯还是不亮")
    watcher = Browser("assess").open(f"/orders/{first}")
    assert "同一诉求人的工单（1）" in watcher.page.text
    assert not watcher.page.offers("确认并入")


def test_the_page_of_a_repeat_caller_keeps_within_its_queries(town):
    first = called("路灯不亮")
    for _ in range(4):
        called("路灯还是不亮")
    assert asked(Browser("shift"), f"/orders/{first}") <= 28

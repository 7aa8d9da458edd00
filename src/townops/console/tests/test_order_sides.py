"""Beside an order: who answers for its block, the classes the model suggests, orders of one telephone."""

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base.models import JournalEntry
from townops.console.tests.browser import Browser
from townops.intake.models import Suggestion
from townops.orders.models import Order
from townops.people import api as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(town):
    """A hotline order the model was not sure of."""
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="物业费涨价没有通知业主", contact_phone="13800001234")
    order = Order.objects.get(number=clerk.number)
    Suggestion.objects.create(
        order_id=order.id, class_code="H-01-02", confidence=61, second_code="H-01-01", second_confidence=20,
        at=timezone.now(),
    )  # fmt: skip
    return clerk


def test_the_page_of_an_order_says_who_answers_for_its_block(town, registered):
    block = areas.area_by_id(Order.objects.get(number=registered).block_id)
    lines = people.answering_for(block.id, timezone.now())
    page = Browser("grid").open(f"/orders/{registered}").page.text
    assert lines
    for one in lines:
        assert one.word in page
        assert one.unit.name in page
    assert "确认" in page


def test_the_suggested_classes_stand_on_the_page_and_one_click_fills_the_form(waiting):
    number = waiting.number
    waiting.send("受理")
    assert "把握 61%" in waiting.page.text
    assert "把握 20%" in waiting.page.text
    waiting.open(f"/orders/{number}?class=H-01-02")
    assert waiting.page.form("立案").values["class"][0].startswith("H-01-02 ")


def test_what_waits_for_a_class_is_counted_on_the_home_page_and_leads_to_the_list(waiting):
    number = waiting.number
    waiting.open("/")
    assert "1 待归类" in waiting.page.text
    assert number in waiting.open("/orders?open=1&mark=unclassified").page.text


def test_a_unit_is_shown_no_suggestions(waiting):
    assert "把握" not in Browser("assess").open(f"/orders/{waiting.number}").page.text


def test_the_list_finds_a_telephone_and_notes_who_looked(waiting):
    number = waiting.number
    waiting.open("/orders")
    waiting.send("按电话筛选", phone="138 0000 1234")
    assert number in waiting.page.text
    assert "138****1234" in waiting.page.text
    assert "1234" not in waiting.at
    assert JournalEntry.objects.filter(kind="caller", action="search").count() == 1


def test_who_may_not_find_by_telephone_has_no_field_for_it_and_is_refused(waiting):
    watcher = Browser("assess").open("/orders")
    assert "诉求人电话" not in watcher.page.text
    assert watcher.client.post("/orders", {"phone": "13800001234"}).status_code == 403
    assert "电话不能写在地址里" in watcher.open("/orders?phone=13800001234").page.text

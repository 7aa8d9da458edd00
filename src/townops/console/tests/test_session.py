"""The command session at the desk, and what it settled beside the next proposal."""

import pytest

from townops.console.tests.browser import Browser
from townops.orders.tests.conftest import Story
from townops.orders.tests.test_disputes import disputed, settled

pytestmark = pytest.mark.django_db


def test_the_main_leader_finds_what_waits_and_settles_it_on_the_order(town):
    number = disputed(Story())
    leader = Browser("main_leader").open("/session")
    assert number in leader.html
    leader.open(f"/orders/{number}").send("裁定", unit="chengguan", reason="指挥调度会议定")
    assert "没有等待指挥调度裁定的工单" in leader.open("/session").page.text


def test_the_next_order_of_the_class_shows_what_was_settled(town):
    story = Story()
    settled(story, disputed(story))
    page = Browser("dispatch").open(f"/orders/{story.filed()}").page.text
    assert "同类争议的案例" in page
    assert "指挥调度裁定" in page

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
    assert "没有反复退单的工单" in leader.open("/session").page.text
    assert "指挥调度裁定" in leader.page.text


def test_a_deputy_director_finds_his_own_first_with_the_reasons_of_those_who_gave_it_back(town):
    story = Story()
    mine, leaders = disputed(story, 2), disputed(story, 3)
    page = Browser("deputy").open("/session").page.text
    assert (
        page.index("等副主任指定 1 件 由您定")
        < page.index(mine)
        < page.index("等轮值领导裁定")
        < page.index(leaders)
    )
    assert "不属我单位" in page
    assert "第1条" in page


def test_the_next_order_of_the_class_shows_what_was_settled(town):
    story = Story()
    settled(story, disputed(story))
    page = Browser("dispatch").open(f"/orders/{story.filed()}").page.text
    assert "同类争议的案例" in page
    assert "指挥调度裁定" in page

"""运行参数 at the desk: every value with its meaning, tried, confirmed, each by whoever keeps it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from townops.console.tests.browser import Browser
from townops.orders.models import Order

pytestmark = pytest.mark.django_db
LATENESS = "/settings/tunables/orders.lateness_minutes"
IDLE = "/settings/tunables/session.idle_minutes"


def test_every_value_is_listed_and_only_ones_own_lead_further(town):
    seen = Browser("security").open("/settings/tunables")
    assert "临期：到期前 240 分钟，严重超期：到期后 1440 分钟" in seen.page.text
    assert f'href="{IDLE}"' in seen.html
    assert f'href="{LATENESS}"' not in seen.html


def test_a_value_of_others_can_be_read_but_not_changed(town):
    seen = Browser("deputy").open(IDLE)
    assert "现在：30 分钟" in seen.page.text
    assert not seen.page.offers("试算")
    posted = seen.client.post(IDLE, {"do": "save", "value": "60", "note": "试", "over": "30"}, follow=True)
    assert "确认修改" not in posted.content.decode()


def test_a_value_is_set_after_it_was_tried_and_confirmed_and_stands_in_the_history(town):
    keeper = Browser("security").open(IDLE)
    assert not keeper.page.offers("确认修改")
    keeper.send("试算", value="20", note="等保要求")
    assert "改为 20 分钟，会影响 0 件在办工单" in keeper.page.text
    keeper.send("确认修改")
    assert "已改为20 分钟" in keeper.page.text
    assert "30 分钟 改为 20 分钟" in keeper.page.text
    assert "等保要求" in keeper.page.text


def test_what_was_changed_after_the_trial_is_tried_again(town):
    keeper = Browser("security").open(IDLE).send("试算", value="20", note="等保要求")
    keeper.send("确认修改", value="25")
    assert "改为 25 分钟，会影响" in keeper.page.text
    assert "没有改过" in keeper.page.text


def test_the_second_of_two_is_told_what_changed_and_keeps_what_was_typed(town):
    first, second = Browser("security").open(IDLE), Browser("security").open(IDLE)
    first.send("试算", value="20", note="等保要求").send("确认修改")
    second.send("试算", value="45", note="我的说明")
    assert second.status == 422
    assert "刚被别人改为20 分钟" in second.page.text
    form = second.page.form("试算").values
    assert (form["value"], form["note"], form["over"]) == (["45"], ["我的说明"], ["20"])


def test_a_trial_of_lateness_counts_and_lists_the_orders_marked_otherwise(registered):
    due = timezone.now() - timedelta(minutes=90)
    Order.objects.filter(number=registered).update(due_at=due)
    keeper = Browser("deputy").open(LATENESS)
    keeper.page.form("试算").values["value"] = ["240", "60"]
    keeper.send("试算", note="提早告警")
    assert "会影响 1 件在办工单" in keeper.page.text
    assert "严重超期：现在 0，改后 1" in keeper.page.text
    assert f"{registered}" in keeper.page.text
    assert "超期 严重超期" in keeper.page.text


def test_a_value_out_of_range_is_refused_in_words(town):
    keeper = Browser("security").open(IDLE).send("试算", value="1", note="太短")
    assert (keeper.status, "请填5到480之间的数（分钟）" in keeper.page.text) == (422, True)


def test_a_value_that_is_not_there_is_not_found(town):
    assert Browser("security").open("/settings/tunables/nothing").status == 404

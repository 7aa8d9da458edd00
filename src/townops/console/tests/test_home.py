"""The home page: what to do now by post, what others did meanwhile, today's figures with the lists behind them, who is on."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from townops.base import outbox
from townops.base.models import Glance
from townops.console.tests.browser import Browser
from townops.console.tests.test_listing import filled
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def figures(browser):
    """{label: (number, address)} of today's figures."""
    strip = browser.html.partition('class="figures"')[2].partition("</dl>")[0]
    found = {}
    for part in strip.split("<dt>")[1:]:
        address = part.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        found[part.partition("<")[0]] = (part.partition('">')[2].partition("<")[0], address)
    return found


def test_each_of_todays_figures_is_the_number_of_rows_of_its_list(town):
    numbers = filled(4)
    now = timezone.now()
    Order.objects.filter(number=numbers[0]).update(state="closed", is_open=False, closed_at=now)
    Order.objects.filter(number=numbers[1]).update(
        state="closed", is_open=False, closed_at=now - timedelta(days=3)
    )
    Order.objects.filter(number=numbers[2]).update(due_at=now - timedelta(hours=1))
    Order.objects.filter(number__in=numbers).update(received_at=now)
    for user in ("shift", "leader"):
        browser = Browser(user).open("/")
        shown = figures(browser)
        assert (shown["今日收到"][0], shown["今日结案"][0], shown["已超时"][0]) == ("4", "1", "1")
        for total, address in shown.values():
            assert f"{total} 件" in browser.open(address).page.text
    assert figures(Browser("unit").open("/"))["今日收到"][0] == "0"


def test_whoever_holds_the_key_posts_is_named_by_post(town):
    side = Browser("unit").open("/").page.text.partition("谁在岗")[2]
    for post in ("平台值班长", "热线信息员", "派遣员", "轮值领导"):
        assert post in side
    assert "按任职列出" in side


def test_what_others_did_to_ones_orders_is_told_and_ones_own_doing_is_not(town, registered):
    Browser("grid").open(f"/orders/{registered}").send("受理")
    Browser("shift").open(f"/orders/{registered}").send("催办", message="请尽快立案")
    news = Browser("grid").open("/").page.text.partition("以来的变化")[2].partition("谁在岗")[0]
    assert registered in news
    assert "催办" in news
    assert "受理" not in news
    assert registered not in Browser("video").open("/").page.text.partition("以来的变化")[2]


def test_a_home_page_that_only_polls_is_no_look(town):
    clerk = Browser("grid")
    Glance.objects.all().delete()
    clerk.client.get("/", headers={"X-Poll": "1"})
    assert not Glance.objects.exists()
    clerk.open("/")
    assert Glance.objects.count() == 1


def test_home_costs_as_many_queries_for_many_orders_as_for_few(town):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            browser.client.get("/", headers={"X-Poll": "1"})
        return len(seen)

    browser = Browser("shift").open("/")
    filled(1)
    few = cost()
    filled(8)
    assert cost() == few


def test_a_person_without_orders_is_told_what_his_page_is_for(town):
    assert "我的上报" in Browser("resident").open("/").page.text
    assert "没有本单位要办的工单" in Browser("unit").open("/").page.text


def test_the_new_begins_where_the_last_spell_ended(town):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clerk = Browser("grid").open("/")
        assert "00:00" in clerk.page.text.partition("以来的变化")[0][-12:]
        left = timezone.localtime(timezone.now())
        clock.shift(timedelta(minutes=29))
        clerk.open("/orders")
        clock.shift(timedelta(minutes=29))
        outbox.deliver(timezone.now())
        assert f"{left:%H:%M}" in clerk.open("/").page.text.partition("以来的变化")[0][-12:]

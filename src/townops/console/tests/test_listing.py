"""The list: its address is its filter, its pages go by key, its queries do not grow with its rows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from townops.console.tests.browser import Browser
from townops.orders import api as orders
from townops.people import api as people

pytestmark = pytest.mark.django_db
MOST_QUERIES = 8
REMEMBERED = (
    "base_calendarversion",
    "orders.lateness_minutes",
)  # in life memory answers, not in a test's transaction


def filled(many: int) -> list[str]:
    """That many grid orders, a minute apart, the last one just now."""
    from townops.base.models import Account

    at = timezone.now()
    clerk = people.actor_for(Account.objects.get(username="grid").pk, at)
    reports = [
        orders.IncomingReport(
            source="grid", text=f"路灯不亮第{n}盏", received_at=at - timedelta(minutes=many - n)
        )
        for n in range(many)
    ]
    return [one.number for one in orders.receive_reports(reports, actor=clerk, at=at)]


def asked(clerk: Browser, path: str) -> int:
    clerk.open(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        clerk.client.get(path)
    statements = [one["sql"] for one in seen.captured_queries]
    return sum(not any(word in one for word in REMEMBERED) for one in statements)


def test_the_list_asks_as_often_for_one_row_as_for_fifty(town):
    filled(1)
    clerk = Browser("grid")
    one = asked(clerk, "/orders?open=1")
    filled(60)
    assert asked(clerk, "/orders?open=1") == one
    assert one <= MOST_QUERIES


@pytest.mark.parametrize("user", ["shift", "unit", "village", "leader"])
def test_the_list_keeps_within_its_queries_whoever_looks(town, user):
    filled(3)
    assert asked(Browser(user), "/orders?open=1&late=soon&source=grid&q=路灯") <= MOST_QUERIES


def test_pages_follow_by_key_and_lose_no_row(town):
    numbers = filled(120)
    clerk, seen, path = Browser("grid"), [], "/orders?sort=received"
    for _ in range(3):
        clerk.open(path)
        seen += [one for one in numbers if f'href="/orders/{one}"' in clerk.html]
        more = re.search(r'href="(/orders\?[^"]*)">下一页', clerk.html)
        path = more[1].replace("&amp;", "&") if more else ""
    assert not path
    assert seen == numbers


def test_an_address_with_empty_fields_is_made_clean(town):
    assert Browser("grid").open("/orders?q=&state=reported&unit=").at == "/orders?state=reported"


def test_filters_narrow_and_are_named_with_a_way_to_take_them_off(town):
    numbers = filled(3)
    clerk = Browser("grid").open("/orders?state=reported&source=hotline")
    assert "0 件" in clerk.page.text
    assert "没有符合条件的工单" in clerk.page.text
    clerk.open("/orders?state=reported&source=grid&open=1")
    assert "3 件" in clerk.page.text
    assert "来源：网格" in clerk.page.text
    assert 'href="/orders?state=reported&amp;open=1"' in clerk.html
    assert numbers[0] in clerk.page.text


def test_several_states_stand_in_one_address_and_one_chip(town):
    filled(2)
    clerk = Browser("grid").open("/orders?state=reported,accepted,filed")
    assert "2 件" in clerk.page.text
    assert clerk.page.text.count("待受理、待立案等 3 种") == 2  # the chip, and the field that keeps it


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=xx", "日期“xx”填写不对"),
        ("unit=没有的单位", "没有代码为“没有的单位”的单位"),
        ("area=不知道在哪的小区", "没有名为“不知道在哪的小区”的居村或网格"),
        ("area=北新网格站", "没有名为“北新网格站”的居村或网格"),
        ("area=00", "没有编码为“00”的区域"),
        ("mark=odd", "没有标记“odd”"),
        ("cursor=odd", "翻页位置已失效"),
        ("sort=odd", "不能按“odd”排序"),
        ("state=odd", "没有符合条件的工单"),
        ("q=灯", "请至少输入"),
        ("late=odd", "没有时限条件“odd”"),
        ("returned=x", "次数“x”填写不对"),
        ("due_to=xx", "日期“xx”填写不对"),
        ("person=没有这人", "没有用户名或姓名为“没有这人”的人员"),
        ("holder=没有的单位", "没有代码为“没有的单位”的单位"),
        ("stage=odd", "没有符合条件的工单"),
    ],
)
def test_a_filter_that_means_nothing_is_told_in_words(town, query, words):
    assert words in Browser("grid").open(f"/orders?{query}").page.text


@pytest.mark.parametrize(
    ("query", "chip"),
    [
        ("late=soon", "临期"),
        ("stage=派遣", "环节：派遣"),
        ("unit=none", "主办：（无）"),
        ("person=me", "我的"),
        ("person=none", "未落实到岗位"),
        ("returned=2", "退单 2 次以上"),
        ("due_from=2026-11-01", "到期自：2026-11-01"),
        ("mark=to_reply", "待上报回复"),
        ("class=C-01", "类别：C-01 "),
    ],
)
def test_every_condition_is_said_in_words_and_stays_in_its_field(town, query, chip):
    clerk = Browser("shift").open(f"/orders?{query}")
    assert clerk.status == 200
    assert chip in clerk.html.partition('class="chips"')[2].partition("</div>")[0]
    again = clerk.send("筛选")  # what stands in the fields is the same filter again
    assert chip in again.html.partition('class="chips"')[2].partition("</div>")[0]


def test_rows_say_state_and_time_in_words_not_only_in_colour(town):
    from townops.console.saying import left, moment

    now = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert left(now + timedelta(hours=2, minutes=13), now) == "剩余 2 时 13 分"
    assert left(now - timedelta(days=1), now) == "超时 1 天"
    assert moment(now, now) == "今天 14:30"
    filled(1)
    row = Browser("grid").open("/orders").page.text
    assert "待受理" in row
    assert "剩余" in row or "超时" in row


def test_the_home_page_counts_what_waits_for_whom(town):
    filled(2)
    assert "2 待受理" in Browser("grid").open("/").page.text
    assert "待受理" not in Browser("assess").open("/").page.text.partition("本单位要办的")[0]


def test_the_page_of_an_order_keeps_within_its_queries(town):
    number = filled(1)[0]
    assert asked(Browser("shift"), f"/orders/{number}") <= 18

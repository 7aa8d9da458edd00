"""What an account keeps of the list: views of its own, shared ones, columns."""

import pytest

from townops.console.tests.browser import Browser
from townops.console.tests.test_listing import filled
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def test_a_view_is_kept_under_a_name_and_leads_back_to_its_filter(town):
    clerk = Browser("grid").open("/orders?state=reported&source=grid")
    clerk.send("存为视图", name="我的待受理")
    assert clerk.at == "/orders?source=grid&state=reported"
    assert "已存为视图“我的待受理”。" in clerk.page.text
    again = Browser("grid").open("/orders")
    assert 'href="/orders?source=grid&amp;state=reported">我的待受理</a>' in again.html
    assert "我的待受理" not in Browser("hotline").open("/orders").page.text


def test_a_shared_view_is_seen_by_the_town_and_dropped_by_its_owner_alone(town):
    Browser("grid").open("/orders?state=filed").send("存为视图", name="全镇待派遣", shared="1")
    other = Browser("hotline").open("/orders")
    assert "全镇待派遣" in other.page.text
    assert not other.page.offers("删除")
    owner = Browser("grid").open("/orders")
    owner.send("删除")
    assert "已删除视图“全镇待派遣”" in owner.page.text
    assert "全镇待派遣" not in Browser("hotline").open("/orders").page.text


def test_a_view_with_a_telephone_in_it_is_not_kept(town):
    clerk = Browser("hotline").open("/orders?q=13812345678")
    clerk.send("存为视图", name="来电人")
    assert "常用视图里不能带电话" in clerk.page.text
    assert clerk.status == 400


def test_columns_are_a_choice_of_the_account_that_lasts(town):
    number = filled(1)[0]
    Order.objects.filter(number=number).update(external_number="SH-77")
    clerk = Browser("grid").open("/orders?open=1")
    assert "SH-77" not in clerk.page.text
    clerk.send("显示这些列", column=["title", "external"])
    assert clerk.at == "/orders?open=1"
    again = Browser("grid").open("/orders?open=1")
    assert "SH-77" in again.page.text
    head = again.html.partition("<thead>")[2].partition("</thead>")[0]
    assert "居村" not in head
    assert (
        "居村"
        in Browser("hotline").open("/orders?open=1").html.partition("<thead>")[2].partition("</thead>")[0]
    )


def test_every_column_can_be_shown(town):
    from townops.console.columns import ALL

    filled(1)
    clerk = Browser("grid").open("/orders")
    clerk.send("显示这些列", column=[one.code for one in ALL])
    head = clerk.html.partition("<thead>")[2].partition("</thead>")[0]
    assert [one.head for one in ALL if f">{one.head}</th>" not in head] == []
    cells = clerk.html.partition("<tbody>")[2].partition("</tr>")[0].count("<td")
    assert cells == len(ALL) + 2


def test_the_map_is_the_same_filter_in_another_form(town):
    filled(1)
    clerk = Browser("grid").open("/orders?state=reported&source=grid")
    assert 'href="/map?source=grid&amp;state=reported"' in clerk.html
    assert 'data-townmap="list"' in clerk.open("/map?source=grid&state=reported").html
    assert "没有标记“odd”" in clerk.open("/map?mark=odd").page.text

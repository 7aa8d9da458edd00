"""单位 through the pages: added, renamed, ended with a successor, each tried before it is published."""

import pytest

from townops.console.tests.browser import Browser
from townops.people import api as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town) -> Browser:
    return Browser("director").open("/units")


def test_a_unit_is_added_after_a_look_and_stands_in_the_tree(keeper):
    keeper.open("/units/new")
    above = people.unit("chengjian").name
    keeper.send("试算", name="海绵城市专班", kind="office", parent=above, note="新设")
    assert "确认发布" in keeper.page.text
    assert "海绵城市专班" not in [one.name for one in people.units()]
    keeper.send("确认发布")
    assert "“海绵城市专班”的改动已生效" in keeper.page.text
    assert "海绵城市专班" in keeper.open("/units").page.text


def test_an_end_says_which_orders_and_posts_it_touches_and_the_history_says_who_and_why(keeper, registered):
    unit = people.unit("chengjian")
    keeper.open(f"/units/{unit.id}")
    keeper.send("试算终止", note="机构改革")
    assert (keeper.status, "请填写由哪个单位承接" in keeper.page.text) == (422, True)
    keeper.send("试算终止", heir=people.unit("chengguan").name, note="机构改革")
    assert "终止后 0 件在办工单由" in keeper.page.text
    assert "岗位空缺" in keeper.page.text
    keeper.send("确认发布")
    assert people.unit("chengjian").code == "chengguan"
    keeper.open(f"/units/{unit.id}")
    assert "已终止，由" in keeper.page.text
    assert "机构改革" in keeper.page.text


def test_what_was_changed_after_the_look_is_tried_again(keeper):
    unit = people.unit("chengjian")
    keeper.open(f"/units/{unit.id}").send("试算", name="规划建设办", note="更名")
    keeper.send("确认发布", name="建设规划办")
    assert people.unit("chengjian").name == unit.name
    keeper.send("确认发布")
    assert people.unit("chengjian").name == "建设规划办"


def test_a_change_that_lies_ahead_is_listed_and_withdrawn(keeper):
    unit = people.unit("chengjian")
    keeper.open(f"/units/{unit.id}")
    keeper.send("试算", name="规划建设办", note="更名", **{"from": "2099-01-01"})
    keeper.send("确认发布")
    assert "待生效的改动" in keeper.page.text
    keeper.send("撤销")
    assert "待生效的改动" not in keeper.page.text
    assert people.planned.waiting("unit", unit.id) == ()


def test_the_list_asks_the_database_as_often_for_many_changes_as_for_none(keeper):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            keeper.open("/units")
        return len(seen)

    keeper.open("/units")
    before = asked()
    for unit in people.units_of_kind("department")[:3]:
        keeper.open(f"/units/{unit.id}")
        keeper.send("试算", name=f"{unit.name}一", note="更名", **{"from": "2099-01-01"})
        keeper.send("确认发布")
    assert asked() == before


def test_units_are_found_by_several_words_of_name_kind_or_leader(town):
    keeper = Browser("director").open("/units?q=居村 凌桥")
    assert "个符合" in keeper.page.text
    assert "凌桥村村委会" in keeper.page.text
    assert "市场所" not in keeper.page.text
    assert "没有符合条件的单位" in keeper.open("/units?q=没有这个").page.text

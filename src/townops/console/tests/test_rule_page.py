"""One dispatch rule at the desk: tried on what waits for dispatch, confirmed, switched off, refused in words."""

import pytest

from townops.console.tests.browser import Browser
from townops.dispatch import api as dispatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town):
    return Browser("deputy").open("/dispatch/rules/100")


def newest() -> tuple[dispatch.Rule, ...]:
    return dispatch.rules(dispatch.rule_sets()[-1].id)


def test_the_list_leads_to_each_rule_and_to_a_new_one(town):
    seen = Browser("deputy").open("/dispatch")
    assert 'href="/dispatch/rules/100"' in seen.html
    assert 'href="/dispatch/rules/new"' in seen.html
    assert "/dispatch/rules/" not in Browser("dispatch").open("/dispatch").html


def test_nothing_is_published_before_it_was_tried_and_confirmed(keeper):
    assert not keeper.page.offers("确认发布")
    keeper.send("试算", name="绿化另派", target="城运中心", note="移交")
    assert "待派遣的 0 件中 0 件改为建议别的单位" in keeper.page.text
    assert len(dispatch.rule_sets()) == 1
    keeper.send("确认发布")
    assert "第2版规则已发布" in keeper.page.text
    assert (newest()[0].name, newest()[0].target) == ("绿化另派", "center")


def test_a_rule_sent_back_as_it_stands_is_no_change(keeper):
    keeper.send("试算", note="没改")
    assert (keeper.status, "完全相同" in keeper.page.text) == (422, True)


def test_a_rule_is_added_for_a_unit_by_its_name(town):
    keeper = Browser("deputy").open("/dispatch/rules/new")
    before = len(newest())
    keeper.send("试算", order="5", name="夜间噪声", hours="非工作时间", target="城运中心", note="新增")
    keeper.send("确认发布")
    assert len(newest()) == before + 1
    assert (newest()[0].name, newest()[0].hours) == ("夜间噪声", "night")


def test_a_rule_is_switched_off_only_after_that_was_tried(keeper):
    before = len(newest())
    keeper.send("试算停用", note="不再适用")
    assert "停用这条规则会使待派遣的" in keeper.page.text
    assert len(newest()) == before
    keeper.send("确认发布")
    assert (len(newest()), 100 in {one.order for one in newest()}) == (before - 1, False)


def test_a_trial_of_an_edit_never_switches_the_rule_off(keeper):
    keeper.send("试算停用", note="不再适用").send("试算", name="绿化另派")
    keeper.send("确认发布")
    assert newest()[0].name == "绿化另派"


def test_the_second_of_two_is_told_what_changed_and_keeps_what_was_typed(keeper):
    other = Browser("director").open("/dispatch/rules/110")
    keeper.send("试算", name="绿化另派", note="移交").send("确认发布")
    other.send("试算", name="我的名称", note="我的说明")
    assert (other.status, "移交" in other.page.text) == (422, True)
    assert other.page.form("试算").values["name"] == ["我的名称"]
    assert other.send("试算").page.offers("确认发布")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"order": "110"}, "次序110已被"),
        ({"target": "不存在的单位"}, "不存在"),
        ({"limit": "很快"}, "不是时限"),
        ({"area": "XX"}, "没有编码为"),
        ({"name": "改名", "from": "2026-01-01"}, "从明天或以后"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(keeper, typed, told):
    keeper.send("试算", **{"note": "试"} | typed)
    assert (keeper.status, told in keeper.page.text) == (422, True)


def test_a_rule_that_is_not_there_says_so(town):
    assert "没有次序为7的规则" in Browser("deputy").open("/dispatch/rules/7").page.text

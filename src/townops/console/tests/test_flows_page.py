"""流程与时限 at the desk: tried, confirmed, refused in words."""

import pytest

from townops.console.tests.browser import Browser
from townops.orders.models import FlowVersion

pytestmark = pytest.mark.django_db
TYPED = {"limit_accept": "1", "note": "缩短受理时限"}


@pytest.fixture
def keeper(town):
    return Browser("deputy").open("/settings/flows/grid")


def stored() -> int:
    return FlowVersion.objects.filter(source="grid").count()


def test_every_source_is_listed_with_the_version_in_force(town):
    seen = Browser("deputy").open("/settings/flows")
    assert "12345热线" in seen.page.text
    assert "第 1 版，自 2015-01-01 起" in seen.page.text


def test_nothing_is_published_before_it_was_tried_and_confirmed(keeper):
    before = stored()
    assert not keeper.page.offers("确认发布")
    keeper.send("试算", **TYPED)
    assert "这项改动会影响 0 件在办工单，0 件仍按原版本办理" in keeper.page.text
    assert "受理 2工作时" in keeper.page.text
    assert stored() == before
    keeper.send("确认发布")
    assert (stored(), "的新流程已发布" in keeper.page.text) == (before + 1, True)
    assert "缩短受理时限" in keeper.page.text


def test_open_orders_that_keep_their_version_are_listed(registered):
    seen = Browser("deputy").open("/settings/flows/grid").send("试算", **TYPED)
    assert "1 件仍按原版本办理" in seen.page.text
    assert registered in seen.page.text


def test_what_was_changed_after_the_trial_is_tried_again(keeper):
    before = stored()
    keeper.send("试算", **TYPED).send("确认发布", limit_accept="3")
    assert (stored(), keeper.page.offers("确认发布")) == (before, True)


def test_the_second_of_two_is_told_what_changed_and_keeps_what_was_typed(keeper):
    other = Browser("director").open("/settings/flows/grid")
    keeper.send("试算", **TYPED).send("确认发布")
    other.send("试算", limit_accept="4", note="我的说明")
    assert other.status == 422
    assert "缩短受理时限" in other.page.text
    form = other.page.form("试算").values
    assert (form["limit_accept"], form["note"]) == (["4"], ["我的说明"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"unit_review": "no", "center_review": "no"}, "须有“当场处置”"),
        ({"closing": "district"}, "须有“向上级回复”"),
        ({"limit_marks": "75"}, "须包含100"),
        ({"limit_accept": "0"}, "“受理”填写不对：0，请填1到1000之间的整数"),
        ({"from": "2020-01-01"}, "不能早于今天"),
    ],
)
def test_what_is_not_legal_is_refused_in_words(keeper, typed, told):
    keeper.send("试算", **TYPED | typed)
    assert (keeper.status, told in keeper.page.text) == (422, True)


def test_a_source_that_is_not_there_is_not_found(town):
    assert Browser("deputy").open("/settings/flows/nothing").status == 404

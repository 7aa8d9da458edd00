"""One class at the desk: tried on what is open, confirmed, refused in words."""

import pytest

from townops.catalogue import api as catalogue
from townops.console.tests.browser import Browser
from townops.orders.models import Order

pytestmark = pytest.mark.django_db
COVER = "/catalogue/classes/C-01-01"
TYPED = {"limit-0": "3紧急工作时", "confirmed-0": "1", "note": "本镇确认"}


@pytest.fixture
def keeper(town):
    return Browser("deputy").open(COVER)


def test_nothing_is_published_before_it_was_tried_and_confirmed(keeper):
    assert not keeper.page.offers("确认发布")
    keeper.send("试算", **TYPED)
    assert "处置时限" in keeper.page.text
    assert len(catalogue.versions()) == 1
    keeper.send("确认发布")
    assert "第2版目录已发布" in keeper.page.text
    newest = catalogue.versions()[-1].id
    assert catalogue.limit_text(catalogue.conditions("C-01-01", newest)[0].limit) == "3紧急工作时"


def test_open_orders_not_yet_filed_are_counted_and_listed(registered):
    Order.objects.filter(number=registered).update(class_code="C-01-01")
    seen = Browser("deputy").open(COVER).send("试算", **TYPED)
    assert "有 1 件在办工单还没有立案" in seen.page.text
    assert "已立案的 0 件仍按原版本办理" in seen.page.text
    assert registered in seen.page.text


def test_a_class_of_the_hotline_has_its_unit_and_time(town):
    keeper = Browser("deputy").open("/catalogue/classes/H-05-02")
    keeper.send("试算", time_class="15", note="改时限").send("确认发布")
    assert catalogue.klass("H-05-02", catalogue.versions()[-1].id).time_class == 15


def test_the_second_of_two_is_told_what_changed_and_keeps_what_was_typed(keeper):
    other = Browser("director").open(COVER)
    keeper.send("试算", **TYPED).send("确认发布")
    other.send("试算", name="我的名称", note="我的说明")
    assert (other.status, "本镇确认" in other.page.text) == (422, True)
    assert other.page.form("试算").values["name"] == ["我的名称"]
    assert other.send("试算").page.offers("确认发布")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"limit-0": "很快"}, "不是时限"),
        ({"main-0": "没有的单位"}, "没有单位“没有的单位”"),
        ({"from": "2026-01-01"}, "从明天"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(keeper, typed, told):
    keeper.send("试算", **TYPED | typed)
    assert (keeper.status, told in keeper.page.text) == (422, True)


def test_a_class_that_is_not_there_says_so(town):
    assert "没有代码为“X-1”的分类" in Browser("deputy").open("/catalogue/classes/X-1").page.text

"""派遣规则: in words, with what is wrong with them, tried on the open orders, changed by Excel."""

from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from townops.base.models import JournalEntry
from townops.console.tests.browser import Browser
from townops.dispatch import api as dispatch

pytestmark = pytest.mark.django_db


def edited(**cells: str) -> tuple[str, bytes]:
    """The newest rules with cells of their first row changed, or with a row before them."""
    data = dispatch.export_rules(dispatch.rule_sets()[-1].id, at=timezone.now())
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    for head, value in cells.items():
        sheet.cell(2, heads.index(head) + 1).value = value
    target = BytesIO()
    book.save(target)
    return "规则.xlsx", target.getvalue()


EVERYTHING = {
    "名称": "全部归中心",
    "分类": "",
    "区域": "",
    "责任块类型": "",
    "严重程度": "",
    "派往": "城运中心",
}


def test_the_rules_stand_in_their_order_in_words(town):
    page = Browser("dispatch").open("/dispatch").page
    rules = dispatch.rules(dispatch.rule_set_at(timezone.now()).id)
    places = [page.text.index(one.name) for one in rules[:5]]
    assert places == sorted(places)
    assert "居村" in page.text
    assert not page.offers("发布")


def test_a_file_is_tried_on_the_open_orders_and_says_what_it_shadows(town, registered):
    keeper = Browser("deputy").open("/dispatch")
    keeper.send("试导", file=edited(**EVERYTHING))
    assert "试算 1 件未结工单" in keeper.page.text
    assert registered in keeper.html
    assert "永远轮不到" in keeper.page.text
    assert len(dispatch.rule_sets()) == 1


def test_a_file_is_published_from_a_day_and_journalled(town):
    keeper = Browser("deputy").open("/dispatch")
    keeper.send("发布", file=edited(名称="改过的名称"))
    assert "已发布" in keeper.page.text
    assert dispatch.rules(dispatch.rule_sets()[-1].id)[0].name == "改过的名称"
    assert JournalEntry.objects.filter(kind="dispatch", action="publish").count() == 2


def test_the_rules_in_force_are_tried_on_the_open_orders(town, registered):
    page = Browser("dispatch").open("/dispatch?try=1").page.text
    assert "试算 1 件未结工单" in page
    assert "只试算，不改动" in page


def test_what_cannot_be_read_is_named_and_nothing_is_published(town):
    keeper = Browser("deputy").open("/dispatch")
    keeper.send("发布", file=edited(次序="最先", 区域="没有的区域"))
    assert "没有编码为“没有的区域”的区域" in keeper.page.text
    keeper.open("/dispatch").send("发布", file=edited(派往="没有的单位"))
    assert "单位“没有的单位”不存在" in keeper.page.text
    assert len(dispatch.rule_sets()) == 1


def test_who_may_only_look_changes_nothing(town):
    assert Browser("dispatch").client.post("/dispatch/import", {"do": "publish"}).status_code == 403
    assert Browser("unit").open("/dispatch").status == 403

"""答复模板 at the desk: offered where a text is asked for, filled in without script, changed on a page of its own."""

import pytest

from townops.console.tests.browser import Browser
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(town, registered):
    return Browser("grid").open(f"/orders/{registered}")


def test_a_wording_is_filled_in_without_script_and_nothing_is_taken(clerk):
    number = clerk.number
    form = clerk.page.form("催办")
    assert "remind-due" in form.options["wording_message"]
    seq = Order.objects.get(number=number).seq
    sent = clerk.client.post(
        f"/orders/{number}/steps/remind",
        {"seq": seq, "message": "请注意：", "wording_message": "remind-due", "fill": "message"},
    )
    html = sent.content.decode()
    assert sent.status_code == 200
    assert f"请注意：\n工单{number}将于" in html
    assert "没有办成" not in html
    assert Order.objects.get(number=number).seq == seq


def test_the_option_carries_the_filled_text_for_the_script(clerk):
    assert f'data-text="工单{clerk.number}将于' in clerk.html


def test_a_changed_wording_is_offered_at_once_with_its_history(town, registered):
    deputy = Browser("deputy").open("/wordings/remind-due")
    deputy.send("保存", body="请{责任单位}速办工单{编号}。")
    assert "已保存" in deputy.page.text
    assert "第 2 版" in deputy.page.text
    page = Browser("grid").open(f"/orders/{registered}")
    assert f"速办工单{registered}。" in page.html
    history = deputy.open("/wordings/remind-due").page.text
    assert "第 1 版" in history
    assert "第 2 版" in history


def test_a_dry_look_shows_the_words_in_open_orders_and_saves_nothing(town, registered):
    deputy = Browser("deputy").open("/wordings/new")
    typed = {"name": "试", "place": "remind.message", "body": "编号是{编号}。"}
    deputy.send("试看", **typed)
    assert "会出现在 1 件未结工单中" in deputy.page.text
    assert f"编号是{registered}。" in deputy.page.text
    assert "试" not in [one.strip() for one in deputy.open("/wordings").page.words]


def test_a_wording_withdrawn_is_offered_no_more(town, registered):
    Browser("deputy").open("/wordings/remind-due").send("停用")
    assert "remind-due" not in Browser("grid").open(f"/orders/{registered}").html


def test_a_wrong_blank_is_told_and_what_was_typed_is_kept(town):
    deputy = Browser("deputy").open("/wordings/new")
    deputy.send("保存", name="试", place="remind.message", body="请回{电话}")
    assert deputy.status == 422
    assert "“电话”不认识" in deputy.page.text
    assert "请回{电话}" in deputy.html

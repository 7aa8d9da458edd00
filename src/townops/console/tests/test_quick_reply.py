"""A 咨询 answered at the desk: one form for the clerk, one button for who signs."""

import pytest

from townops.console.tests.browser import Browser

pytestmark = pytest.mark.django_db
ASKED = {"text": "社保卡遗失在哪里补办", "contact_name": "钱小七", "contact_phone": "13800001234"}
ANSWER = {"reply": "请到镇社区事务受理服务中心补办", "who": "来电人，电话", "class": "H-05-02"}


def test_a_question_is_answered_in_one_form_and_closed_by_one_signature(town):
    clerk = Browser("hotline").open("/register").send("登记", source="resident", **ASKED)
    clerk.open(f"/orders/{clerk.number}").send("直接答复", **ANSWER)
    assert "待中心审核" in clerk.page.text
    assert not clerk.page.offers("中心审核")
    Browser("assess").open(f"/orders/{clerk.number}").send("中心审核")
    assert "已结案" in clerk.open(f"/orders/{clerk.number}").page.text


def test_what_the_answer_lacks_is_said_and_what_was_typed_is_kept(town):
    clerk = Browser("hotline").open("/register").send("登记", source="resident", **ASKED)
    clerk.open(f"/orders/{clerk.number}").send("直接答复", **{**ANSWER, "who": ""})
    assert clerk.status == 422
    assert "答复了谁" in clerk.page.text
    assert ANSWER["reply"] in clerk.html


def test_a_grid_order_offers_no_quick_reply(registered):
    assert not Browser("grid").open(f"/orders/{registered}").page.offers("直接答复")


def test_an_answer_sent_back_waits_for_the_clerks_of_the_center(town):
    clerk = Browser("hotline").open("/register").send("登记", source="resident", **ASKED)
    number = clerk.number
    clerk.open(f"/orders/{number}").send("直接答复", **ANSWER)
    Browser("assess").open(f"/orders/{number}").send("退回重办", reason="请写明地址")
    assert "1 答复被退回" in clerk.open("/").page.text
    assert clerk.open(f"/orders/{number}").page.offers("直接答复")


def test_the_receipt_offers_wordings_and_the_draft_of_the_answer(town):
    clerk = Browser("hotline").open("/register").send("登记", source="resident", **ASKED)
    clerk.client.post(f"/drafts/order-{clerk.number}", {"quick_reply.reply": "请到"})
    page = clerk.open(f"/register/{clerk.number}/receipt")
    assert f'data-drafts="order-{clerk.number}" data-drafted' in page.html
    assert "console/wording.js" in page.html

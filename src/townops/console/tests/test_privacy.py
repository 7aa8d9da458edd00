"""Contacts are masked, shown for a reason, and journalled; files belong to who sees the order."""

import pytest

from townops.base.models import Account, JournalEntry
from townops.console.tests.browser import Browser, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(town):
    clerk = Browser("hotline").open("/register")
    clerk.send(
        "登记",
        source="hotline",
        text="漏水，电话13800001234",
        contact_name="张三丰",
        contact_phone="13800001234",
        attachments=picture(),
    )
    return clerk.number


def test_a_contact_is_masked_until_a_reason_is_given_and_the_reason_is_kept(told):
    clerk = Browser("hotline").open(f"/orders/{told}")
    assert "张**" in clerk.page.text
    assert "张三丰" not in clerk.html
    clerk.send("查看", reason="电话回访")
    assert "张三丰" in clerk.page.text
    assert JournalEntry.objects.filter(kind="order_contact", action="reveal").count() == 1
    assert "张三丰" not in clerk.open(f"/orders/{told}").html


def test_a_reason_of_no_words_reveals_nothing(told):
    clerk = Browser("hotline").open(f"/orders/{told}").send("查看", reason=" .")
    assert clerk.status == 422
    assert "请写明理由" in clerk.page.text
    assert "张三丰" not in clerk.html


def test_who_may_not_reveal_is_not_offered_it(told):
    dispatcher = Browser("dispatch").open(f"/orders/{told}")
    assert not dispatcher.page.offers("查看")
    assert dispatcher.client.post(f"/orders/{told}/contact", {"reason": "好奇"}).status_code in {403, 422}


def test_a_file_opens_only_for_who_sees_its_order(told):
    clerk = Browser("hotline").open(f"/orders/{told}")
    path = next(one for one in clerk.html.split('"') if "/files/" in one)
    shown = clerk.client.get(path)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Browser("unit").client.get(path).status_code == 404
    assert clerk.client.get(path + "9").status_code == 404
    assert Account.objects.filter(username="hotline").exists()

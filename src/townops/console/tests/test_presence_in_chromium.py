"""In a real browser: who types into an order is shown to the other at the same order, and the count of notices keeps up."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from townops.base import inbox
from townops.base.models import Account
from townops.console.tests.browser import PASSWORD


def _tell(number):
    account = Account.objects.get(username="grid").pk
    inbox.tell([inbox.Told(account, "orders.came", number, 1, "张三", timezone.now())])
    connection.close()


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_typing_into_an_order_is_shown_to_the_other_and_not_to_oneself(desk, number):
    other = desk.context.browser.new_context(base_url=desk.url.partition("/orders")[0]).new_page()
    other.goto(f"/orders/{number}")
    other.fill("#username", "shift")
    other.fill("#password", PASSWORD)
    other.click("text=登录")
    desk.goto(f"/orders/{number}")
    note = desk.locator('main form[method="post"] textarea').first
    note.evaluate("one => one.closest('details') && (one.closest('details').open = true)")
    note.fill("正在核对地点")
    other.wait_for_selector("#here >> text=正在处理（", timeout=15_000)
    assert desk.locator("#here .note").count() == 0


def test_the_count_of_notices_in_the_bar_keeps_up_by_itself(desk, number):
    desk.goto("/register")
    assert not desk.locator("[data-unread]").is_visible()
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's own loop forbids the database here
        elsewhere.submit(_tell, number).result()
    desk.wait_for_selector("[data-unread]:text('1')", timeout=15_000)
    desk.click(".bell")
    desk.click(f"text={number}")
    desk.wait_for_url(f"**/orders/{number}")
    assert not desk.locator("[data-unread]").is_visible()

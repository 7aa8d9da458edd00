"""In a real browser: what is typed into a step of an order survives the closed tab and is gone once the step was taken."""

import pytest

from townops.console.tests.test_registering_in_chromium import kept_drafts, sit, taken, town

__all__ = ["sit", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def remind(page):
    page.click("summary:text-is('催办')")
    return page.locator("form[action$='/steps/remind'] [name=message]")


def test_what_was_typed_into_a_step_survives_the_closed_tab_and_is_gone_once_it_was_taken(sit):
    number = taken("井盖松动")
    page = sit("shift", f"/orders/{number}")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/drafts/" in request.url else None)
    page.goto(f"/orders/{number}")
    remind(page).fill("请今天去看，写到一半")
    page.wait_for_selector("form[action$='/steps/remind'] >> text=草稿已存", timeout=10_000)
    assert len(asked) == 1
    assert kept_drafts() == [f"order-{number}"]
    page.close()
    other = sit("shift", f"/orders/{number}")
    other.wait_for_selector(".draft-offer >> text=催办")
    other.click("text=接着填")
    message = other.locator("form[action$='/steps/remind'] [name=message]")
    assert message.input_value() == "请今天去看，写到一半"
    message.press("Control+Enter")
    other.wait_for_selector("text=已办理：催办")
    assert kept_drafts() == []
    assert other.locator(".draft-offer").count() == 0


def test_a_draft_of_one_step_outlives_another_step_and_can_be_thrown_away(sit):
    number = taken("路灯不亮")
    page = sit("shift", f"/orders/{number}")
    remind(page).fill("写到一半就走")
    page.goto("/orders")
    page.goto(f"/orders/{number}")
    page.wait_for_selector(".draft-offer >> text=催办")
    page.click(".first > form button:text-is('受理'), .first form[action$='/steps/accept'] button >> nth=0")
    page.wait_for_selector("text=已办理：受理")
    page.wait_for_selector(".draft-offer >> text=催办")
    page.click("text=丢弃")
    page.wait_for_timeout(500)
    assert kept_drafts() == []


def test_a_refused_step_keeps_what_was_typed_in_its_draft(sit):
    number = taken("路面塌陷")
    page = sit("shift", f"/orders/{number}")
    page.evaluate("document.querySelectorAll('[name=seq]').forEach(one => { one.value = '0' })")
    remind(page).fill("请马上围挡")
    page.locator("form[action$='/steps/remind'] button[type=submit]").last.click()
    page.wait_for_selector("text=催办没有办成")
    assert page.input_value("form[action$='/steps/remind'] [name=message]") == "请马上围挡"
    page.wait_for_selector("form[action$='/steps/remind'] >> text=草稿已存", timeout=10_000)
    assert kept_drafts() == [f"order-{number}"]

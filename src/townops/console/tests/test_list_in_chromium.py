"""The list in a real browser: ticks are counted, digits open views, menus close, coming back finds the row."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_ticks_are_counted_and_a_digit_opens_a_view_but_not_while_typing(desk, number):
    desk.goto("/orders?open=1")
    desk.check("[data-tick-all]")
    assert "已选 1 件" in desk.inner_text("#bulk summary")
    desk.fill("#f-unit", "")
    desk.press("#f-unit", "1")
    assert desk.url.endswith("/orders?open=1")
    desk.goto("/orders?open=1")
    desk.click("h1")
    desk.keyboard.press("1")
    desk.wait_for_url("**sort=due")
    assert desk.locator("#pins [aria-current]").inner_text().startswith("1")


def test_coming_back_from_an_order_finds_its_row_and_the_filter(desk, number):
    desk.goto("/orders")
    desk.select_option("#f-late", "calm")
    desk.wait_for_url("**late=calm**")
    desk.select_option("#f-late", "")
    desk.wait_for_url("**/orders?sort**")
    desk.click(f"text={number}")
    desk.wait_for_url(f"**/orders/{number}")
    desk.go_back()
    desk.wait_for_selector(f".row-last >> text={number}")
    assert desk.locator("#f-late").input_value() == ""


def test_back_shows_the_conditions_that_the_list_stands_under(desk, number):
    desk.goto("/orders")
    desk.select_option("#f-source", "grid")
    desk.wait_for_url("**source=grid**")
    desk.select_option("#f-open", "1")
    desk.wait_for_url("**open=1**")
    desk.go_back()
    desk.wait_for_url("**/orders?source=grid&sort=-received")
    desk.wait_for_function("document.getElementById('f-open').value === ''")
    assert desk.input_value("#f-source") == "grid"


def test_enter_in_a_field_for_many_is_its_own_button_and_a_digit_works_at_home(desk, number):
    desk.goto("/orders?state=reported")
    desk.check("[data-tick]")
    desk.fill("#bulk-merge", "没有的编号")
    desk.press("#bulk-merge", "Enter")
    desk.wait_for_url("**/many/**")
    assert "批量并案" in desk.inner_text("h1")
    desk.goto("/orders?state=reported")
    desk.check("[data-tick]")
    desk.press("#bulk-merge", "Control+Enter")
    desk.wait_for_selector("text=还缺少")
    assert desk.is_checked("[data-tick]")
    assert "state=reported" in desk.url
    desk.goto("/")
    desk.keyboard.press("1")
    desk.wait_for_url("**sort=due")


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(desk, number):
    desk.goto("/orders")
    desk.click("#menu-views summary")
    assert desk.locator("#view-name").is_visible()
    desk.keyboard.press("Escape")
    assert not desk.locator("#view-name").is_visible()
    desk.click("#menu-columns summary")
    desk.click("h1")
    assert not desk.locator("#menu-columns .menu-body").is_visible()


def test_on_a_phone_a_row_is_a_card_with_its_due_time_and_what_to_do_stands_first(desk, number):
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto("/orders")
    row = desk.locator("#rows tbody tr").first
    due = row.locator(".of-due").bounding_box()
    assert row.bounding_box()["y"] < 600
    assert due["x"] + due["width"] <= 390
    assert not desk.locator("#f-state").is_visible()
    desk.click("text=筛选条件")
    assert desk.locator("#f-state").is_visible()
    desk.goto(f"/orders/{number}")
    assert desk.locator(".order .first").bounding_box()["y"] < 500

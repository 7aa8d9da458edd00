"""In a real browser: sign in, find an order in the list, take a step; with script the page is swapped, not left."""

import pytest

from townops.console.tests.browser import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_clerk_signs_in_finds_the_order_and_accepts_it(desk, number):
    desk.select_option("#f-state", "reported")
    desk.wait_for_url("**state=reported**")
    desk.click(f"text={number}")
    desk.click("button:text-is('受理')")
    desk.wait_for_selector("text=已办理：受理")
    assert desk.url.endswith(f"/orders/{number}")
    assert desk.inner_text(".order-head .state").strip() == "待立案"


def test_a_refused_step_stays_on_the_page_with_what_was_typed(desk, number):
    desk.goto(f"/orders/{number}")
    desk.click("summary:text-is('不予受理')")
    desk.fill("form[action$='/refuse'] textarea", "不属受理范围")
    other = desk.context.new_page()
    other.goto(f"/orders/{number}")
    other.click("button:text-is('受理')")
    other.wait_for_selector("text=已办理：受理")
    desk.bring_to_front()
    desk.click("button:text-is('不予受理')")
    desk.wait_for_selector("text=不予受理没有办成")
    assert desk.input_value("form[action$='/refuse'] textarea") == "不属受理范围"


def test_a_wording_chosen_is_written_at_once_and_its_button_is_out_of_the_way(desk, number):
    desk.goto(f"/orders/{number}")
    desk.click("summary:text-is('催办')")
    form = "form[action$='/remind']"
    assert not desk.is_visible(f"{form} button:text-is('填入')")
    desk.select_option(f"{form} select[data-fills]", label="临近到期")
    assert desk.input_value(f"{form} textarea").startswith(f"工单{number}将于")
    desk.locator(f"{form} button:text-is('催办')").scroll_into_view_if_needed()
    desk.click(f"{form} button:text-is('催办')")
    desk.wait_for_selector("text=已办理：催办")
    bar, note = desk.locator(".bar").bounding_box(), desk.locator("#notes .note").bounding_box()
    assert bar["y"] + bar["height"] <= note["y"] < 768  # seen, and not under the bar that stays
    desk.check("#tone-public", force=True)
    assert desk.locator(".past > li:visible").count() == 0
    desk.check("#tone-internal", force=True)
    assert desk.locator(".past > li:visible").count() == 1


def test_pictures_open_over_the_page_and_close_by_key(desk, number):
    desk.goto(f"/orders/{number}")
    desk.click("summary:text-is('补充证据')")
    name, content = picture()
    photo = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    desk.set_input_files("form[action$='/add_evidence'] input[type=file]", [photo, photo])
    desk.click("form[action$='/add_evidence'] button:text-is('补充证据')")
    desk.wait_for_selector("text=已办理：补充证据")
    desk.locator("#o-told [data-gallery] a").first.click()
    assert desk.inner_text(".gallery span").startswith("1 / 2")
    desk.keyboard.press("ArrowRight")
    assert desk.inner_text(".gallery span").startswith("2 / 2")
    desk.keyboard.press("Escape")
    assert desk.locator(".gallery").count() == 0
    assert desk.url.endswith(f"/orders/{number}")


def test_nothing_is_wider_than_the_window_of_an_office_or_a_telephone(desk, number):
    for width in (1366, 390):
        desk.set_viewport_size({"width": width, "height": 768})
        for path in ("/", "/orders?open=1", f"/orders/{number}", "/register", "/notices", "/find?q=井盖"):
            desk.goto(path)
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, (width, path)

"""What every desk does, over the shipped server: keys, live pages, stale forms, many at once, a second factor, no script."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.stories.cases import UNIT, Colleagues, called, dispatched, filed, outer
from tests.stories.conftest import Shoot, Sit
from tests.stories.hands import fill, form_of, number, photo, unfold
from townops.console.tests.browser import PASSWORD

pytestmark = pytest.mark.browser
SOON = 9_000  # a page asks every four seconds; machines of tests are slow


@pytest.fixture
def plain(address: str, browser: Any) -> Callable[[str], Any]:
    """`plain(user)`: a page in a browser that runs no script."""

    def down(user: str) -> Any:
        page = browser.new_context(base_url=address, java_script_enabled=False, locale="zh-CN").new_page()
        page.set_default_timeout(15_000)
        page.goto("/signin")
        page.fill("#username", user)
        page.fill("#password", PASSWORD)
        page.click("button:text-is('登录')")
        return page

    return down


def test_the_keys_of_the_help_do_what_it_says_and_are_silent_in_a_field(sit: Sit, shoot: Shoot) -> None:
    page = sit("shift", "/")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    shoot(page, "keys")
    page.keyboard.press("Escape")
    page.goto("/orders")
    page.keyboard.press("2")
    page.wait_for_selector("[data-pin='2'][aria-current]")
    page.goto("/orders?open=1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    wanted = page.inner_text("#rows td.number a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{wanted}")
    page.keyboard.press("/")
    page.keyboard.type("n1jk?")
    assert page.input_value("#find") == "n1jk?"
    assert not page.is_visible("#keys")


def test_a_step_of_another_appears_on_an_open_page_within_seconds(sit: Sit, colleague: Colleagues) -> None:
    order = called(colleague)
    page = sit("shift", f"/orders/{order}")
    page.wait_for_timeout(1000)
    begun = time.monotonic()
    colleague("hotline").step(order, "受理")
    page.wait_for_selector(".order-head .state:has-text('待立案')", timeout=SOON)
    assert time.monotonic() - begun < SOON / 1000


def test_a_stale_form_is_refused_with_what_changed_and_keeps_what_was_typed(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = dispatched(colleague, filed(colleague, called(colleague)))
    page = sit("shift", f"/orders/{order}")
    form = form_of(page, "remind", "message")
    unfold(form)
    fill(form, "message", "请一小时内签收")
    colleague("unit").step(order, "签收")
    form.locator("button[type=submit]").last.click()
    page.wait_for_selector("[data-refused]")
    said = page.inner_text("[data-refused]")
    assert "没有办成" in said
    assert "签收" in said
    assert form_of(page, "remind", "message").locator("[name=message]").input_value() == "请一小时内签收"
    shoot(page, "order-stale")
    form_of(page, "remind", "message").locator("button[type=submit]").last.click()
    page.wait_for_selector("text=已办理：催办")


def test_many_orders_are_reminded_in_a_queue_that_shows_its_progress_and_can_be_stopped(
    sit: Sit, shoot: Shoot
) -> None:
    page = sit("shift", "/orders")
    page.click("text=批量办理和导出")
    page.check("[name=scope][value=filter]")
    page.fill("[name='remind-message']", "请今天反馈进展")
    page.press("[name='remind-message']", "Enter")
    page.click("#sure button[value=remind]")
    page.wait_for_selector("#progress progress")
    if page.locator("button:text-is('停止')").count():
        shoot(page, "many-running")
        page.click("button:text-is('停止')")
    page.wait_for_selector("text=每件的结果", timeout=60_000)
    counted = page.inner_text("#progress p >> nth=0")
    assert "已办" in counted


def test_a_role_that_asks_for_a_code_signs_in_with_its_telephone(
    sit: Sit, shoot: Shoot, address: str
) -> None:
    role = "应急管理办公室"
    asks_for_a_code(sit, role, "1")
    try:
        bound(sit, shoot)
    finally:
        asks_for_a_code(sit, role, "")
    loses_the_telephone(sit, "emergency")


def asks_for_a_code(sit: Sit, role: str, wanted: str) -> None:
    """The security administrator asks whoever has the role for a second factor, or no longer."""
    page = sit("security", "/roles")
    page.click(f"a:text-is('{role}')")
    page.select_option("#second_factor", wanted)
    page.fill("#note", "试行")
    page.click("button:text-is('试算') >> nth=0")
    page.click("button:text-is('确认发布')")
    page.wait_for_selector("#notes .note")


def loses_the_telephone(sit: Sit, user: str) -> None:
    """The system administrator forgets the telephone, so the password alone opens again."""
    page = sit("sysadmin", f"/people?q={user}")
    page.click("table.rows a")
    page.click("button:text-is('重置动态验证码')")
    page.wait_for_selector("dd:text-is('没有绑定')")


def bound(sit: Sit, shoot: Shoot) -> None:
    """Bind the telephone, sign out, and in again with the next code."""
    page = sit("emergency", "/")
    page.wait_for_selector("#code")
    shoot(page, "second-factor")
    key = page.inner_text(".typed-key").replace(" ", "").strip()
    page.fill("#code", code_of(key, 0))
    page.click("button:text-is('绑定')")
    page.wait_for_selector(".codes")
    page.click("button:has-text('退出')")
    page.fill("#username", "emergency")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    page.fill("#code", code_of(key, 30))  # the next one: each opens once
    page.keyboard.press("Enter")
    page.wait_for_selector("#main")
    assert "待办" in page.inner_text(".rail")


def code_of(key: str, later: int) -> str:
    moment = int(datetime.now(UTC).timestamp()) + later
    return TOTP(base64.b32decode(key), 6, SHA1(), 30).generate(moment).decode()  # noqa: S303


def test_without_script_a_complaint_goes_from_its_registration_to_the_districts_answer(plain: Any) -> None:
    page = plain("hotline")
    page.goto("/register")
    page.fill("#text", "夜里有流动摊贩占道烧烤，油烟影响休息")
    page.fill("#contact_phone", "13800138777")
    page.fill("#external_number", outer())
    page.click("#registration button[type=submit]")
    order = number(page)
    assert order.startswith("2")
    taken(page, "accept")
    taken(page, "file", demand_type="complaint", time_class="5", **{"class": "H-05-02"})
    taken(at(plain, "dispatch", order), "dispatch", unit=UNIT, reason="现场情况更适合该单位")
    page = at(plain, "unit", order)
    taken(page, "acknowledge")
    taken(page, "contact", who="来电人", when="2026-11-25T10:00", result="已联系")
    taken(
        page, "submit", result="已劝离", outcome="solved", evidence=photo(), fact_finding="true",
        demand_finding="reasonable", reply="已劝离，夜间加派巡查。",
    )  # fmt: skip
    taken(at(plain, "unit_head", order), "review_unit")
    taken(at(plain, "assess", order), "review_center")
    taken(at(plain, "check", order), "check", passed="true", method="callback", evidence=photo())
    page = at(plain, "hotline", order)
    taken(page, "reply_up")
    taken(page, "answer_up", kind="closing", granted="true")
    assert "已结案" in page.inner_text(".order-head .state")


def at(plain: Any, user: str, order: str) -> Any:
    page = plain(user)
    page.goto(f"/orders/{order}")
    return page


def taken(page: Any, step: str, **facts: object) -> None:
    """Open what is folded by its summary, as one does by hand; fill in, send."""
    form = form_of(page, step, *facts)
    fold = page.locator("details.step", has=form)
    if fold.count() and not form.is_visible():
        fold.locator("summary").first.click()
    inner = form.locator("details.field > summary")
    if inner.count():
        inner.click()
    for name, value in facts.items():
        one = form.locator(f"[name={name}]").first
        if isinstance(value, dict):
            one.set_input_files(value)
        elif form.locator(f"select[name={name}]").count():
            one.select_option(str(value))
        elif form.locator(f"input[type=radio][name={name}]").count():
            form.locator(f"[name={name}][value='{value}']").check()
        else:
            one.fill(str(value))
    form.locator("button[type=submit]").last.click()
    if "在您填写期间" in page.inner_text(
        "#main"
    ):  # the system classified it meanwhile; what was typed is still there
        form_of(page, step, *facts).locator("button[type=submit]").last.click()
    assert "已办理" in page.inner_text("#notes"), page.inner_text("#main")[:500]

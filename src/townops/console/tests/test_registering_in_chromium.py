"""In a real browser: registering by keyboard alone, drafts that survive, keys that keep quiet, pages that follow others."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from townops.areas import api as areas
from townops.base import tunables
from townops.base.models import Account, Draft
from townops.console.tests.browser import PASSWORD, QUIET
from townops.orders import api as orders
from townops.orders.models import Order
from townops.people import api as people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "13800001234"
Sit = Callable[..., Any]


def aside(work: Callable[..., Any]) -> Callable[..., Any]:
    """The function in a thread of its own: the browser's event loop in this one would keep the database from us."""

    def closed(*given: Any, **named: Any) -> Any:
        try:
            return work(*given, **named)
        finally:
            connections.close_all()

    @wraps(work)
    def outer(*given: Any, **named: Any) -> Any:
        with ThreadPoolExecutor(1) as other:
            return other.submit(closed, *given, **named).result()

    return outer


@aside
def point_in(area: areas.AreaView) -> tuple[float, float]:
    found = areas.point_within(area.id)
    assert found
    return found


@aside
def first_village() -> areas.AreaView:
    return areas.villages(areas.towns()[0].code)[0]


@aside
def kept_drafts() -> list[str]:
    return sorted(Draft.objects.values_list("kind", flat=True))


@aside
def newest() -> Order:
    return Order.objects.latest("id")


@aside
def taken(text: str, user: str = "hotline", **given: Any) -> str:
    """The number of an order a colleague has just taken in."""
    at = timezone.now()
    actor = people.actor_for(Account.objects.get(username=user).pk, at)
    report = orders.IncomingReport(
        source="hotline", text=text, received_at=at - timedelta(minutes=5), **given
    )
    return orders.receive_reports([report], actor=actor, at=at)[0].number


@pytest.fixture
def town(transactional_db: None) -> areas.AreaView:
    """A block of the demo town."""
    from townops.demo.base import build_base

    build_base(at=timezone.now())
    return areas.areas_of(areas.towns()[0].code, "block")[-1]


@pytest.fixture
def sit(town: areas.AreaView, live_server: Any, chromium: str) -> Iterator[Sit]:
    """Sit down at a desk of one's own computer; what a browser complains of ends the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []

    def down(user: str, path: str = "/") -> Any:
        size = {"width": 1366, "height": 768}
        page = browser.new_context(base_url=live_server.url, viewport=size, locale="zh-CN").new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        page.fill("#username", user)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#main")
        return page

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield down
        browser.close()
    assert [one for one in complaints if "status of 4" not in one] == []


def tab_to(page: Any, selector: str, most: int = 12) -> None:
    """Press Tab until what is wanted has the focus."""
    for _ in range(most):
        if page.evaluate("css => document.activeElement.matches(css)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by {most} times Tab")


def test_what_a_class_needs_is_answered_by_keyboard_and_survives_a_closed_tab(sit, town):
    page = sit("grid", "/register")
    page.fill("#text", "北街路口上水井盖缺失，行人有跌落危险")
    page.wait_for_selector("#likely [data-answer]")
    page.focus("#text")
    tab_to(page, "[data-answer]")
    page.keyboard.type("缺失，已放锥桶")
    page.keyboard.press("Tab")
    page.goto("/orders")
    page.goto("/register")
    page.click("text=接着填")
    page.wait_for_selector("#likely [data-answer]")
    assert page.input_value("#likely [data-answer] >> nth=0") == "缺失，已放锥桶"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".order-head")
    assert "缺失，已放锥桶" in page.inner_text("#o-told")


def test_a_clerk_registers_and_merges_by_keyboard_alone_in_under_a_minute(sit, town):
    lng, lat = point_in(town)
    first = taken("小区门口路灯不亮", lng=lng, lat=lat, contact_phone=PHONE)
    page = sit("hotline")
    begun = time.monotonic()
    page.keyboard.press("n")
    page.wait_for_selector("#contact_phone:focus")
    page.keyboard.type(PHONE)
    page.keyboard.press("Tab")
    page.wait_for_selector(f"#callers >> text={first}")
    page.keyboard.type("来电人")
    tab_to(page, "#text")
    page.keyboard.type("门口路灯还是不亮，投诉多次没有人修")
    page.wait_for_selector("#likely [data-put=class_code]")
    page.keyboard.press("Alt+1")
    assert page.input_value("#class_code").startswith("H-")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "address"
    page.keyboard.type(f"{town.name}3号")
    page.keyboard.press("Enter")  # before anything was offered: the first that comes is taken
    page.wait_for_selector(f"#near >> text={first}")
    assert page.input_value("#block").startswith(town.code)
    tab_to(page, "#near [data-put=same_as]")
    page.keyboard.press("Enter")
    assert page.inner_text("#registration button[type=submit]") == "登记并并入"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"text=并入 {first} 一起办理")
    assert time.monotonic() - begun < 60
    child = newest()
    assert (child.state, child.class_code[:2]) == ("merged", "H-")
    page.click("text=回执和答复")
    assert "您的诉求已并入" in page.input_value("#receipt")


def test_the_usual_way_from_caller_to_saved_takes_ten_keys_beside_the_words(sit, town):
    for number in range(3):
        taken(f"门口路灯不亮，第{number}次", contact_phone=PHONE)
    page = sit("hotline")
    keys: list[str] = []

    def press(key: str) -> None:
        keys.append(key)
        page.keyboard.press(key)

    press("n")
    page.wait_for_selector("#contact_phone:focus")
    page.keyboard.type(PHONE)
    press("Enter")
    page.wait_for_selector("#callers [data-put]")
    page.keyboard.type("来电人")
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("门口路灯不亮，请派人来修")
    page.wait_for_selector("#likely [data-put=class_code]")
    press("Alt+1")
    press("Tab")
    page.keyboard.type(f"{town.name}3号")
    page.wait_for_selector("#named-places [data-put]")
    press("Enter")
    assert page.input_value("#block").startswith(town.code)
    press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    assert len(keys) <= 8


def test_whatever_is_offered_is_one_stop_and_the_arrows_go_on_inside(sit, town):
    lng, lat = point_in(town)
    numbers = [taken(f"路灯不亮{one}", lng=lng, lat=lat, contact_phone=PHONE) for one in "甲乙丙"]
    page = sit("hotline", "/register")
    page.fill("#contact_phone", PHONE)
    page.keyboard.press("Tab")
    page.wait_for_selector("#callers [data-put]")
    page.fill("#text", "小区门口路灯不亮，投诉多次")
    page.wait_for_selector("#likely [data-put]")
    page.fill("#address", f"{town.name}3号")
    page.wait_for_selector("#named-places [data-put]")
    page.focus("#address")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.put") == "block"
    page.keyboard.press("Enter")
    page.wait_for_selector("#near [data-put]")
    page.wait_for_selector("#pick-map[data-drawn]")
    page.focus("#contact_name")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.value") in numbers
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    page.focus("#near [data-put]:not([tabindex='-1'])")
    first = page.evaluate("document.activeElement.dataset.value")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.value") not in {first, None}
    page.focus("#block")
    tab_to(page, "#registration button[type=submit]", 6)


def test_a_point_is_set_on_the_map_by_keys_alone(sit, town):
    page = sit("grid", "/register")
    page.wait_for_selector("#pick-map[data-drawn]")
    page.focus("#block")
    tab_to(page, "#pick-map canvas", 2)
    page.wait_for_selector("#pick-map .map-cross:not([hidden])")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('lng').value !== ''")
    assert page.input_value("#crs") == "cgcs2000"


def test_a_village_alone_asks_for_a_click_and_is_open_until_then(sit, town):
    village = first_village()
    page = sit("grid", "/register")
    page.fill("#text", "河边有人乱倒垃圾")
    page.fill("#address", village.name)
    page.wait_for_selector("#near >> text=只知道居村")
    assert page.input_value("#lng") == ""
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#o-told >> text=责任块待核实")
    assert (newest().village_id, newest().block_id) == (village.id, None)


def test_a_draft_survives_the_closed_tab_and_waits_on_another_computer_until_it_is_sent(sit):
    page = sit("hotline", "/register")
    page.fill("#text", "路灯不亮，说到一半")
    page.fill("#contact_phone", PHONE)
    page.wait_for_selector("text=草稿已存", timeout=10_000)
    page.close()
    other = sit("hotline", "/register")
    other.wait_for_selector(".draft-offer")
    other.click("text=接着填")
    assert (other.input_value("#text"), other.input_value("#contact_phone")) == ("路灯不亮，说到一半", PHONE)
    other.keyboard.press("Control+Enter")
    other.wait_for_selector("text=已登记为新工单")
    other.goto("/register")
    other.wait_for_timeout(500)
    assert other.locator(".draft-offer").count() == 0


def test_what_was_typed_a_moment_before_leaving_is_kept_too_and_an_older_draft_beside_it(sit):
    page = sit("hotline", "/register")
    page.fill("#text", "第一件事")
    page.goto("/orders")
    page.goto("/register")
    page.wait_for_selector(".draft-offer >> text=第一件事")
    page.fill("#text", "第二件事")
    page.wait_for_selector("text=草稿已存", timeout=10_000)
    assert len(kept_drafts()) == 2
    page.goto("/register")
    page.wait_for_selector(".draft-offer >> text=第二件事")
    page.wait_for_selector(".draft-offer >> text=第一件事")
    page.click(".draft-offer:has-text('第二件事') >> text=丢弃")
    page.wait_for_timeout(500)
    page.goto("/register")
    page.wait_for_selector(".draft-offer >> text=第一件事")


def test_keys_do_nothing_in_a_field_or_a_composition_and_help_lists_them(sit):
    page = sit("shift", "/orders")
    at = page.url
    page.keyboard.press("/")
    page.wait_for_selector("#find:focus")
    page.keyboard.type("n?jk1/")
    assert (page.input_value("#find"), page.url) == ("n?jk1/", at)
    assert not page.is_visible("#keys")
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', isComposing: true, bubbles: true}))"
    )
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', keyCode: 229, bubbles: true}))"
    )
    assert page.url == at
    page.keyboard.press("?")
    page.wait_for_selector("#keys >> text=登记新工单")
    page.keyboard.press("n")
    assert page.url == at
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/register")


def test_rows_are_walked_by_j_and_k_and_opened_by_enter(sit):
    for number in range(3):
        taken(f"第{number}件")
    page = sit("shift", "/orders")
    rows = [link.inner_text() for link in page.locator(".rows tbody td.number a").all()]
    for key in "jjkj":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{rows[1]}")


def test_a_page_follows_a_colleague_s_step_within_seconds_but_not_while_one_types_in_it(sit):
    page = sit("shift")
    page.wait_for_timeout(1000)
    number = taken("井盖松动")
    page.wait_for_selector(f"#todo >> text={number}", timeout=10_000)
    page.evaluate(
        "document.getElementById('todo').insertAdjacentHTML('afterbegin', '<form><input id=\"typing\"></form>')"
    )
    page.fill("#typing", "正在写")
    later = taken("路面塌陷")
    page.wait_for_timeout(6000)
    assert page.input_value("#typing") == "正在写"
    assert page.locator(f"#todo >> text={later}").count() == 0
    page.fill("#typing", "")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_selector(f"#todo >> text={later}", timeout=10_000)


def test_before_an_idle_desk_is_closed_the_draft_is_saved_and_who_stays_is_asked(sit):
    aside(tunables.set_value)("session.idle_minutes", "20", effective_from=timezone.now() - timedelta(days=1))
    page = sit("hotline")
    page.clock.install()
    page.goto("/register")
    page.fill("#text", "电话里说到一半")
    page.clock.run_for(5000)
    page.wait_for_selector("text=草稿已存")
    page.clock.fast_forward(17 * 60 * 1000)
    page.wait_for_selector("#idle >> text=后将自动退出")
    with page.expect_response("**/live"):
        page.keyboard.press("Enter")
    page.wait_for_selector("#idle", state="hidden")
    page.evaluate("fetch('/healthz')")  # the answer before it was read by now
    page.clock.fast_forward(17 * 60 * 1000)
    page.wait_for_selector("#idle >> text=后将自动退出")
    page.clock.fast_forward(4 * 60 * 1000)
    page.wait_for_selector("#idle >> text=已退出登录")
    assert page.get_attribute("#idle a", "target") == "_blank"
    page.evaluate("localStorage.setItem('townops-active', String(Date.now()))")  # what the other window does
    page.clock.run_for(1500)
    page.wait_for_selector("#idle", state="hidden")
    assert page.input_value("#text") == "电话里说到一半"
    assert len(kept_drafts()) == 1


def test_who_was_signed_out_elsewhere_keeps_his_newest_words_and_sends_them_after_signing_in_again(sit):
    page = sit("hotline", "/register")
    page.fill("#text", "第一句。")
    page.wait_for_selector("text=草稿已存", timeout=10_000)
    other = page.context.new_page()
    other.goto("/orders")
    other.click("text=退出")
    page.fill("#text", "第一句。第二句是最要紧的。")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#idle >> text=已退出登录")
    assert page.input_value("#text") == "第一句。第二句是最要紧的。"
    other.fill("#username", "hotline")
    other.fill("#password", PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_selector("#main")
    page.wait_for_selector("#idle", state="hidden", timeout=10_000)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    assert "第二句是最要紧的" in page.inner_text("#o-told")
    assert kept_drafts() == []


def test_two_registrations_at_once_keep_a_draft_each(sit):
    first = sit("hotline", "/register")
    first.fill("#text", "甲路灯")
    first.wait_for_selector("text=草稿已存", timeout=10_000)
    second = first.context.new_page()
    second.goto("/register")
    second.fill("#text", "乙井盖")
    first.fill("#text", "甲路灯不亮三天")
    first.wait_for_timeout(3000)
    second.keyboard.press("Control+Enter")
    second.wait_for_selector("text=已登记为新工单")
    first.close()
    second.goto("/register")
    second.wait_for_selector(".draft-offer >> text=甲路灯不亮三天")
    assert second.locator(".draft-offer").count() == 1

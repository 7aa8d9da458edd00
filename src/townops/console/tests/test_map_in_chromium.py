"""In a real browser: the map draws its layers, a click on it opens an order, and one key dispatches from the board."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from django.utils import timezone

from townops.console.tests.browser import PASSWORD, QUIET
from townops.kernel import drawn
from townops.orders.tests.conftest import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOFTWARE = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
DRAWN = 60_000  # software drawing on a busy machine


@dataclass(frozen=True)
class Placed:
    """An order that waits for dispatch, and where it is. Asked for before the browser starts."""

    number: str
    lng: float
    lat: float


@pytest.fixture
def order(transactional_db: None) -> Placed:
    from townops.demo.base import build_base

    build_base(at=timezone.now())
    story = Story(timezone.now() - timedelta(minutes=30))
    lng, lat = story.point()
    return Placed(story.filed(lng=lng, lat=lat), lng, lat)


@pytest.fixture
def desk(order: Placed, live_server: Any, chromium: str) -> Iterator[Any]:
    """A page of the dispatcher who just signed in; what the browser complains of ends the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        flags = [one for one in QUIET if one != "--disable-gpu"] + SOFTWARE
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        size = {"width": 1366, "height": 768}
        page = browser.new_context(base_url=live_server.url, viewport=size, locale="zh-CN").new_page()
        page.set_default_timeout(DRAWN)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/orders")
        page.fill("#username", "dispatch")
        page.fill("#password", PASSWORD)
        page.click("text=登录")
        yield page
        browser.close()
    assert complaints == []


def spot(desk: Any, order: Placed) -> tuple[float, float]:
    """Where on the screen the order's place is."""
    script = """([lng, lat]) => { const map = document.querySelector('[data-townmap]').townmap;
        const at = map.project([lng, lat]), box = map.getCanvas().getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }"""
    x, y = desk.evaluate(script, [order.lng, order.lat])
    return x, y


def state(desk: Any, order: Placed) -> str:
    desk.goto(f"/orders/{order.number}")
    return str(desk.inner_text(".order-head .state")).strip()


def test_the_map_draws_areas_and_orders_and_a_click_opens_the_order(desk, order):
    desk.goto("/map?open=1")
    desk.wait_for_selector("[data-drawn]")
    shown = "layer => document.querySelector('[data-townmap]').townmap.queryRenderedFeatures({layers: [layer]}).length"
    assert desk.evaluate(shown, "orders") == 1
    assert desk.evaluate(shown, "village") > 5
    assert "待派遣" in desk.inner_text(".map-legend")
    desk.mouse.click(*spot(desk, order))
    desk.click(".maplibregl-popup >> text=打开工单")
    desk.wait_for_url(f"**/orders/{order.number}")


def test_on_a_phone_tools_legend_and_filters_are_folded_and_a_window_stands_inside_the_screen(desk, order):
    desk.set_viewport_size({"width": 390, "height": 780})
    desk.goto("/map?open=1")
    desk.wait_for_selector("[data-drawn]")
    assert not desk.is_visible(".map-tools [name=q]")
    assert not desk.is_visible("text=测距")
    assert not desk.is_visible(".map-legend")
    desk.click(".fold-label")
    assert desk.is_visible(".map-tools [name=q]")
    desk.click(".fold-label")
    desk.click(".map-more > summary")
    assert desk.is_visible("text=测距")
    desk.click(".map-more > summary")
    side = "([lng, lat]) => document.querySelector('[data-townmap]').townmap.jumpTo({center: [lng - 0.0012, lat], zoom: 16})"
    desk.evaluate(side, [order.lng, order.lat])
    desk.wait_for_timeout(1500)
    desk.mouse.click(*spot(desk, order))
    desk.wait_for_selector(".maplibregl-popup >> text=打开工单")
    desk.wait_for_timeout(1000)
    box = desk.locator(".maplibregl-popup").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_one_key_accepts_the_proposal_of_the_board(desk, order):
    desk.goto("/board")
    desk.wait_for_selector("[data-drawn]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=已派遣 1 件")
    desk.wait_for_selector("text=没有等待派遣的工单")
    assert state(desk, order) == "待签收"


def test_the_queue_loses_what_somebody_else_dispatched_without_being_asked(desk, order):
    desk.goto("/board")
    desk.wait_for_selector("[data-drawn]")
    other = desk.context.new_page()
    other.goto(f"/board?order={order.number}")
    other.click("text=接受建议")
    other.wait_for_selector("text=已派遣 1 件")
    other.close()
    desk.bring_to_front()
    desk.wait_for_selector("text=待派遣 0 件")


def test_a_box_on_the_board_chooses_the_orders_in_it(desk, order):
    desk.goto("/board")
    desk.wait_for_selector("[data-drawn]")
    desk.click("text=框选派遣")
    x, y = spot(desk, order)
    desk.mouse.move(x - 30, y - 30)
    desk.mouse.down()
    desk.mouse.move(x + 30, y + 30, steps=3)
    desk.mouse.up()
    desk.click("text=派遣所选 1 件")
    desk.wait_for_selector("text=已派遣 1 件")
    assert state(desk, order) == "待签收"


def test_map_and_board_fit_the_window_of_an_office_and_of_a_telephone(desk, order):
    for width in (1366, 390):
        desk.set_viewport_size({"width": width, "height": 768})
        for path in ("/map?open=1", "/board"):
            desk.goto(path)
            desk.wait_for_selector("[data-drawn]")
            assert desk.evaluate("document.documentElement.scrollWidth") <= width, (width, path)


def test_a_click_places_a_point_and_fills_the_inputs_of_a_form(desk, order):
    desk.goto("/map?open=1")
    desk.evaluate("""() => {
        document.querySelector("main").innerHTML = `<input id="lng"><input id="lat">
          <div class="townmap" data-townmap="pick" data-lng-input="lng" data-lat-input="lat"></div>`;
        document.addEventListener("townmap:placed", (event) => { window.placed = event.detail; });
        document.dispatchEvent(new Event("htmx:afterSettle")); }""")
    desk.wait_for_selector("[data-drawn]")
    desk.mouse.click(*spot(desk, order))
    placed = desk.evaluate("window.placed")
    assert (placed["lng"], placed["lat"]) == pytest.approx((order.lng, order.lat), abs=0.001)
    assert float(desk.input_value("#lng")) == pytest.approx(placed["lng"], abs=1e-5)


def around(desk: Any, order: Placed) -> list[tuple[float, float]]:
    """The corners of a triangle on the screen with the order inside."""
    x, y = spot(desk, order)
    return [(x - 60, y - 40), (x + 60, y - 40), (x, y + 70)]


def test_an_area_is_drawn_click_by_click_closed_by_a_double_click_and_filters_map_and_list(desk, order):
    desk.goto("/map?open=1")
    desk.wait_for_selector("[data-drawn]")
    desk.click("text=画范围")
    first, second, last = around(desk, order)
    desk.mouse.click(*first)
    desk.mouse.click(*second)
    assert "已有 2 个" in desk.inner_text(".map-said")
    desk.mouse.dblclick(*last)
    desk.wait_for_url("**/map?open=1&drawn=*")
    desk.wait_for_selector("[data-drawn]")
    shown = "".join(desk.inner_text(".map-line").split())
    assert "1件在图上" in shown and "地图上画的范围" in shown
    points = drawn.read_drawn(parse_qs(urlsplit(desk.url).query)["drawn"][0])
    assert len(points) == 3 and shapely.Polygon(points).contains(shapely.Point(order.lng, order.lat))
    desk.click(".toggle >> text=列表")
    desk.wait_for_selector(f"#found >> text={order.number}")
    desk.select_option("#f-state", "filed")
    desk.wait_for_url("**/orders?**drawn=*")
    desk.wait_for_selector(f"#found >> text={order.number}")


def test_without_a_mouse_corners_are_set_in_the_middle_and_escape_gives_up(desk, order):
    desk.goto("/map?open=1")
    desk.wait_for_selector("[data-drawn]")
    desk.focus("text=画范围")
    desk.keyboard.press("Enter")
    desk.click("text=在中心加点")
    desk.keyboard.press("Escape")
    assert desk.is_hidden(".map-drawing") and desk.inner_text(".map-said") == ""
    desk.focus("text=画范围")
    desk.keyboard.press("Enter")
    for arrow in ("", "ArrowRight", "ArrowDown", "ArrowLeft"):
        if arrow:
            desk.focus("canvas.maplibregl-canvas")
            desk.keyboard.press(arrow)
            desk.wait_for_function("() => !document.querySelector('[data-townmap]').townmap.isMoving()")
        desk.focus("text=在中心加点")
        desk.keyboard.press("Enter")
    desk.focus("canvas.maplibregl-canvas")
    desk.keyboard.press("Backspace")
    assert "已有 3 个点" in desk.inner_text(".map-said")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/map?open=1&drawn=*")
    assert len(drawn.read_drawn(parse_qs(urlsplit(desk.url).query)["drawn"][0])) == 3

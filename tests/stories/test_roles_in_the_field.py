"""A small story for each role of the units and the field, in a real browser, as its page of the guide tells it."""

import pytest

from tests.stories.cases import (
    CONDITION,
    Colleagues,
    called,
    dispatched,
    filed,
    filed_by_condition,
    handling,
    patrolled,
    submitted,
)
from tests.stories.conftest import Shoot, Sit
from tests.stories.hands import do, number, photo, state

pytestmark = pytest.mark.browser
WHEN = "2026-11-25T10:00"


def test_a_unit_operator_reveals_the_caller_contacts_him_and_asks_for_more_time(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = dispatched(colleague, filed(colleague, called(colleague)))
    page = sit("unit", f"/orders/{order}")
    do(page, "acknowledge")
    assert "138****8777" in page.inner_text(".left")
    page.click("summary:has-text('查看完整联系方式和原文')")
    page.fill("form:has(#reveal-reason) [name=reason]", "先行联系诉求人")
    page.click("form:has(#reveal-reason) button[type=submit]")
    page.wait_for_selector("text=13800138777")
    shoot(page, "order-contact")
    page = sit("unit", f"/orders/{order}")
    assert "13800138777" not in page.inner_text("#main")
    do(page, "contact", who="来电人", when=WHEN, result="已联系，诉求人希望夜间不再占道")
    do(page, "report_interim", report="已到场劝离，夜间再查")
    assert "中途汇报" in page.inner_text(".centre")


def test_a_unit_head_reviews_what_his_operator_hands_in_and_may_send_it_back(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed(colleague, called(colleague))
    submitted(colleague, handling(colleague, dispatched(colleague, order)))
    page = sit("unit_head", "/")
    page.click("#main a:has-text('待单位审核')")
    page.wait_for_selector("#rows")
    assert order in page.inner_text("#rows")
    page = sit("unit_head", f"/orders/{order}")
    shoot(page, "order-unit-review")
    do(page, "send_back", reason="照片看不出是同一地点")
    assert state(page) == "返工"
    submitted(colleague, order)
    page = sit("unit_head", f"/orders/{order}")
    do(page, "review_unit", opinion="同意")
    assert state(page) == "待中心审核"


def test_a_patroller_verifies_what_the_center_asks_and_handles_on_the_spot(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    asked = patrolled(colleague, "占道堆物", source="video", user="video")
    colleague("video").step(asked, "发核实", question="是否占道")
    page = sit("patrol", "/")
    page.click("#main a:has-text('待核实')")
    page.wait_for_selector("#rows")
    page = sit("patrol", f"/orders/{asked}")
    do(page, "answer_verification", confirmed="true", note="确实占道", evidence=photo())
    assert state(page) == "待受理"
    page = sit("patrol", "/register")
    page.fill("#text", "弄堂口一盏路灯不亮")
    page.set_input_files("[name=attachments]", photo())
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    shoot(page, "order-on-spot")
    do(page, "handle_on_spot", result="已更换灯泡", evidence=photo(), condition=CONDITION)
    assert state(page) == "待中心审核"


def test_the_station_registers_what_it_sees_and_leaves_it_to_the_center(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    page = sit("station", "/register")
    page.fill("#text", "出租房楼道堆放电瓶车，影响疏散")
    page.set_input_files("[name=attachments]", photo())
    shoot(page, "register-station")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    assert state(page) == "待受理"
    order = number(page)
    filed_by_condition(colleague, order)
    assert order in colleague("dispatch").open("/orders?state=filed").html


def test_the_village_secretary_reviews_what_her_village_hands_in(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    page = sit("village", "/")
    shoot(page, "home-village")
    for label in ("待核实", "待签收", "处置中", "待单位审核"):
        assert label in page.inner_text("#main")
    page = sit("village", "/orders?open=1")
    page.click("#rows td.number a >> nth=0")
    page.wait_for_selector(".order-head")
    assert page.locator(".right .first").is_visible()


def test_a_resident_reports_sees_the_way_of_his_report_and_nothing_of_others(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    page = sit("resident", "/")
    page.keyboard.press("n")
    page.wait_for_selector("#text")
    page.fill("#contact_phone", "13900139000")
    page.fill("#contact_name", "住户")
    page.fill("#text", "楼下路灯三天不亮，晚上看不清台阶")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/mine*")
    shoot(page, "mine")
    row = page.locator("tbody tr", has_text="楼下路灯三天不亮").first
    assert "待受理" in row.inner_text()
    order = row.locator("a").first.inner_text().strip()
    colleague("hotline").step(order, "受理")
    page = sit("resident", "/mine")
    assert "待立案" in page.locator("tbody tr", has_text=order).inner_text()
    page.click(f"a:has-text('{order}')")
    assert "路灯" in page.inner_text("#main")
    other = called(colleague)
    assert page.goto(f"/mine/{other}").status in {403, 404}

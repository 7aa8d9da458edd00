"""A small story for each role of the operation center, in a real browser, as its page of the guide tells it."""

import re

import pytest

from tests.stories.cases import (
    CONDITION,
    LAMP,
    Colleagues,
    called,
    dispatched,
    filed,
    filed_by_condition,
    handling,
    outer,
    patrolled,
    reviewed,
    submitted,
)
from tests.stories.conftest import Shoot, Sit
from tests.stories.hands import do, number, photo, state
from townops.console.tests.browser import picture

pytestmark = pytest.mark.browser


def test_a_hotline_clerk_answers_a_question_at_once_and_the_center_signs_it(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = called(colleague, "请问居住证在哪里办理，要带什么材料", demand_type="consult")
    page = sit("hotline", f"/orders/{order}")
    do(
        page, "quick_reply", reply="请带身份证和租房合同到镇社区事务受理中心办理。", who="来电人",
        fact_finding="true", demand_finding="reasonable", **{"class": "H-14-02"},
    )  # fmt: skip
    assert state(page) == "待中心审核"
    shoot(page, "order-answered")
    signed = sit("assess", f"/orders/{order}")
    do(signed, "review_center", opinion="答复清楚")
    assert state(signed) == "待上级结案"


def test_a_hotline_clerk_sends_up_what_waits_with_its_receipt(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = called(colleague, "公交站牌被撞歪，站名看不清")
    colleague("hotline").step(order, "受理")
    colleague("hotline").step(order, "向上申请", kind="return", reason="站牌由公交企业管理，不属本镇")
    page = sit("hotline", "/upward")
    shoot(page, "upward")
    card = page.locator(f"form.sendup:has(a:text-is('{order}'))")
    assert "站牌由公交企业管理" in card.locator("textarea").input_value()
    card.locator("button:text-is('复制内容')").click()
    page.wait_for_selector("form.sendup >> text=已复制")
    card.locator("[name=receipt]").fill("QJ-7")
    card.locator("button:text-is('已报送')").click()
    page.wait_for_selector("text=已记下")
    row = page.locator(f"tr:has(a:text-is('{order}'))")
    assert "QJ-7" in row.inner_text()


def test_a_grid_clerk_registers_files_by_a_condition_and_closes_what_was_checked(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    page = sit("grid", "/")
    page.keyboard.press("n")
    page.wait_for_selector("#text")
    page.fill("#text", LAMP)
    page.set_input_files("[name=attachments]", photo())
    page.fill("#external_number", outer())
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    order = number(page)
    do(page, "accept")
    assert state(page) == "待立案"
    do(page, "file", condition=CONDITION)
    assert state(page) == "待派遣"
    reviewed(colleague, submitted(colleague, handling(colleague, dispatched(colleague, order))))
    colleague("check").step(order, "核查", passed="true", method="site", evidence=picture())
    page = sit("grid", f"/orders/{order}")
    shoot(page, "order-closing")
    do(page, "close", outcome="solved")
    assert state(page) == "已结案"


def test_a_video_watcher_registers_has_it_verified_and_files_it(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    page = sit("video", "/register")
    page.fill("#text", "高桥北街探头：占道堆放建筑垃圾")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    order = number(page)
    assert (
        "须先核实" in page.inner_text("#main").replace("\n", "")
        or page.locator("summary:text-is('受理')").count() == 0
    )
    do(page, "request_verification", question="是否占道，是否有人看管")
    assert state(page) == "核实中"
    shoot(page, "order-verifying")
    colleague("patrol").step(order, "回复核实", confirmed="true", note="属实", evidence=picture())
    page = sit("video", f"/orders/{order}")
    do(page, "accept")
    assert state(page) == "待立案"


def test_the_shift_chief_takes_in_dispatches_what_came_back_and_reopens(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = dispatched(colleague, filed(colleague, called(colleague)))
    colleague("unit").step(order, "退单", reason="占道点在小区红线内，不属本单位", cited_rule="权责清单第3条")
    page = sit("shift", "/")
    page.click("#todo a:has-text('退单待改派')")
    page.wait_for_selector("#rows")
    assert order in page.inner_text("#rows")
    page = sit("shift", f"/orders/{order}")
    assert "占道点在小区红线内" in page.inner_text(".centre")
    shoot(page, "order-returned")
    do(page, "dispatch", unit="平安办", reason="现场情况更适合该单位")
    assert state(page) == "待签收"
    do(page, "remind", message="请今天签收")
    assert "催办" in page.inner_text(".order-head")


def test_the_checker_goes_to_see_and_sends_back_what_is_not_done(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed_by_condition(colleague, patrolled(colleague))
    reviewed(colleague, submitted(colleague, handling(colleague, dispatched(colleague, order))))
    page = sit("check", f"/orders/{order}")
    shoot(page, "order-checking")
    do(page, "check", passed="false", method="site", evidence=photo())
    assert state(page) == "待核查"
    do(page, "send_back", reason="夜里去看，路灯仍然不亮")
    assert state(page) == "返工"


def test_the_assessor_reviews_supervises_and_finds_the_appeals_at_home(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed(colleague, called(colleague))
    submitted(colleague, handling(colleague, dispatched(colleague, order)))
    colleague("unit_head").step(order, "单位审核")
    page = sit("assess", "/")
    assert "申诉待审" in page.inner_text("#main")
    page.click("#main a:has-text('待中心审核')")
    page.wait_for_selector("#rows")
    page = sit("assess", f"/orders/{order}")
    shoot(page, "order-reviewing")
    do(page, "review_center", opinion="答复针对诉求")
    assert state(page) == "待核查"
    do(page, "supervise", message="列入本周督办")
    assert "督办" in page.inner_text(".order-head")


def test_a_dispatcher_draws_a_box_on_the_map_and_dispatches_what_lies_in_it(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    filed(colleague, called(colleague, lng="121.57", lat="31.35"))
    page = sit("dispatch", "/board")
    page.wait_for_selector(".townmap[data-drawn]")
    page.click("button:text-is('框选派遣')")
    box = page.locator(".townmap canvas").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 40, steps=5)
    page.mouse.up()
    button = page.locator("#many .board-head button")
    page.wait_for_selector("#many .board-head button:has-text('件')")
    count = int(re.findall(r"\d+", button.inner_text())[0])
    assert count > 0
    shoot(page, "board-box")
    button.click()
    page.wait_for_selector("#queue .note")
    said = page.inner_text("#queue .note")
    assert sum(int(one) for one in re.findall(r"(?:已派遣|没有办成) (\d+) 件", said)) == count

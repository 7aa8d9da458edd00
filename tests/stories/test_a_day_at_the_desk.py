"""A day at the desk, a test a role: one complaint by telephone goes through every hand, in a real browser over the demo town."""

import re
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stories.conftest import Shoot, Sit
from tests.stories.hands import do, fill, form_of, number, photo, state, unfold

pytestmark = pytest.mark.browser
UNIT = "综合行政执法队（城管中队）"
OTHER = "平安办"
PHONE = "13800138777"
ADDRESS = "和祥佳园"


@dataclass
class World:
    """What the tests of this module hand on to each other: the complaint."""

    order: str = ""


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def opened(sit: Sit, user: str, order: str) -> Any:
    assert order, "the test before this one did not get there"
    return sit(user, f"/orders/{order}")


def place(page: Any) -> None:
    page.fill("#address", f"{ADDRESS}3号")
    page.wait_for_selector("#named-places [data-value]")
    page.click("#named-places [data-value] >> nth=0")


def test_a_hotline_clerk_registers_accepts_files_and_merges_the_second_call(
    sit: Sit, shoot: Shoot, world: World
) -> None:
    page = sit("hotline", "/register")
    page.fill("#contact_phone", PHONE)
    page.fill("#contact_name", "来电人")
    page.fill("#text", "和祥佳园门口夜里有流动摊贩占道烧烤，油烟和噪声影响休息，多次反映没有解决")
    page.wait_for_selector("#likely [data-put=class_code]")
    page.click("#likely [data-put=class_code] >> nth=0")
    place(page)
    page.fill("#external_number", f"ST-{time.time_ns()}")
    page.wait_for_selector("#pick-map[data-drawn]")
    shoot(page, "register")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=已登记为新工单")
    world.order = number(page)
    do(page, "accept")
    form = form_of(page, "file", "time_class")
    unfold(form)
    fill(form, "demand_type", "complaint")
    if not form.locator("[name=class]").input_value():
        fill(form, "class", "H-05-02")
    do(page, "file", time_class="5")
    assert state(page) == "待派遣"

    again = sit("hotline", "/register")
    again.fill("#contact_phone", PHONE)
    again.keyboard.press("Tab")
    again.wait_for_selector(f"#callers >> text={world.order}")
    again.fill("#text", "刚才打过电话，和祥佳园门口的烧烤摊又来了")
    place(again)
    again.wait_for_selector(f"#near >> text={world.order}")
    shoot(again, "register-same-thing")
    again.click(f"#near li[data-number='{world.order}'] [data-put=same_as]")
    again.keyboard.press("Control+Enter")
    again.wait_for_selector(f"text=并入 {world.order} 一起办理")


def test_a_dispatcher_takes_proposals_by_one_key_and_many_at_once(
    sit: Sit, shoot: Shoot, world: World
) -> None:
    page = sit("dispatch", "/board")
    page.wait_for_selector(".townmap[data-drawn]")
    shoot(page, "board")
    waiting = page.locator(".queue li").count()
    assert waiting > 0
    if page.locator("#accept [name=sure]").count():  # asked upward and not answered: it asks again
        page.check("#accept [name=sure]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已派遣")
    page = opened(sit, "dispatch", world.order)
    do(page, "dispatch", unit=UNIT, reason="现场情况更适合该单位")
    assert state(page) == "待签收"
    page = sit("dispatch", "/orders?state=filed")
    if page.locator("[data-tick]").count():
        page.click("text=批量办理和导出")
        page.check("[data-tick-all]")
        page.click("button:text-is('派遣')")
        page.wait_for_selector("text=每件的结果")
        shoot(page, "many")


def test_a_unit_operator_acknowledges_contacts_the_caller_and_returns(
    sit: Sit, shoot: Shoot, world: World
) -> None:
    page = sit("unit", "/")
    shoot(page, "home-unit")
    page = opened(sit, "unit", world.order)
    shoot(page, "order-acknowledging")
    do(page, "acknowledge")
    do(page, "contact", who="来电人", when="2026-11-25T10:00", result="已联系，诉求人希望夜间不再占道")
    shoot(page, "order-handling")
    do(page, "return", reason="占道点在小区红线内，不属本单位", cited_rule="权责清单第3条")
    assert state(page) == "退单待改派"


def test_the_deputy_director_designates_after_the_second_return(sit: Sit, shoot: Shoot, world: World) -> None:
    page = opened(sit, "shift", world.order)
    do(page, "dispatch", unit=OTHER, reason="现场情况更适合该单位")
    page = opened(sit, "u_pingan", world.order)
    do(page, "acknowledge")
    do(page, "contact", who="来电人", when="2026-11-25T10:30", result="已联系")
    do(page, "return", reason="同样不属本单位", cited_rule="权责清单第5条")
    page = opened(sit, "deputy", world.order)
    shoot(page, "order-disputed")
    do(page, "designate", unit=UNIT, reason="占用的是公共通道，按权责清单由城管中队办理")
    page = opened(sit, "unit", world.order)
    assert "先办后议" in page.inner_text("#main")
    do(page, "acknowledge")


def handled(sit: Sit, order: str, result: str) -> None:
    """Submitted by the unit, reviewed by its head and by the center."""
    page = opened(sit, "unit", order)
    do(
        page, "submit", result=result, outcome="solved", evidence=photo(), fact_finding="true", demand_finding="reasonable",
        reply="您反映的占道烧烤已劝离，夜间加派巡查。",
    )  # fmt: skip
    do(opened(sit, "unit_head", order), "review_unit", opinion="同意")
    do(opened(sit, "assess", order), "review_center", opinion="答复针对诉求")


def test_the_unit_submits_head_and_center_review_and_a_failed_check_is_reworked(
    sit: Sit, shoot: Shoot, world: World
) -> None:
    handled(sit, world.order, "已劝离摊贩，安排夜间巡查")
    page = opened(sit, "check", world.order)
    do(page, "check", passed="false", method="callback", evidence=photo())
    do(page, "send_back", reason="回访诉求人，夜间仍有占道")
    assert state(page) == "返工"
    handled(sit, world.order, "已连续三晚巡查，摊贩未再出现")
    page = opened(sit, "check", world.order)
    do(page, "check", passed="true", method="callback", evidence=photo())
    shoot(page, "order-checked")


def test_the_reply_goes_up_the_district_closes_and_a_reopened_order_is_signed_a_level_higher(
    sit: Sit, shoot: Shoot, world: World
) -> None:
    page = opened(sit, "hotline", world.order)
    do(page, "reply_up")
    do(page, "receipt_up", receipt="QJ-20261125-1")
    do(page, "answer_up", kind="closing", granted="true")
    assert state(page) == "已结案"
    page = opened(sit, "shift", world.order)
    do(page, "reopen", reason="诉求人回访不满意，夜间又有摊贩")
    do(page, "dispatch", unit=UNIT, reason="现场情况更适合该单位")
    assert "重办" in page.inner_text(".order-head")
    page = opened(sit, "unit", world.order)
    do(page, "acknowledge")
    do(page, "contact", who="来电人", when="2026-11-25T11:00", result="已联系，说明再次处置安排")
    do(
        page, "submit", result="已取缔并立案", outcome="solved", evidence=photo(), fact_finding="true",
        demand_finding="reasonable", reply="已依法取缔并立案查处。",
    )  # fmt: skip
    do(opened(sit, "unit_head", world.order), "review_unit", opinion="同意")
    page = opened(sit, "assess", world.order)
    do(page, "review_center", opinion="答复针对诉求")
    assert state(page) == "待中心审核"
    page = opened(sit, "leader", world.order)
    do(page, "review_center", opinion="同意报区")
    assert state(page) == "待核查"


def test_the_shift_chief_watches_what_is_overdue_and_follows_it_to_the_map(sit: Sit, shoot: Shoot) -> None:
    page = sit("shift", "/")
    shoot(page, "home")
    page.goto("/orders")
    page.click("[data-pin] >> text=超期")
    page.wait_for_selector(".due-late")
    shoot(page, "orders")
    page.click(".views >> text=地图") if page.locator(".views >> text=地图").count() else page.click(
        "a:text-is('地图') >> nth=-1"
    )
    page.wait_for_selector(".townmap[data-drawn]")
    assert re.search(r"late|overdue", page.url)
    shoot(page, "map")


def test_a_leader_reminds_and_supervises(sit: Sit, shoot: Shoot) -> None:
    page = sit("leader", "/orders?late=overdue&open=1")
    page.click("#rows td.number a >> nth=0")
    page.wait_for_selector(".order-head")
    do(page, "remind", message="请今天反馈办理进展")
    do(page, "supervise", message="限三日内办结并报告")
    assert "督办" in page.inner_text(".order-head")
    shoot(page, "order-supervised")

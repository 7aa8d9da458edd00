"""A small story for each leader and administrator, in a real browser, as its page of the guide tells it."""

import pytest

from tests.stories.cases import (
    OTHER,
    UNIT,
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
from tests.stories.hands import do, state

pytestmark = pytest.mark.browser
ROUNDS = ((UNIT, "unit"), (OTHER, "u_pingan"), ("城建中心（房办）", "u_chengjian"), (UNIT, "unit"))
NAMERS = (("deputy", "指定"), ("rota_leader", "裁定"))  # after two returns, after three


def returned(colleague: Colleagues, times: int) -> str:
    """An order whose units gave it back so often; after the second return the deputy said who."""
    order = filed_by_condition(colleague, patrolled(colleague))
    for round_, (unit, user) in enumerate(ROUNDS[:times]):
        if round_ < 2:
            dispatched(colleague, order, unit)
        else:
            user_above, label = NAMERS[round_ - 2]
            colleague(user_above).step(order, label, unit=unit, reason="按权责清单")
        colleague(user).step(order, "退单", reason="不属本单位职责", cited_rule="权责清单第3条")
    return order


def test_the_deputy_confirms_a_refusal_and_designates_after_two_returns(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    refused = patrolled(colleague, "邻居家的猫叫声大", source="ejiayuan")
    colleague("grid").step(refused, "不予受理", reason="属邻里自行协商事项")
    page = sit("deputy", f"/orders/{refused}")
    shoot(page, "order-refusal")
    do(page, "confirm_refusal", agree="true")
    assert state(page) == "不予受理"
    page = sit("deputy", f"/orders/{returned(colleague, 2)}")
    assert "权责清单第3条" in page.inner_text(".centre")
    do(page, "designate", unit=UNIT, reason="按权责清单由城管中队办理")
    assert state(page) == "待签收"


def test_the_leader_on_rota_decides_a_dispute_after_three_returns(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = returned(colleague, 3)
    page = sit("rota_leader", "/")
    page.click("#main a:has-text('争议待裁定')")
    page.wait_for_selector("#rows")
    page = sit("rota_leader", f"/orders/{order}")
    shoot(page, "order-deciding")
    do(page, "decide_dispute", unit=UNIT, reason="公共设施，由城管中队办理")
    assert state(page) == "待签收"
    assert "先办后议" in colleague("unit").open(f"/orders/{order}").page.text


def test_a_leader_grants_an_extension_and_signs_what_was_raised(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed_by_condition(colleague, patrolled(colleague))
    handling(colleague, dispatched(colleague, order))
    colleague("unit").step(order, "申请延期", reason="配件要订货")
    page = sit("leader", f"/orders/{order}")
    shoot(page, "order-extension")
    do(page, "decide_extension", granted="true")
    assert "已批准" in page.inner_text("#main") or "审批延期" in page.inner_text(".centre")
    do(page, "raise_level", reason="群众多次反映")
    submitted(colleague, order)
    colleague("unit_head").step(order, "单位审核")
    colleague("assess").step(order, "中心审核")
    page = sit("leader", f"/orders/{order}")
    assert page.locator(".first form button:text-is('签批')").is_visible()
    shoot(page, "order-signing")
    do(page, "review_center", opinion="同意")
    assert state(page) == "待核查"
    assert "签批" in page.inner_text(".centre")


def test_a_director_settles_a_dispute_fills_a_vacant_post_and_looks_at_a_person(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = returned(colleague, 2)
    page = sit("director", "/session")
    assert order in page.inner_text("#main")
    shoot(page, "session-deputy")
    page.click(f".dispute:has-text('{order}') >> text=打开工单来定")
    do(page, "designate", unit=UNIT, reason="按权责清单，由该单位办理")
    assert "已指定" in page.inner_text("#main") or "待签收" in page.inner_text(".order-head")
    page.goto("/posts?q=队伍管理")
    page.click("text=任免、代理、修改")
    page.fill("#e-note", "退休")
    page.click("button:text-is('试算结束')")
    page.click("button:text-is('确认结束')")
    page.wait_for_selector("text=任职的结束已定下")
    page.goto("/posts?vacant=1")
    page.click("text=任免、代理、修改")
    page.fill("#p-person", "check")
    page.fill("#p-note", "接任")
    page.click("button:text-is('试算任命')")
    page.wait_for_selector("button:text-is('确认任命')")
    shoot(page, "director-post")
    page.click("button:text-is('确认任命')")
    page.wait_for_selector("text=已任命")
    page.goto("/people?q=grid")
    page.click("tbody a >> nth=0")
    page.wait_for_selector("h2:has-text('手上的工作')")
    assert page.locator("button:text-is('重置密码')").count() == 0
    shoot(page, "director-person")


def test_the_main_leader_finds_the_session_and_supervises(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = returned(colleague, 4)
    page = sit("main_leader", "/session")
    shoot(page, "session")
    assert order in page.inner_text("#main")
    page = sit("main_leader", "/orders?late=overdue&open=1")
    page.click("#rows td.number a >> nth=0")
    page.wait_for_selector(".order-head")
    do(page, "supervise", message="三日内办结并报告")
    assert "督办" in page.inner_text(".order-head")


def test_the_emergency_office_ties_an_order_to_an_incident(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed(colleague, called(colleague, "河边护栏倒塌，有人险些落水"))
    page = sit("emergency", f"/orders/{order}")
    do(page, "link_incident", incident="护栏倒塌 2026-11")
    assert "突发事件" in page.inner_text(".order-head")
    shoot(page, "order-incident")


def test_an_auditor_reads_the_whole_way_of_an_order_and_can_do_nothing(
    sit: Sit, shoot: Shoot, colleague: Colleagues
) -> None:
    order = filed(colleague, called(colleague))
    page = sit("auditor", "/")
    page.keyboard.press("/")
    page.keyboard.type(order)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{order}")
    for word in ("受理", "立案"):
        assert word in page.inner_text(".centre")
    assert "您现在没有可以办的步骤" in page.inner_text(".right")
    assert page.locator("form[action*='/steps/']").count() == 0
    shoot(page, "order-audited")


def test_the_administrators_each_find_their_own_work_and_no_orders(sit: Sit, shoot: Shoot) -> None:
    page = sit("sysadmin", "/people")
    shoot(page, "people")
    page.click("text=新增人员")
    page.fill("#n-name", "新来的")
    page.fill("#n-user", "newcomer")
    page.click("button:text-is('新增')")
    page.wait_for_selector("text=一次性密码")
    page.click("text=任命到岗位")
    page.fill("#q", "系统建设")
    page.click("button:text-is('筛选')")
    page.click("a:text-is('任命到这里')")
    page.fill("#p-note", "新到岗")
    page.click("button:text-is('试算任命')")
    page.wait_for_selector("button:text-is('确认任命')")
    shoot(page, "post-trial")
    page.click("button:text-is('确认任命')")
    page.wait_for_selector("text=已任命新来的")
    page.click("a:text-is('新来的')")
    page.wait_for_selector("h2:text-is('任职')")
    shoot(page, "person")
    page = sit("security", "/roles")
    shoot(page, "roles")
    page.click("a:text-is('核查员')")
    page.check("[value='orders.remind']")
    page.fill("#note", "核查时可以催办")
    page.click("button:text-is('试算') >> nth=0")
    page.wait_for_selector("button:text-is('确认发布')")
    assert "谁的权限会变" in page.inner_text("#main")
    shoot(page, "role-trial")
    page = sit("auditadmin", "/")
    assert "verify-journal" in page.inner_text("#main")
    for user in ("sysadmin", "security", "auditadmin"):
        assert sit(user, "/").locator(".rail a[href='/orders']").count() == 0

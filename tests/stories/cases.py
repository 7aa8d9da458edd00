"""Orders brought to where a story begins, by colleagues elsewhere in the town."""

import time
from collections.abc import Callable
from itertools import count

from tests.stories.colleague import Colleague
from townops.console.tests.browser import picture

Colleagues = Callable[[str], Colleague]
UNIT, UNIT_CODE = "综合行政执法队（城管中队）", "chengguan"
OTHER = "平安办"
STALL = "夜里有流动摊贩占道烧烤，油烟和噪声影响休息"
LAMP = "小区门口一盏路灯不亮，夜间看不清台阶"
CONDITION = "C-01-37.2"
running = count(1)


def outer() -> str:
    """A number of the district that no other order has."""
    return f"ST-{time.time_ns()}-{next(running)}"


def called(colleague: Colleagues, text: str = STALL, **more: str) -> str:
    """A call to the hotline, just registered."""
    clerk = colleague("hotline").open("/register")
    clerk.send("登记", source="hotline", text=text, external_number=outer(), contact_phone="13800138777",
               contact_name="来电人", **more)  # fmt: skip
    return clerk.number


def patrolled(colleague: Colleagues, text: str = LAMP, source: str = "grid", user: str = "grid") -> str:
    """Something a clerk of the grid saw and registered."""
    clerk = colleague(user).open("/register")
    clerk.send("登记", source=source, text=f"{text}（{next(running)}）")
    return clerk.number


def filed(colleague: Colleagues, number: str) -> str:
    """A call that was accepted and filed."""
    colleague("hotline").step(number, "受理")
    colleague("hotline").step(number, "立案", demand_type="complaint", **{"class": "H-05-02"}, time_class="5")
    return number


def filed_by_condition(colleague: Colleagues, number: str) -> str:
    colleague("grid").step(number, "受理")
    colleague("grid").step(number, "立案", condition=CONDITION)
    return number


def dispatched(colleague: Colleagues, number: str, unit: str = UNIT) -> str:
    colleague("dispatch").step(number, "派遣", unit=unit, reason="现场情况更适合该单位")
    return number


def handling(colleague: Colleagues, number: str, user: str = "unit") -> str:
    """Acknowledged, and the caller spoken to where the source asks for it."""
    unit = colleague(user).step(number, "签收")
    if unit.page.offers("先行联系"):
        unit.step(number, "先行联系", who="来电人", when="2026-11-25T10:00", result="已联系")
    return number


def submitted(colleague: Colleagues, number: str, user: str = "unit") -> str:
    unit = colleague(user).open(f"/orders/{number}")
    triple = "fact_finding" in unit.page.form("提交办理结果").options
    found = (
        {"fact_finding": "true", "demand_finding": "reasonable", "reply": "已劝离并加派巡查。"}
        if triple
        else {}
    )
    unit.step(
        number,
        "提交办理结果",
        result="已到场处置，现场恢复正常",
        outcome="solved",
        evidence=picture(),
        **found,
    )
    return number


def reviewed(colleague: Colleagues, number: str) -> str:
    colleague("unit_head").step(number, "单位审核")
    colleague("assess").step(number, "中心审核")
    return number

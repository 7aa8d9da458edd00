"""What people of the demo town do with an order until a unit has it: report, verification, filing, dispatch, disputes."""

from collections.abc import Callable
from typing import Any

from townops.demo import words
from townops.demo.telling import Move, Scene, accounts
from townops.orders.api import Filing, State, Verify
from townops.people import api as people

S = State
OTHERS = ("chengguan", "chengjian", "shefa", "pingan", "shichang")


def clerk(scene: Scene) -> str:
    source = scene.order.source
    return {"hotline": "hotline", "video": "video", "sensor": "video", "resident": "hotline"}.get(
        source, "grid"
    )


def _reported(scene: Scene) -> Move:
    options, progress, told = scene.flow.options, scene.order.progress, scene.told
    if told.parent:
        facts = {"parent": told.parent, "note": "与主单反映同一事项"}
        return Move(clerk(scene), "merge", facts, scene.minutes(6))
    if _wants_verification(scene) and not progress.verified and told.seen < 2:
        told.seen += 1
        question = {"question": "请到现场核实情况"}
        return Move(clerk(scene), "request_verification", question, scene.minutes(12))
    if spot := _on_the_spot(scene):
        return spot
    refused = told.stuck in {S.REFUSAL_REVIEW, S.NOT_ACCEPTED} or scene.happens(0.03)
    if refused and options.refusal != "none":
        return Move(clerk(scene), "refuse", {"reason": "不属于城市运行管理受理范围"}, scene.minutes(20))
    return Move(clerk(scene), "accept", {}, scene.minutes(10))


def _wants_verification(scene: Scene) -> bool:
    if scene.flow.options.verify is Verify.REQUIRED or scene.told.stuck is S.VERIFYING:
        return scene.flow.options.verify is not Verify.NONE
    return scene.flow.options.verify is Verify.OPTIONAL and scene.happens(0.06)


def _on_the_spot(scene: Scene) -> Move | None:
    """A patroller puts right at once what needs no enforcement power."""
    row, told = scene.told.matter.condition, scene.told
    able = scene.order.source == "patrol" and row is not None and not row.needs_power
    if not able or told.sure or told.seen or scene.rng.random() >= 0.4:
        return None
    told.seen += 1
    facts = {
        "result": "现场已处置，恢复原状",
        "evidence": [told.evidence],
        "condition": row.id if row else None,
    }
    return Move("patrol", "handle_on_spot", facts, scene.minutes(15))


def _verifying(scene: Scene) -> Move:
    facts = {"confirmed": True, "note": "现场核实属实", "evidence": [scene.told.evidence]}
    return Move("patrol", "answer_verification", facts, scene.minutes(35))


def _refusal(scene: Scene) -> Move:
    return Move("shift", "confirm_refusal", {"agree": scene.granted(0.8)}, scene.minutes(30))


def _accepted(scene: Scene) -> Move:
    told = scene.told
    facts: dict[str, Any] = {"conduct_of": told.conduct_of} if told.conduct_of else {}
    if scene.flow.options.filing is Filing.TRIPLE:
        about = told.matter
        facts |= {"demand_type": about.demand, "class": about.class_code, "time_class": about.time_class}
        return Move(clerk(scene), "file", facts, scene.minutes(8))
    row = told.matter.condition
    refused = told.stuck is S.NOT_FILED or scene.happens(0.03)
    if refused and scene.flow.options.refusal != "none":
        return Move(clerk(scene), "refuse_filing", {"reason": "未达到立案条件"}, scene.minutes(15))
    facts["condition"] = row.id if row else None
    return Move(clerk(scene), "file", facts, scene.minutes(8))


def _filed(scene: Scene) -> Move:
    if "return" in scene.order.progress.asked:
        facts = {"kind": "return", "granted": False, "reason": "属本镇职责，请继续办理"}
        return Move("hotline", "answer_up", facts, scene.minutes(200))
    if scene.told.stuck is S.TRANSFERRED or scene.happens(0.02):
        return Move("dispatch", "transfer", {"to": "区级主管部门", "reason": "属区级权限"}, scene.minutes(30))
    beside = ["pingan"] if scene.told.joint else []
    return Move("dispatch", "dispatch", {"assisting": beside}, scene.minutes(10))


def _acknowledging(scene: Scene) -> Move:
    operator, _ = accounts(scene.order.main, scene.order.responsible.unit)
    if scene.order.progress.returns < scene.told.disputes and scene.order.round == 1:
        facts = {"reason": scene.rng.choice(words.NOT_OURS), "cited_rule": scene.rng.choice(words.RULES)}
        return Move(operator, "return", facts, scene.minutes(60))
    return Move(operator, "acknowledge", {}, scene.minutes(50))


def _returned(scene: Scene) -> Move | None:
    """The rungs of a dispute; a silent designator leaves it to the watch."""
    order, told = scene.order, scene.told
    last = people.unit_by_id(order.progress.returned_by or order.responsible.unit).code
    unit = scene.rng.choice([code for code in OTHERS if code != last])
    if order.progress.returns == 1:
        facts = {"unit": unit, "reason": "原单位已退单，按现场情况改派"}
        return Move("shift", "dispatch", facts, scene.minutes(40))
    facts = {"unit": unit, "reason": "按权责清单及责任块档案确定"}
    if order.progress.returns == 2:
        return None if told.silent else Move("deputy", "designate", facts, scene.minutes(90))
    who = "rota_leader" if order.progress.returns == 3 else "main_leader"
    return Move(who, "decide_dispute", facts, scene.minutes(200))


ACTS: dict[State, Callable[[Scene], Move | None]] = {
    S.REPORTED: _reported,
    S.VERIFYING: _verifying,
    S.REFUSAL_REVIEW: _refusal,
    S.ACCEPTED: _accepted,
    S.FILED: _filed,
    S.ACKNOWLEDGING: _acknowledging,
    S.RETURNED: _returned,
}

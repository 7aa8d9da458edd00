"""What people of the demo town do with an order from handling to its end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from townops.demo import words
from townops.demo.telling import LATE_BY, NAMED, Move, Scene, accounts
from townops.orders.api import Authority, Certify, Contact, Filing, State
from townops.people import api as people

S = State


def _handling(scene: Scene) -> Move:
    """The first of what has to be done before the result can be handed in."""
    operator, _ = accounts(scene.order.main, scene.order.responsible.unit)
    for before in (_other_class, _contact, _decision, _opinion, _more_time, _suspension):
        if move := before(scene, operator):
            return move
    return _submit(scene, operator)


def _other_class(scene: Scene, operator: str) -> Move | None:
    told = scene.told
    if not (told.again and told.again.condition and scene.order.standard):
        return None
    row, told.again = told.again.condition, None
    facts = {"condition": row.id, "reason": "现场核实后发现类别有误"}
    return Move("grid", "reclassify", facts, scene.minutes(90))


def _contact(scene: Scene, operator: str) -> Move | None:
    if scene.flow.options.contact is not Contact.REQUIRED or scene.order.progress.contacted:
        return None
    when = (scene.at + timedelta(minutes=1)).isoformat()
    facts = {"who": "诉求人", "when": when, "result": scene.rng.choice(words.REPLIES)}
    return Move(operator, "contact", facts, scene.minutes(120))


def _decision(scene: Scene, operator: str) -> Move | None:
    order = scene.order
    if order.application is not None:
        granted = {"granted": scene.granted(0.8)}
        return Move("leader", f"decide_{order.application.kind}", granted, scene.minutes(180))
    if "extension" not in order.progress.asked:
        return None
    due = (max(scene.at, order.outer_due_at or scene.at) + timedelta(days=5)).isoformat()
    facts = {"kind": "extension", "granted": True, "new_due": due}
    return Move("hotline", "answer_up", facts, scene.minutes(300))


def _opinion(scene: Scene, operator: str) -> Move | None:
    """会办意见 of the unit that still owes one."""
    if not scene.order.open_tasks:
        return None
    unit = people.unit_by_id(scene.order.open_tasks[0].unit).code
    facts = {"opinion": "已配合到场，同意主办单位意见"}
    return Move(NAMED.get(unit, (f"u_{unit}",))[0], "add_opinion", facts, scene.minutes(200))


def _more_time(scene: Scene, operator: str) -> Move | None:
    told = scene.told
    if told.seen >= 3 or not scene.happens(0.05):
        return None
    told.seen += 3
    if scene.flow.options.extending is Authority.TOWN:
        return Move(operator, "request_extension", {"reason": "需采购材料，申请延期"}, scene.minutes(200))
    facts = {"kind": "extension", "reason": "情况复杂，申请延期"}
    return Move("hotline", "ask_up", facts, scene.minutes(200))


def _suspension(scene: Scene, operator: str) -> Move | None:
    if scene.told.stuck is not S.SUSPENDED or scene.order.progress.suspensions:
        return None
    until = (scene.at + timedelta(days=60)).isoformat()
    facts = {"reason": "纳入年度大修计划", "until": until}
    return Move(operator, "request_suspension", facts, scene.minutes(100))


def _submit(scene: Scene, operator: str) -> Move:
    rng, triple = scene.rng, scene.flow.options.filing is Filing.TRIPLE
    solved = scene.told.closed_well or not triple
    facts: dict[str, Any] = {
        "result": rng.choice(words.RESULTS),
        "outcome": "solved" if solved else "explained",
        "reply": rng.choice(words.ANSWERS),
    }
    facts["evidence"] = [scene.told.evidence]
    if triple:
        facts["fact_finding"] = rng.choices(("true", "partly_true", "untrue"), weights=(75, 18, 7))[0]
        facts["demand_finding"] = rng.choices(
            ("reasonable", "partly_reasonable", "unreasonable"), weights=(82, 12, 6)
        )[0]
    took = scene.minutes(560)
    return Move(operator, "submit", facts, max(took, LATE_BY) if scene.told.late else took)


def _unit_review(scene: Scene) -> Move:
    _, head = accounts(scene.order.main, scene.order.responsible.unit)
    return Move(head, "review_unit", {"opinion": "同意"}, scene.minutes(45))


def _center_review(scene: Scene) -> Move:
    if scene.order.progress.center_signed:
        who = "leader" if scene.order.raised == 2 else "main_leader"
        return Move(who, "review_center", {"opinion": "同意答复"}, scene.minutes(200))
    if scene.told.rework:
        scene.told.rework = False
        return Move("assess", "send_back", {"reason": "答复未回应诉求，请补充"}, scene.minutes(40))
    return Move("assess", "review_center", {"opinion": "符合要求"}, scene.minutes(40))


def _closer(scene: Scene) -> str:
    return "hotline" if scene.order.source in {"hotline", "resident", "ejiayuan"} else "grid"


def _checking(scene: Scene) -> Move:
    certify, passed = scene.flow.options.certify, scene.order.progress.passed
    wanted = {"site": ["site"], "callback": ["callback"], "both": ["callback", "site"], "none": []}[
        certify.value
    ]
    open_ = [method for method in wanted if method not in passed]
    if open_ and certify is not Certify.NONE:
        who = "check" if open_[0] == "site" else "hotline2"
        return Move(who, "check", {"passed": True, "method": open_[0]}, scene.minutes(120))
    if opinion := _opinion(scene, ""):
        return opinion
    if scene.flow.options.closing is Authority.DISTRICT:
        return Move("hotline", "reply_up", {"channel": "text"}, scene.minutes(30))
    return Move(_closer(scene), "close", _closing(scene), scene.minutes(25))


def _closing(scene: Scene) -> dict[str, Any]:
    order = scene.order
    if order.standard:
        return {"condition": order.standard.condition, "outcome": "solved"}
    progress = order.progress
    return {
        "outcome": progress.outcome or "solved",
        "fact_finding": progress.fact_finding or "true",
        "demand_finding": progress.demand_finding or "reasonable",
    }


def _awaiting(scene: Scene) -> Move:
    if not scene.order.progress.replied:
        return Move("hotline", "reply_up", {"channel": "text"}, scene.minutes(30))
    granted = scene.granted(0.95)
    return Move("hotline", "answer_up", {"kind": "closing", "granted": granted}, scene.minutes(600))


def _closed(scene: Scene) -> Move | None:
    order, told, rng = scene.order, scene.told, scene.rng
    if order.result in {"withdrawn", "merged", "transferred"}:
        return None
    if not order.satisfaction:
        said = rng.choices(
            ("very_satisfied", "satisfied", "basic", "dissatisfied", "unreachable"),
            weights=(25, 45, 15, 8, 7),
        )[0]
        return Move("hotline2", "record_satisfaction", {"satisfaction": said}, scene.minutes(1500))
    if told.reopen and order.round == 1:
        return Move("shift", "reopen", {"reason": "问题复发，诉求人不满意"}, scene.minutes(2500))
    return None


def _merged(scene: Scene) -> Move | None:
    """A child of the district's is replied to under its own number."""
    if scene.flow.options.closing is not Authority.DISTRICT:
        return None
    return Move(
        "hotline", "reply_up", {"reply": "与主单一并处理，情况相同", "channel": "text"}, scene.minutes(3000)
    )


def _transferred(scene: Scene) -> Move | None:
    if scene.flow.options.closing is Authority.DISTRICT:
        asked = "closing" in scene.order.progress.asked
        facts: dict[str, Any] = {"kind": "closing", "reason": "已移交区级部门", "granted": True}
        if not asked:
            del facts["granted"]
        return Move("hotline", "answer_up" if asked else "ask_up", facts, scene.minutes(1500))
    return Move(_closer(scene), "close", {"result": "已由移交单位接收办理"}, scene.minutes(3000))


ACTS: dict[State, Callable[[Scene], Move | None]] = {
    S.HANDLING: _handling,
    S.REWORK: _handling,
    S.UNIT_REVIEW: _unit_review,
    S.CENTER_REVIEW: _center_review,
    S.CHECKING: _checking,
    S.AWAITING_AUTHORITY: _awaiting,
    S.CLOSED: _closed,
    S.MERGED: _merged,
    S.TRANSFERRED: _transferred,
}

"""How people of the demo town act on an order: for each state who does what, with which facts, after how long.

Pure chance with a seed: most do well, some are late, return what is theirs, choose a wrong class or must do it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from townops.demo import texts
from townops.demo.texts import Matter
from townops.orders.api import (
    Authority,
    Certify,
    Contact,
    Filing,
    Flow,
    OrderValue,
    Party,
    State,
    Verify,
)
from townops.people import api as people

NAMED = {
    "chengguan": ("unit", "unit_head"),
    "center": ("shift", "director"),
    "town": ("leader", "main_leader"),
}
S = State


@dataclass(frozen=True, slots=True)
class Move:
    """Who takes which step, after how many minutes."""

    who: str
    step: str
    facts: Mapping[str, Any]
    minutes: float


@dataclass(slots=True)
class Telling:
    """What is decided about one order from the beginning: its matter, and how well things go."""

    matter: Matter
    slow: float
    stuck: State | None
    disputes: int
    rework: bool
    reopen: bool
    joint: bool
    closed_well: bool
    evidence: int
    seen: int = 0
    parent: str = ""
    again: Matter | None = None


def telling(rng: Random, matter: Matter, evidence: int, *, stuck: State | None) -> Telling:
    """The fate of an order."""
    disputes = rng.choices((0, 1, 2, 3, 4), weights=(86, 9, 3, 1.5, 0.5))[0]
    return Telling(
        matter=matter,
        slow=rng.choices((0.25, 1.0, 4.0), weights=(60, 30, 10))[0],
        stuck=stuck,
        disputes=disputes,
        rework=rng.random() < 0.08,
        reopen=rng.random() < 0.06,
        joint=rng.random() < 0.08,
        closed_well=rng.random() < 0.85,
        evidence=evidence,
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """An order at a moment, for whoever decides what comes next."""

    order: OrderValue
    flow: Flow
    told: Telling
    rng: Random
    at: datetime

    def minutes(self, mean: float) -> float:
        return max(2.0, self.rng.expovariate(1 / (mean * self.told.slow)))


def next_move(scene: Scene) -> Move | None:
    """What happens next, or None when the order rests where it is (for good, or as it was told to be stuck)."""
    if scene.told.stuck is scene.order.state:
        return None
    act = ACTS.get(scene.order.state)
    return act(scene) if act else None


def accounts(party: Party | None, unit_id: int) -> tuple[str, str]:
    """User names of a unit's operator and head."""
    code = people.unit_by_id(party.unit if party else unit_id).code
    if code in NAMED:
        return NAMED[code]
    if code in {"v_002", "s_002"}:
        return f"u_{code}", "village" if code[0] == "v" else "station"
    return f"u_{code}", f"h_{code}"


def _clerk(scene: Scene) -> str:
    source = scene.order.source
    return {"hotline": "hotline", "video": "video", "sensor": "video", "resident": "hotline"}.get(
        source, "grid"
    )


def _closer(scene: Scene) -> str:
    return "hotline" if scene.order.source in {"hotline", "resident", "ejiayuan"} else "grid"


def _reported(scene: Scene) -> Move:
    options, progress, rng = scene.flow.options, scene.order.progress, scene.rng
    if scene.told.parent:
        facts = {"parent": scene.told.parent, "note": "与主单反映同一事项"}
        return Move(_clerk(scene), "merge", facts, scene.minutes(6))
    chance = 1.0 if scene.told.stuck is S.VERIFYING else 0.06
    wants = options.verify is Verify.REQUIRED or (options.verify is Verify.OPTIONAL and rng.random() < chance)
    if wants and not progress.verified and scene.told.seen < 2:
        scene.told.seen += 1
        return Move(
            _clerk(scene), "request_verification", {"question": "请到现场核实情况"}, scene.minutes(12)
        )
    if spot := _on_the_spot(scene):
        return spot
    refused = scene.told.stuck in {S.REFUSAL_REVIEW, S.NOT_ACCEPTED} or rng.random() < 0.03
    if refused and options.refusal != "none":
        return Move(_clerk(scene), "refuse", {"reason": "不属于城市运行管理受理范围"}, scene.minutes(20))
    return Move(_clerk(scene), "accept", {}, scene.minutes(10))


def _on_the_spot(scene: Scene) -> Move | None:
    """A patroller puts right at once what needs no enforcement power."""
    row, told = scene.told.matter.condition, scene.told
    able = scene.order.source == "patrol" and row is not None and not row.needs_power
    if not able or told.stuck or told.seen or scene.rng.random() >= 0.4:
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
    return Move("shift", "confirm_refusal", {"agree": scene.rng.random() < 0.8}, scene.minutes(30))


def _accepted(scene: Scene) -> Move:
    if scene.flow.options.filing is Filing.TRIPLE:
        demand = scene.rng.choices(
            ("consult", "help", "complaint", "whistleblow", "suggestion", "praise"),
            weights=(20, 35, 30, 3, 10, 2),
        )[0]
        facts: dict[str, Any] = {
            "demand_type": demand, "class": scene.told.matter.class_code, "time_class": scene.told.matter.time_class,
        }  # fmt: skip
        return Move(_clerk(scene), "file", facts, scene.minutes(8))
    row = scene.told.matter.condition
    refused = scene.told.stuck is S.NOT_FILED or scene.rng.random() < 0.03
    if refused and scene.flow.options.refusal != "none":
        return Move(_clerk(scene), "refuse_filing", {"reason": "未达到立案条件"}, scene.minutes(15))
    return Move(_clerk(scene), "file", {"condition": row.id if row else None}, scene.minutes(8))


def _filed(scene: Scene) -> Move:
    if scene.told.stuck is S.TRANSFERRED or scene.rng.random() < 0.02:
        return Move("dispatch", "transfer", {"to": "区级主管部门", "reason": "属区级权限"}, scene.minutes(30))
    facts: dict[str, Any] = {}
    if scene.told.joint:
        facts["assisting"] = ["pingan"]
    return Move("dispatch", "dispatch", facts, scene.minutes(10))


def _acknowledging(scene: Scene) -> Move:
    operator, _ = accounts(scene.order.main, scene.order.responsible.unit)
    if scene.order.progress.returns < scene.told.disputes and scene.order.round == 1:
        facts = {"reason": scene.rng.choice(texts.NOT_OURS), "cited_rule": scene.rng.choice(texts.RULES)}
        return Move(operator, "return", facts, scene.minutes(60))
    return Move(operator, "acknowledge", {}, scene.minutes(50))


def _returned(scene: Scene) -> Move:
    order, rng = scene.order, scene.rng
    others = ["chengguan", "chengjian", "shefa", "pingan", "shichang"]
    last = people.unit_by_id(order.progress.returned_by or order.responsible.unit).code
    unit = rng.choice([code for code in others if code != last])
    if order.progress.returns == 1:
        return Move("shift", "dispatch", {"unit": unit}, scene.minutes(40))
    facts = {"unit": unit, "reason": "按权责清单及责任块档案确定"}
    if order.progress.returns == 2:
        return Move("deputy", "designate", facts, scene.minutes(90))
    return Move(
        "rota_leader" if order.progress.returns == 3 else "main_leader",
        "decide_dispute",
        facts,
        scene.minutes(200),
    )


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
    facts = {"who": "诉求人", "when": when, "result": scene.rng.choice(texts.REPLIES)}
    return Move(operator, "contact", facts, scene.minutes(120))


def _decision(scene: Scene, operator: str) -> Move | None:
    order = scene.order
    if order.application is not None:
        granted = {"granted": scene.rng.random() < 0.8}
        return Move("leader", f"decide_{order.application.kind}", granted, scene.minutes(180))
    if "extension" not in order.progress.asked:
        return None
    due = (scene.at + timedelta(days=5)).isoformat()
    facts = {"kind": "extension", "granted": True, "new_due": due}
    return Move("hotline", "answer_up", facts, scene.minutes(300))


def _opinion(scene: Scene, operator: str) -> Move | None:
    if not (scene.told.joint and scene.order.open_tasks):
        return None
    return Move("u_pingan", "add_opinion", {"opinion": "已配合到场，同意主办单位意见"}, scene.minutes(200))


def _more_time(scene: Scene, operator: str) -> Move | None:
    told = scene.told
    if told.seen >= 3 or scene.rng.random() >= 0.05:
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
        "result": rng.choice(texts.RESULTS),
        "outcome": "solved" if solved else "explained",
    }
    facts["evidence"] = [scene.told.evidence]
    if triple:
        facts["fact_finding"] = rng.choices(("true", "partly_true", "untrue"), weights=(75, 18, 7))[0]
        facts["demand_finding"] = rng.choices(
            ("reasonable", "partly_reasonable", "unreasonable"), weights=(82, 12, 6)
        )[0]
    return Move(operator, "submit", facts, scene.minutes(560))


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


def _checking(scene: Scene) -> Move:
    certify, passed = scene.flow.options.certify, scene.order.progress.passed
    wanted = {"site": ["site"], "callback": ["callback"], "both": ["callback", "site"], "none": []}[
        certify.value
    ]
    open_ = [method for method in wanted if method not in passed]
    if open_ and certify is not Certify.NONE:
        who = "check" if open_[0] == "site" else "hotline2"
        return Move(who, "check", {"passed": True, "method": open_[0]}, scene.minutes(120))
    if scene.order.open_tasks:
        return Move("u_pingan", "add_opinion", {"opinion": "同意"}, scene.minutes(60))
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
    granted = scene.rng.random() < 0.95
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
    S.REPORTED: _reported,
    S.VERIFYING: _verifying,
    S.REFUSAL_REVIEW: _refusal,
    S.ACCEPTED: _accepted,
    S.FILED: _filed,
    S.ACKNOWLEDGING: _acknowledging,
    S.RETURNED: _returned,
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

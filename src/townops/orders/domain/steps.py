"""The lifecycle table: every step, from where, to where, who may, what it needs (engine.md section 3)."""

from collections.abc import Mapping
from types import MappingProxyType

from townops.orders.domain import facts as f
from townops.orders.domain.facts import FactType, enum, optional, text, typed
from townops.orders.domain.flow import Authority, Flow, QuickReply, Refusal, Verify
from townops.orders.domain.states import ALL, HANDLED_BY_UNIT, OPEN, State
from townops.orders.domain.step import INVOLVED, MAIN, OPINION, OUTSIDE, SYSTEM, Step, step

S = State


def _may_refuse(flow: Flow) -> bool:
    return flow.options.refusal is not Refusal.NONE


def _town_refuses(flow: Flow) -> bool:
    return flow.options.refusing is Authority.TOWN


def _asks_upward(flow: Flow) -> bool:
    options = flow.options
    return Authority.DISTRICT in {options.closing, options.extending, options.refusing}


def _town_closes(flow: Flow) -> bool:
    return flow.options.closing is Authority.TOWN


def _district(flow: Flow) -> bool:
    return flow.options.reply_up


def _town_extends(flow: Flow) -> bool:
    return flow.options.extending is Authority.TOWN


def _on_spot(flow: Flow) -> bool:
    return flow.options.handle_on_spot


def _quick(flow: Flow) -> bool:
    return flow.options.quick_reply is not QuickReply.NONE


def _verifies(flow: Flow) -> bool:
    return flow.options.verify is not Verify.NONE


REASON = text("reason")
NOTE = text("note", required=False)
UNIT = typed("unit", FactType.UNIT)
RECLASSIFIED = (optional(f.CONDITION), optional(f.CLASS), optional(f.DEMAND), optional(f.TIME_CLASS))
ON_SPOT = frozenset({S.REPORTED, S.ACCEPTED, S.FILED, S.ACKNOWLEDGING, S.HANDLING})
REPLIED = frozenset({S.CHECKING, S.AWAITING_AUTHORITY, S.MERGED, S.CLOSED})
SETTLED_ELSEWHERE = frozenset({S.MERGED, S.TRANSFERRED, S.AWAITING_AUTHORITY})
QUICK = frozenset({S.REPORTED, S.ACCEPTED, S.FILED, S.REWORK})
HANDS = ("handler", "reviewer")
NEVER_FILED = frozenset({S.REPORTED, S.VERIFYING, S.REFUSAL_REVIEW})

TABLE = (
    step("report", "登记", frozenset(), S.REPORTED, "report"),
    step(
        "request_verification",
        "发核实",
        S.REPORTED,
        S.VERIFYING,
        "accept",
        text("question"),
        optional(UNIT),
        when=_verifies,
    ),
    step(
        "answer_verification",
        "回复核实",
        S.VERIFYING,
        S.REPORTED,
        "verify",
        typed("confirmed", FactType.BOOL),
        NOTE,
        optional(f.EVIDENCE),
    ),
    step("accept", "受理", S.REPORTED, S.ACCEPTED, "accept", NOTE),
    step(
        "refuse",
        "不予受理",
        S.REPORTED,
        "refusal",
        "accept",
        REASON,
        when=_may_refuse,
        authority=_town_refuses,
    ),
    step(
        "confirm_refusal",
        "复核不予受理",
        S.REFUSAL_REVIEW,
        "refusal_answer",
        "confirm_refusal",
        typed("agree", FactType.BOOL),
        NOTE,
        not_by=("refuser",),
        when=_town_refuses,
    ),
    step(
        "merge",
        "并案",
        {S.REPORTED, S.VERIFYING, S.REFUSAL_REVIEW, S.ACCEPTED, S.FILED, S.RETURNED, S.ACKNOWLEDGING},
        S.MERGED,
        "accept",
        typed("parent", FactType.ORDER),
        NOTE,
    ),
    step("unmerge", "撤销并案", S.MERGED, "before_merge", "accept", REASON),
    step(
        "classify",
        "归类",
        {S.REPORTED, S.VERIFYING, S.ACCEPTED},
        None,
        "file classify",
        optional(f.CLASS),
        optional(f.DEMAND),
        typed("confidence", FactType.INT, required=False),
    ),
    step(
        "file",
        "立案",
        S.ACCEPTED,
        S.FILED,
        "file",
        optional(f.CONDITION),
        optional(f.DEMAND),
        optional(f.CLASS),
        optional(f.TIME_CLASS),
        f.SEVERITY,
        typed("conduct_of", FactType.UNIT, required=False),
        NOTE,
    ),
    step(
        "refuse_filing",
        "不予立案",
        S.ACCEPTED,
        S.NOT_FILED,
        "file",
        REASON,
        when=_may_refuse,
        authority=_town_refuses,
    ),
    step(
        "dispatch",
        "派遣",
        {S.FILED, S.RETURNED},
        S.ACKNOWLEDGING,
        "dispatch",
        optional(UNIT),
        text("reason", required=False),
        typed("assisting", FactType.UNIT, required=False, many=True),
        NOTE,
    ),
    step("acknowledge", "签收", S.ACKNOWLEDGING, S.HANDLING, "handle", scope=MAIN),
    step("deem_acknowledged", "视同签收", S.ACKNOWLEDGING, S.HANDLING, "system", scope=SYSTEM),
    step(
        "contact",
        "先行联系",
        HANDLED_BY_UNIT | {S.SUSPENDED, S.RETURNED},
        None,
        "handle",
        text("who"),
        typed("when", FactType.INSTANT),
        text("result"),
        scope=INVOLVED,
    ),
    step(
        "make_safe",
        "先行处险",
        HANDLED_BY_UNIT | {S.SUSPENDED, S.RETURNED},
        None,
        "handle",
        text("result"),
        optional(f.EVIDENCE),
        scope=INVOLVED,
    ),
    step(
        "report_interim",
        "中途汇报",
        OPEN,
        None,
        "handle upward",
        text("report"),
        text("told", required=False),
        typed("told_at", FactType.INSTANT, required=False),
        scope=INVOLVED,
    ),
    step(
        "add_opinion",
        "会办意见",
        HANDLED_BY_UNIT | {S.RETURNED, S.SUSPENDED, S.UNIT_REVIEW, S.CENTER_REVIEW, S.CHECKING},
        None,
        "handle",
        text("opinion"),
        optional(UNIT),
        scope=OPINION,
    ),
    step(
        "add_evidence",
        "补充证据",
        ALL - {S.ARCHIVED},
        None,
        "handle verify check accept add_evidence",
        f.EVIDENCE,
        NOTE,
    ),
    step("remind", "催办", OPEN, None, "remind", text("message")),
    step(
        "supervise",
        "督办",
        OPEN,
        None,
        "supervise",
        text("message"),
        typed("by", FactType.INSTANT, required=False),
    ),
    step("raise_level", "上提一级", OPEN, None, "raise system", REASON),
    step("link_incident", "转突发事件", OPEN, None, "link_incident", text("incident")),
    step("return", "退单", HANDLED_BY_UNIT, S.RETURNED, "handle", REASON, text("cited_rule"), scope=MAIN),
    step("designate", "指定", S.RETURNED, S.ACKNOWLEDGING, "designate", UNIT, REASON),
    step("decide_dispute", "裁定", S.RETURNED, S.ACKNOWLEDGING, "decide_dispute", UNIT, REASON),
    step("fall_back", "兜底", S.RETURNED, S.ACKNOWLEDGING, "system", scope=SYSTEM),
    step(
        "request_extension",
        "申请延期",
        {S.HANDLING, S.REWORK},
        None,
        "handle",
        REASON,
        scope=MAIN,
        authority=_town_extends,
    ),
    step(
        "decide_extension",
        "审批延期",
        {S.HANDLING, S.REWORK},
        None,
        "decide_application",
        typed("granted", FactType.BOOL),
        NOTE,
        not_by=("requester",),
        authority=_town_extends,
    ),
    step(
        "request_suspension",
        "申请挂账",
        {S.HANDLING, S.REWORK},
        None,
        "handle",
        REASON,
        typed("until", FactType.INSTANT),
        scope=MAIN,
    ),
    step(
        "decide_suspension",
        "审批挂账",
        {S.HANDLING, S.REWORK},
        "suspension",
        "decide_application",
        typed("granted", FactType.BOOL),
        NOTE,
        not_by=("requester",),
    ),
    step("resume", "恢复办理", S.SUSPENDED, "before_suspension", "decide_application system", NOTE),
    step(
        "handle_on_spot",
        "当场处置",
        ON_SPOT,
        "after_spot",
        "handle_on_spot",
        text("result"),
        f.EVIDENCE,
        optional(f.CONDITION),
        optional(f.DEMAND),
        optional(f.CLASS),
        optional(f.TIME_CLASS),
        when=_on_spot,
    ),
    step(
        "quick_reply",
        "直接答复",
        QUICK,
        "after_quick",
        "file",
        text("reply"),
        text("who", required=False),
        optional(f.CLASS),
        optional(f.FACT_FINDING),
        optional(f.DEMAND_FINDING),
        f.FINDING_REASON,
        optional(f.EVIDENCE),
        when=_quick,
    ),
    step(
        "submit",
        "提交办理结果",
        {S.HANDLING, S.REWORK},
        "first_of",
        "handle",
        text("result"),
        f.OUTCOME,
        optional(f.EVIDENCE),
        optional(f.FACT_FINDING),
        optional(f.DEMAND_FINDING),
        f.FINDING_REASON,
        text("reply", required=False),
        scope=MAIN,
    ),
    step(
        "review_unit",
        "单位审核",
        S.UNIT_REVIEW,
        "after_unit",
        "review_unit",
        text("opinion", required=False),
        scope=MAIN,
        not_by=("handler",),
    ),
    step(
        "review_center",
        "中心审核",
        S.CENTER_REVIEW,
        "after_center",
        "review_center sign_raised",
        text("opinion", required=False),
        not_by=("handler", "reviewer"),
    ),
    step(
        "send_back",
        "退回重办",
        {S.UNIT_REVIEW, S.CENTER_REVIEW, S.CHECKING},
        S.REWORK,
        "review_unit review_center sign_raised check",
        REASON,
        not_by=("handler",),
    ),
    step(
        "check",
        "核查",
        S.CHECKING,
        None,
        "check sign_raised",
        typed("passed", FactType.BOOL),
        enum("method", "site", "callback", required=False),
        NOTE,
        optional(f.EVIDENCE),
        scope=OUTSIDE,
        not_by=("handler", "reviewer", "dispatcher"),
    ),
    step(
        "provisional_close",
        "预结案",
        {S.CENTER_REVIEW, S.CHECKING},
        S.CHECKING,
        "provisional_close",
        REASON,
        not_by=("handler", "reviewer"),
    ),
    step(
        "reply_up",
        "上报回复",
        REPLIED,
        "replied",
        "upward",
        text("reply", required=False),
        enum("channel", "file", "api", "text", required=False),
        when=_district,
    ),
    step("receipt_up", "登记回执", ALL - {S.ARCHIVED}, None, "upward", text("receipt"), when=_district),
    step(
        "ask_up",
        "向上申请",
        OPEN,
        None,
        "upward",
        enum("kind", "extension", "return", "closing"),
        REASON,
        typed("new_due", FactType.INSTANT, required=False),
        when=_asks_upward,
    ),
    step(
        "answer_up",
        "登记上级答复",
        OPEN,
        "answered",
        "upward",
        enum("kind", "extension", "return", "closing"),
        typed("granted", FactType.BOOL),
        text("reason", required=False),
        typed("new_due", FactType.INSTANT, required=False),
        when=_asks_upward,
    ),
    step(
        "close",
        "结案",
        {S.CHECKING, S.MERGED, S.TRANSFERRED},
        S.CLOSED,
        "close",
        optional(f.CONDITION),
        optional(f.FACT_FINDING),
        optional(f.DEMAND_FINDING),
        f.FINDING_REASON,
        optional(f.OUTCOME),
        text("result", required=False),
        not_by=("handler",),
        authority=_town_closes,
    ),
    step(
        "record_satisfaction",
        "登记满意度",
        S.CLOSED,
        None,
        "upward check close",
        enum("satisfaction", "very_satisfied", "satisfied", "basic", "dissatisfied", "unreachable"),
        NOTE,
    ),
    step("reopen", "重办", {S.CLOSED, S.ARCHIVED}, S.FILED, "reopen", REASON),
    step("appeal", "超时申诉", S.CLOSED, None, "handle", REASON, scope=MAIN),
    step(
        "decide_appeal",
        "审核申诉",
        S.CLOSED,
        None,
        "decide_appeal",
        typed("granted", FactType.BOOL),
        NOTE,
        not_by=("requester", "decider"),
    ),
    step(
        "reclassify",
        "改类",
        OPEN - NEVER_FILED - SETTLED_ELSEWHERE - {S.ACCEPTED},
        "if_unit_changes",
        "file",
        *RECLASSIFIED,
        REASON,
    ),
    step(
        "relocate",
        "改址",
        OPEN - SETTLED_ELSEWHERE,
        "if_unit_changes",
        "file",
        typed("area", FactType.AREA),
        REASON,
    ),
    step("withdraw", "撤回", OPEN, S.CLOSED, "withdraw", REASON, not_by=HANDS, authority=_town_closes),
    step(
        "transfer",
        "移交",
        {S.ACCEPTED, S.FILED, S.RETURNED, S.HANDLING},
        S.TRANSFERRED,
        "dispatch",
        text("to"),
        REASON,
    ),
    step("take_back", "收回", S.TRANSFERRED, S.FILED, "dispatch", REASON),
    step("archive", "归档", {S.CLOSED, S.NOT_ACCEPTED, S.NOT_FILED}, S.ARCHIVED, "archive system"),
    step("adopt", "接管历史工单", OPEN, None, "adopt"),
    step(
        "resend",
        "再次来单",
        ALL,
        "resent",
        "report system",
        typed("received_at", FactType.INSTANT),
        scope=SYSTEM,
    ),
    step("follow", "随主单", S.MERGED, None, "system", typed("parent", FactType.ORDER), scope=SYSTEM),
    step("gain", "并入新单", OPEN, None, "system", typed("child", FactType.INT), scope=SYSTEM),
    step("recalendar", "日历更正", OPEN, None, "system", typed("calendar", FactType.INT), scope=SYSTEM),
    step("succeed", "单位承接", OPEN, None, "system", typed("ended", FactType.INT), UNIT, scope=SYSTEM),
    step(
        "follow_borders",
        "随边界调整",
        OPEN,
        None,
        "system",
        typed("area", FactType.AREA),
        optional(UNIT),
        scope=SYSTEM,
    ),
)
STEPS: Mapping[str, Step] = MappingProxyType({row.name: row for row in TABLE})
HIDDEN = frozenset(
    {"report", "resend", "recalendar", "classify", "follow", "gain", "succeed", "follow_borders"}
)

"""Every state an order can be in, its word and its look (engine.md section 3, look.md)."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    REPORTED = "reported"
    VERIFYING = "verifying"
    REFUSAL_REVIEW = "refusal_review"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    NOT_FILED = "not_filed"
    FILED = "filed"
    ACKNOWLEDGING = "acknowledging"
    RETURNED = "returned"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    UNIT_REVIEW = "unit_review"
    CENTER_REVIEW = "center_review"
    REWORK = "rework"
    CHECKING = "checking"
    AWAITING_AUTHORITY = "awaiting_authority"
    CLOSED = "closed"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    ARCHIVED = "archived"


ALL = frozenset(State)
ENDED = frozenset({State.NOT_ACCEPTED, State.NOT_FILED, State.CLOSED, State.ARCHIVED})
OPEN = ALL - ENDED
HANDLED_BY_UNIT = frozenset({State.ACKNOWLEDGING, State.HANDLING, State.REWORK})
BEFORE_HANDLING = frozenset(
    {State.REPORTED, State.VERIFYING, State.REFUSAL_REVIEW, State.ACCEPTED, State.FILED, State.RETURNED}
    | {State.ACKNOWLEDGING}
)


@dataclass(frozen=True, slots=True)
class Look:
    """One state has one word, one stage, one colour token and one icon, everywhere."""

    word: str
    stage: str
    colour: str
    icon: str


LOOKS = {
    State.REPORTED: Look("待受理", "上报", "blue", "inbox"),
    State.VERIFYING: Look("核实中", "上报", "blue", "eye"),
    State.REFUSAL_REVIEW: Look("待复核", "受理", "blue", "eye"),
    State.NOT_ACCEPTED: Look("不予受理", "受理", "grey", "ban"),
    State.ACCEPTED: Look("待立案", "立案", "blue", "file"),
    State.NOT_FILED: Look("不予立案", "立案", "grey", "ban"),
    State.FILED: Look("待派遣", "派遣", "blue", "send"),
    State.ACKNOWLEDGING: Look("待签收", "派遣", "blue", "check"),
    State.RETURNED: Look("退单待改派", "派遣", "amber", "back"),
    State.HANDLING: Look("处置中", "处置", "blue", "tool"),
    State.SUSPENDED: Look("挂账", "处置", "slate", "pause"),
    State.UNIT_REVIEW: Look("待单位审核", "反馈", "blue", "sign"),
    State.CENTER_REVIEW: Look("待中心审核", "反馈", "blue", "sign"),
    State.REWORK: Look("返工", "处置", "amber", "redo"),
    State.CHECKING: Look("待核查", "核查", "blue", "search"),
    State.AWAITING_AUTHORITY: Look("待上级结案", "结案", "slate", "clock"),
    State.CLOSED: Look("已结案", "结案", "green", "done"),
    State.MERGED: Look("已并案", "受理", "slate", "merge"),
    State.TRANSFERRED: Look("已移交", "派遣", "slate", "forward"),
    State.ARCHIVED: Look("已归档", "归档", "grey", "archive"),
}

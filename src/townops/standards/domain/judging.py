"""Whether a duty holds: from what was measured or attested, on a day. Never green without records; a may is never red."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from townops.kernel.measured import Measured
from townops.standards.domain.cadence import Rhythms, Span
from townops.standards.domain.items import Every, Item, Modality

UNSIGNED: Final = "尚无签认：须有签认人、文件和有效期"


class State(StrEnum):
    """达标、临期、未达标、无数据来源、豁免、可选未做。"""

    MET = "met"
    DUE_SOON = "due_soon"
    NOT_MET = "not_met"
    NO_SOURCE = "no_source"
    EXEMPT = "exempt"
    OPTIONAL_OPEN = "optional_open"


WORDS: Final = {
    State.MET: "达标",
    State.DUE_SOON: "临期",
    State.NOT_MET: "未达标",
    State.NO_SOURCE: "无数据来源",
    State.EXEMPT: "豁免",
    State.OPTIONAL_OPEN: "可选未做",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """An attestation or an exemption in words: who signed, on what document, for which days; `reason` of an exemption."""

    signer: str
    document: str
    since: date
    until: date
    reason: str = ""

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured over a span; `measured` None where nothing installed can measure it."""

    span: Span
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reading` is the one the state rests on: that of the span before while this one is not due yet."""

    state: State
    why: str
    due: date | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class Case:
    """All that a judgement looks at. `before` is needed only where `now` does not pass and its span still runs."""

    item: Item
    now: Reading
    before: Reading | None
    today: date
    rhythms: Rhythms
    attestation: Signed | None = None
    exemption: Signed | None = None
    waits: str = ""


def passes(item: Item, reading: Reading | None) -> bool:
    """Whether a reading has records and reaches the threshold of its last known day."""
    if reading is None or reading.measured is None:
        return False
    found, threshold = reading.measured, item.threshold_on(reading.span.end)
    return (
        found.value is not None
        and found.records > 0
        and threshold is not None
        and threshold.holds(found.value)
    )


def judge(case: Case) -> Verdict:
    """The state of one duty of one subject, and why."""
    if case.exemption is not None and case.exemption.holds(case.today):
        found = case.exemption
        why = f"{found.reason}（{found.signer}签认，{found.document}，至 {found.until}）"
        return Verdict(State.EXEMPT, why, found.until, case.now)
    if case.item.attested:
        return _attested(case)
    return _measured(case)


def _attested(case: Case) -> Verdict:
    found = case.attestation
    if found is None or not found.holds(case.today):
        expired = found is not None and found.until < case.today
        why = f"签认已于 {found.until} 到期" if found is not None and expired else UNSIGNED
        return _open(case, why)
    why = f"{found.signer}签认，{found.document}，有效期至 {found.until}"
    left = (found.until - case.today).days
    near = left <= case.rhythms.ahead(case.item.every, case.today)
    return Verdict(State.DUE_SOON if near else State.MET, why, found.until, case.now)


def _measured(case: Case) -> Verdict:
    found = case.now.measured
    if found is None:
        return Verdict(State.NO_SOURCE, f"等待{case.waits or '数据来源'}", case.now.span.due, case.now)
    if passes(case.item, case.now):
        return Verdict(State.MET, _said(found), case.now.span.due, case.now)
    if found.value is None:
        return Verdict(State.NO_SOURCE, found.lacking or "没有可核对的记录", case.now.span.due, case.now)
    if found.records == 0 and _holds(case):
        return Verdict(State.NO_SOURCE, "没有可核对的记录", case.now.span.due, case.now)
    return _open(case, _said(found))


def _holds(case: Case) -> bool:
    threshold, found = case.item.threshold_on(case.now.span.end), case.now.measured
    return (
        threshold is not None
        and found is not None
        and found.value is not None
        and threshold.holds(found.value)
    )


def _open(case: Case, why: str) -> Verdict:
    """Not done: optional, not due yet, near, or late."""
    due = case.now.span.due
    if case.item.modality is Modality.MAY:
        return Verdict(State.OPTIONAL_OPEN, why, due, case.now)
    if case.item.attested or due is None:
        late = case.item.every is not Every.BY_DATE or due is None or due < case.today
        return Verdict(State.NOT_MET if late else State.DUE_SOON, why, due, case.now)
    graced = case.rhythms.graced(case.item.every, case.now.span)
    if graced is not None and graced < case.today:
        return Verdict(State.NOT_MET, f"{why}；应于 {due} 前完成，已逾期", due, case.now)
    return _running(case, why, due)


def _running(case: Case, why: str, due: date) -> Verdict:
    """The span still runs: what counts until it is due is the span before."""
    near = (due - case.today).days <= case.rhythms.ahead(case.item.every, case.today)
    still = f"{why}；本期应于 {due} 前完成"
    if case.before is None:
        return Verdict(State.DUE_SOON, still, due, case.now)
    if passes(case.item, case.before):
        if near:
            return Verdict(State.DUE_SOON, still, due, case.now)
        return Verdict(State.MET, f"{case.before.span.label}已完成，本期应于 {due} 前完成", due, case.before)
    missed = case.rhythms.graced(case.item.every, case.before.span)
    if missed is not None and case.today <= missed:
        return Verdict(State.DUE_SOON, f"{case.before.span.label}未完成，宽限至 {missed}", missed, case.now)
    return Verdict(State.NOT_MET, f"{case.before.span.label}未完成；{still}", due, case.now)


def _said(found: Measured) -> str:
    """The figures in words: how many count, how many were left out and the first reason."""
    said = f"计入{found.records - len(found.left_out)}条" if found.left_out else f"共{found.records}条"
    if found.left_out:
        said += f"，未计{len(found.left_out)}条（{found.left_out[0].reason}）"
    return said + (f"；{found.basis}" if found.basis else "")

"""The district's receipts and answers in bulk: every row becomes steps of its order, or says why not (X0).

A row whose effect is recorded already changes nothing, so the same file may come twice. Where a row cannot be told from
one imported before (no receipt number, round or time of answer) it is not taken again: a wrong closing is worse than a
question.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from townops.base import crypto, journal, sheets, words
from townops.base.canonical import dump
from townops.base.db import write
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import steps, store
from townops.orders.domain.states import LOOKS, State
from townops.orders.domain.steps import STEPS
from townops.orders.models import Order, Upward
from townops.orders.upward import cells
from townops.orders.upward.finding import Finder
from townops.orders.upward.messages import known_source, towns_of
from townops.orders.upward.receipts import answer, receive
from townops.orders.upward.wording import KINDS, moment

NEEDED: Final = ("上级编号", "类别")
JOURNAL: Final = "upward_answer"
KIND_WORDS: Final = {
    "回复": "reply", "答复": "reply", "延期": "extension", "延期申请": "extension", "退回": "return",
    "退单": "return", "退回申请": "return", "结案": "closing", "办结": "closing", "结案申请": "closing",
}  # fmt: skip
ANSWER_WORDS: Final = {
    "同意": "yes", "通过": "yes", "批准": "yes", "不同意": "no", "不通过": "no", "驳回": "no", "退回": "no",
}  # fmt: skip
TOGETHER: Final[Mapping[str, frozenset[str]]] = {
    "reply": frozenset({"reply", "closing"}),
    "closing": frozenset({"reply", "closing"}),
}
OVERTAKEN: Final = frozenset({"stale_version", "step_not_allowed"})
Outcome = Literal["done", "known", "broken"]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: done (dry run: would be), known (changes nothing), or broken with column and Chinese reason."""

    row: int
    cells: Mapping[str, str]
    outcome: Outcome
    number: str = ""
    column: str = ""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every row of a file, in its order."""

    rows: tuple[RowResult, ...]
    dry_run: bool

    def of(self, outcome: Outcome) -> tuple[RowResult, ...]:
        return tuple(one for one in self.rows if one.outcome == outcome)


@dataclass(frozen=True, slots=True)
class Answer:
    """One row as understood; `granted` None where it is only a receipt."""

    external: str
    kind: str
    granted: bool | None
    reason: str
    new_due: datetime | None
    receipt: str
    round: int | None
    stamp: str

    @property
    def print(self) -> str:
        """The row by what it says, for telling a row seen before."""
        return crypto.sm3(dump(asdict(self)).encode()).hex()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps a row asks for: a receipt for the message `seq`, facts of an answer."""

    receipt_for: int | None = None
    facts: Mapping[str, object] | None = None

    @property
    def empty(self) -> bool:
        return self.receipt_for is None and self.facts is None


@dataclass(frozen=True, slots=True)
class Desk:
    """Who imports, when, and whether anything is written."""

    actor: Actor
    at: datetime
    dry_run: bool


def import_answers(
    actor: Actor, content: bytes, *, at: datetime, dry_run: bool, source: str = "", name: str = ""
) -> ImportReport:
    """Receipts and answers of an xlsx or csv: 上级编号, 类别, 结果 (同意/不同意), 理由, 新时限, 回执号.

    Optional: 轮次, 答复时间, 来源, 本镇编号. Each row stands alone; a broken one stops no other.
    Refused for the whole file: not_permitted, source_unknown, list_columns_missing, sheet_....
    """
    finder = Finder(towns_of(actor), known_source(source))
    sheet = cells.Sheet(content, NEEDED, name)
    desk = Desk(actor, at, dry_run)
    rows = tuple(_row(number, one, finder, desk) for number, one in finder.ahead(sheet.rows()))
    if not dry_run:
        _journal(rows, content, desk)
    return ImportReport(rows, dry_run)


def broken_sheet(report: ImportReport) -> bytes:
    """The broken rows as xlsx with column and reason, to be mended and imported again."""
    broken = report.of("broken")
    heads = list(broken[0].cells) if broken else list(NEEDED)
    target = io.BytesIO()
    lines = ([*(one.cells.get(head, "") for head in heads), one.column, one.reason] for one in broken)
    sheets.write_xlsx(target, [*heads, "出错的列", "原因"], lines)
    return target.getvalue()


def _row(row: int, given: Mapping[str, str], finder: Finder, desk: Desk) -> RowResult:
    number = ""
    try:
        said = _read(given)
        order = finder.order(given)
        number = order.number
        outcome = _settled(said, order, desk)
    except Refused as refused:
        column = str(refused.params.get("column", ""))
        return RowResult(row, given, "broken", number, column, refused.code, _says(refused))
    return RowResult(row, given, outcome, number)


def _settled(said: Answer, order: Order, desk: Desk) -> Outcome:
    """Done or known; when somebody was faster the row is looked at once more."""
    try:
        return _once(said, order, desk)
    except Refused as refused:
        if refused.code not in OVERTAKEN:
            raise
    return _once(said, Order.objects.get(id=order.id), desk)


def _once(said: Answer, order: Order, desk: Desk) -> Outcome:
    plan = _plan(said, order)
    if plan.empty:
        return "known"
    _take(order, said, plan, desk)
    return "done"


def _read(given: Mapping[str, str]) -> Answer:
    kind = cells.word(given, "类别", KIND_WORDS)
    said = cells.word(given, "结果", ANSWER_WORDS) if given.get("结果") else ""
    receipt = given.get("回执号", "")
    if not said and not receipt:
        raise cells.fault("结果", "answer_says_nothing")
    new_due, _ = cells.moment(given, "新时限")
    if kind == "extension" and said == "yes" and new_due is None:
        raise cells.fault("新时限", "cell_missing")
    return Answer(
        external=given.get("上级编号", ""),
        kind=kind,
        granted=said == "yes" if said else None,
        reason=given.get("理由", ""),
        new_due=new_due,
        receipt=receipt,
        round=cells.figure(given, "轮次"),
        stamp=given.get("答复时间", ""),
    )


def _plan(said: Answer, order: Order) -> Plan:
    """What is still to be done for a row; empty where it is recorded already."""
    every = list(Upward.objects.filter(order_id=order.id).order_by("-seq"))
    kinds = TOGETHER.get(said.kind, frozenset({said.kind}))
    ours = [one for one in every if one.kind in kinds and said.round in {None, one.round}]
    if not ours:
        raise cells.fault("类别", "never_asked", kind=KINDS[said.kind], round=said.round or order.round)
    told = next((one for one in ours if said.receipt and one.receipt == said.receipt), None)
    target = told or next((one for one in ours if one.status != "answered"), ours[0])
    receipt_for = target.seq if said.receipt and told is None else None
    if said.granted is None:
        return Plan(receipt_for)
    if target.status == "answered":
        return _repeated(said, target)
    if _seen(said, order):
        raise cells.fault("结果", "answer_seen_before")
    return Plan(receipt_for, _facts(said, target, order))


def _repeated(said: Answer, target: Upward) -> Plan:
    """Answered already: the same changes nothing, another one is a contradiction a person must look at."""
    if target.granted != said.granted:
        raise cells.fault("结果", "answer_differs", ours="同意" if target.granted else "不同意")
    return Plan()


def _facts(said: Answer, target: Upward, order: Order) -> dict[str, object]:
    if target.round != order.round:
        raise cells.fault("轮次", "answer_of_another_round", given=target.round, ours=order.round)
    kind = "closing" if said.kind == "reply" else said.kind
    facts: dict[str, object] = {"kind": kind, "granted": said.granted}
    if said.reason:
        facts["reason"] = said.reason
    if kind == "extension" and said.granted:
        if order.outer_due_at and said.new_due and said.new_due <= order.outer_due_at:
            raise cells.fault("新时限", "due_not_later", ours=moment(order.outer_due_at))
        facts["new_due"] = said.new_due
    return facts


def _seen(said: Answer, order: Order) -> bool:
    if said.receipt:
        return False  # its own number tells it from every other
    return any(entry.body.get("print") == said.print for entry in journal.history(JOURNAL, order.id))


def _take(order: Order, said: Answer, plan: Plan, desk: Desk) -> None:
    if desk.dry_run:
        _try(order, said, plan, desk)
        return
    with write():
        if plan.receipt_for is not None:
            receive(order, plan.receipt_for, said.receipt, actor=desk.actor, at=desk.at)
        if plan.facts is not None:
            answer(order, plan.facts, actor=desk.actor, at=desk.at)
            body = {"print": said.print}
            journal.append(
                kind=JOURNAL, key=order.id, action="imported", actor=desk.actor, at=desk.at, body=body
            )


def _try(order: Order, said: Answer, plan: Plan, desk: Desk) -> None:
    """Refused as the steps would be; nothing is written."""
    loaded = store.load(order)
    if plan.receipt_for is not None:
        raw = {"receipt": said.receipt}
        steps.draft_step(loaded, "receipt_up", actor=desk.actor, at=desk.at, raw=raw)
    if plan.facts is not None:
        steps.draft_step(loaded, "answer_up", actor=desk.actor, at=desk.at, raw=plan.facts)


def _journal(rows: Sequence[RowResult], content: bytes, desk: Desk) -> None:
    counts = {outcome: sum(one.outcome == outcome for one in rows) for outcome in ("done", "known", "broken")}
    body = {"sm3": crypto.sm3(content).hex(), **counts}
    with write():
        journal.append(
            kind="upward_file", key="answers", action="imported", actor=desk.actor, at=desk.at, body=body
        )


def _says(refused: Refused) -> str:
    """The sentence, with states, steps and columns in Chinese."""
    return words.render(Refused(refused.code, **dict(_said(refused.params))))


def _said(params: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    for name, value in params.items():
        if name == "state":
            yield name, LOOKS[State(str(value))].word
        elif name == "step" and value in STEPS:
            yield name, STEPS[str(value)].label
        else:
            yield name, moment(value) if isinstance(value, datetime) else value

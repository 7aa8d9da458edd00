"""The district's list against ours: what is missing on which side, and where state, due or round differ (X0).

Nothing is changed; every difference says what to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db.models import Q

from townops.base import words
from townops.kernel.actors import Actor
from townops.kernel.outernumbers import comparable
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders.domain.states import LOOKS, State
from townops.orders.models import Order
from townops.orders.upward import cells
from townops.orders.upward.finding import AHEAD, Finder
from townops.orders.upward.messages import known_source, towns_of
from townops.orders.upward.wording import moment

NEEDED: Final = ("上级编号",)
Kind = Literal["missing_here", "missing_there", "state", "due", "round", "broken"]
STATE_WORDS: Final = {
    **dict.fromkeys(("已结案", "结案", "已办结", "办结", "已归档", "归档", "已关闭", "已完成"), "closed"),
    **dict.fromkeys(("已退回", "已收回", "已撤回", "已撤销", "已移交", "已转派"), "gone"),
    **dict.fromkeys(
        ("待签收", "待受理", "已派遣", "待处置", "处置中", "处理中", "办理中", "未办结", "延期", "待回复", "待审核",
         "待结案", "已回复", "重办", "督办", "挂账"), "open"),
}  # fmt: skip
SIDE_WORDS: Final = {"closed": "已结案", "gone": "不在本镇", "open": "办理中"}
TODO: Final[Mapping[tuple[str, str], str]] = {
    ("open", "closed"): "register_closing",
    ("open", "gone"): "register_return",
    ("closed", "open"): "reply_again",
    ("closed", "gone"): "ask_district",
    ("gone", "open"): "ask_district",
    ("gone", "closed"): "close_transferred",
}
DO: Final = {
    "take_in": "本镇没有这张工单，请导入或登记来单",
    "ask_if_gone": "上级清单没有这张未结工单，请向上级核实；已收回的，登记上级答复后结束",
    "register_closing": "上级已结案，请登记上级答复“结案：同意”",
    "register_return": "工单已不在本镇，请登记上级答复“退回：同意”，未申请过的先向上申请",
    "reply_again": "本镇已结案而上级仍在办理，请核对是否已上报回复，必要时重新上报",
    "ask_district": "双方去向不一致，请电话与上级核对后登记",
    "close_transferred": "上级已结案，请结束已移交的工单",
    "take_their_due": "以上级时限为准：有延期答复的登记答复，没有的请与上级核对",
    "take_next_round": "上级已派第{theirs}轮，请导入或登记本轮来单",
    "ask_round": "本镇轮次多于上级，请与上级核对重办情况",
    "mend_row": "请改正这一行后重新对账",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the two lists do not agree on; `row` 0 where the district's list has none. Values and advice in Chinese."""

    kind: Kind
    row: int
    external_number: str
    number: str
    ours: str
    theirs: str
    todo: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """All differences, in the order of the list, then what the list lacks; how many rows were read and how many agree."""

    found: tuple[Difference, ...]
    read: int
    agreeing: int

    def of(self, kind: Kind) -> tuple[Difference, ...]:
        return tuple(one for one in self.found if one.kind == kind)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the district's list as understood; None where the list does not say."""

    row: int
    external: str
    state: str
    stated: str
    due: datetime | None
    day_only: bool
    round: int | None


def reconcile(actor: Actor, content: bytes, *, source: str, name: str = "") -> Differences:
    """Compare the district's list of one source (上级编号, 状态, 时限, 轮次) with ours.

    Where a number stands several times, its highest round counts. Open orders of ours that the list lacks are differences,
    so the list should hold everything the district has open here.
    Refused: not_permitted, source_unknown, list_columns_missing, sheet_....
    """
    towns = towns_of(actor)
    if not known_source(source):
        raise Refused("source_unknown", source=source)
    sheet = cells.Sheet(content, NEEDED, name)
    lines, broken = _lines(sheet)
    finder = Finder(towns, source)
    found = list(broken)
    agreeing = 0
    for line, order in _paired(lines, finder):
        differing = list(_compared(line, order))
        agreeing += not differing
        found += differing
    listed = {line.external for line in lines} | {one.external_number for one in broken}
    found += _absent(towns, source, set(map(comparable, listed)))
    return Differences(tuple(found), len(lines) + len(broken), agreeing)


def _lines(sheet: cells.Sheet) -> tuple[list[Line], list[Difference]]:
    """The newest line of each number, and the rows that cannot be read."""
    lines: dict[str, Line] = {}
    broken: list[Difference] = []
    for row, given in sheet.rows():
        try:
            line = _line(row, given)
        except Refused as refused:
            broken.append(_broken(row, given, refused))
            continue
        key = comparable(line.external)
        held = lines.get(key)
        if held is None or (line.round or 0) >= (held.round or 0):
            lines[key] = line
    return list(lines.values()), broken


def _line(row: int, given: Mapping[str, str]) -> Line:
    due, day_only = cells.moment(given, "时限")
    return Line(
        row=row,
        external=cells.filled(given, "上级编号"),
        state=cells.word(given, "状态", STATE_WORDS) if given.get("状态") else "",
        stated=given.get("状态", ""),
        due=due,
        day_only=day_only,
        round=cells.figure(given, "轮次"),
    )


def _paired(lines: Sequence[Line], finder: Finder) -> Iterator[tuple[Line, Order | None]]:
    for begin in range(0, len(lines), AHEAD):
        chunk = lines[begin : begin + AHEAD]
        rows = iter([(line.row, {"上级编号": line.external}) for line in chunk])
        ids = {row: finder.id_of(given) for row, given in finder.ahead(rows)}
        orders = Order.objects.in_bulk([one for one in ids.values() if one is not None])
        yield from ((line, orders.get(ids[line.row] or 0)) for line in chunk)


def _compared(line: Line, order: Order | None) -> Iterator[Difference]:
    if order is None:
        yield _difference("missing_here", line, None, "无", line.stated or "有", "take_in")
        return
    if line.round is not None and line.round != order.round:
        todo = "take_next_round" if line.round > order.round else "ask_round"
        yield _difference("round", line, order, f"第{order.round}轮", f"第{line.round}轮", todo)
        return  # state and due of different rounds cannot be compared
    side = side_of(order)
    if line.state and line.state != side:
        todo = TODO[side, line.state]
        yield _difference("state", line, order, LOOKS[State(order.state)].word, line.stated, todo)
    if line.due and order.is_open and not _same_due(line, order.outer_due_at):
        theirs = _day(line.due) if line.day_only else moment(line.due)
        yield _difference("due", line, order, moment(order.outer_due_at) or "无", theirs, "take_their_due")


def side_of(order: Order) -> str:
    """Where the district should see this order: open, closed or gone."""
    if order.state == State.TRANSFERRED.value or order.result == "transferred":
        return "gone"
    return "open" if order.is_open else "closed"


def _same_due(line: Line, ours: datetime | None) -> bool:
    if ours is None or line.due is None:
        return False
    if line.day_only:
        return _day(ours) == _day(line.due)
    return moment(ours) == moment(line.due)


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()


def _absent(towns: Sequence[int], source: str, listed: set[str]) -> Iterator[Difference]:
    """Our open orders of the source that the list, in comparable spelling, does not name."""
    rows = Order.objects.filter(town_id__in=towns, source=source, is_open=True).exclude(external_number="")
    rows = rows.exclude(Q(origin="history", adopted=False) | Q(state=State.TRANSFERRED.value))
    told = rows.order_by("received_at", "id").values_list("external_number", "number", "state")
    for external, number, state in told.iterator(chunk_size=2000):
        if comparable(external) not in listed:
            ours = LOOKS[State(state)].word
            yield Difference("missing_there", 0, external, number, ours, "无", DO["ask_if_gone"])


def _difference(  # noqa: PLR0917  (one argument for each column of the list shown)
    kind: Kind, line: Line, order: Order | None, ours: str, theirs: str, todo: str
) -> Difference:
    advice = DO[todo].format(theirs=line.round)
    return Difference(kind, line.row, line.external, order.number if order else "", ours, theirs, advice)


def _broken(row: int, given: Mapping[str, str], refused: Refused) -> Difference:
    column, says = str(refused.params.get("column", "")), words.render(refused)
    return Difference("broken", row, given.get("上级编号", ""), "", "", says, DO["mend_row"], column)

"""What a person must do now: queues by the actions his posts hold. Each is a filter, so each is a link to the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from townops.console import counting
from townops.console.doors import Desk
from townops.console.filters import Address
from townops.orders import api as orders

S = orders.State
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """`own`: only orders whose main unit is the person's."""

    label: str
    permission: str
    pairs: Pairs
    own: bool = False
    sort: str = "due"  # which lists what is open


def _states(*states: orders.State) -> Pairs:
    return tuple(("state", state.value) for state in states)


QUEUES: Final = (
    Queue("待受理", "orders.accept", _states(S.REPORTED)),
    Queue("待核实", "orders.verify", _states(S.VERIFYING)),
    Queue("待复核不予受理", "orders.confirm_refusal", _states(S.REFUSAL_REVIEW)),
    Queue("待归类", "orders.file", (("open", "1"), ("mark", "unclassified"))),
    Queue("待立案", "orders.file", _states(S.ACCEPTED)),
    Queue("待派遣", "orders.dispatch", _states(S.FILED)),
    Queue("退单待改派", "orders.dispatch", _states(S.RETURNED)),
    Queue("退单待指定", "orders.designate", _states(S.RETURNED)),
    Queue("争议待裁定", "orders.decide_dispute", _states(S.RETURNED)),
    Queue("待签收", "orders.handle", _states(S.ACKNOWLEDGING), own=True),
    Queue("处置中", "orders.handle", _states(S.HANDLING), own=True),
    Queue("返工", "orders.handle", _states(S.REWORK), own=True),
    Queue("答复被退回", "orders.file", _states(S.REWORK), own=True),
    Queue("待单位审核", "orders.review_unit", _states(S.UNIT_REVIEW), own=True),
    Queue("待中心审核", "orders.review_center", _states(S.CENTER_REVIEW)),
    Queue("待责任领导签批", "orders.sign_raised", (*_states(S.CENTER_REVIEW), ("mark", "raised"))),
    Queue("延期挂账待审批", "orders.decide_application", (("open", "1"), ("mark", "application"))),
    Queue("申诉待审", "orders.decide_appeal", (("mark", "appeal"),), sort="received"),
    Queue("待核查", "orders.check", _states(S.CHECKING)),
    Queue("待结案", "orders.close", _states(S.CHECKING)),
    Queue("待上级结案", "orders.upward", _states(S.AWAITING_AUTHORITY)),
)
OPEN_STATES: Final = (
    S.REPORTED, S.VERIFYING, S.REFUSAL_REVIEW, S.ACCEPTED, S.FILED, S.ACKNOWLEDGING, S.RETURNED, S.HANDLING, S.REWORK,
    S.SUSPENDED, S.UNIT_REVIEW, S.CENTER_REVIEW, S.CHECKING, S.AWAITING_AUTHORITY, S.MERGED, S.TRANSFERRED,
)  # fmt: skip


RESTING: Final = frozenset({S.MERGED, S.TRANSFERRED, S.AWAITING_AUTHORITY})
LATE: Final = "已超时"
DOING: Final = tuple(state.value for state in OPEN_STATES if state not in RESTING)


@dataclass(frozen=True, slots=True)
class Tile:
    """A counted link; `more`: there are more than were counted."""

    label: str
    address: str
    total: int
    more: bool
    state: orders.State | None = None


def of(desk: Desk) -> Iterator[tuple[str, Address]]:
    """(label, address) of the person's queues; two with the same rows are one."""
    seen: set[Pairs] = set()
    for queue in QUEUES:
        if not desk.may(queue.permission):
            continue
        own = _own(desk, queue.permission) if queue.own else ()
        current = () if ("mark", "appeal") in queue.pairs else counting.current(desk)
        pairs = (*queue.pairs, *own, *current, ("sort", queue.sort))
        if pairs not in seen:
            seen.add(pairs)
            yield queue.label, Address(pairs, desk.town)


def _own(desk: Desk, permission: str) -> Pairs:
    units = dict.fromkeys(hat.unit for hat in desk.actor.hats_with(permission))
    return tuple(("unit", one.code) for one in desk.units if one.id in units)


def held(desk: Desk) -> Address:
    """Orders his units must do something about, the first due first: not those merged or handed over."""
    pairs = (("state", ",".join(DOING)), *(("holder", one.code) for one in desk.units))
    pairs = (*pairs, *counting.current(desk), ("sort", "due"))
    return Address(pairs, desk.town)


def waiting(desk: Desk) -> tuple[list[Tile], list[Tile], Tile]:
    """(queues, open orders by state, what is overdue) with their numbers, all in one statement; states without any are left out."""
    queued = list(of(desk))
    current = counting.current(desk)
    states = {state.value: Address((("state", state.value), *current), desk.town) for state in OPEN_STATES}
    late = Address((("overdue", "1"), ("sort", "due")), desk.town)
    asked = {label: one.filter() for label, one in queued} | {
        code: one.filter() for code, one in states.items()
    }
    totals = counting.totals(desk, "home", asked | {LATE: late.filter()})
    tiles = [_tile(label, one, totals[label]) for label, one in queued]
    by_state = [
        _tile(orders.LOOKS[orders.State(code)].word, one, totals[code], orders.State(code))
        for code, one in states.items()
        if totals[code]
    ]
    return tiles, by_state, _tile(LATE, late, totals[LATE])


def today(desk: Desk) -> list[Tile]:
    """Received and closed since midnight, of what this person may see; each number is the list behind it."""
    day = timezone.localdate(desk.at).isoformat()
    asked = (("今日收到", (("from", day),)), ("今日结案", (("closed_from", day), ("open", "0"))))
    return [_found(desk, label, Address(pairs, desk.town)) for label, pairs in asked]


def _found(desk: Desk, label: str, address: Address) -> Tile:
    page = orders.find_orders(desk.actor, address.filter(), at=desk.at, limit=1)
    return Tile(label, address.query, page.total, not page.exact)


def _tile(label: str, address: Address, total: int, state: orders.State | None = None) -> Tile:
    return Tile(label, address.query, total, False, state)

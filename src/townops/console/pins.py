"""The pinned views above the list: every queue of the town as a filter, with its number, for those whom it concerns.

A view is shown to whoever's posts it concerns, and to others while something lies in it. All numbers are one statement.
"""

from dataclasses import dataclass
from typing import Final

from townops.console import counting
from townops.console.doors import SEES, Desk
from townops.console.filters import Address, Pairs
from townops.orders import api as orders

S = orders.State
MOST: Final = 999
KEYS: Final = 9
OPEN: Final = ("open", "1")


@dataclass(frozen=True, slots=True)
class Pin:
    """A view: whom it concerns by permission, its filter; `own`: of the units whose posts hold one of the permissions."""

    label: str
    permissions: tuple[str, ...]
    pairs: Pairs
    own: tuple[str, ...] = ()
    urgent: bool = False
    sort: str = "due"  # which lists what is open
    work: bool = True  # in which history that nobody has adopted does not stand


@dataclass(frozen=True, slots=True)
class Shown:
    """A view on the page; `key`: the digit that opens it, "" beyond nine."""

    label: str
    query: str
    total: str
    key: str
    current: bool
    urgent: bool
    empty: bool


def _state(*states: orders.State) -> Pairs:
    return (("state", ",".join(state.value for state in states)),)


def _of(*names: str) -> tuple[str, ...]:
    return tuple(f"orders.{name}" for name in names)


UNIT: Final = _of("handle", "review_unit")
PINS: Final = (
    Pin("待核实", _of("verify"), _state(S.VERIFYING)),
    Pin("待受理", _of("accept"), _state(S.REPORTED)),
    Pin("待复核", _of("confirm_refusal"), _state(S.REFUSAL_REVIEW)),
    Pin("待立案", _of("file"), _state(S.ACCEPTED)),
    Pin("待派遣", _of("dispatch"), _state(S.FILED)),
    Pin("待签收", _of("handle"), _state(S.ACKNOWLEDGING), own=UNIT),
    Pin("临期", SEES, (("late", "soon"),), urgent=True, work=False),
    Pin("超期", SEES, (("late", "overdue"),), urgent=True, work=False),
    Pin("严重超期", SEES, (("late", "severe"),), urgent=True, work=False),
    Pin("退单", _of("dispatch", "designate", "decide_dispute"), _state(S.RETURNED)),
    Pin("挂账", _of("decide_application"), _state(S.SUSPENDED), own=UNIT),
    Pin("待审核", _of("review_unit", "review_center"), _state(S.UNIT_REVIEW, S.CENTER_REVIEW), own=UNIT),
    Pin("待签批", _of("sign_raised"), (*_state(S.CENTER_REVIEW), ("mark", "raised"))),
    Pin("申诉待审", _of("decide_appeal"), (("mark", "appeal"),), sort="received", work=False),
    Pin("待核查", _of("check"), _state(S.CHECKING)),
    Pin("返工", _of("handle", "file"), _state(S.REWORK), own=UNIT),
    Pin("待上报回复", _of("upward"), (("mark", "to_reply"), OPEN)),
    Pin("待上级结案", _of("upward"), _state(S.AWAITING_AUTHORITY)),
    Pin("区级交办", _of("supervise", "upward"), (("source", "district"), OPEN)),
    Pin("督办", _of("supervise"), (("mark", "supervised"), OPEN)),
    Pin("我的", SEES, (("person", "me"), OPEN)),
    Pin("本单位", SEES, (OPEN,), own=SEES),
    Pin("责任待明确", _of("dispatch", "designate"), (("mark", "unsettled"), OPEN)),
    Pin("历史待接管", _of("adopt"), (("adopt", "1"),), sort="received", work=False),
)


def of(desk: Desk, address: Address) -> list[Shown]:
    """The views of the person who sits at the desk, with their numbers."""
    current = counting.current(desk)
    views = {
        pin.label: Address((*pin.pairs, *_own(desk, pin), *(current if pin.work else ())), desk.town)
        for pin in PINS
    }
    totals = counting.totals(desk, "pins", {label: one.filter() for label, one in views.items()})
    kept = [pin for pin in PINS if desk.may(*pin.permissions) or totals[pin.label]]
    return [
        _shown(pin, views[pin.label], totals[pin.label], address, place) for place, pin in enumerate(kept, 1)
    ]


def query_of(desk: Desk, key: str) -> str:
    """The query of the view that a digit opens, "" where there is none."""
    shown = of(desk, Address((), desk.town))
    return next((one.query for one in shown if key and one.key == key), "")


def _own(desk: Desk, pin: Pin) -> Pairs:
    """Who sees the whole town sees its queue, others that of their units; 本单位 is one's units for everybody."""
    if not pin.own or (desk.sees_all and pin.own != SEES):
        return ()
    units = {hat.unit for one in pin.own for hat in desk.actor.hats_with(one)}
    name = "holder" if pin.own == SEES else "unit"
    return tuple((name, one.code) for one in desk.units if one.id in units)


def _shown(pin: Pin, view: Address, total: int, address: Address, place: int) -> Shown:
    return Shown(
        label=pin.label,
        query=Address((*view.pairs, ("sort", pin.sort)), view.town).query,
        total=str(total) if total <= MOST else f"{MOST}+",
        key=str(place) if place <= KEYS else "",
        current=set(view.pairs)
        == {pair for pair in address.pairs if pair[0] not in {"sort", "cursor", "view"}},
        urgent=pin.urgent and bool(total),
        empty=not total,
    )

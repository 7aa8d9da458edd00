"""Which clocks run, wait or end in a state, and which one is primary (engine.md section 4).

The table is asked after every step, so no step can forget a clock.
"""

from dataclasses import replace
from datetime import datetime

from townops.kernel import clocks as k
from townops.kernel.workdays import Limit, TimeUnit
from townops.orders.domain.flow import Authority, Contact, Flow
from townops.orders.domain.order import Named, Order
from townops.orders.domain.states import HANDLED_BY_UNIT, State

S = State
RUNNING: dict[State, frozenset[str]] = {
    S.REPORTED: frozenset({"accept"}),
    S.VERIFYING: frozenset({"verify"}),
    S.REFUSAL_REVIEW: frozenset({"accept", "review"}),
    S.ACCEPTED: frozenset({"file"}),
    S.FILED: frozenset({"dispatch"}),
    S.RETURNED: frozenset({"dispatch"}),
    S.ACKNOWLEDGING: frozenset({"handle", "acknowledge"}),
    S.HANDLING: frozenset({"handle"}),
    S.REWORK: frozenset({"handle"}),
    S.UNIT_REVIEW: frozenset({"handle", "review"}),
    S.CENTER_REVIEW: frozenset({"handle", "review"}),
    S.CHECKING: frozenset({"handle", "check"}),
}
WAITING: dict[State, frozenset[str]] = {
    S.VERIFYING: frozenset({"accept"}),
    S.SUSPENDED: frozenset({"handle", "contact", "make_safe"}),
    S.AWAITING_AUTHORITY: frozenset({"handle"}),
    S.MERGED: frozenset({"handle"}),
    S.TRANSFERRED: frozenset({"handle"}),
}
ELSEWHERE = frozenset({S.MERGED, S.TRANSFERRED})
BEFORE_DISPATCH = frozenset({S.ACCEPTED, S.FILED})
OF_ELSEWHERE = frozenset({"outer", "reply"})
OF_THE_UNIT = frozenset({"handle", "contact", "make_safe"})
PRIMARY: dict[State, str] = {
    S.REPORTED: "accept",
    S.VERIFYING: "verify",
    S.REFUSAL_REVIEW: "accept",
    S.ACCEPTED: "file",
    S.FILED: "dispatch",
}
AT_THE_CENTER = frozenset({"accept", "file", "dispatch", "check", "review", "reply", "outer", "verify"})


def has_outer(order: Order, flow: Flow) -> bool:
    return order.outer_given or flow.options.reply_up or flow.options.closing is Authority.DISTRICT


def running(order: Order, flow: Flow) -> frozenset[str]:
    """Names of the clocks that must run now."""
    if not order.is_open:
        return frozenset()
    names = set(RUNNING.get(order.state, frozenset()))
    if has_outer(order, flow):
        names.add("outer")
    elif order.state in {S.MERGED, S.TRANSFERRED, S.AWAITING_AUTHORITY}:
        names.add("reply")
    if order.state in HANDLED_BY_UNIT or (order.state is S.RETURNED and order.progress.designated):
        names |= _of_the_unit(order, flow)
    if order.progress.provisional:
        names.discard("handle")
    return frozenset(names)


def _of_the_unit(order: Order, flow: Flow) -> set[str]:
    names = {"handle"}
    if flow.options.contact is Contact.REQUIRED and not order.progress.contacted:
        names.add("contact")
    if order.standard and order.standard.make_safe and not order.progress.made_safe:
        names.add("make_safe")
    return names


def waiting(order: Order, flow: Flow) -> frozenset[str]:
    """Names of the clocks that stand still but keep what they used."""
    if not order.is_open:
        return frozenset()
    names = WAITING.get(order.state, frozenset())
    if order.progress.provisional or (order.state is S.FILED and order.progress.keep_time):
        names |= {"handle"}
    return names | (_standing(order) - running(order, flow))


def leaves_clocks(order: Order, *, keeps: frozenset[str]) -> Order:
    """On the way elsewhere, by merging or transfer: whatever runs or waits now waits there for the way back.

    `keeps`: clocks that run there and wait here between two such ways, with what they used.
    """
    here = frozenset(one.name for one in order.clocks if one.active) - OF_ELSEWHERE
    return order.now(standing=here | keeps)


def _standing(order: Order) -> frozenset[str]:
    """Elsewhere all that stood in the state left; back before dispatch what the next unit inherits; the reply clock always."""
    if order.state in ELSEWHERE:
        return order.standing
    inherited = OF_THE_UNIT if order.state in BEFORE_DISPATCH else frozenset()
    return order.standing & (inherited | {"reply"})


def primary_name(order: Order, flow: Flow) -> str:
    """The one clock that gives `due_at` while the order is open."""
    if order.state in PRIMARY:
        return PRIMARY[order.state]
    if order.state in {S.MERGED, S.TRANSFERRED, S.AWAITING_AUTHORITY}:
        return "outer" if has_outer(order, flow) else "reply"
    if order.state is S.RETURNED:
        return "handle" if order.progress.designated else "dispatch"
    return "check" if order.progress.provisional and order.state is S.CHECKING else "handle"


def primary(order: Order, flow: Flow) -> Named | None:
    return order.active(primary_name(order, flow)) if order.is_open else None


def handle_limit(order: Order, flow: Flow) -> Limit:
    """Reopened rounds have their own limit; else the dispatch rule's, the standard's, the hotline's time class, or the flow's."""
    if order.reopened and order.round > 1:
        return flow.limits.reopened
    if order.limit:
        return order.limit
    if order.standard:
        return order.standard.limit
    if order.time_class.isdigit():
        return Limit(int(order.time_class), TimeUnit.HOTLINE_DAY)
    return flow.limits.handle


def limit_of(name: str, order: Order, flow: Flow) -> Limit:
    if name == "handle":
        return handle_limit(order, flow)
    if name == "make_safe" and order.standard and order.standard.make_safe:
        return order.standard.make_safe
    if name == "dispatch" and order.progress.returns > 1:
        return flow.limits.designate
    if name == "outer" and order.time_class.isdigit():
        return Limit(int(order.time_class), TimeUnit.HOTLINE_DAY)
    limit: Limit = getattr(flow.limits, name)
    return limit


def settle(order: Order, flow: Flow, at: datetime) -> Order:
    """The order with every clock started, paused, resumed or stopped as its state demands."""
    run, wait = running(order, flow), waiting(order, flow)
    settled = tuple(_move(named, order, flow, at, run=run, wait=wait) for named in order.clocks)
    present = {named.name for named in settled if named.active}
    fresh = tuple(
        _start(name, len(settled) + n, order, flow, at)
        for n, name in enumerate(sorted(run - present), start=1)
    )
    done = order.now(clocks=settled + fresh, standing=_standing(order))
    outer = done.active("outer")
    return done.now(outer_due_at=outer.clock.due_at) if outer else done


def _move(
    named: Named, order: Order, flow: Flow, at: datetime, *, run: frozenset[str], wait: frozenset[str]
) -> Named:
    if not named.active:
        return named
    clock, calendar = named.clock, flow.calendars[named.clock.calendar]
    if named.name in wait:
        clock = clock if clock.paused_at else k.pause(clock, calendar, at)
    elif named.name in run:
        clock = k.resume(clock, calendar, at) if clock.paused_at else clock
    else:
        clock = k.stop(clock, calendar, at)
    if not (clock is named.clock or clock.stopped_at is None):
        return replace(named, clock=clock)
    unit, post = holder(named.name, order, flow)
    return replace(named, clock=clock, unit=unit, post=post)


def _start(name: str, no: int, order: Order, flow: Flow, at: datetime) -> Named:
    unit, post = holder(name, order, flow)
    calendar = flow.calendar
    if name == "outer" and order.outer_given and order.outer_due_at:
        clock = k.start_until(order.outer_due_at, calendar, order.received_at)
    elif name == "outer":
        clock = k.start(limit_of(name, order, flow), calendar, order.received_at)
    elif name == "handle":
        clock = _start_handling(order, flow, at)
    else:
        clock = k.start(limit_of(name, order, flow), calendar, at)
    return Named(no, name, clock, unit, post, order.round)


def _start_handling(order: Order, flow: Flow, at: datetime) -> k.Clock:
    cap = inner_cap(order, flow)
    if order.time_class == "as_sent" and order.outer_due_at and cap and order.round == 1:
        return k.start_until(cap, flow.calendar, at)
    limit = handle_limit(order, flow)
    received = order.received_at if limit.unit is TimeUnit.HOTLINE_DAY else None
    return k.start(limit, flow.calendar, at, received_at=received, cap=cap)


def inner_cap(order: Order, flow: Flow) -> datetime | None:
    """The town's inner due is earlier than the district's by a margin."""
    outer = order.active("outer")
    if outer is None:
        return None
    from_outer = outer.clock.due_at.timestamp() - flow.limits.outer_margin_seconds
    return datetime.fromtimestamp(from_outer, tz=outer.clock.due_at.tzinfo)


def holder(name: str, order: Order, flow: Flow) -> tuple[int, int | None]:
    """Who must act before this clock is due: (unit, post)."""
    center = flow.center
    if name == "review" and order.state is S.UNIT_REVIEW and order.main:
        return order.main.unit, None
    if name == "dispatch" and order.progress.returns > 1:
        return center.unit, center.deputy_post
    if name == "verify" and order.progress.verifier is not None:
        asked = order.progress.asked_posts
        return order.progress.verifier, next(iter(asked)) if len(asked) == 1 else None
    if name in AT_THE_CENTER:
        liaison = name in {"outer", "reply"}
        return center.unit, center.liaison_post if liaison else center.shift_post
    if order.main:
        return order.main.unit, order.responsible.post if order.main.unit == order.responsible.unit else None
    return order.responsible.unit, order.responsible.post

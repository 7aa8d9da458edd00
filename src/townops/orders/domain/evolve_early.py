"""From message to dispatch: report, verification, acceptance, refusal, merging, filing, rounds."""

from dataclasses import replace
from datetime import datetime, timedelta

from townops.kernel import clocks as k
from townops.kernel.actors import HEAD, MAIN_LEADER, STAFF
from townops.kernel.workdays import Limit, TimeUnit
from townops.orders.domain.facts import Parent, Party, Place, Standard, Subject
from townops.orders.domain.flow import Refusal
from townops.orders.domain.order import Basis, Hands, Order, Progress, Responsible, Task
from townops.orders.domain.settle import handle_limit, has_outer, inner_cap, leaves_clocks
from townops.orders.domain.states import State
from townops.orders.domain.taken import ASKED, INFERRED, REPLY_WAITS, WAITS, Context

S = State


def at_center(context: Context, basis: Basis) -> Responsible:
    center = context.flow.center
    return Responsible(center.unit, center.shift_post, basis)


def last(order: Order) -> Responsible:
    return Responsible(order.responsible.unit, order.responsible.post, Basis.LAST)


def _report(order: Order, context: Context) -> Order:
    chosen = context.taken
    return order.now(
        subject=chosen.get("class", Subject),
        demand_type=chosen.word("demand_type") or order.demand_type,
        severity=chosen.word("severity") or order.severity,
    )


def _request_verification(order: Order, context: Context) -> Order:
    taken = context.taken
    unit, posts = taken.get("unit", Party), taken.facts.get(ASKED)
    if unit is None or not isinstance(posts, tuple):
        return order.now(state=S.VERIFYING)
    asked = frozenset(post for post in posts if isinstance(post, int))
    return order.seen(verifier=unit.unit, asked_posts=asked).now(state=S.VERIFYING)


def _answer_verification(order: Order, context: Context) -> Order:
    return order.seen(verified=bool(context.taken.get("confirmed", bool))).now(state=S.REPORTED)


def _accept(order: Order, context: Context) -> Order:
    taken = context.taken
    first = Responsible(taken.unit, taken.post, Basis.FIRST_ASKED)
    return order.now(state=S.ACCEPTED, responsible=first)


def _refuse(order: Order, context: Context) -> Order:
    if context.flow.options.refusal is Refusal.TWO:
        return order.by(refuser=context.taken.person).now(state=S.REFUSAL_REVIEW)
    return ended(order.by(refuser=context.taken.person), S.NOT_ACCEPTED, context)


def _confirm_refusal(order: Order, context: Context) -> Order:
    if context.taken.get("agree", bool):
        return ended(order, S.NOT_ACCEPTED, context)
    return order.now(state=S.REPORTED)


def _refuse_filing(order: Order, context: Context) -> Order:
    return ended(order, S.NOT_FILED, context)


def ended(order: Order, state: State, context: Context) -> Order:
    """A state that is not open: the last holder stays written, and archiving is due after N days."""
    days = timedelta(days=context.flow.limits.archive_days)
    closed = max(context.at, order.received_at)  # the server's clock may have been set back
    return order.now(
        state=state,
        responsible=last(order),
        application=None,
        tasks=answered(order.tasks, None, context.taken.seq),
        closed_at=closed,
        archive_at=context.at + days,
    )


def answered(tasks: tuple[Task, ...], unit: int | None, seq: int) -> tuple[Task, ...]:
    """Open tasks of a unit (None: of all) ended by this step."""
    return tuple(
        replace(task, done_seq=seq) if task.done_seq is None and unit in {None, task.unit} else task
        for task in tasks
    )


def _merge(order: Order, context: Context) -> Order:
    parent = context.taken.need("parent", Parent)
    held = Responsible(parent.unit, parent.post, Basis.MERGED)
    return elsewhere(order, context).now(
        state=S.MERGED,
        before=order.state,
        held_before=order.responsible,
        parent=parent.order,
        responsible=held,
        application=None,
    )


def elsewhere(order: Order, context: Context) -> Order:
    """Its clocks wait for it; an event from before they did says nothing of it, and folds as it was written."""
    if not context.taken.get(WAITS, bool):
        return order
    keeps = bool(context.taken.get(REPLY_WAITS, bool)) and not has_outer(order, context.flow)
    return leaves_clocks(order, keeps=frozenset({"reply"} if keeps else ()))


def _follow(order: Order, context: Context) -> Order:
    """The parent changed hands, and so does what is merged into it."""
    parent = context.taken.need("parent", Parent)
    return order.now(responsible=Responsible(parent.unit, parent.post, Basis.MERGED))


def _unmerge(order: Order, context: Context) -> Order:
    return order.now(
        state=order.before or S.REPORTED,
        responsible=order.held_before or order.responsible,
        parent=None,
        before=None,
        held_before=None,
    )


def _classify(order: Order, context: Context) -> Order:
    taken = context.taken
    known = order.now(subject=taken.get("class", Subject) or order.subject)
    said = taken.word("demand_type")
    if not said:
        return known
    return known.now(demand_type=said, inferred=bool(taken.get(INFERRED, bool)))


def with_filing(order: Order, context: Context) -> Order:
    """The order under the chosen standard row or hotline triple; the outer clock follows the time class unless sent."""
    taken = context.taken
    standard = taken.get("condition", Standard)
    filed = order.now(
        standard=standard or order.standard,
        subject=taken.get("class", Subject) or order.subject,
        demand_type=taken.word("demand_type") or order.demand_type,
        inferred=order.inferred and not taken.word("demand_type"),
        time_class=taken.word("time_class") or order.time_class,
        severity=taken.word("severity") or _severity(order, standard),
    )
    if filed.time_class == order.time_class or not filed.time_class.isdigit() or order.outer_given:
        return filed
    return outer_by_class(filed, context)


def _severity(order: Order, standard: Standard | None) -> str:
    """As the standard row says; what was reported as urgent stays so when the order is first filed."""
    reported = order.standard is None and order.severity != "general"
    return order.severity if standard is None or reported else standard.severity


def outer_by_class(order: Order, context: Context) -> Order:
    """The outer clock started anew from receipt under the hotline's time class."""
    outer = order.active("outer")
    if outer is None:
        return order
    limit = Limit(int(order.time_class), TimeUnit.HOTLINE_DAY)
    calendar = context.flow.calendars[outer.clock.calendar]
    clock = k.start(limit, calendar, order.received_at)
    return order.now(
        clocks=tuple(named.renewed(clock) if named is outer else named for named in order.clocks)
    )


def _file(order: Order, context: Context) -> Order:
    avoid = context.taken.get("conduct_of", Party)
    return with_filing(order, context).now(state=S.FILED, avoid=avoid.unit if avoid else order.avoid)


def _transfer(order: Order, context: Context) -> Order:
    center = context.flow.center
    held = Responsible(center.unit, center.liaison_post, Basis.TRANSFERRED)
    gone = elsewhere(order, context)
    return gone.now(state=S.TRANSFERRED, responsible=held, held_before=order.responsible, application=None)


def _take_back(order: Order, context: Context) -> Order:
    return to_dispatch(order, context)


def _adopt(order: Order, context: Context) -> Order:
    return order.now(adopted=True)


def _resend(order: Order, context: Context) -> Order:
    """The district sends the same order again: same order, next round, new clocks, new reply."""
    state = S.FILED if order.is_filed else S.REPORTED
    outer = context.taken.get("outer_due_at", datetime)
    again = new_round(order, context).now(
        state=state,
        received_at=context.taken.at_fact("received_at"),
        outer_due_at=outer,
        outer_given=outer is not None,
    )
    return again.now(
        raised=order.raised if order.is_open else next_level(order, context),
        responsible=at_center(context, Basis.FIRST_ASKED),
    )


def next_level(order: Order, context: Context) -> int:
    """上提一级: unit head, leader in charge, main leader; where the head signs anyway the leader is next."""
    signs_anyway = HEAD if context.flow.options.unit_review else STAFF
    return min(max(order.raised, signs_anyway) + 1, MAIN_LEADER)


def new_round(order: Order, context: Context) -> Order:
    """Everything of a round starts afresh; what was counted over the order's life stays."""
    calendars = context.flow.calendars
    stopped = tuple(
        named.renewed(k.stop(named.clock, calendars[named.clock.calendar], context.at))
        if named.active
        else named
        for named in order.clocks
    )
    return order.now(
        round=order.round + 1,
        clocks=stopped,
        hands=Hands(),
        progress=Progress(),
        application=None,
        appeal="",
        assisting=(),
        tasks=order.tasks,
        result="",
        satisfaction="",
        closed_at=None,
        archive_at=None,
        before=None,
        outer_given=False,
        outer_due_at=None,
        parent=None,
    )


def _relocate(order: Order, context: Context) -> Order:
    return moved_unit(order.now(place=context.taken.need("area", Place)), context)


def _reclassify(order: Order, context: Context) -> Order:
    filed = with_filing(order, context)
    if filed.demand_type != order.demand_type:  # what is no 咨询 any more is certified like everything else
        filed = filed.seen(quick=False)
    return moved_unit(relimited(filed, order, context), context)


def relimited(order: Order, before: Order, context: Context) -> Order:
    """A changed class changes the running limit and keeps the time already used."""
    named = order.active("handle")
    if named is None or handle_limit(order, context.flow) == handle_limit(before, context.flow):
        return order
    calendar = context.flow.calendars[named.clock.calendar]
    limit, cap = handle_limit(order, context.flow), inner_cap(order, context.flow)
    received = order.received_at if limit.unit is TimeUnit.HOTLINE_DAY else named.clock.started_at
    bare = replace(named.clock, limit=limit, cap=cap, received_at=received, extensions=0, fixed=None)
    clock = k.replay(bare, calendar)
    return order.now(clocks=tuple(n.renewed(clock) if n is named else n for n in order.clocks))


def moved_unit(order: Order, context: Context) -> Order:
    """Neutral when the main unit stays; else back to dispatch with the used time kept."""
    proposed = context.taken.get("proposed", Party)
    dispatched = order.main is not None and order.progress.dispatched_at is not None
    if not dispatched or proposed is None or (order.main and proposed.unit == order.main.unit):
        return order
    return to_dispatch(order, context)


def to_dispatch(order: Order, context: Context) -> Order:
    """Back to whoever dispatches: the next unit inherits the used time, nothing else of the last handling."""
    cleared = order.seen(
        keep_time=bool(order.active("handle")),
        passed=frozenset(),
        provisional=False,
        quick=False,
        center_signed=False,
        replied=False,
        designated=False,
        settled=False,
        returns=0,
        returned_by=None,
        dispatched_at=None,
        suspended_until=None,
    )
    filed = order.is_filed
    return cleared.now(
        state=S.FILED if filed else S.ACCEPTED,
        application=None,
        responsible=at_center(context, Basis.RETURNED if filed else Basis.FIRST_ASKED),
        before=None,
        held_before=None,
    )


EVOLUTIONS = {
    "report": _report,
    "request_verification": _request_verification,
    "answer_verification": _answer_verification,
    "accept": _accept,
    "refuse": _refuse,
    "confirm_refusal": _confirm_refusal,
    "refuse_filing": _refuse_filing,
    "merge": _merge,
    "follow": _follow,
    "unmerge": _unmerge,
    "classify": _classify,
    "file": _file,
    "transfer": _transfer,
    "take_back": _take_back,
    "adopt": _adopt,
    "resend": _resend,
    "relocate": _relocate,
    "reclassify": _reclassify,
}

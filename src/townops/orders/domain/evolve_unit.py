"""In the hands of a unit: dispatch, acknowledgement, dispute rungs, applications, handling."""

from townops.kernel import clocks as k
from townops.kernel.actors import MAIN_LEADER
from townops.kernel.workdays import Limit
from townops.orders.domain.evolve_early import answered, relimited, with_filing
from townops.orders.domain.facts import Party
from townops.orders.domain.flow import MAIN_RUNG, Authority, Certify
from townops.orders.domain.order import Application, Basis, Named, Order, Responsible, Task
from townops.orders.domain.states import State
from townops.orders.domain.taken import Context

S = State


def assigned(order: Order, context: Context, party: Party, basis: Basis, post: int | None = None) -> Order:
    """The order in the hands of `party`: the one place where a main unit is written."""
    taken = context.taken
    keep = order.progress.keep_time
    held = order.active("handle")
    start = order if keep and held else _without_handle(order, held, context)
    dispatchers = order.hands.dispatchers | {taken.person}
    given = start.by(dispatchers=dispatchers).seen(
        keep_time=False, dispatched_at=context.at, returned_by=None, contacted=order.progress.contacted
    )
    held_by = Responsible(party.unit, post, basis)
    tasks = answered(order.tasks, party.unit, taken.seq)  # who is main now owes no opinion beside
    return given.now(state=S.ACKNOWLEDGING, main=party, responsible=held_by, tasks=tasks)


def _without_handle(order: Order, held: Named | None, context: Context) -> Order:
    """Another unit starts its own handling clock; the one before ends with what it used."""
    if held is None or (order.progress.designated and order.state is S.RETURNED):
        return order
    ended = held.renewed(k.stop(held.clock, context.flow.calendars[held.clock.calendar], context.at))
    return order.now(clocks=tuple(ended if named is held else named for named in order.clocks))


def _dispatch(order: Order, context: Context) -> Order:
    taken = context.taken
    party = taken.need("unit", Party)
    basis = Basis(taken.word("basis") or Basis.RULE)
    post = context.flow.center.shift_post if basis is Basis.UNSETTLED else None
    if order.avoid is not None:
        post = taken.get("leader_post", int)
    asked = {party.unit for party in order.assisting} | {party.unit}
    fresh = tuple(one for one in taken.parties("assisting") if one.unit not in asked)
    assisting = tuple(one for one in order.assisting if one.unit != party.unit) + fresh
    number = len(order.tasks)
    tasks = tuple(Task(number + n, one.unit, order.round) for n, one in enumerate(fresh, start=1))
    limited = order.now(limit=taken.get("limit", Limit))
    given = assigned(limited, context, party, basis, post)
    return given.now(assisting=assisting, tasks=given.tasks + tasks)


def _designate(order: Order, context: Context) -> Order:
    party = context.taken.need("unit", Party)
    return assigned(order, context, party, Basis.DESIGNATED).seen(designated=True)


def _decide_dispute(order: Order, context: Context) -> Order:
    """The last word, the main leader's or that of the flow's last rung, settles who handles it."""
    last = context.taken.rank >= MAIN_LEADER or context.flow.options.dispute_rungs < MAIN_RUNG
    return _designate(order, context).seen(settled=last)


def _fall_back(order: Order, context: Context) -> Order:
    party = context.taken.need("unit", Party)
    return assigned(order, context, party, Basis.FALLBACK).seen(designated=True)


def _acknowledge(order: Order, context: Context) -> Order:
    return order.now(state=S.HANDLING)


def _by_hand(order: Order, context: Context) -> Order:
    """Whoever spoke to the caller or was at the danger handled it: he signs and checks nothing of this round."""
    return order.by(handlers=order.hands.handlers | {context.taken.person})


def _contact(order: Order, context: Context) -> Order:
    return _by_hand(order, context).seen(contacted=True)


def _make_safe(order: Order, context: Context) -> Order:
    return _by_hand(order, context).seen(made_safe=True)


def _add_opinion(order: Order, context: Context) -> Order:
    named = context.taken.get("unit", Party)
    unit = named.unit if named else context.taken.unit
    return order.now(tasks=answered(order.tasks, unit, context.taken.seq))


def _return(order: Order, context: Context) -> Order:
    """Back to the center; a designated unit stays liable and goes on while it disputes (先办后议)."""
    center = context.flow.center
    back = order.seen(returns=order.progress.returns + 1, returned_by=order.main.unit if order.main else None)
    back = back.now(state=S.RETURNED, returns=order.returns + 1, application=None)
    if order.progress.designated:
        return back
    return back.now(main=None, responsible=Responsible(center.unit, center.shift_post, Basis.RETURNED))


def _request_extension(order: Order, context: Context) -> Order:
    pending = Application("extension", context.taken.person)
    return order.by(requester=context.taken.person).now(application=pending)


def _request_suspension(order: Order, context: Context) -> Order:
    pending = Application("suspension", context.taken.person, context.taken.at_fact("until"))
    return order.by(requester=context.taken.person).now(application=pending)


def _decide_extension(order: Order, context: Context) -> Order:
    decided = order.now(application=None)
    named = order.active("handle")
    if not context.taken.get("granted", bool) or named is None:
        return decided
    calendar = context.flow.calendars[named.clock.calendar]
    longer = named.renewed(k.extend(named.clock, calendar))
    clocks = tuple(longer if item is named else item for item in order.clocks)
    return decided.now(clocks=clocks).seen(extensions=order.progress.extensions + 1)


def _decide_suspension(order: Order, context: Context) -> Order:
    decided = order.now(application=None)
    if not context.taken.get("granted", bool) or order.application is None:
        return decided
    until = order.application.until
    paused = decided.seen(suspensions=order.progress.suspensions + 1, suspended_until=until)
    return paused.now(state=S.SUSPENDED, before=order.state)


def _resume(order: Order, context: Context) -> Order:
    return order.now(state=order.before or S.HANDLING, before=None).seen(suspended_until=None)


def after_handling(order: Order, context: Context, *, unit_review: bool) -> State:
    """The first of unit_review, center_review, checking (certify not none), awaiting_authority, else checking."""
    options = context.flow.options
    if unit_review:
        return S.UNIT_REVIEW
    if options.center_review or order.raised > 1:
        return S.CENTER_REVIEW
    return after_reviews(context)


def after_reviews(context: Context) -> State:
    options = context.flow.options
    if options.certify is Certify.NONE and options.closing is Authority.DISTRICT:
        return S.AWAITING_AUTHORITY
    return S.CHECKING


def _handle_on_spot(order: Order, context: Context) -> Order:
    taken = context.taken
    filed = relimited(with_filing(order, context), order, context)
    party = taken.need("own_unit", Party)
    if filed.main is None or filed.state not in {S.ACKNOWLEDGING, S.HANDLING}:
        filed = assigned(filed, context, party, Basis.FIRST_ASKED)
    done = handled(filed, context)
    skip = order.raised == 0 and not context.flow.options.unit_review
    return done.now(state=after_handling(done, context, unit_review=not skip))


def handled(order: Order, context: Context, outcome: str = "solved") -> Order:
    """A result is there: everything an earlier one had earned is gone. `outcome` where the step names none."""
    taken = context.taken
    marked = order.by(handlers=order.hands.handlers | {taken.person}, reviewers=frozenset()).seen(
        outcome=taken.word("outcome") or outcome,
        fact_finding=taken.word("fact_finding"),
        demand_finding=taken.word("demand_finding"),
        passed=frozenset(),
        provisional=False,
        quick=False,
        center_signed=False,
        replied=False,
    )
    return marked.now(application=None)


def _submit(order: Order, context: Context) -> Order:
    done = handled(order, context)
    needs_head = context.flow.options.unit_review or order.raised > 0
    return done.now(state=after_handling(done, context, unit_review=needs_head))


EVOLUTIONS = {
    "dispatch": _dispatch,
    "designate": _designate,
    "decide_dispute": _decide_dispute,
    "fall_back": _fall_back,
    "acknowledge": _acknowledge,
    "deem_acknowledged": _acknowledge,
    "contact": _contact,
    "make_safe": _make_safe,
    "add_opinion": _add_opinion,
    "return": _return,
    "request_extension": _request_extension,
    "request_suspension": _request_suspension,
    "decide_extension": _decide_extension,
    "decide_suspension": _decide_suspension,
    "resume": _resume,
    "handle_on_spot": _handle_on_spot,
    "submit": _submit,
}

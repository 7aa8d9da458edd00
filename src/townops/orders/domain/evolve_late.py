"""From reviewed result to archive: double review, check, upward replies, closing, appeal, the next round."""

from townops.kernel import clocks as k
from townops.kernel.actors import LEADER
from townops.kernel.workdays import night_until
from townops.orders.domain.evolve_early import at_center, elsewhere, ended, new_round, next_level, to_dispatch
from townops.orders.domain.evolve_quick import signed_off
from townops.orders.domain.evolve_unit import after_handling, after_reviews
from townops.orders.domain.flow import Authority
from townops.orders.domain.order import Application, Basis, Order, Responsible
from townops.orders.domain.states import State
from townops.orders.domain.taken import Context

S = State


def _reviewed(order: Order, context: Context) -> Order:
    return order.by(reviewers=order.hands.reviewers | {context.taken.person})


def _review_unit(order: Order, context: Context) -> Order:
    signed = _reviewed(order, context)
    review = order.active("review")
    calendars = context.flow.calendars
    clocks = tuple(
        named.renewed(k.stop(named.clock, calendars[named.clock.calendar], context.at))
        if named is review
        else named
        for named in order.clocks
    )  # the center reviews on a clock of its own
    state = after_handling(signed, context, unit_review=False)
    moved = signed.now(clocks=clocks)
    if signed.progress.quick and state is not S.CENTER_REVIEW:
        return signed_off(moved, context)
    return moved.now(state=state)


def _review_center(order: Order, context: Context) -> Order:
    """The center signs; where the order was raised the leader signs after it, in the same state.

    About the center itself a leader signs in its place, and his one signature is both.
    """
    signed = _reviewed(order, context)
    instead = order.avoid == context.flow.center.unit
    if order.raised >= LEADER and not order.progress.center_signed and not instead:
        return signed.seen(center_signed=True)
    if signed.progress.quick:
        return signed_off(signed, context)
    return signed.now(state=after_reviews(context))


def _send_back(order: Order, context: Context) -> Order:
    cleared = order.seen(
        passed=frozenset(), provisional=False, quick=False, center_signed=False, replied=False
    )
    return cleared.now(state=S.REWORK, reworks=order.reworks + 1)


def methods(certify: str) -> frozenset[str]:
    """The kinds of check a flow asks for."""
    table = {"site": {"site"}, "callback": {"callback"}, "both": {"site", "callback"}, "none": set()}
    return frozenset(table[certify])


def _check(order: Order, context: Context) -> Order:
    certify = context.flow.options.certify.value
    asked = methods(certify)
    method = context.taken.word("method") or next(iter(sorted(asked)), "site")
    passed = order.progress.passed
    now_passed = passed | {method} if context.taken.get("passed", bool) else passed - {method}
    return order.seen(passed=now_passed)


def _provisional_close(order: Order, context: Context) -> Order:
    """Whoever closes at night signs in the center's stead; certified from the next working day on."""
    begins = night_until(context.flow.calendar, context.at)
    signed = _reviewed(order, context).seen(provisional=True, certify_from=begins, quick=False)
    return signed.now(state=S.CHECKING)


def _reply_up(order: Order, context: Context) -> Order:
    replied = order.seen(replied=True)
    waits = context.flow.options.closing is Authority.DISTRICT and order.is_open
    return replied.now(state=S.AWAITING_AUTHORITY) if waits else replied


def _ask_up(order: Order, context: Context) -> Order:
    return order.seen(asked=order.progress.asked | {context.taken.word("kind")})


def _answer_up(order: Order, context: Context) -> Order:
    kind, granted = context.taken.word("kind"), bool(context.taken.get("granted", bool))
    answered = order.seen(asked=order.progress.asked - {kind})
    if kind == "extension":
        return _new_outer(answered, context) if granted else answered
    if kind == "return":
        return _returned_up(answered, context, granted=granted)
    if granted:
        return ended(answered, S.CLOSED, context).now(
            result=order.result or order.progress.outcome or "withdrawn"
        )
    return _closing_refused(answered)


def _closing_refused(order: Order) -> Order:
    """Back to the unit that handled it, on its own basis; without one the order stays where it is."""
    if order.main is None or order.progress.dispatched_at is None:
        return order
    own = order.held_before or order.responsible
    elsewhere = own.unit != order.main.unit or own.basis in {Basis.MERGED, Basis.TRANSFERRED}
    basis = Basis.RULE if elsewhere else own.basis
    cleared = order.seen(
        passed=frozenset(),
        provisional=False,
        quick=False,
        center_signed=False,
        replied=False,
        suspended_until=None,
    )
    return cleared.now(
        state=S.REWORK,
        reworks=order.reworks + 1,
        responsible=Responsible(order.main.unit, own.post if own.unit == order.main.unit else None, basis),
        parent=None,
        before=None,
        held_before=None,
    )


def _new_outer(order: Order, context: Context) -> Order:
    """The district gave a later outer due; the inner one is the unit's until its own extension."""
    due = context.taken.at_fact("new_due")
    outer = order.active("outer")
    clocks = order.clocks
    if outer:
        calendar = context.flow.calendars[outer.clock.calendar]
        renewed = outer.renewed(k.start_until(due, calendar, outer.clock.started_at))
        clocks = tuple(renewed if named is outer else named for named in clocks)
    return order.now(clocks=clocks, outer_due_at=due, outer_given=True)


def _returned_up(order: Order, context: Context, *, granted: bool) -> Order:
    if granted:
        center = context.flow.center
        held = Responsible(center.unit, center.liaison_post, Basis.TRANSFERRED)
        return elsewhere(order, context).now(
            state=S.TRANSFERRED,
            responsible=held,
            held_before=order.held_before or order.responsible,
            application=None,
            result="transferred",
        )
    return to_dispatch(order, context) if order.is_filed else order


def _close(order: Order, context: Context) -> Order:
    taken = context.taken
    result = {S.MERGED: "merged", S.TRANSFERRED: "transferred"}.get(order.state, "")
    outcome = taken.word("outcome") or order.progress.outcome or "solved"
    found = order.seen(
        outcome=outcome,
        fact_finding=taken.word("fact_finding") or order.progress.fact_finding,
        demand_finding=taken.word("demand_finding") or order.progress.demand_finding,
    )
    return ended(found, S.CLOSED, context).now(result=result or outcome)


def _record_satisfaction(order: Order, context: Context) -> Order:
    return order.now(satisfaction=context.taken.word("satisfaction"))


def _reopen(order: Order, context: Context) -> Order:
    """One level up: the next reply is signed by the next leader (上提一级)."""
    state = S.FILED if order.is_filed else S.REPORTED
    again = new_round(order, context).now(state=state, reopened=order.reopened + 1)
    return again.now(raised=next_level(order, context), responsible=at_center(context, Basis.FIRST_ASKED))


def _appeal(order: Order, context: Context) -> Order:
    pending = Application("appeal", context.taken.person)
    return order.by(requester=context.taken.person).now(appeal="pending", application=pending)


def _decide_appeal(order: Order, context: Context) -> Order:
    """Two reviewers: the first yes waits for the second; one no ends it. The overdue fact stays either way."""
    decided = order.by(decider=context.taken.person)
    if not context.taken.get("granted", bool):
        return decided.now(appeal="refused", application=None)
    if order.appeal == "pending":
        return decided.now(appeal="second")
    return decided.now(appeal="granted", application=None)


def _withdraw(order: Order, context: Context) -> Order:
    return ended(order, S.CLOSED, context).now(result="withdrawn")


def _archive(order: Order, context: Context) -> Order:
    return order.now(state=S.ARCHIVED, archive_at=None)


def _remind(order: Order, context: Context) -> Order:
    return order.now(reminded=order.reminded + 1)


def _supervise(order: Order, context: Context) -> Order:
    return order.now(supervised=order.supervised + 1)


def _raise_level(order: Order, context: Context) -> Order:
    return order.now(raised=next_level(order, context))


def _link_incident(order: Order, context: Context) -> Order:
    return order.now(incident=True)


EVOLUTIONS = {
    "review_unit": _review_unit,
    "review_center": _review_center,
    "send_back": _send_back,
    "check": _check,
    "provisional_close": _provisional_close,
    "reply_up": _reply_up,
    "ask_up": _ask_up,
    "answer_up": _answer_up,
    "close": _close,
    "record_satisfaction": _record_satisfaction,
    "reopen": _reopen,
    "appeal": _appeal,
    "decide_appeal": _decide_appeal,
    "withdraw": _withdraw,
    "archive": _archive,
    "remind": _remind,
    "supervise": _supervise,
    "raise_level": _raise_level,
    "link_incident": _link_incident,
}

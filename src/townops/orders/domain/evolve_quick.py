"""A 咨询 answered at once (快速处置、简易流程): accepted, filed and handled in one event; what others must sign stays to do."""

from townops.orders.domain.evolve_early import ended, outer_by_class, with_filing
from townops.orders.domain.evolve_unit import assigned, handled
from townops.orders.domain.facts import Party
from townops.orders.domain.flow import Authority, Flow, QuickReply
from townops.orders.domain.order import Basis, Order
from townops.orders.domain.states import State
from townops.orders.domain.taken import Context

CONSULT, ONE_DAY = "consult", "1"
S = State


def _quick_reply(order: Order, context: Context) -> Order:
    """The answering clerk's center holds it as first asked; the answer itself is the contact."""
    filed = order if order.is_filed else _as_consult(order, context)
    center = context.taken.need("own_unit", Party)
    held = filed
    if order.state is not S.REWORK:
        held = assigned(filed, context, center, Basis.FIRST_ASKED, context.taken.post)
    told = bool(context.taken.facts.get("who"))
    done = handled(held, context, outcome="explained").seen(quick=True)
    done = done.seen(contacted=done.progress.contacted or told)
    return done.now(state=_first_signature(context.flow))


def _as_consult(order: Order, context: Context) -> Order:
    named = with_filing(order, context).now(demand_type=CONSULT, inferred=False)
    if named.time_class:
        return named
    if named.outer_given:
        return named.now(time_class="as_sent")
    return outer_by_class(named.now(time_class=ONE_DAY), context)


def _first_signature(flow: Flow) -> State:
    """Where the center signs alone the unit's head is of the same house and signs nothing before it."""
    options = flow.options
    alone = options.quick_reply is QuickReply.SIGNED and options.center_review
    return S.UNIT_REVIEW if options.unit_review and not alone else S.CENTER_REVIEW


def signed_off(order: Order, context: Context) -> Order:
    """The last signature under a quick reply: the district is asked to close, or the town has closed."""
    if context.flow.options.closing is Authority.DISTRICT:
        return order.now(state=S.AWAITING_AUTHORITY)
    return ended(order, S.CLOSED, context).now(result=order.progress.outcome)


EVOLUTIONS = {"quick_reply": _quick_reply}

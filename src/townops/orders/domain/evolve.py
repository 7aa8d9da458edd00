"""What each step makes of an order. Total and silent: refusing is `decide`'s work, remembering is `fold`'s."""

from collections.abc import Callable
from dataclasses import replace

from townops.kernel import clocks as k
from townops.orders.domain import evolve_early as early
from townops.orders.domain import evolve_late as late
from townops.orders.domain import evolve_quick as quick
from townops.orders.domain import evolve_unit as unit
from townops.orders.domain import heirs
from townops.orders.domain.facts import WHISTLEBLOW, Party, Place
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Order
from townops.orders.domain.settle import settle
from townops.orders.domain.taken import AVOIDS, INFERRED, Context, Taken

Evolution = Callable[[Order, Context], Order]


def _same(order: Order, context: Context) -> Order:
    return order


def _recalendar(order: Order, context: Context) -> Order:
    """A corrected calendar replays every open clock; what was already overdue stays in the events before."""
    version = context.taken.need("calendar", int)
    calendar = context.flow.calendars[version]
    moved = tuple(
        named.renewed(k.replay(named.clock, calendar)) if named.active else named for named in order.clocks
    )
    return order.now(clocks=moved)


def _succeed(order: Order, context: Context) -> Order:
    """A unit that ended is followed by its successor wherever it still owes something; what is done stays its own."""
    return heirs.succeeded(
        order, context.taken.need("ended", int), context.taken.need("unit", Party), context.taken.seq
    )


def _follow_borders(order: Order, context: Context) -> Order:
    """The ground is another area's now; whoever the rules name there takes over from the main unit, clocks run on."""
    here = order.now(place=context.taken.need("area", Place))
    unit = context.taken.get("unit", Party)
    if unit is None or here.main is None:
        return here
    return heirs.succeeded(here, here.main.unit, unit, context.taken.seq)


EVOLUTIONS: dict[str, Evolution] = {
    **early.EVOLUTIONS,
    **unit.EVOLUTIONS,
    **late.EVOLUTIONS,
    **quick.EVOLUTIONS,
    "recalendar": _recalendar,
    "succeed": _succeed,
    "follow_borders": _follow_borders,
    "gain": _same,
    "receipt_up": _same,
    "add_evidence": _same,
    "report_interim": _same,
}


def evolve(flow: Flow, order: Order, taken: Taken) -> Order:
    """The order after `taken`; clocks settled by the state reached."""
    under = _under(flow, taken)
    if (heir := taken.get(AVOIDS, int)) is not None:
        order = order.now(avoid=heir)
    after = EVOLUTIONS[taken.step](order, Context(taken, under)).now(seq=taken.seq)
    return settle(_hidden(order, after, taken), under, taken.at)


def _hidden(order: Order, after: Order, taken: Taken) -> Order:
    """Whoever informed once stays hidden, whatever it is called later; an inferred 举报 hides him until a person says."""
    if taken.facts.get("demand_type") == WHISTLEBLOW:
        guess = bool(taken.get(INFERRED, bool)) and not order.informant
        return after.now(informant=True, inferred=guess)
    guessed = order.inferred and order.demand_type == WHISTLEBLOW
    return after.now(informant=False) if guessed and not after.inferred else after


def _under(flow: Flow, taken: Taken) -> Flow:
    """Clocks start under the calendar that was current when the step was taken."""
    version = taken.get("calendar", int)
    return flow if version in {None, flow.calendar_version} else replace(flow, calendar_version=version or 0)

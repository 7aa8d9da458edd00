"""The one door to change: `decide` refuses or returns the order after the step together with its event.

Checked in the order permission, stale (by `write`), step, facts, then the step's own rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from townops.kernel.actors import LEADER, SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders.domain.evolve import evolve
from townops.orders.domain.facts import Facts, Need, Value
from townops.orders.domain.flow import Contact, Filing, Flow
from townops.orders.domain.guards import GUARDS
from townops.orders.domain.order import Order
from townops.orders.domain.states import State
from townops.orders.domain.step import ANY, INVOLVED, MAIN, OPINION, OUTSIDE, SYSTEM, Step
from townops.orders.domain.steps import STEPS
from townops.orders.domain.taken import REPLY_WAITS, WAITS, Taken

AS_LEADER = frozenset({"decide_extension", "decide_suspension", "decide_dispute"})
PERMISSION_IN_STATE = {
    ("send_back", State.UNIT_REVIEW): frozenset({"orders.review_unit"}),
    ("send_back", State.CENTER_REVIEW): frozenset({"orders.review_center", "orders.sign_raised"}),
    ("send_back", State.CHECKING): frozenset({"orders.check"}),
}
SIGNS = frozenset({"orders.sign_raised"})
IN_THE_CENTERS_PLACE = frozenset({"check", "send_back"})


LEAVING = frozenset({"merge", "transfer", "answer_up"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What `write` commits: the order before and after, and the event between them."""

    before: Order
    after: Order
    taken: Taken
    flow: Flow


def decide(flow: Flow, order: Order, name: str, facts: Facts, actor: Actor, at: datetime) -> Decision:  # noqa: PLR0917
    """The step taken by `actor` at `at`, or Refused(code): not_permitted, not_authority, step_not_allowed, ..."""
    row = STEPS[name]
    hat = permit(flow, order, row, actor)
    allow(flow, order, row)
    forbid_same_hands(order, row, actor)
    require(flow, order, row, facts)
    person = actor.person
    full: dict[str, Value] = {"calendar": flow.calendar_version, **facts}
    if name in LEAVING:
        full |= {WAITS: True, REPLY_WAITS: True}
    taken = Taken(name, order.seq + 1, person, hat.unit, hat.post or None, hat.rank, at, full)
    for guard in GUARDS.get(name, ()):
        guard(flow, order, taken)
    return Decision(order, evolve(flow, order, taken), taken, flow)


def permit(flow: Flow, order: Order, row: Step, actor: Actor) -> Hat:
    """The hat under which the step is taken; Refused("not_permitted") when no hat fits."""
    if row.scope == SYSTEM and actor.person != SYSTEM_PERSON:
        raise Refused("not_permitted", step=row.name)
    wanted = _wanted(flow, order, row)
    fitting = [
        hat for hat in actor.hats if hat.permissions & wanted and _in_scope(flow, order, row, hat, actor)
    ]
    if not fitting:
        raise Refused("not_permitted", step=row.name)
    return _best(fitting, flow, order, row)


def _wanted(flow: Flow, order: Order, row: Step) -> frozenset[str]:
    """Who may sign as a leader checks a complaint about the center, whose checkers all are its own; nothing else."""
    named = PERMISSION_IN_STATE.get((row.name, order.state), row.permissions)
    if row.name not in IN_THE_CENTERS_PLACE or order.state is not State.CHECKING:
        return named - SIGNS if row.name == "check" else named
    return named | SIGNS if order.avoid == flow.center.unit else named - SIGNS


def _best(hats: list[Hat], flow: Flow, order: Order, row: Step) -> Hat:
    """A leader decides and signs as leader; everybody else acts for the main unit if he belongs to it.

    Whoever has a post elsewhere does not act from the one in the unit complained about.
    """
    hats = [hat for hat in hats if hat.unit != order.avoid] or hats
    leaders_turn = order.progress.center_signed or order.avoid == flow.center.unit
    if row.name in AS_LEADER or (row.name == "review_center" and leaders_turn):
        in_charge = order.main.leader_post if order.main else None
        return max(hats, key=lambda hat: (hat.post == in_charge, hat.rank))
    if row.name == "review_center":
        return min(hats, key=lambda hat: hat.rank)
    own = [hat for hat in hats if order.main and hat.unit == order.main.unit]
    return (own or hats)[0]


def _in_scope(flow: Flow, order: Order, row: Step, hat: Hat, actor: Actor) -> bool:
    if actor.person == SYSTEM_PERSON:
        return True
    if not _in_area(order, hat):
        return False
    if row.name == "send_back":
        return _may_send_back(flow, order, hat)
    return SCOPES[row.scope](flow, order, hat)


def _main(flow: Flow, order: Order, hat: Hat) -> bool:
    return bool(order.main and hat.unit == order.main.unit) or hat.unit == order.responsible.unit


def _opining(flow: Flow, order: Order, hat: Hat) -> bool:
    return hat.unit == flow.center.unit or hat.unit in _involved(order)


def _taking_part(flow: Flow, order: Order, hat: Hat) -> bool:
    return hat.unit in _involved(order) or "orders.upward" in hat.permissions


def _outside(flow: Flow, order: Order, hat: Hat) -> bool:
    return order.main is None or hat.unit != order.main.unit or hat.unit == flow.center.unit


SCOPES: Mapping[str, Callable[[Flow, Order, Hat], bool]] = {
    ANY: lambda flow, order, hat: True,
    MAIN: _main,
    OPINION: _opining,
    INVOLVED: _taking_part,
    OUTSIDE: _outside,
    SYSTEM: lambda flow, order, hat: False,
}


def _may_send_back(flow: Flow, order: Order, hat: Hat) -> bool:
    """The head of the main unit, whoever signs for the center, the leader whose turn it is, or the checker."""
    if order.state is State.UNIT_REVIEW:
        return bool(order.main and hat.unit == order.main.unit)
    if order.state is State.CENTER_REVIEW and "orders.review_center" not in hat.permissions:
        leaders_turn = order.progress.center_signed or order.avoid == flow.center.unit
        return leaders_turn and hat.rank >= max(order.raised, LEADER)
    return True


def _in_area(order: Order, hat: Hat) -> bool:
    if not hat.areas:
        return True
    here = {order.place.village, order.place.block}
    asked = order.state is State.VERIFYING and hat.post in order.progress.asked_posts
    return bool(hat.areas & here) or asked or hat.unit in _involved(order)


def _involved(order: Order) -> frozenset[int]:
    units = {order.responsible.unit} | {party.unit for party in order.assisting}
    return frozenset(units | ({order.main.unit} if order.main else set()))


def allow(flow: Flow, order: Order, row: Step) -> None:
    """Refused unless the flow gives the town this step and the state is one of its sources."""
    if not row.authority(flow):
        raise Refused("not_authority", step=row.name, source=flow.source)
    if not row.when(flow) or order.state not in row.sources:
        raise Refused("step_not_allowed", step=row.name, state=order.state.value)


def forbid_same_hands(order: Order, row: Step, actor: Actor) -> None:
    """Handler, reviewer and checker are different persons; nobody decides his own request."""
    if actor.person == SYSTEM_PERSON:
        return
    hands = order.hands
    seen: Mapping[str, Iterable[int | None]] = {
        "handler": hands.handlers,
        "reviewer": hands.reviewers,
        "dispatcher": hands.dispatchers,
        "refuser": (hands.refuser,),
        "requester": (hands.requester,),
        "decider": (hands.decider,),
    }
    for role in row.not_by:
        if actor.person in seen[role]:
            raise Refused("self_review", step=row.name, role=role)


def require(flow: Flow, order: Order, row: Step, facts: Facts) -> None:
    lacking = [
        need.name for need in needs_of(flow, order, row) if need.required and _empty(facts.get(need.name))
    ]
    if lacking:
        raise Refused("facts_missing", step=row.name, facts=lacking)


def _empty(value: Value) -> bool:
    return value is None or value in ("", ())


def needs_of(flow: Flow, order: Order, row: Step) -> tuple[Need, ...]:
    """The facts of the step for this order now: some depend on how it is filed."""
    return tuple(_need(flow, order, row, need) for need in row.needs)


def _need(flow: Flow, order: Order, row: Step, need: Need) -> Need:
    required = need.required or need.name in _also_required(flow, order, row)
    return Need(need.name, need.type, required, need.many, need.choices)


def _also_required(flow: Flow, order: Order, row: Step) -> frozenset[str]:
    triple = flow.options.filing is Filing.TRIPLE
    if row.name == "file":
        return frozenset({"demand_type", "class", "time_class"}) if triple else frozenset({"condition"})
    if row.name == "submit":
        return frozenset({"fact_finding", "demand_finding"}) if triple else frozenset({"evidence"})
    if row.name == "handle_on_spot" and not order.is_filed:
        return frozenset({"demand_type", "class", "time_class"} if triple else {"condition"})
    if row.name == "quick_reply":
        return _to_answer(flow, order, triple=triple)
    if row.name == "close":
        return _to_close(order, triple=triple)
    return frozenset()


def _to_answer(flow: Flow, order: Order, *, triple: bool) -> frozenset[str]:
    """The answer is the contact: where one is owed it names who was answered."""
    names = {"fact_finding", "demand_finding"} if triple else set()
    if flow.options.contact is Contact.REQUIRED and not order.progress.contacted:
        names.add("who")
    return frozenset(names if order.subject else names | {"class"})


def _to_close(order: Order, *, triple: bool) -> frozenset[str]:
    if order.state is not State.CHECKING:
        return frozenset({"result"})
    return frozenset({"fact_finding", "demand_finding", "outcome"} if triple else {"condition", "outcome"})

"""Orders in every state with just the memory a step asks for, and complete facts, as the table says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.lifecycle import cast
from townops.kernel.actors import LEADER
from townops.orders.domain.evolve_late import methods
from townops.orders.domain.facts import Parent, Place, Value
from townops.orders.domain.flow import Filing, Flow
from townops.orders.domain.order import Application, Basis, Hands, Order, Progress, Responsible
from townops.orders.domain.settle import settle
from townops.orders.domain.states import BEFORE_HANDLING, ENDED, State
from townops.orders.domain.steps import STEPS

S = State
UNFILED = frozenset({S.REPORTED, S.VERIFYING, S.REFUSAL_REVIEW, S.NOT_ACCEPTED, S.ACCEPTED, S.NOT_FILED})
NO_MAIN_UNIT = UNFILED | {S.FILED}
HANDLER = 901
SOMEBODY = 902


@dataclass(frozen=True)
class Situation:
    """An order and what somebody says about it at an instant."""

    order: Order
    facts: dict[str, Value]
    at: datetime

    def with_facts(self, **facts: Value) -> "Situation":
        return replace(self, facts={**self.facts, **facts})

    def with_order(self, order: Order) -> "Situation":
        return replace(self, order=order)


def order_in(flow: Flow, state: State, *, origin: str = "live") -> Order:
    """An order of one round that came to `state` without detours."""
    center = Responsible(cast.CENTER_UNIT, cast.CENTER.shift_post, Basis.FIRST_ASKED)
    held = center if state in NO_MAIN_UNIT else Responsible(cast.MAIN_UNIT, None, Basis.RULE)
    bare = Order(
        id=1, town=1, source=flow.source, flow=1, origin=origin,
        state=S.HANDLING if state in ENDED else state, seq=5, round=1,
        responsible=held, received_at=cast.T0, place=cast.PLACE,
        main=None if state in NO_MAIN_UNIT else cast.MAIN,
        progress=progress(flow, state),
        hands=Hands(handlers=frozenset({HANDLER}), refuser=SOMEBODY, requester=SOMEBODY),
        before={S.SUSPENDED: S.HANDLING, S.MERGED: S.ACKNOWLEDGING}.get(state),
        held_before=held if state is S.MERGED else None,
    )  # fmt: skip
    known = bare if state in UNFILED else filed(bare, flow)
    running = settle(known, flow, cast.T0)
    return ended(running, flow, state) if state in ENDED else running


def progress(flow: Flow, state: State) -> Progress:
    return Progress(
        verified=True,
        contacted=True,
        passed=methods(flow.options.certify.value),
        designated=state is S.RETURNED,
        returns=1 if state is S.RETURNED else 0,
        returned_by=cast.MAIN_UNIT if state is S.RETURNED else None,
        dispatched_at=None if state in NO_MAIN_UNIT else cast.T0,
    )


def filed(order: Order, flow: Flow) -> Order:
    if flow.options.filing is Filing.TRIPLE:
        return order.now(subject=cast.SUBJECT, demand_type="complaint", time_class="5")
    return order.now(standard=cast.STANDARD)


def ended(order: Order, flow: Flow, state: State) -> Order:
    """Ended so late that the handling clock ran over, and long enough ago to be archived."""
    last = replace(order.responsible, basis=Basis.LAST)
    over = order.now(state=state, responsible=last, closed_at=cast.LATE, archive_at=cast.LATE)
    return settle(over, flow, cast.LATE)


def facts_for(flow: Flow, step: str, at: datetime) -> dict[str, Value]:
    """Every fact the step names, and those the edge adds."""
    triple = flow.options.filing is Filing.TRIPLE
    method = min(methods(flow.options.certify.value), default="site")
    said: dict[str, Value] = {
        "unit": cast.OTHER, "assisting": (cast.ASSISTING,), "class": cast.SUBJECT if triple else None,
        "condition": None if triple else cast.STANDARD, "demand_type": "complaint" if triple else None,
        "time_class": "5" if triple else None, "conduct_of": None, "area": Place(11, 110), "evidence": (1, 2),
        "parent": Parent(99, None, "handling", cast.OTHER, cast.OTHER_UNIT, None),
        "confirmed": True, "agree": True, "granted": True, "passed": True, "confidence": 90, "calendar": 2,
        "ended": cast.OTHER_UNIT,
        "method": method, "kind": "closing", "satisfaction": "satisfied", "severity": "general",
        "fact_finding": "true", "demand_finding": "reasonable", "finding_reason": None, "outcome": "solved",
        "channel": "file", "until": at + timedelta(days=10), "new_due": at + timedelta(days=30), "when": at,
        "told_at": at, "by": at + timedelta(days=1), "received_at": at,
    }  # fmt: skip
    named = {need.name: said.get(need.name, "words") for need in STEPS[step].needs}
    if step == "classify":
        named["class"] = cast.SUBJECT
    if step == "fall_back":
        named["unit"] = cast.OTHER
    if step == "add_opinion":
        named["unit"] = None  # another unit's opinion is written down by the center only
    return named


Several = Callable[[Flow, Situation], Iterator[Situation]]


def situations(flow: Flow, step: str, state: State) -> list[Situation]:
    """One situation for each outcome the step can have in this state."""
    late = step in {"deem_acknowledged", "fall_back"}
    at = cast.LATE + timedelta(days=1) if state in ENDED or late else cast.SOON
    if step == "provisional_close":
        at = cast.NIGHT
    order = order_in(flow, state, origin="history" if step == "adopt" else "live")
    plain = Situation(order, facts_for(flow, step, at), at)
    return list(SEVERAL.get(step, _one)(flow, plain))


def _one(flow: Flow, plain: Situation) -> Iterator[Situation]:
    yield plain


def _yes_or_no(name: str) -> Several:
    def both(flow: Flow, plain: Situation) -> Iterator[Situation]:
        yield plain.with_facts(**{name: True})
        yield plain.with_facts(**{name: False})

    return both


def _at_rung(returns: int) -> Several:
    def there(flow: Flow, plain: Situation) -> Iterator[Situation]:
        if plain.order.state is S.RETURNED:
            waiting = plain.order.seen(returns=returns, designated=False)
            plain = plain.with_order(settle(waiting, flow, cast.T0))
        yield plain

    return there


def _applied(kind: str) -> Several:
    def pending(flow: Flow, plain: Situation) -> Iterator[Situation]:
        until = cast.T0 + timedelta(days=10)
        asked = plain.with_order(plain.order.now(application=Application(kind, SOMEBODY, until)))
        yield from _yes_or_no("granted")(flow, asked)

    return pending


def _appealed(flow: Flow, plain: Situation) -> Iterator[Situation]:
    pending = plain.with_order(plain.order.now(appeal="pending", application=Application("appeal", SOMEBODY)))
    yield from _yes_or_no("granted")(flow, pending)


def _merged_from(flow: Flow, plain: Situation) -> Iterator[Situation]:
    for state in sorted(BEFORE_HANDLING):
        yield plain.with_order(plain.order.now(before=state))


def _suspended_from(flow: Flow, plain: Situation) -> Iterator[Situation]:
    for state in (S.HANDLING, S.REWORK):
        yield plain.with_order(plain.order.now(before=state))


def _raised(flow: Flow, plain: Situation) -> Iterator[Situation]:
    yield plain
    yield plain.with_order(plain.order.now(raised=LEADER))


def _answered(flow: Flow, plain: Situation) -> Iterator[Situation]:
    asked = plain.order.seen(asked=frozenset({"closing", "return", "extension"}))
    for kind in ("closing", "return", "extension"):
        yield from _yes_or_no("granted")(flow, plain.with_order(asked).with_facts(kind=kind))


def _asked(flow: Flow, plain: Situation) -> Iterator[Situation]:
    for kind in ("closing", "return", "extension"):
        yield plain.with_facts(kind=kind)


def _moved(flow: Flow, plain: Situation) -> Iterator[Situation]:
    for unit in (cast.MAIN, cast.OTHER):
        yield plain.with_facts(proposed=unit)


def _asked_at_the_desk(flow: Flow, plain: Situation) -> Iterator[Situation]:
    """A 咨询; sent back it is with the center, which answered it."""
    order = plain.order.now(demand_type="consult", assisting=())
    if order.state is S.REWORK:
        held = Responsible(cast.CENTER_UNIT, None, Basis.FIRST_ASKED)
        order = order.now(main=cast.CENTER_PARTY, responsible=held)
    yield plain.with_order(order).with_facts(**{"class": cast.SUBJECT})


def _resent(flow: Flow, plain: Situation) -> Iterator[Situation]:
    yield plain
    if plain.order.state in {S.CLOSED, S.MERGED, S.TRANSFERRED, S.ARCHIVED}:
        yield plain.with_order(plain.order.now(standard=None, subject=None))


SEVERAL: dict[str, Several] = {
    "confirm_refusal": _yes_or_no("agree"),
    "answer_verification": _yes_or_no("confirmed"),
    "check": _yes_or_no("passed"),
    "unmerge": _merged_from,
    "resume": _suspended_from,
    "dispatch": _at_rung(1),
    "designate": _at_rung(2),
    "fall_back": _at_rung(2),
    "decide_dispute": _at_rung(3),
    "decide_extension": _applied("extension"),
    "decide_suspension": _applied("suspension"),
    "decide_appeal": _appealed,
    "submit": _raised,
    "quick_reply": _asked_at_the_desk,
    "handle_on_spot": _raised,
    "review_center": _raised,
    "answer_up": _answered,
    "ask_up": _asked,
    "reclassify": _moved,
    "relocate": _moved,
    "resend": _resent,
}

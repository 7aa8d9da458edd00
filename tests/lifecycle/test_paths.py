"""Every legal combination of options leads from report to closed, by people with the starting roles."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest

from tests.lifecycle import cast
from tests.lifecycle.situations import facts_for
from tests.lifecycle.town import PEOPLE, WHO, Story, at_hand, begun
from townops.kernel.actors import MAIN_LEADER, Actor
from townops.kernel.refusal import Refused
from townops.orders.domain.evolve_late import methods
from townops.orders.domain.facts import Value
from townops.orders.domain.flow import (
    Authority,
    Certify,
    Contact,
    Filing,
    Flow,
    Options,
    Refusal,
    Verify,
)
from townops.orders.domain.order import Order
from townops.orders.domain.states import State

S = State
MOST_STEPS = 40
EVERY = 97
CHOICES: dict[str, tuple[object, ...]] = {
    "closing": tuple(Authority),
    "extending": tuple(Authority),
    "refusing": tuple(Authority),
    "filing": tuple(Filing),
    "verify": tuple(Verify),
    "refusal": tuple(Refusal),
    "contact": tuple(Contact),
    "unit_review": (True, False),
    "center_review": (True, False),
    "certify": tuple(Certify),
    "handle_on_spot": (True, False),
    "dispute_rungs": (2, 3, 4),
    "reply_up": (True, False),
}
Told = tuple[str, dict[str, Value]]


def legal() -> Iterator[Options]:
    for chosen in product(*CHOICES.values()):
        options = Options(**dict(zip(CHOICES, chosen, strict=True)))  # type: ignore[arg-type]
        if not options.problems():
            yield options


def before_filing(flow: Flow, order: Order) -> Told:
    if order.state is S.VERIFYING:
        return "answer_verification", {"confirmed": True}
    if order.state is S.ACCEPTED:
        return "file", {}
    if flow.options.verify is Verify.REQUIRED and not order.progress.verified:
        return "request_verification", {}
    return "accept", {}


def in_the_unit(flow: Flow, order: Order) -> Told:
    if order.open_tasks:
        return "add_opinion", {"unit": None}
    if flow.options.contact is Contact.REQUIRED and not order.progress.contacted:
        return "contact", {}
    return "submit", {}


def at_the_end(flow: Flow, order: Order) -> Told:
    missing = methods(flow.options.certify.value) - order.progress.passed
    if missing:
        return "check", {"method": min(missing), "passed": True}
    return ("reply_up" if flow.options.closing is Authority.DISTRICT else "close"), {}


SIMPLE: dict[State, Told] = {
    S.FILED: ("dispatch", {}),
    S.RETURNED: ("dispatch", {}),
    S.ACKNOWLEDGING: ("acknowledge", {}),
    S.SUSPENDED: ("resume", {}),
    S.UNIT_REVIEW: ("review_unit", {}),
    S.CENTER_REVIEW: ("review_center", {}),
    S.AWAITING_AUTHORITY: ("answer_up", {"kind": "closing", "granted": True}),
}
CHOOSING: dict[State, Callable[[Flow, Order], Told]] = {
    **dict.fromkeys((S.REPORTED, S.VERIFYING, S.ACCEPTED), before_filing),
    **dict.fromkeys((S.HANDLING, S.REWORK), in_the_unit),
    S.CHECKING: at_the_end,
}


def straight_on(flow: Flow, order: Order) -> Told:
    """The next step of somebody who wants the order closed."""
    return CHOOSING[order.state](flow, order) if order.state in CHOOSING else SIMPLE[order.state]


def do(story: Story, told: Told, at: datetime) -> None:
    """The step, taken by the first who may."""
    step, stated = told
    facts = {**facts_for(story.flow, step, at), **stated}
    said: dict[str, Value] = {name: value for name, value in facts.items() if value is not None}
    refused = []
    for actor in candidates(story.order, step):
        try:
            story.take(step, said, actor, at)
            return
        except Refused as no:
            refused.append(f"{actor.name}: {no}")
    pytest.fail(f"{story.flow.options}: nobody may {step} after {story.told}: {refused}")


def candidates(order: Order, step: str) -> list[Actor]:
    if step == "add_opinion":
        waiting = {task.unit for task in order.open_tasks}
        return [one for one in PEOPLE if one.units & waiting]
    return at_hand(order, step) or WHO[step]


def closed(story: Story) -> bool:
    return story.order.state is S.CLOSED


def walk(flow: Flow, detour: Callable[[Story, datetime], None]) -> Story:
    """From report by a detour straight on to closed."""
    story = begun(flow)
    at = cast.SOON
    detour(story, at)
    while not closed(story) and len(story.events) < MOST_STEPS:
        at = story.events[-1].at + timedelta(minutes=10)
        at = max(at, story.order.progress.certify_from or at)
        do(story, straight_on(flow, story.order), at)
    return story


def until(story: Story, state: State, at: datetime) -> None:
    while story.order.state is not state:
        do(story, straight_on(story.flow, story.order), at)


def none(story: Story, at: datetime) -> None:
    """Nothing out of the ordinary."""


def raised(story: Story, at: datetime) -> None:
    while story.order.raised < MAIN_LEADER:
        do(story, ("raise_level", {}), at)


def on_the_spot(story: Story, at: datetime) -> None:
    if story.flow.options.handle_on_spot:
        do(story, ("handle_on_spot", {"condition": cast.STANDARD}), at)


def disputed(story: Story, at: datetime) -> None:
    """Four returns: another unit, the deputy director, a leader, the main leader."""
    rungs = ("dispatch", "designate", "decide_dispute", "decide_dispute")
    for rung in rungs[: max(story.flow.options.dispute_rungs, 3)]:
        until(story, S.HANDLING, at)
        do(story, ("return", {}), at)
        units = (cast.MAIN, cast.OTHER)
        other = next(unit for unit in units if unit.unit != story.order.progress.returned_by)
        do(story, (rung, {"unit": other}), at)


def suspended(story: Story, at: datetime) -> None:
    until(story, S.HANDLING, at)
    do(story, ("request_suspension", {}), at)
    do(story, ("decide_suspension", {"granted": True}), at)


def sent_back(story: Story, at: datetime) -> None:
    until(story, S.HANDLING, at)
    while story.order.state not in {S.CHECKING, S.UNIT_REVIEW, S.CENTER_REVIEW, S.AWAITING_AUTHORITY}:
        do(story, straight_on(story.flow, story.order), at)
    if story.order.state is S.AWAITING_AUTHORITY:
        do(story, ("answer_up", {"kind": "closing", "granted": False}), at)
    else:
        do(story, ("send_back", {}), at)


def provisional(story: Story, at: datetime) -> None:
    until(story, S.HANDLING, at)
    while story.order.state not in {S.CHECKING, S.CENTER_REVIEW, S.AWAITING_AUTHORITY}:
        do(story, straight_on(story.flow, story.order), at)
    if story.order.state is not S.AWAITING_AUTHORITY:
        do(story, ("provisional_close", {}), cast.NIGHT)


def again(story: Story, at: datetime) -> None:
    until(story, S.CLOSED, at)
    do(story, ("reopen", {}), at)


def about_the_center(story: Story, at: datetime) -> None:
    """回避: 党政办 handles it, the center gives its opinion, leaders sign and check."""
    until(story, S.ACCEPTED, at)
    do(story, ("file", {"conduct_of": cast.CENTER_PARTY}), at)
    do(story, ("dispatch", {"unit": cast.OTHER, "assisting": (cast.CENTER_PARTY,)}), at)
    assert story.order.open_tasks


def about_the_center_and_raised(story: Story, at: datetime) -> None:
    about_the_center(story, at)
    raised(story, at)


DETOURS = (
    none,
    raised,
    on_the_spot,
    disputed,
    suspended,
    sent_back,
    provisional,
    again,
    about_the_center,
    about_the_center_and_raised,
)


@pytest.mark.parametrize("detour", DETOURS, ids=lambda detour: detour.__name__)
def test_every_starting_flow_reaches_closed(detour: Callable[[Story, datetime], None]) -> None:
    for flow in cast.flows().values():
        story = walk(flow, detour)
        assert closed(story), f"{flow.source}: {story.told}"


def with_options(options: Options) -> Flow:
    return cast.flow_with(options, "grid", cast.starting()["limits"])


@pytest.mark.parametrize("detour", DETOURS, ids=lambda detour: detour.__name__)
def test_a_sample_of_legal_flows_reaches_closed(detour: Callable[[Story, datetime], None]) -> None:
    for number, options in enumerate(legal()):
        if number % EVERY == DETOURS.index(detour):
            story = walk(with_options(options), detour)
            assert closed(story), f"{options}: {story.told}"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_legal_flow_reaches_closed(part: int) -> None:
    for number, options in enumerate(legal()):
        if number % 8 == part:
            story = walk(with_options(options), none)
            assert closed(story), f"{options}: {story.told}"

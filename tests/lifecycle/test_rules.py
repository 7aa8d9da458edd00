"""Rules that cross several steps, each told as a short story; found by reading and by the random lives."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.lifecycle import cast
from tests.lifecycle.situations import Situation, order_in, situations
from townops.kernel.actors import LEADER, Actor
from townops.kernel.refusal import Refused
from townops.kernel.tests.slow_clock import SlowClock
from townops.orders.domain.decide import decide
from townops.orders.domain.evolve import evolve
from townops.orders.domain.facts import Value
from townops.orders.domain.flow import Authority, Flow, Options
from townops.orders.domain.order import Application, Basis, Order, Responsible, Task
from townops.orders.domain.settle import settle
from townops.orders.domain.states import State
from townops.orders.domain.taken import WAITS

S = State
GRID, HOTLINE, DISTRICT = (cast.flows()[source] for source in ("grid", "hotline", "district"))
UNIT_OPERATOR = cast.actor("unit_operator", cast.MAIN_UNIT)


def after(flow: Flow, order: Order, step: str, who: Actor, **facts: Value) -> Order:
    """The order after one step half an hour later, complete facts given."""
    plain: Situation = situations(flow, step, order.state)[0]
    return decide(flow, order, step, {**plain.facts, **facts}, who, cast.SOON).after


def code(flow: Flow, order: Order, step: str, who: Actor, **facts: Value) -> str:
    with pytest.raises(Refused) as refused:
        after(flow, order, step, who, **facts)
    return refused.value.code


def asked(flow: Flow, state: State, kind: str) -> Order:
    return order_in(flow, state).seen(asked=frozenset({kind}))


def answered(flow: Flow, order: Order, kind: str, *, granted: bool) -> Order:
    return after(flow, order, "answer_up", cast.actor("shift"), kind=kind, granted=granted)


def test_a_provisionally_closed_order_leaves_no_clock_running_when_it_closes() -> None:
    night = after(GRID, order_in(GRID, S.CENTER_REVIEW), "provisional_close", cast.actor("shift"))
    checked = night.seen(passed=frozenset({"site"}))
    closed = after(GRID, checked, "close", cast.actor("grid_clerk"))
    assert [named.name for named in closed.clocks if named.active] == []


def test_a_merged_order_whose_closing_is_refused_is_held_by_its_own_unit_on_its_own_basis() -> None:
    merged = after(DISTRICT, order_in(DISTRICT, S.ACKNOWLEDGING), "merge", cast.actor("shift"))
    waiting = after(DISTRICT, merged, "reply_up", cast.actor("shift"))
    again = answered(DISTRICT, waiting, "closing", granted=False)
    assert again.state is S.REWORK
    assert again.responsible == Responsible(cast.MAIN_UNIT, None, Basis.RULE)
    assert again.parent is None


def test_a_transferred_order_whose_closing_is_refused_is_held_by_its_main_unit() -> None:
    order = after(DISTRICT, asked(DISTRICT, S.HANDLING, "closing"), "transfer", cast.actor("shift"))
    again = answered(DISTRICT, order, "closing", granted=False)
    assert (again.state, again.responsible.unit) == (S.REWORK, cast.MAIN_UNIT)


def test_a_filed_order_whose_closing_is_refused_still_waits_for_dispatch() -> None:
    resent = after(
        DISTRICT, order_in(DISTRICT, S.HANDLING), "resend", cast.actor("system"), received_at=cast.SOON
    )
    again = answered(DISTRICT, resent.seen(asked=frozenset({"closing"})), "closing", granted=False)
    assert again.state is S.FILED


def test_checks_of_a_result_do_not_outlive_a_refused_return() -> None:
    order = answered(DISTRICT, asked(HOTLINE, S.CHECKING, "return"), "return", granted=False)
    assert order.state is S.FILED
    assert order.progress.passed == frozenset()


def away(flow: Flow, order: Order, out: str, back: str, *, at: datetime) -> Order:
    """Gone at `at` and back three days later."""
    shift, dispatcher = cast.actor("shift"), cast.actor("dispatcher")
    plain: Situation = situations(flow, out, order.state)[0]
    gone = decide(flow, order, out, plain.facts, shift, at).after
    who = shift if back == "unmerge" else dispatcher
    return decide(flow, gone, back, {"reason": "改回"}, who, at + timedelta(days=3)).after


@pytest.mark.parametrize(
    ("state", "out", "back", "name"),
    [
        (S.REPORTED, "merge", "unmerge", "accept"),
        (S.ACCEPTED, "merge", "unmerge", "file"),
        (S.FILED, "merge", "unmerge", "dispatch"),
        (S.ACKNOWLEDGING, "merge", "unmerge", "acknowledge"),
        (S.ACKNOWLEDGING, "merge", "unmerge", "handle"),
        (S.ACCEPTED, "transfer", "take_back", "file"),
        (S.FILED, "transfer", "take_back", "dispatch"),
    ],
)
def test_a_clock_goes_on_after_the_way_back_with_what_it_had_left(
    state: State, out: str, back: str, name: str
) -> None:
    order = order_in(GRID, state)
    again = order
    for at in (cast.SOON, cast.SOON + timedelta(days=7)):  # as often as anybody likes
        again = away(GRID, again, out, back, at=at)
    before, after = order.active(name), again.active(name)
    assert before and after and after.no == before.no
    pauses = [(at, at + timedelta(days=3)) for at in (cast.SOON, cast.SOON + timedelta(days=7))]
    limit = before.clock.limit
    assert limit
    slow = SlowClock(cast.CALENDARS[1], before.clock.started_at, limit.amount, limit.unit.value, pauses)
    slow.walk(before.clock.started_at)
    assert after.clock.due_at == slow.due


def test_what_was_used_at_the_unit_is_inherited_after_a_transfer_that_was_taken_back() -> None:
    order = settle(order_in(HOTLINE, S.HANDLING).seen(contacted=False), HOTLINE, cast.T0)
    again = away(HOTLINE, order, "transfer", "take_back", at=cast.SOON)
    waiting = {one.name: one for one in again.clocks if one.active}
    assert waiting["handle"].clock.paused_at and waiting["contact"].clock.paused_at
    at = cast.SOON + timedelta(days=3, minutes=1)
    facts: dict[str, Value] = {"unit": cast.OTHER, "basis": "rule"}
    sent = decide(HOTLINE, again, "dispatch", facts, cast.actor("dispatcher"), at).after
    running = {one.name: one for one in sent.clocks if one.active}
    assert running["contact"].no == waiting["contact"].no
    assert running["handle"].no == waiting["handle"].no
    assert sent.standing == frozenset()


def test_an_event_from_before_clocks_waited_folds_as_it_was_written() -> None:
    order = order_in(GRID, S.FILED)
    plain: Situation = situations(GRID, "merge", order.state)[0]
    taken = decide(GRID, order, "merge", plain.facts, cast.actor("shift"), cast.SOON).taken
    old = replace(taken, facts={name: value for name, value in taken.facts.items() if name != WAITS})
    ended = next(one for one in evolve(GRID, order, old).clocks if one.name == "dispatch")
    assert ended.clock.stopped_at == cast.SOON


def test_an_order_dispatched_again_after_a_provisional_close_has_a_running_clock() -> None:
    night = asked(HOTLINE, S.CHECKING, "return").seen(provisional=True)
    back = answered(HOTLINE, settle(night, HOTLINE, cast.T0), "return", granted=False)
    sent = after(HOTLINE, back, "dispatch", cast.actor("dispatcher"))
    handle = sent.active("handle")
    assert handle is not None
    assert handle.clock.running


def test_an_application_ends_when_the_order_leaves_the_unit() -> None:
    pending = order_in(GRID, S.HANDLING).now(application=Application("extension", 5))
    gone = after(GRID, pending, "transfer", cast.actor("shift"))
    assert gone.application is None


def used_before_and_after(flow: Flow, away: str, back: str, state: State) -> tuple[int, int]:
    """Seconds the handling clock has counted when the order leaves, and when it runs again."""
    left = decide(
        flow,
        order_in(flow, state),
        away,
        situations(flow, away, state)[0].facts,
        cast.actor("shift"),
        cast.SOON,
    )
    clock = next(named.clock for named in left.after.clocks if named.name == "handle")
    returned = after(flow, left.after, back, cast.actor("shift"))
    if returned.state is S.FILED:
        returned = after(flow, returned, "dispatch", cast.actor("dispatcher"))
    again = returned.active("handle")
    assert again is not None
    return clock.used, again.clock.used


def test_a_merge_undone_does_not_give_the_unit_a_fresh_handling_clock() -> None:
    used, later = used_before_and_after(GRID, "merge", "unmerge", S.ACKNOWLEDGING)
    assert (used, later) == (1800, 1800)


def test_a_transfer_taken_back_keeps_the_used_time() -> None:
    used, later = used_before_and_after(GRID, "transfer", "take_back", S.HANDLING)
    assert (used, later) == (1800, 1800)


def with_task(flow: Flow, state: State) -> Order:
    return order_in(flow, state).now(assisting=(cast.ASSISTING,), tasks=(Task(1, cast.ASSISTING_UNIT, 1),))


def test_an_assisting_unit_can_still_answer_after_the_order_went_to_another_main_unit() -> None:
    returned = after(GRID, with_task(GRID, S.HANDLING), "return", UNIT_OPERATOR)
    sent = after(GRID, returned, "dispatch", cast.actor("dispatcher"), assisting=None)
    said = after(GRID, sent, "add_opinion", cast.actor("unit_operator", cast.ASSISTING_UNIT), unit=None)
    assert said.open_tasks == ()


def test_a_task_of_an_earlier_round_blocks_nothing() -> None:
    resent = after(GRID, with_task(GRID, S.HANDLING), "resend", cast.actor("system"), received_at=cast.SOON)
    assert resent.open_tasks == ()


def test_no_reply_leaves_while_an_assisting_unit_has_not_answered() -> None:
    order = with_task(DISTRICT, S.CENTER_REVIEW)
    signed = after(DISTRICT, order, "review_center", cast.actor("assessor"))
    assert signed.state is S.AWAITING_AUTHORITY
    assert code(DISTRICT, signed, "reply_up", cast.actor("shift")) == "tasks_open"


def test_a_unit_gives_no_opinion_in_the_name_of_another() -> None:
    order = with_task(GRID, S.HANDLING)
    assert code(GRID, order, "add_opinion", UNIT_OPERATOR, unit=cast.ASSISTING) == "not_permitted"


def test_fall_back_gives_no_order_to_the_unit_complained_about() -> None:
    waiting = order_in(GRID, S.RETURNED).seen(returns=2, designated=False).now(avoid=cast.OTHER_UNIT)
    order = settle(waiting, GRID, cast.T0)
    with pytest.raises(Refused):
        decide(GRID, order, "fall_back", {"unit": cast.OTHER}, cast.actor("system"), cast.LATE)


def test_a_station_does_not_handle_on_the_spot_a_complaint_about_itself() -> None:
    flow = cast.flows()["station"]
    about_us = order_in(flow, S.FILED).now(avoid=cast.OTHER_UNIT)
    assert (
        code(flow, about_us, "handle_on_spot", cast.actor("station_head"), own_unit=cast.OTHER) == "avoidance"
    )


def test_a_unit_by_rule_is_not_treated_as_designated_after_the_order_moved() -> None:
    designated = order_in(GRID, S.HANDLING).seen(designated=True, returns=1)
    moved = after(GRID, designated, "reclassify", cast.actor("grid_clerk"), proposed=cast.OTHER)
    sent = after(GRID, moved, "dispatch", cast.actor("dispatcher"))
    assert not sent.progress.designated


@pytest.mark.parametrize("first", ["director", "leader"])
@pytest.mark.parametrize("center_signed", [False, True])
def test_who_is_both_director_and_leader_signs_under_the_hat_that_is_due(
    first: str, center_signed: bool
) -> None:
    hats = (cast.hat("director"), cast.hat("leader", cast.TOWN_UNIT))
    both = Actor(77, "both", hats if first == "director" else hats[::-1])
    order = order_in(GRID, S.CENTER_REVIEW).now(raised=LEADER).seen(center_signed=center_signed)
    after(GRID, order, "review_center", both)


def test_a_raised_order_is_not_closed_at_night_without_the_raised_leader() -> None:
    raised = order_in(GRID, S.CENTER_REVIEW).now(raised=LEADER)
    assert code(GRID, raised, "provisional_close", cast.actor("shift")) == "raised_leader_signs"


@pytest.mark.parametrize("group", ["extending", "refusing"])
def test_what_the_district_decides_needs_a_way_to_ask_it(group: str) -> None:
    refusal = {"refusal": cast.ENUMS["refusal"]("none")} if group == "refusing" else {}
    assert Options(**{group: Authority.DISTRICT, **refusal}).problems() != []  # type: ignore[arg-type]


def test_a_dispatch_without_a_unit_is_refused_in_words() -> None:
    assert (
        code(GRID, order_in(GRID, S.FILED), "dispatch", cast.actor("dispatcher"), unit=None)
        == "facts_missing"
    )


def test_an_order_is_not_archived_over_a_pending_appeal() -> None:
    order = order_in(GRID, S.CLOSED).now(appeal="pending", application=Application("appeal", 5))
    with pytest.raises(Refused):
        decide(GRID, order, "archive", {}, cast.actor("system"), cast.LATE + timedelta(days=1))


def test_a_unit_that_gave_the_order_back_takes_no_more_steps_in_it() -> None:
    returned = after(GRID, order_in(GRID, S.HANDLING), "return", UNIT_OPERATOR)
    assert code(GRID, returned, "contact", UNIT_OPERATOR) == "not_permitted"

"""Rules that cross several steps, each told as a short story; found by reading and by the random lives."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.lifecycle import cast
from tests.lifecycle.situations import Situation, order_in, situations
from townops.kernel.actors import LEADER, MAIN_LEADER, Actor
from townops.kernel.refusal import Refused
from townops.kernel.tests.slow_clock import SlowClock
from townops.orders.domain.decide import decide
from townops.orders.domain.evolve import evolve
from townops.orders.domain.facts import Value
from townops.orders.domain.flow import Authority, Flow, Options
from townops.orders.domain.order import Application, Basis, Order, Responsible, Task
from townops.orders.domain.settle import settle
from townops.orders.domain.states import State
from townops.orders.domain.taken import INFERRED, WAITS

S = State
GRID, HOTLINE, DISTRICT = (cast.flows()[source] for source in ("grid", "hotline", "district"))
UNIT_OPERATOR = cast.actor("unit_operator", cast.MAIN_UNIT)


def after(flow: Flow, order: Order, step: str, who: Actor, at: datetime = cast.SOON, **facts: Value) -> Order:
    """The order after one step, half an hour later unless said, complete facts given."""
    plain: Situation = situations(flow, step, order.state)[0]
    return decide(flow, order, step, {**plain.facts, **facts}, who, at).after


def code(flow: Flow, order: Order, step: str, who: Actor, at: datetime = cast.SOON, **facts: Value) -> str:
    with pytest.raises(Refused) as refused:
        after(flow, order, step, who, at, **facts)
    return refused.value.code


def asked(flow: Flow, state: State, kind: str) -> Order:
    return order_in(flow, state).seen(asked=frozenset({kind}))


def answered(flow: Flow, order: Order, kind: str, *, granted: bool) -> Order:
    return after(flow, order, "answer_up", cast.actor("shift"), kind=kind, granted=granted)


def closed_at_night(flow: Flow) -> Order:
    """Closed provisionally by the shift (person 77) late on Monday."""
    return after(flow, order_in(flow, S.CENTER_REVIEW), "provisional_close", cast.actor("shift"), cast.NIGHT)


@pytest.mark.parametrize("step", ["contact", "make_safe", "submit"])
def test_whoever_handled_an_order_in_any_way_neither_signs_nor_checks_it(step: str) -> None:
    head = cast.actor("unit_head", cast.MAIN_UNIT)
    handled = after(GRID, order_in(GRID, S.HANDLING), step, head)
    waits = handled.now(state=S.UNIT_REVIEW)
    assert code(GRID, waits, "review_unit", head) == "self_review"
    assert (
        after(GRID, waits, "review_unit", cast.actor("unit_head", cast.MAIN_UNIT, 78)).state
        is S.CENTER_REVIEW
    )
    checking = settle(handled.now(state=S.CHECKING), GRID, cast.SOON)
    assert code(GRID, checking, "check", cast.actor("checker")) == "self_review"


def test_whoever_handled_or_signed_an_order_does_not_withdraw_it() -> None:
    shift = cast.actor("shift")
    contacted = after(GRID, order_in(GRID, S.HANDLING), "make_safe", cast.actor("shift", cast.MAIN_UNIT))
    assert code(GRID, contacted, "withdraw", shift) == "self_review"
    assert after(GRID, contacted, "withdraw", cast.actor("shift", person=78)).state is S.CLOSED
    signed = order_in(GRID, S.CHECKING).by(reviewers=frozenset({77}))
    assert code(GRID, signed, "withdraw", shift) == "self_review"


def test_the_night_s_closing_is_certified_and_not_withdrawn() -> None:
    night = closed_at_night(GRID)
    other = cast.actor("shift", person=78)
    assert code(GRID, night, "withdraw", other, cast.NIGHT) == "next_shift_certifies"
    assert after(GRID, night, "withdraw", other, cast.MORNING).state is S.CLOSED


def test_the_center_does_not_withdraw_a_complaint_about_itself() -> None:
    order = about(cast.CENTER_UNIT, GRID, S.HANDLING)
    assert code(GRID, order, "withdraw", cast.actor("shift")) == "avoidance"


def test_what_the_system_calls_an_order_says_a_class_or_a_demand_type() -> None:
    order, clerk = order_in(HOTLINE, S.REPORTED), cast.actor("hotline_clerk")
    nothing: dict[str, Value] = {"class": None, "demand_type": None}
    assert code(HOTLINE, order, "classify", clerk, **nothing) == "facts_missing"
    typed = after(HOTLINE, order, "classify", clerk, **{**nothing, "demand_type": "help"})
    assert (typed.demand_type, typed.subject, typed.inferred) == ("help", None, False)


def inferred(kind: str) -> Order:
    facts: dict[str, Value] = {"class": None, "demand_type": kind, INFERRED: True}
    return after(HOTLINE, order_in(HOTLINE, S.ACCEPTED), "classify", cast.actor("system"), **facts)


def test_whoever_seems_to_inform_is_hidden_until_a_person_files_it_otherwise() -> None:
    guessed, clerk = inferred("whistleblow"), cast.actor("hotline_clerk")
    assert (guessed.informant, guessed.inferred) == (True, True)
    other = after(HOTLINE, guessed, "file", clerk, demand_type="complaint")
    assert (other.informant, other.inferred) == (False, False)
    same = after(HOTLINE, guessed, "file", clerk, demand_type="whistleblow")
    assert (same.informant, same.inferred) == (True, False)
    later = after(HOTLINE, same, "reclassify", clerk, demand_type="complaint")
    assert later.informant


@pytest.mark.parametrize("hour", [8, 9, 12, 13, 15, 17])
def test_by_day_nobody_closes_provisionally(hour: int) -> None:
    order, at = order_in(GRID, S.CENTER_REVIEW), cast.T0.replace(hour=hour, minute=4)
    assert code(GRID, order, "provisional_close", cast.actor("shift"), at) == "provisional_only_at_night"


@pytest.mark.parametrize("hours", [9, 11, 22, 120, 125])
def test_after_work_and_at_the_weekend_the_shift_closes_provisionally(hours: int) -> None:
    at = cast.T0 + timedelta(hours=hours)
    order = order_in(GRID, S.CENTER_REVIEW)
    assert after(GRID, order, "provisional_close", cast.actor("shift"), at).progress.provisional


def test_whoever_closed_at_night_does_not_certify_it_in_the_morning() -> None:
    night, morning = closed_at_night(GRID), cast.MORNING
    assert code(GRID, night, "check", cast.actor("hotline_clerk"), morning) == "self_review"
    checked = after(GRID, night, "check", cast.actor("hotline_clerk", person=78), morning)
    assert code(GRID, checked, "close", cast.actor("shift"), morning) == "self_review"
    assert after(GRID, checked, "close", cast.actor("shift", person=78), morning).state is S.CLOSED


def test_whoever_closed_at_night_does_not_send_the_reply() -> None:
    night = closed_at_night(HOTLINE).seen(passed=frozenset({"callback", "site"}))
    assert code(HOTLINE, night, "reply_up", cast.actor("shift"), cast.MORNING) == "self_review"
    sent = after(HOTLINE, night, "reply_up", cast.actor("shift", person=78), cast.MORNING)
    assert sent.state is S.AWAITING_AUTHORITY


@pytest.mark.parametrize("step", ["check", "close"])
def test_the_same_night_certifies_nothing(step: str) -> None:
    night = closed_at_night(GRID).seen(passed=frozenset({"site"} if step == "close" else ()))
    role = {"check": "checker", "close": "grid_clerk"}[step]
    before = cast.MORNING.replace(hour=7, minute=59)
    assert code(GRID, night, step, cast.actor(role, person=78), before) == "next_shift_certifies"
    after(GRID, night, step, cast.actor(role, person=78), before + timedelta(minutes=1))


def test_whoever_signed_does_not_close_provisionally_besides() -> None:
    order = order_in(GRID, S.CHECKING).by(reviewers=frozenset({77}))
    assert code(GRID, order, "provisional_close", cast.actor("shift"), cast.NIGHT) == "self_review"


def about(unit: int, flow: Flow, state: State, **changes: object) -> Order:
    """A complaint about the conduct of that unit's people, which another unit handles."""
    return order_in(flow, state).now(avoid=unit, **changes)


@pytest.mark.parametrize(
    ("step", "state", "role"),
    [
        ("send_back", S.CENTER_REVIEW, "assessor"), ("send_back", S.CHECKING, "checker"), ("contact", S.HANDLING, "shift"),
        ("provisional_close", S.CHECKING, "shift"), ("check", S.CHECKING, "checker"),
        ("review_center", S.CENTER_REVIEW, "deputy"),
    ],
)  # fmt: skip
def test_the_center_takes_no_part_in_a_complaint_about_itself(step: str, state: State, role: str) -> None:
    order = about(cast.CENTER_UNIT, GRID, state)
    assert code(GRID, order, step, cast.actor(role), cast.NIGHT) == "avoidance"


def test_the_unit_complained_about_gives_an_opinion_and_does_not_call_the_caller() -> None:
    order = with_task(GRID, S.HANDLING).now(avoid=cast.ASSISTING_UNIT)
    accused = cast.actor("unit_operator", cast.ASSISTING_UNIT)
    assert code(GRID, order, "contact", accused) == "avoidance"
    assert after(GRID, order, "add_opinion", accused).open_tasks == ()


@pytest.mark.parametrize("state", [S.CENTER_REVIEW, S.CHECKING])
def test_a_leader_sends_back_in_the_centers_place(state: State) -> None:
    order = about(cast.CENTER_UNIT, GRID, state)
    assert after(GRID, order, "send_back", cast.actor("leader", cast.TOWN_UNIT)).state is S.REWORK
    assert code(GRID, order.now(avoid=None), "send_back", cast.actor("leader")) == "not_permitted"


@pytest.mark.parametrize("raised", [0, LEADER, MAIN_LEADER])
def test_about_the_center_one_leader_signs_and_another_checks(raised: int) -> None:
    leaders = [cast.actor("leader", cast.TOWN_UNIT, 81), cast.actor("main_leader", cast.TOWN_UNIT, 82)]
    signer, checker = leaders[::-1] if raised == MAIN_LEADER else leaders
    signed = after(
        GRID, about(cast.CENTER_UNIT, GRID, S.CENTER_REVIEW, raised=raised), "review_center", signer
    )
    assert signed.state is S.CHECKING
    assert code(GRID, signed, "check", signer) == "self_review"
    checked = after(GRID, signed, "check", checker)
    assert after(GRID, checked, "close", cast.actor("grid_clerk")).state is S.CLOSED


def test_a_leader_checks_nothing_else() -> None:
    assert code(GRID, order_in(GRID, S.CHECKING), "check", cast.actor("leader")) == "not_permitted"


def test_whoever_has_a_post_in_the_center_and_elsewhere_acts_from_the_other() -> None:
    hats = (cast.hat("director"), cast.hat("leader", cast.TOWN_UNIT))
    order = about(cast.CENTER_UNIT, GRID, S.CENTER_REVIEW)
    assert after(GRID, order, "review_center", Actor(77, "both", hats)).state is S.CHECKING


def disputed(flow: Flow, returns: int) -> Order:
    return settle(order_in(flow, S.RETURNED).seen(returns=returns), flow, cast.T0)


def test_the_main_leaders_ruling_settles_a_dispute() -> None:
    ruled = after(GRID, disputed(GRID, 4), "decide_dispute", cast.actor("main_leader"))
    assert code(GRID, ruled, "return", cast.actor("unit_operator", cast.OTHER_UNIT)) == "dispute_settled"


def test_the_ruling_of_a_leader_in_rotation_may_be_disputed_where_there_is_a_session() -> None:
    ruled = after(GRID, disputed(GRID, 3), "decide_dispute", cast.actor("rota_leader"))
    operator = cast.actor("unit_operator", cast.OTHER_UNIT)
    assert after(GRID, ruled, "return", operator).state is S.RETURNED
    three = replace(GRID, options=replace(GRID.options, dispute_rungs=3))
    last = after(three, disputed(three, 3), "decide_dispute", cast.actor("rota_leader"))
    assert code(three, last, "return", operator) == "dispute_settled"


def test_a_settled_matter_of_another_class_is_open_to_dispute_again() -> None:
    ruled = order_in(GRID, S.HANDLING).seen(designated=True, settled=True, returns=4)
    moved = after(GRID, ruled, "reclassify", cast.actor("grid_clerk"), proposed=cast.OTHER)
    sent = after(GRID, moved, "dispatch", cast.actor("dispatcher"))
    assert after(GRID, sent, "return", cast.actor("unit_operator", cast.OTHER_UNIT)).state is S.RETURNED


def test_a_refused_closing_is_rework_and_raises_nobody() -> None:
    back = answered(DISTRICT, order_in(DISTRICT, S.AWAITING_AUTHORITY), "closing", granted=False)
    assert (back.state, back.reworks, back.raised, back.round) == (S.REWORK, 1, 0, 1)


def test_a_provisionally_closed_order_leaves_no_clock_running_when_it_closes() -> None:
    night = closed_at_night(GRID)
    checked = night.seen(passed=frozenset({"site"}))
    closed = after(GRID, checked, "close", cast.actor("grid_clerk", person=78), cast.MORNING)
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


@pytest.mark.parametrize(("out", "back"), [("merge", "unmerge"), ("transfer", "take_back")])
def test_the_reply_clock_keeps_what_it_used_when_an_order_goes_elsewhere_again(out: str, back: str) -> None:
    first = away(GRID, order_in(GRID, S.ACCEPTED), out, back, at=cast.SOON)
    rests = first.active("reply")
    assert rests and rests.clock.paused_at and rests.clock.used > 0
    plain: Situation = situations(GRID, out, first.state)[0]
    at = cast.SOON + timedelta(days=7)
    again = decide(GRID, first, out, plain.facts, cast.actor("shift"), at).after.active("reply")
    assert again and again.no == rests.no and again.clock.running
    assert again.clock.used == rests.clock.used


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
    assert code(GRID, raised, "provisional_close", cast.actor("shift"), cast.NIGHT) == "raised_leader_signs"


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

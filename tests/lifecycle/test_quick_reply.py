"""A 咨询 answered at once: one event by the center, and everybody else's signature still to do (ADR 5)."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from tests.lifecycle import cast
from tests.lifecycle.situations import facts_for, order_in
from tests.lifecycle.test_paths import closed, do, straight_on, with_options
from tests.lifecycle.town import begun
from townops.kernel.refusal import Refused
from townops.orders.domain.decide import decide
from townops.orders.domain.flow import Authority, Certify, Contact, Filing, Flow, Options, QuickReply
from townops.orders.domain.order import Basis, Order
from townops.orders.domain.settle import primary_name
from townops.orders.domain.states import State

S = State
CLERK, SIGNER, HEAD = (
    cast.actor(role, person=n) for n, role in enumerate(("shift", "assessor", "deputy"), 1)
)
ANSWER = {"reply": "words", "who": "words", "class": cast.SUBJECT, "own_unit": cast.CENTER_PARTY,
          "fact_finding": "true", "demand_finding": "reasonable"}  # fmt: skip


def asked(source: str = "hotline", state: State = S.REPORTED) -> Order:
    order = order_in(cast.flows()[source], state)
    filed = {"demand_type": "consult"} if order.is_filed else {}
    return order.now(**filed).seen(contacted=False)


def answered(flow: Flow, order: Order, **facts: object) -> Order:
    return decide(flow, order, "quick_reply", {**ANSWER, **facts}, CLERK, cast.SOON).after  # type: ignore[dict-item]


def signed(flow: Flow, order: Order) -> Order:
    return decide(flow, order, "review_center", {}, SIGNER, cast.SOON + timedelta(hours=1)).after


def test_one_event_accepts_files_answers_and_hands_it_to_who_signs() -> None:
    order = answered(cast.flows()["hotline"], asked())
    assert (order.state, order.demand_type, order.time_class) == (S.CENTER_REVIEW, "consult", "1")
    assert (order.main, order.responsible.basis) == (cast.CENTER_PARTY, Basis.FIRST_ASKED)
    assert (order.progress.contacted, order.progress.outcome) == (True, "explained")


def test_the_time_class_of_a_question_is_one_working_day_and_moves_the_outer_clock() -> None:
    flow, order = cast.flows()["hotline"], asked()
    before = order.active("outer")
    after = answered(flow, order).active("outer")
    assert before and after
    assert after.clock.due_at < before.clock.due_at


def test_a_time_the_district_sent_stays() -> None:
    given = cast.T0 + timedelta(days=3)
    story = begun(cast.flows()["hotline"], outer=given)
    order = answered(story.flow, story.order)
    assert (order.time_class, order.outer_due_at) == ("as_sent", given)


def test_where_the_district_closes_the_signed_answer_waits_for_it() -> None:
    flow = cast.flows()["hotline"]
    order = signed(flow, answered(flow, asked()))
    assert (order.state, primary_name(order, flow)) == (S.AWAITING_AUTHORITY, "outer")


def test_where_the_town_closes_the_signature_of_another_person_closes() -> None:
    flow = cast.flows()["resident"]
    order = signed(flow, answered(flow, asked("resident")))
    assert (order.state, order.result, order.responsible.basis) == (S.CLOSED, "explained", Basis.LAST)
    assert not [one for one in order.clocks if one.active]


def test_who_answered_does_not_sign() -> None:
    flow = cast.flows()["resident"]
    both = cast.actor("shift", person=1).hats + cast.actor("assessor", person=1).hats
    order = answered(flow, asked("resident"))
    with pytest.raises(Refused, match="self_review"):
        decide(flow, order, "review_center", {}, replace(CLERK, hats=both), cast.SOON)


def test_a_flow_that_wants_every_reviewer_keeps_the_head_of_the_center_first() -> None:
    plain = cast.flows()["resident"]
    flow = replace(plain, options=replace(plain.options, quick_reply=QuickReply.REVIEWED))
    order = answered(flow, asked("resident"))
    assert order.state is S.UNIT_REVIEW
    reviewed = decide(flow, order, "review_unit", {}, HEAD, cast.SOON).after
    assert reviewed.state is S.CENTER_REVIEW
    assert signed(flow, reviewed).state is S.CLOSED


def test_a_flow_without_any_review_allows_no_quick_reply() -> None:
    options = Options(
        unit_review=False, center_review=False, handle_on_spot=True, quick_reply=QuickReply.SIGNED
    )
    assert options.problems() == ["quick_reply_needs_a_review"]


def test_an_answer_sent_back_is_given_anew_by_the_center_and_signed_again() -> None:
    flow = cast.flows()["resident"]
    back = decide(
        flow, answered(flow, asked("resident")), "send_back", {"reason": "words"}, SIGNER, cast.SOON
    )
    assert (back.after.state, back.after.reworks) == (S.REWORK, 1)
    again = answered(flow, back.after)
    assert signed(flow, again).state is S.CLOSED


def test_the_next_result_of_an_answer_sent_back_goes_the_long_way() -> None:
    flow = cast.flows()["hotline"]
    back = decide(flow, answered(flow, asked()), "send_back", {"reason": "words"}, SIGNER, cast.SOON).after
    said = {k: v for k, v in facts_for(flow, "submit", cast.SOON).items() if v is not None}
    assert decide(flow, back, "submit", said, CLERK, cast.SOON).after.state is S.UNIT_REVIEW


def test_what_turns_out_to_be_no_question_is_certified_like_everything_else() -> None:
    flow = cast.flows()["resident"]
    facts = {"demand_type": "complaint", "reason": "words", "proposed": cast.CENTER_PARTY}
    order = decide(flow, answered(flow, asked("resident")), "reclassify", facts, CLERK, cast.SOON).after
    assert signed(flow, order).state is S.CHECKING


def test_a_next_round_of_the_same_question_may_be_answered_at_once_again() -> None:
    flow = cast.flows()["hotline"]
    later = {"received_at": cast.SOON + timedelta(days=1)}
    again = decide(flow, answered(flow, asked()), "resend", later, cast.actor("system"), cast.SOON).after
    assert (again.state, answered(flow, again).state) == (S.FILED, S.CENTER_REVIEW)


def refused_because(order: Order, flow: Flow, **facts: object) -> str:
    with pytest.raises(Refused) as refused:
        answered(flow, order, **facts)
    return refused.value.code


def test_a_filed_complaint_is_not_answered_away() -> None:
    order = asked(state=S.FILED).now(demand_type="complaint")
    assert refused_because(order, cast.flows()["hotline"]) == "quick_reply_only_consult"


def test_a_complaint_about_the_conduct_of_staff_is_not_answered_away() -> None:
    order = asked(state=S.FILED).now(avoid=cast.OTHER_UNIT)
    assert refused_because(order, cast.flows()["hotline"]) == "quick_reply_only_consult"


@pytest.mark.parametrize("why", [{"raised": 1}, {"reopened": 1}])
def test_whoever_was_not_content_is_not_answered_at_once_again(why: dict[str, int]) -> None:
    assert refused_because(asked(state=S.FILED).now(**why), cast.flows()["hotline"]) == "quick_reply_once"


def test_a_result_of_a_unit_sent_back_is_not_replaced_by_an_answer_of_the_center() -> None:
    assert refused_because(asked(state=S.REWORK), cast.flows()["hotline"]) == "step_not_allowed"


def test_only_the_center_answers_at_once() -> None:
    elsewhere = cast.actor("hotline_clerk", cast.OTHER_UNIT)
    with pytest.raises(Refused, match="not_permitted"):
        decide(cast.flows()["hotline"], asked(), "quick_reply", ANSWER, elsewhere, cast.SOON)  # type: ignore[arg-type]


def test_who_was_answered_is_said_where_the_reporter_must_be_contacted() -> None:
    order = asked()
    assert refused_because(order, cast.flows()["hotline"], who="") == "facts_missing"
    answered(cast.flows()["hotline"], order.seen(contacted=True), who="")


def test_a_source_that_wants_verification_first_gets_it() -> None:
    plain = cast.flows()["sensor"]
    flow = replace(plain, options=replace(plain.options, quick_reply=QuickReply.SIGNED))
    order = order_in(flow, S.REPORTED).seen(verified=False)
    assert refused_because(order, flow) == "verification_missing"


CHOICES: dict[str, tuple[object, ...]] = {
    "closing": tuple(Authority), "filing": tuple(Filing), "contact": tuple(Contact), "certify": tuple(Certify),
    "unit_review": (True, False), "center_review": (True, False), "reply_up": (True, False),
    "quick_reply": (QuickReply.SIGNED, QuickReply.REVIEWED),
}  # fmt: skip


def test_every_legal_flow_with_quick_replies_reaches_closed_by_one() -> None:
    met = 0
    for chosen in product(*CHOICES.values()):
        options = Options(**dict(zip(CHOICES, chosen, strict=True)))  # type: ignore[arg-type]
        if options.problems():
            continue
        story, met = begun(with_options(options)), met + 1
        do(story, ("quick_reply", {"class": cast.SUBJECT}), cast.SOON)
        at = cast.SOON
        while not closed(story) and len(story.events) < 8:
            at += timedelta(minutes=10)
            do(story, straight_on(story.flow, story.order), at)
        assert closed(story), f"{options}: {story.told}"
        assert story.rebuilt == story.order
    assert met > 100

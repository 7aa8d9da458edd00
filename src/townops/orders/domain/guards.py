"""The rules of single steps beyond the table: dispute rungs, silence, applications, closing, avoidance."""

from collections.abc import Callable
from datetime import timedelta

from townops.kernel import clocks as k
from townops.kernel.actors import LEADER, MAIN_LEADER
from townops.kernel.refusal import Refused
from townops.kernel.workdays import night_until
from townops.orders.domain.evolve_late import methods
from townops.orders.domain.evolve_quick import CONSULT
from townops.orders.domain.facts import Parent, Party, Standard, Subject
from townops.orders.domain.flow import (
    DESIGNATE_RUNG,
    LEADER_RUNG,
    MAIN_RUNG,
    Authority,
    Contact,
    Filing,
    Flow,
    Verify,
)
from townops.orders.domain.order import Order
from townops.orders.domain.states import OPEN, State
from townops.orders.domain.taken import OVERRULES, Taken

S = State
Guard = Callable[[Flow, Order, Taken], None]
CLOCKS_APART = timedelta(minutes=5)  # as much may another clock be ahead of ours


def verified_first(flow: Flow, order: Order, taken: Taken) -> None:
    if flow.options.verify is Verify.REQUIRED and not order.progress.verified:
        raise Refused("verification_missing")


def parent_can_hold(flow: Flow, order: Order, taken: Taken) -> None:
    parent = taken.need("parent", Parent)
    if parent.order == order.id:
        raise Refused("merge_into_itself")
    if State(parent.state) not in OPEN or parent.state == S.MERGED.value:
        raise Refused("parent_not_open", state=parent.state)


def subject_fits(flow: Flow, order: Order, taken: Taken) -> None:
    if (
        flow.options.filing is Filing.TRIPLE
        and taken.word("time_class") == "as_sent"
        and not order.outer_due_at
    ):
        raise Refused("no_time_was_sent")


def unit_may_hold(flow: Flow, order: Order, taken: Taken) -> None:
    """A 居村 is never main unit for a class that needs enforcement power; nobody holds a complaint about himself."""
    party = taken.get("unit", Party)
    if party is None:
        raise Refused("facts_missing", step=taken.step, facts=["unit"])
    if order.needs_power and party.kind in {"village", "station"} and not party.power:
        raise Refused("village_lacks_power", unit=party.unit)
    if order.avoid is not None and party.unit == order.avoid:
        raise Refused("avoidance", unit=party.unit)


def first_rung_only(flow: Flow, order: Order, taken: Taken) -> None:
    """After the first return another unit; from the second on only a designation."""
    if order.state is not S.RETURNED:
        return
    if order.progress.returns >= DESIGNATE_RUNG:
        raise Refused("needs_designation", returns=order.progress.returns)
    party = taken.need("unit", Party)
    if party.unit == order.progress.returned_by:
        raise Refused("same_unit", unit=party.unit)


def says_why_not_the_rule(flow: Flow, order: Order, taken: Taken) -> None:
    """Whoever picks another unit than was proposed says why."""
    if taken.get(OVERRULES, bool) and not taken.facts.get("reason"):
        raise Refused("facts_missing", step="dispatch", facts=["reason"])


def leader_rung_not_reached(flow: Flow, order: Order, taken: Taken) -> None:
    if order.progress.returns >= LEADER_RUNG:
        raise Refused("needs_leader", returns=order.progress.returns)


def waits_for_session(flow: Flow, order: Order) -> bool:
    """From the fourth return on the main leader's monthly command session (指挥调度) settles ownership."""
    disputed = order.state is S.RETURNED and order.progress.returns >= MAIN_RUNG
    return disputed and flow.options.dispute_rungs >= MAIN_RUNG


def right_leader(flow: Flow, order: Order, taken: Taken) -> None:
    """The third dispute goes to the leader in rotation, the fourth to the main leader's command session."""
    if order.progress.returns < LEADER_RUNG:
        raise Refused("rung_not_reached", returns=order.progress.returns)
    if taken.rank < (MAIN_LEADER if waits_for_session(flow, order) else LEADER):
        raise Refused("not_permitted", step="decide_dispute")


def designator_silent(flow: Flow, order: Order, taken: Taken) -> None:
    waiting = order.active("dispatch")
    if order.progress.returns < DESIGNATE_RUNG or waiting is None:
        raise Refused("rung_not_reached", returns=order.progress.returns)
    if waiting.clock.due_at > taken.at:
        raise Refused("designator_not_silent", until=waiting.clock.due_at)


def unit_silent(flow: Flow, order: Order, taken: Taken) -> None:
    waiting = order.active("acknowledge")
    if waiting is None or waiting.clock.due_at > taken.at:
        raise Refused("unit_not_silent")


def in_time_to_return(flow: Flow, order: Order, taken: Taken) -> None:
    """Within N counted hours of the dispatch; a designated unit disputes while it handles, until the last word is spoken."""
    if order.progress.settled:
        raise Refused("dispute_settled")
    since = order.progress.dispatched_at
    if since is None or order.progress.designated:
        return
    limit = flow.limits.returns
    window = k.start(limit, flow.calendar, since)
    if taken.at > window.due_at:
        raise Refused("too_late_to_return", until=window.due_at)


def may_extend(flow: Flow, order: Order, taken: Taken) -> None:
    no_application(flow, order, taken)
    handle = order.active("handle")
    if handle and handle.clock.fixed:
        raise Refused("clock_fixed", due_at=handle.clock.due_at)
    if order.progress.extensions >= flow.limits.max_extensions:
        raise Refused("extensions_used_up", most=flow.limits.max_extensions)
    not_overdue(flow, order, taken)


def not_overdue(flow: Flow, order: Order, taken: Taken) -> None:
    handle = order.active("handle")
    if handle and handle.clock.due_at < taken.at:
        raise Refused("already_overdue", due=handle.clock.due_at)


def no_application(flow: Flow, order: Order, taken: Taken) -> None:
    if order.application is not None:
        raise Refused("application_pending", kind=order.application.kind)


def may_suspend(flow: Flow, order: Order, taken: Taken) -> None:
    no_application(flow, order, taken)
    not_overdue(flow, order, taken)
    if order.progress.suspensions >= flow.limits.max_suspensions:
        raise Refused("suspensions_used_up", most=flow.limits.max_suspensions)
    until = taken.at_fact("until")
    if until <= taken.at:
        raise Refused("until_in_the_past")
    if until > taken.at + timedelta(days=flow.limits.max_suspension_days):
        raise Refused("suspended_too_long", days=flow.limits.max_suspension_days)


def pending(kind: str) -> Guard:
    def guard(flow: Flow, order: Order, taken: Taken) -> None:
        if order.application is None or order.application.kind != kind:
            raise Refused("nothing_to_decide", kind=kind)

    return guard


def leader_in_charge(flow: Flow, order: Order, taken: Taken) -> None:
    """The leader in charge of the main unit decides; the main leader may always."""
    wanted = order.main.leader_post if order.main else None
    if wanted is not None and taken.post != wanted and taken.rank < MAIN_LEADER:
        raise Refused("not_permitted", step=taken.step)


def contacted_first(flow: Flow, order: Order, taken: Taken) -> None:
    if flow.options.contact is Contact.REQUIRED and not order.progress.contacted:
        raise Refused("contact_missing")


def not_about_himself(flow: Flow, order: Order, taken: Taken) -> None:
    if order.avoid is not None and taken.unit == order.avoid:
        raise Refused("avoidance", unit=taken.unit)


def village_on_spot(flow: Flow, order: Order, taken: Taken) -> None:
    party = taken.need("own_unit", Party)
    standard = taken.get("condition", Standard) or order.standard
    if standard and standard.needs_power and not party.power:
        raise Refused("village_lacks_power", unit=party.unit)
    if order.main is not None and order.main.unit != party.unit:
        raise Refused("not_permitted", step="handle_on_spot")


def quick_fits(flow: Flow, order: Order, taken: Taken) -> None:
    """The center answers a 咨询, once: whoever was not content, or a matter already in other hands, goes the long way."""
    if taken.unit != flow.center.unit:
        raise Refused("not_permitted", step="quick_reply")
    if order.state is S.REWORK and (order.main is None or order.main.unit != flow.center.unit):
        raise Refused("step_not_allowed", step="quick_reply", state=order.state.value)
    if order.avoid is not None or (order.is_filed and order.demand_type != CONSULT):
        raise Refused("quick_reply_only_consult")
    if order.raised or order.reopened:
        raise Refused("quick_reply_once")
    if order.open_tasks:
        raise Refused("tasks_open", units=[task.unit for task in order.open_tasks])


def next_signature(flow: Flow, order: Order, taken: Taken) -> None:
    """The center first, then the leader the order was raised to; about the center a leader signs in its place."""
    about_the_center = order.avoid == flow.center.unit
    wants_leader = (order.progress.center_signed or about_the_center) and order.raised >= LEADER
    in_charge = order.main.leader_post if order.main else None
    wrong_leader = order.raised == LEADER and in_charge not in {None, taken.post} and taken.rank < MAIN_LEADER
    if wants_leader and (taken.rank < order.raised or wrong_leader):
        raise Refused("raised_leader_signs", level=order.raised)
    if not wants_leader and taken.rank >= LEADER and not about_the_center:
        raise Refused("center_signs_first")


def known_method(flow: Flow, order: Order, taken: Taken) -> None:
    asked = methods(flow.options.certify.value)
    method = taken.word("method")
    if method and asked and method not in asked:
        raise Refused("other_check_needed", methods=sorted(asked))


def ready_to_close(flow: Flow, order: Order, taken: Taken) -> None:
    """Passed checks, no open task, and the close condition of the row it was filed under."""
    if order.state is not S.CHECKING:
        return
    checked(flow, order, taken)
    if order.open_tasks:
        raise Refused("tasks_open", units=[task.unit for task in order.open_tasks])
    matched = taken.get("condition", Standard)
    if order.standard and matched and matched.condition != order.standard.condition:
        raise Refused("condition_mismatch")


def checked(flow: Flow, order: Order, taken: Taken) -> None:
    missing = methods(flow.options.certify.value) - order.progress.passed
    if missing:
        raise Refused("check_missing", methods=sorted(missing))


def ready_to_reply(flow: Flow, order: Order, taken: Taken) -> None:
    """A merged order is replied to with the parent's facts: not before there are any."""
    if order.state is S.MERGED and taken.get("parent_answered", bool) is False:
        raise Refused("parent_not_answered")
    if order.state is S.CHECKING:
        checked(flow, order, taken)
    if order.open_tasks and order.state is not S.MERGED:
        raise Refused("tasks_open", units=[task.unit for task in order.open_tasks])


def may_ask(flow: Flow, order: Order, taken: Taken) -> None:
    if taken.word("kind") in order.progress.asked:
        raise Refused("already_asked", kind=taken.word("kind"))
    options = flow.options
    needs_district = {"extension": options.extending, "closing": options.closing, "return": options.refusing}
    if needs_district.get(taken.word("kind")) is Authority.TOWN:
        raise Refused("town_decides", kind=taken.word("kind"))
    later_due(order, taken)


def later_due(order: Order, taken: Taken) -> None:
    """An extension asked for or granted is one: later than the due there is."""
    due = order.outer_due_at or order.received_at
    if taken.word("kind") == "extension" and "new_due" in taken.facts and taken.at_fact("new_due") <= due:
        raise Refused("new_due_too_early", due=due)


def happened_by_now(name: str) -> Guard:
    """What is said to have happened did so before it was said."""

    def guard(flow: Flow, order: Order, taken: Taken) -> None:
        if name in taken.facts and taken.at_fact(name) > taken.at + CLOCKS_APART:
            raise Refused("in_the_future", at=taken.at_fact(name))

    return guard


def was_asked(flow: Flow, order: Order, taken: Taken) -> None:
    kind = taken.word("kind")
    if not kind:
        return
    implied = kind == "closing" and order.state is S.AWAITING_AUTHORITY
    if kind not in order.progress.asked and not implied:
        raise Refused("nothing_to_decide", kind=kind)
    if kind == "extension" and taken.get("granted", bool) and "new_due" not in taken.facts:
        raise Refused("facts_missing", step="answer_up", facts=["new_due"])
    if taken.get("granted", bool):
        later_due(order, taken)


def once_and_overdue(flow: Flow, order: Order, taken: Taken) -> None:
    if order.appeal:
        raise Refused("appealed_before")
    if not was_overdue(flow, order, taken):
        raise Refused("was_not_overdue")


def was_overdue(flow: Flow, order: Order, taken: Taken) -> bool:
    """Whether a handling clock of this round ran past its due."""
    handles = [one.clock for one in order.clocks if one.name == "handle" and one.round == order.round]
    return any(k.overdue_seconds(one, flow.calendars[one.calendar], taken.at) > 0 for one in handles)


def right_reviewer(flow: Flow, order: Order, taken: Taken) -> None:
    if order.appeal not in {"pending", "second"}:
        raise Refused("nothing_to_decide", kind="appeal")


def due_to_archive(flow: Flow, order: Order, taken: Taken) -> None:
    if order.appeal in {"pending", "second"}:
        raise Refused("application_pending", kind="appeal")
    if order.archive_at and taken.at < order.archive_at:
        raise Refused("too_early_to_archive", until=order.archive_at)


def later_round(flow: Flow, order: Order, taken: Taken) -> None:
    if taken.at_fact("received_at") <= order.received_at:
        raise Refused("not_a_new_round")


def own_opinion(flow: Flow, order: Order, taken: Taken) -> None:
    """Only the center writes down another unit's opinion."""
    named = taken.get("unit", Party)
    if named and taken.unit not in {named.unit, flow.center.unit}:
        raise Refused("not_permitted", step="add_opinion")


def leader_not_owed(flow: Flow, order: Order, taken: Taken) -> None:
    """A raised order is not closed at night: its leader has not signed."""
    if order.raised >= LEADER and order.state is S.CENTER_REVIEW:
        raise Refused("raised_leader_signs", level=order.raised)


def at_night(flow: Flow, order: Order, taken: Taken) -> None:
    """By day the center is there to sign."""
    if night_until(flow.calendar, taken.at) is None:
        raise Refused("provisional_only_at_night")


def certified_later(flow: Flow, order: Order, taken: Taken) -> None:
    """What was closed at night is certified by others, once the next working day has begun."""
    progress = order.progress
    if order.state is not S.CHECKING or not progress.provisional:
        return
    if taken.person in order.hands.reviewers:
        raise Refused("self_review", step=taken.step, role="reviewer")
    if progress.certify_from and taken.at < progress.certify_from:
        raise Refused("next_shift_certifies", until=progress.certify_from)


def historic_only(flow: Flow, order: Order, taken: Taken) -> None:
    if order.origin != "history" or order.adopted:
        raise Refused("nothing_to_adopt")


def adopted_first(flow: Flow, order: Order, taken: Taken) -> None:
    """History is nobody's work until a person adopts it."""
    if order.origin == "history" and not order.adopted:
        raise Refused("history_not_adopted")


def changes_something(flow: Flow, order: Order, taken: Taken) -> None:
    given = (taken.get("condition", Standard), taken.get("class", Subject), taken.word("demand_type"))
    if not any(given) and not taken.word("time_class"):
        raise Refused("facts_missing", step="reclassify", facts=["condition" if order.standard else "class"])


def says_what_it_is(flow: Flow, order: Order, taken: Taken) -> None:
    if taken.get("class", Subject) is None and not taken.word("demand_type"):
        raise Refused("facts_missing", step="classify", facts=["class"])


GUARDS: dict[str, tuple[Guard, ...]] = {
    "merge": (parent_can_hold,),
    "accept": (verified_first,),
    "classify": (says_what_it_is,),
    "file": (subject_fits,),
    "dispatch": (unit_may_hold, first_rung_only, says_why_not_the_rule),
    "designate": (leader_rung_not_reached, unit_may_hold),
    "decide_dispute": (right_leader, unit_may_hold),
    "fall_back": (designator_silent, unit_may_hold),
    "contact": (not_about_himself, happened_by_now("when")),
    "report_interim": (happened_by_now("told_at"),),
    "add_opinion": (own_opinion,),
    "provisional_close": (not_about_himself, at_night, leader_not_owed),
    "deem_acknowledged": (unit_silent,),
    "return": (in_time_to_return,),
    "request_extension": (may_extend,),
    "decide_extension": (pending("extension"), leader_in_charge),
    "request_suspension": (may_suspend,),
    "decide_suspension": (pending("suspension"), leader_in_charge),
    "submit": (not_about_himself, contacted_first),
    "handle_on_spot": (not_about_himself, village_on_spot),
    "quick_reply": (verified_first, quick_fits),
    "review_unit": (not_about_himself,),
    "review_center": (not_about_himself, next_signature),
    "send_back": (not_about_himself,),
    "check": (not_about_himself, certified_later, known_method),
    "close": (certified_later, ready_to_close),
    "reply_up": (certified_later, ready_to_reply),
    "withdraw": (not_about_himself, certified_later),
    "ask_up": (may_ask,),
    "answer_up": (was_asked,),
    "appeal": (once_and_overdue,),
    "decide_appeal": (right_reviewer,),
    "archive": (due_to_archive,),
    "resend": (later_round,),
    "adopt": (historic_only,),
    "remind": (adopted_first,),
    "reclassify": (changes_something,),
}

"""A change of a flow: said beforehand, published once, for new orders only."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from townops.base import journal
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Limit, TimeUnit
from townops.orders import flows
from townops.orders.domain import flow_edit
from townops.orders.domain.flow import Refusal
from townops.orders.flow_change import FlowChange, foresee, history, publish
from townops.orders.models import FlowVersion

pytestmark = pytest.mark.django_db
KEEPER = Actor(7, "流程员", (Hat(1, 1, frozenset({"orders.edit_flows"})),))


def refused(code: str):
    return pytest.raises(Refused, match=code)


@pytest.fixture
def change(town):
    options, limits = flows.parts(flows.latest("grid"))
    return FlowChange(
        "grid",
        replace(options, refusal=Refusal.TWO),
        replace(limits, accept=Limit(1, TimeUnit.WORK_HOUR)),
        town.at.astimezone(SHANGHAI).date(),
        "缩短受理时限",
        flows.latest("grid"),
    )


def test_what_is_foreseen_is_what_new_orders_get_and_looking_writes_nothing(town, change):
    town.at = town.at.replace(hour=1, minute=0)
    seen, stored = foresee(change, town.at), FlowVersion.objects.count()
    assert [(one.label, one.before, one.after) for one in seen.lines] == [
        ("不予受理", "一人可定", "须第二人复核"),
        ("受理", "2工作时", "1工作时"),
    ]
    assert FlowVersion.objects.count() == stored
    publish(change, actor=KEEPER, at=town.at)
    assert town.row(town.report()).due_at == seen.lines[1].due_after


def test_open_orders_keep_the_version_they_began_under_even_in_a_later_round(town, change):
    number = town.report(external_number="W-1")
    seen = foresee(change, town.at)
    assert (seen.kept, [one.number for one in seen.first]) == (1, [number])
    publish(change, actor=KEEPER, at=town.at)
    town.later(minutes=5)
    assert town.report(external_number="W-1") == number
    assert (town.row(number).round, town.row(number).flow) == (2, change.over)
    assert town.row(town.report()).flow == flows.latest("grid") != change.over


def test_the_list_is_bounded_the_count_exact_and_of_this_source_alone(town, change):
    town.report(), town.report(), town.report("patrol", "patrol")
    seen = foresee(change, town.at, most=1)
    assert (seen.kept, len(seen.first)) == (2, 1)


def test_a_version_to_come_is_not_in_force_before_its_day(town, change):
    later = replace(change, effective_from=change.effective_from + timedelta(days=2))
    publish(later, actor=KEEPER, at=town.at)
    assert town.row(town.report()).flow == change.over
    town.later(days=2)
    assert town.row(town.report()).flow != change.over


def test_the_second_of_two_is_refused_and_told_what_the_first_changed(town, change):
    publish(change, actor=KEEPER, at=town.at)
    with refused("flow_stale") as found:
        publish(replace(change, note="另一个"), actor=KEEPER, at=town.at)
    assert found.value.params["note"] == "流程员：缩短受理时限"


def test_a_combination_nobody_can_explain_is_refused(town, change):
    illegal = replace(change.options, unit_review=False, center_review=False)
    with refused("flow_not_legal") as found:
        foresee(replace(change, options=illegal), town.at)
    assert found.value.params["problems"] == ["both_reviews_off_needs_handle_on_spot"]


def test_a_day_gone_by_an_empty_change_or_one_without_a_reason_is_refused(town, change):
    with refused("flow_past"):
        foresee(replace(change, effective_from=date(2026, 1, 1)), town.at)
    with refused("flow_note_missing"):
        foresee(replace(change, note=" "), town.at)
    options, limits = flows.parts(change.over)
    with refused("flow_unchanged"):
        foresee(replace(change, options=options, limits=limits), town.at)


def test_a_newer_version_never_begins_before_the_one_before(town, change):
    publish(replace(change, effective_from=date(2099, 1, 2)), actor=KEEPER, at=town.at)
    with refused("flow_out_of_order"):
        foresee(
            replace(
                change,
                over=flows.latest("grid"),
                effective_from=date(2099, 1, 1),
                limits=flows.parts(change.over)[1],
            ),
            town.at,
        )


def test_of_two_versions_of_one_day_the_later_counts(town, change):
    publish(change, actor=KEEPER, at=town.at)
    made = publish(
        replace(change, over=flows.latest("grid"), options=flows.parts(change.over)[0]),
        actor=KEEPER,
        at=town.at,
    )
    assert flows.latest("grid") == made
    assert town.row(town.report()).flow == made


def test_publishing_needs_its_permission_and_is_journalled_with_what_changed(town, change):
    with refused("not_permitted"):
        publish(change, actor=Actor(8, "别人", ()), at=town.at)
    publish(change, actor=KEEPER, at=town.at)
    last = journal.history("flow", "grid")[-1]
    assert (last.name, last.body["changed"]) == ("流程员", ["refusal", "limit_accept"])
    newest = history("grid")[0]
    assert (newest.name, newest.note, [one.label for one in newest.lines]) == (
        "流程员",
        "缩短受理时限",
        ["不予受理", "受理"],
    )


@pytest.mark.parametrize("source", ["hotline", "grid", "sensor"])
def test_what_a_form_holds_is_read_back_as_it_was(town, source):
    parts = flows.parts(flows.latest(source))
    assert flow_edit.read(flow_edit.typed(*parts)) == parts


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"verify": "sometimes"}, "flow_choice_unknown"),
        ({"dispute_rungs": "9"}, "flow_choice_unknown"),
        ({"limit_accept_unit": "moon"}, "flow_choice_unknown"),
        ({"limit_accept": "0"}, "flow_field_malformed"),
        ({"limit_max_extensions": "3"}, "flow_field_malformed"),
        ({"limit_max_suspension_days": "366"}, "flow_field_malformed"),
        ({"limit_marks": "75 150"}, "flow_marks_malformed"),
        ({"limit_marks": "100 75"}, "flow_marks_malformed"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(town, typed, code):
    with refused(code):
        flow_edit.read(flow_edit.typed(*flows.parts(flows.latest("grid"))) | typed)

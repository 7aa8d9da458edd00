"""One rule changed at the desk: the table that comes of it, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from townops.base import journal
from townops.dispatch import api, changing
from townops.dispatch.changing import RuleChange
from townops.dispatch.domain.edit import edited
from townops.dispatch.domain.table import Rule
from townops.dispatch.tests.conftest import EDITOR, MONDAY_MORNING
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

LAMPS = Rule(order=10, name="路灯", target="chengjian", class_prefix="C-01")
REST = Rule(order=90, name="其余", target="center")
LATER = date(2026, 3, 10)


def refused(code: str):
    return pytest.raises(Refused, match=code)


@pytest.fixture
def change(published) -> RuleChange:
    made = published(LAMPS, REST)
    return RuleChange(10, replace(LAMPS, target="chengguan"), LATER, "路灯移交", made.id)


def test_a_rule_is_replaced_added_in_its_order_or_gone():
    other = replace(LAMPS, order=50, name="绿化")
    assert edited((LAMPS, REST), 10, replace(LAMPS, order=95)) == (REST, replace(LAMPS, order=95))
    assert edited((LAMPS, REST), 0, other) == (LAMPS, other, REST)
    assert edited((LAMPS, REST), 10, None) == (REST,)


def test_a_rule_that_is_not_there_or_an_order_that_is_taken_is_refused():
    with refused("rule_unknown"):
        edited((LAMPS, REST), 11, None)
    with refused("rule_order_taken") as found:
        edited((LAMPS, REST), 10, replace(LAMPS, order=90))
    assert found.value.params["name"] == "其余"


@pytest.mark.django_db
def test_a_change_is_published_as_the_next_set_and_journalled_with_its_reason(change):
    made = changing.publish(change, actor=EDITOR, at=MONDAY_MORNING)
    assert (made.number, made.effective_from, made.note) == (2, LATER, "路灯移交")
    assert journal.history("dispatch", "rules")[-1].body["note"] == "路灯移交"
    assert changing.cells_of(10, MONDAY_MORNING)["派往"] == "chengguan"


@pytest.mark.django_db
def test_the_second_of_two_is_refused_and_told_what_the_first_changed(change):
    changing.publish(change, actor=EDITOR, at=MONDAY_MORNING)
    with refused("rules_stale") as found:
        changing.publish(replace(change, note="另一个"), actor=EDITOR, at=MONDAY_MORNING)
    assert found.value.params == {"number": 2, "note": "路灯移交"}


@pytest.mark.django_db
def test_what_could_not_be_published_is_refused_when_it_is_tried(change):
    with refused("rules_unsound"):
        changing.foresee(replace(change, rule=replace(LAMPS, target="nobody")), MONDAY_MORNING)
    with refused("rules_backdated"):
        changing.foresee(replace(change, effective_from=MONDAY_MORNING.date()), MONDAY_MORNING)
    with refused("rules_unchanged"):
        changing.foresee(replace(change, rule=LAMPS), MONDAY_MORNING)
    with refused("rules_note_missing"):
        changing.foresee(replace(change, note=""), MONDAY_MORNING)


@pytest.mark.django_db
def test_looking_names_the_rules_that_the_change_puts_out_of_reach_and_writes_nothing(change):
    everything = RuleChange(0, Rule(order=1, name="全部", target="center"), LATER, "试", change.over)
    seen = changing.foresee(everything, MONDAY_MORNING)
    assert [one.rule for one in seen.advice] == ["路灯", "其余"]
    assert changing.newest().id == change.over


@pytest.mark.django_db
def test_publishing_needs_its_permission(change):
    with refused("not_permitted"):
        changing.publish(change, actor=Actor(8, "别人", ()), at=MONDAY_MORNING)


@pytest.mark.django_db
def test_a_cell_that_cannot_be_taken_is_named(change):
    cells = changing.cells_of(10, MONDAY_MORNING)
    assert changing.read(cells) == LAMPS
    for column, given in (("时限", "很快"), ("区域", "X9"), ("次序", "0")):
        with refused("rule_cell") as found:
            changing.read(cells | {column: given})
        assert found.value.params["column"] == column


@pytest.mark.django_db
def test_of_two_sets_of_one_day_to_come_the_later_counts(change):
    first = changing.publish(change, actor=EDITOR, at=MONDAY_MORNING)
    again = replace(change, over=first.id, rule=replace(LAMPS, target="pingan"), note="再改")
    second = changing.publish(again, actor=EDITOR, at=MONDAY_MORNING)
    assert api.rule_set_at(MONDAY_MORNING + timedelta(days=8)) == second

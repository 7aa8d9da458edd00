"""Rules by date: checked, published, journalled, and tried before they hold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from townops.base import journal
from townops.dispatch import api
from townops.dispatch.domain.table import Rule
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

from .conftest import EDITOR, MONDAY_MORNING, of_class, unit

SPRING = date(2026, 4, 1)
APRIL = MONDAY_MORNING + timedelta(days=30)
OLD = Rule(1, "旧", "village")
NEW = Rule(1, "新", "condition")


def publish(*rules: Rule, on: date = SPRING, actor: Actor = EDITOR) -> api.RuleSetView:
    return api.publish_rules(rules, effective_from=on, actor=actor, at=MONDAY_MORNING)


def test_an_order_is_judged_by_the_rules_of_its_own_day(published, order):
    published(OLD)
    publish(NEW)
    assert api.propose(order).rule == "旧"
    assert api.propose(replace(order, at=APRIL)).rule == "新"


def test_what_is_stored_is_what_was_published(published):
    made = published(
        OLD, Rule(2, "细", "chengjian", "E-04", block_type="estate", hours="night", source="grid")
    )
    assert api.rules(made.id)[1] == Rule(
        2, "细", "chengjian", "E-04", block_type="estate", hours="night", source="grid"
    )
    assert api.rule_set_at(MONDAY_MORNING) == made


@pytest.mark.parametrize(
    ("day", "code"), [(date(2025, 12, 31), "rules_out_of_order"), (date(2026, 2, 1), "rules_backdated")]
)
def test_rules_are_not_changed_for_days_gone_by(published, day, code):
    published(OLD)
    with pytest.raises(Refused) as refusal:
        publish(NEW, on=day)
    assert refusal.value.code == code


def test_the_same_rules_are_no_new_set(published):
    published(OLD)
    with pytest.raises(Refused) as refusal:
        publish(OLD)
    assert refusal.value.code == "rules_unchanged"


def test_only_an_editor_publishes(town):
    with pytest.raises(Refused) as refusal:
        publish(NEW, actor=Actor(9, "路人", ()))
    assert refusal.value.code == "not_permitted"


def test_rules_with_an_unknown_unit_are_not_published(town):
    with pytest.raises(Refused) as refusal:
        publish(Rule(1, "甲", "ghost"))
    assert refusal.value.code == "rules_unsound"
    assert "ghost" in str(refusal.value.params["first"])
    assert api.rule_sets() == ()


def test_a_rule_out_of_reach_is_told_but_may_be_published(town):
    rules = (Rule(1, "甲", "chengguan"), Rule(2, "乙", "chengjian"))
    assert [one.rule for one in api.findings(rules, at=MONDAY_MORNING)] == ["乙"]
    assert publish(*rules).number == 1


def test_publishing_is_journalled(published):
    published(OLD)
    last = journal.history("dispatch", "rules")[-1]
    assert (last.action, last.person, last.body["number"]) == ("publish", EDITOR.person, 1)


def test_the_starting_rules_are_sound_and_loaded_once(town):
    assert api.findings(api.starting_rules(), at=MONDAY_MORNING) == ()
    first = api.load_starting(date(2026, 1, 1), at=MONDAY_MORNING)
    assert api.load_starting(SPRING, at=MONDAY_MORNING) == first


def test_a_dry_run_names_the_orders_that_would_change_hands_and_writes_nothing(published, order):
    published(OLD)
    stall = of_class(order, "E-04-06")
    orders = [
        api.OpenOrder("GD-1", order, unit("v_001")),
        api.OpenOrder("GD-2", stall, unit("v_001")),
    ]
    changes = api.dry_run([OLD], orders)
    assert [(one.number, one.before, one.after) for one in changes] == [
        ("GD-2", unit("v_001"), unit("chengguan"))
    ]
    assert len(api.rule_sets()) == 1


def test_a_dry_run_shows_a_rule_that_would_stop(town, order):
    changes = api.dry_run([Rule(1, "甲", "ghost")], [api.OpenOrder("GD-1", order, None)])
    assert [(one.after, one.rule, one.refusal) for one in changes] == [(None, "甲", "rule_broken")]

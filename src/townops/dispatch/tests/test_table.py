"""The decision table by itself: first match wins, in order, always the same, and a broken rule stops."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.dispatch.domain.table import Absent, Broken, Case, Found, Hours, Rule, World, evaluate

UNITS = {
    "chengguan": Found(1),
    "chengjian": Found(2),
    "village": Found(3, powerless=True),
    "firm": Found(4, True),
}
CASE = Case("E-04-06", frozenset({1, 10, 100}), "estate", True, "grid", "general", False)
RETIRED = 99


def unit_of(target: str) -> Found | Absent:
    if target == "handling":
        return Absent("责任块没有登记这类责任主体")
    if target not in UNITS:
        raise Broken(f"单位“{target}”不存在")
    return UNITS[target]


WORLD = World(unit_of, lambda area: "区域已停用" if area == RETIRED else "", frozenset({"estate", "school"}))

sound = st.builds(
    Rule,
    order=st.integers(1, 999),
    name=st.text("甲乙丙丁", min_size=1, max_size=4),
    target=st.sampled_from([*UNITS, "handling"]),
    class_prefix=st.sampled_from(["", "E", "E-04", "E-04-06", "C", "E-0"]),
    area_id=st.sampled_from([None, 1, 10, 7]),
    block_type=st.sampled_from(["", "estate", "school"]),
    hours=st.sampled_from(list(Hours)),
    source=st.sampled_from(["", "grid", "hotline"]),
    severity=st.sampled_from(["", "general", "urgent"]),
)
tables = st.lists(sound, max_size=8, unique_by=lambda one: one.order)
cases = st.builds(
    Case,
    class_code=st.sampled_from(["E-04-06", "C-01-01", ""]),
    areas=st.sampled_from([frozenset({1, 10, 100}), frozenset({1})]),
    block_type=st.sampled_from(["", "estate"]),
    working=st.booleans(),
    source=st.sampled_from(["grid", "hotline"]),
    severity=st.sampled_from(["general", "urgent"]),
    needs_power=st.booleans(),
)


def obviously_matches(rule: Rule, case: Case) -> bool:
    """The same question asked the slow way, with the codes taken apart."""
    parts, wanted = case.class_code.split("-"), [part for part in rule.class_prefix.split("-") if part]
    return (
        parts[: len(wanted)] == wanted
        and (rule.area_id is None or rule.area_id in case.areas)
        and (not rule.block_type or rule.block_type == case.block_type)
        and {"any": True, "work": case.working, "night": not case.working}[rule.hours]
        and (not rule.source or rule.source == case.source)
        and (not rule.severity or rule.severity == case.severity)
        and rule.target != "handling"
    )


@given(tables, cases)
def test_the_first_rule_in_order_that_matches_decides(table, case):
    matching = sorted((one for one in table if obviously_matches(one, case)), key=lambda one: one.order)
    outcome = evaluate(table, case, WORLD)
    assert outcome.rule == (matching[0] if matching else None)


@given(tables, cases, st.randoms())
def test_the_order_column_decides_and_not_the_order_of_entry(table, case, chance):
    shuffled = list(table)
    chance.shuffle(shuffled)
    assert evaluate(shuffled, case, WORLD) == evaluate(table, case, WORLD)


@given(tables, cases)
def test_the_trace_has_every_rule_up_to_the_match_and_none_after(table, case):
    outcome = evaluate(table, case, WORLD)
    orders = sorted(one.order for one in table)
    looked_at = orders[: orders.index(outcome.rule.order) + 1] if outcome.rule else orders
    assert [line.order for line in outcome.trace] == looked_at
    assert [line.order for line in outcome.trace if line.matched] == looked_at[-1:] * bool(outcome.rule)
    assert all(line.reason for line in outcome.trace)


@given(tables, cases)
def test_nothing_that_needs_power_is_given_to_who_has_none(table, case):
    outcome = evaluate(table, case, WORLD)
    if case.needs_power:
        assert outcome.unit_id not in {3, 4}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (Rule(1, "甲", "ghost"), "ghost"),
        (Rule(1, "甲", "chengguan", area_id=RETIRED), "停用"),
        (Rule(1, "甲", "chengguan", hours="sometimes"), "时段"),
        (Rule(1, "甲", "chengguan", block_type="castle"), "责任块类型"),
        (Rule(1, "甲", "chengguan", severity="huge"), "严重程度"),
        (Rule(1, "甲", "chengguan", fault="时限单位“fortnight”不认识"), "fortnight"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_stops_and_the_next_one_is_not_asked(broken, reason):
    with pytest.raises(Broken) as stop:
        evaluate([broken, Rule(2, "乙", "chengjian")], CASE, WORLD)
    assert stop.value.rule == "甲"
    assert reason in stop.value.reason


def test_a_broken_rule_stops_nothing_that_it_could_not_concern():
    elsewhere = Rule(1, "甲", "ghost", class_prefix="C")
    assert evaluate([elsewhere, Rule(2, "乙", "chengjian")], CASE, WORLD).unit_id == 2


def test_a_broken_rule_after_the_match_is_not_reached():
    assert evaluate([Rule(1, "甲", "chengjian"), Rule(2, "乙", "ghost")], CASE, WORLD).unit_id == 2


def test_a_class_is_met_by_whole_parts_of_its_code():
    rules = [Rule(1, "甲", "chengguan", class_prefix="E-0"), Rule(2, "乙", "chengjian", class_prefix="E-04")]
    outcome = evaluate(rules, CASE, WORLD)
    assert outcome.rule == rules[1]
    assert outcome.trace[0].reason == "分类E-04-06不属E-0"


def test_a_target_this_order_lacks_is_no_match_and_says_so():
    rules = [Rule(1, "甲", "handling"), Rule(2, "乙", "chengjian")]
    outcome = evaluate(rules, CASE, WORLD)
    assert outcome.unit_id == 2
    assert "没有登记" in outcome.trace[0].reason


def test_a_village_rule_that_matches_an_enforcement_class_ends_the_search_with_the_reason():
    rules = [Rule(1, "甲", "village"), Rule(2, "乙", "chengjian")]
    outcome = evaluate(rules, replace(CASE, needs_power=True), WORLD)
    assert (outcome.rule, outcome.unit_id) == (rules[0], None)
    assert "需执法权" in outcome.trace[-1].reason

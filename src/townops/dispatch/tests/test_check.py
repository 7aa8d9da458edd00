"""What is said of rules before they are published."""

import pytest

from townops.dispatch.domain.check import Known, findings
from townops.dispatch.domain.table import Hours, Rule

PARENT = {10: 1, 11: 1, 100: 10}


def within(inner: int, outer: int) -> bool:
    return inner == outer or (inner in PARENT and within(PARENT[inner], outer))


KNOWN = Known(
    units=frozenset({"chengguan", "chengjian"}),
    classes=frozenset({"E", "E-04", "E-04-06"}),
    sources=frozenset({"grid", "hotline"}),
    block_types=frozenset({"estate"}),
    fault_of_area=lambda area: "" if area in {1, *PARENT} else "区域不存在",
    within=within,
)


def said(*rules: Rule) -> list[tuple[str, str, bool]]:
    return [(one.rule, one.field, one.blocks) for one in findings(rules, KNOWN)]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(1, "甲", "ghost"), "派往"),
        (Rule(1, "甲", ""), "派往"),
        (Rule(1, "甲", "chengguan", class_prefix="E-77"), "分类"),
        (Rule(1, "甲", "chengguan", block_type="castle"), "责任块类型"),
        (Rule(1, "甲", "chengguan", hours="sometimes"), "时段"),
        (Rule(1, "甲", "chengguan", source="pigeon"), "来源"),
        (Rule(1, "甲", "chengguan", severity="huge"), "严重程度"),
        (Rule(1, "甲", "chengguan", area_id=555), "区域"),
    ],
)
def test_a_word_nobody_knows_blocks_publishing(rule, field):
    assert said(rule) == [("甲", field, True)]


def test_two_rules_in_one_place_block_publishing():
    assert ("5", "次序", True) in said(Rule(5, "甲", "village"), Rule(5, "乙", "station"))


def test_a_sound_table_gets_no_finding():
    assert said(Rule(1, "甲", "chengguan", class_prefix="E-04"), Rule(2, "乙", "condition")) == []


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (Rule(1, "甲", "chengguan"), Rule(2, "乙", "chengjian", class_prefix="E")),
        (Rule(1, "甲", "chengguan", class_prefix="E"), Rule(2, "乙", "village", class_prefix="E-04-06")),
        (Rule(1, "甲", "chengguan", area_id=1), Rule(2, "乙", "chengjian", area_id=100)),
        (Rule(1, "甲", "village"), Rule(2, "乙", "village", source="grid")),
    ],
)
def test_a_rule_that_never_gets_its_turn_is_told_as_advice(first, later):
    assert said(first, later) == [("乙", "次序", False)]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (Rule(1, "甲", "village"), Rule(2, "乙", "chengjian")),
        (Rule(1, "甲", "chengguan", hours=Hours.NIGHT), Rule(2, "乙", "chengjian")),
        (Rule(1, "甲", "chengguan", class_prefix="E-04-06"), Rule(2, "乙", "chengjian", class_prefix="E-04")),
        (Rule(1, "甲", "chengguan", area_id=10), Rule(2, "乙", "chengjian", area_id=11)),
        (Rule(1, "甲", "chengguan", area_id=10), Rule(2, "乙", "chengjian")),
    ],
)
def test_a_rule_that_may_still_get_its_turn_is_left_alone(first, later):
    assert said(first, later) == []

"""What a trace says to people: names for every code, and a code where no name is known."""

import pytest

from townops.areas import api as areas
from townops.dispatch import api
from townops.dispatch.domain.table import Rule
from townops.dispatch.tests.conftest import MONDAY_MORNING
from townops.orders import api as orders
from townops.people import api as people

pytestmark = pytest.mark.django_db


def said(text: str) -> str:
    return api.in_words(text, town="T", at=MONDAY_MORNING)


def test_every_code_of_a_mismatch_has_its_name(town, order, published):
    orders.load_starting_flows()
    village = areas.area("V002")
    rules = (
        Rule(10, "绿化", "chengjian", class_prefix="C-04"),
        Rule(20, "热线", "chengjian", source="hotline"),
        Rule(30, "重大", "chengjian", severity="major"),
        Rule(40, "学校", "chengjian", block_type="school"),
        Rule(50, "乙村", "chengjian", area_id=village.id),
        Rule(60, "垃圾", "village"),
    )
    published(*rules)
    stored = [line.reason for line in api.propose(order).trace]
    assert stored[0] == "分类E-01-10不属C-04"
    words = [said(reason) for reason in stored]
    assert not any(sign.isascii() and sign.isalpha() for line in words for sign in line), words
    assert words[1] == "来源是网格，不是12345热线"
    assert words[2] == "严重程度是一般，不是重大"
    assert words[4] == f"地点不在区域“{village.name}”内"
    assert words[5] == "条件全部相符，派往所在居村"


def test_the_unit_a_rule_names_is_called_by_its_name(town, order, published):
    published(Rule(10, "兜底", "chengjian"))
    (line,) = api.propose(order).trace
    assert said(line.reason) == f"条件全部相符，派往“{people.unit('chengjian', town='T').name}”"


def test_what_is_not_known_stays_as_it_was_written(town):
    assert said("分类未定不属X-99") == "分类未定不属X-99"
    assert said("责任块类型是未知，不是odd") == "责任块类型是未知，不是odd"
    assert said("✗ 学校：地点不在区域999999999内") == "✗ 学校：地点不在区域999999999内"

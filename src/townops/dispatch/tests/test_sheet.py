"""The rules go out as a sheet and come in again; every row that is no rule is named."""

from io import BytesIO

import pytest

from townops.base import sheets
from townops.dispatch import api
from townops.dispatch.sheet import HEADS
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

pytestmark = pytest.mark.django_db


def book(*rows: tuple[object, ...]) -> bytes:
    target = BytesIO()
    sheets.write_xlsx(target, HEADS, rows)
    return target.getvalue()


def test_the_starting_rules_come_back_as_they_were():
    rules, errors = api.read_rules(api.write_rules(api.starting_rules()))
    assert errors == ()
    assert rules == api.starting_rules()


def test_words_and_codes_are_both_understood():
    row = ("50", "夜间由中心先办", "E-01", "", "", "非工作时间", "热线", "紧急", "城运中心", "2紧急工作时")
    codes = ("50", "夜间由中心先办", "E-01", "", "", "night", "hotline", "urgent", "center", "2紧急工作时")
    (rule,), _ = api.read_rules(book(row))
    assert rule == api.read_rules(book(codes))[0][0]
    assert (rule.hours, rule.source, rule.severity, rule.target) == ("night", "hotline", "urgent", "center")
    assert rule.limit == Limit(2, TimeUnit.URGENT_HOUR)


def test_every_row_that_is_no_rule_is_named_with_its_reason():
    wrong = [("x", "甲", *[""] * 6, "center", ""), ("2", "乙", "", "V9", *[""] * 4, "center", "")]
    late = ("3", "丙", *[""] * 6, "center", "很快")
    rules, errors = api.read_rules(book(*wrong, late, ("4", "丁", *[""] * 6, "center", "")))
    assert [one.row for one in errors] == [2, 3, 4]
    assert "V9" in errors[1].reason
    assert [one.name for one in rules] == ["丁"]


def test_a_sheet_without_its_columns_is_refused():
    target = BytesIO()
    sheets.write_xlsx(target, ("次序",), [("1",)])
    with pytest.raises(Refused) as refusal:
        api.read_rules(target.getvalue())
    assert refusal.value.code == "rules_column_missing"

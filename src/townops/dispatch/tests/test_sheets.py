"""Rules go out by Excel and come back the same; what cannot be taken is named."""

from datetime import date
from io import BytesIO

import pytest

from townops.areas import api as areas
from townops.base import sheets
from townops.dispatch import api
from townops.dispatch.domain.table import Rule
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

from .conftest import EDITOR, MONDAY_MORNING

HEADS = ("次序", "名称", "分类", "区域", "责任块类型", "时段", "来源", "严重程度", "派往", "时限")


def sheet(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> bytes:
    target = BytesIO()
    sheets.write_xlsx(target, heads, rows)
    return target.getvalue()


def test_rules_written_and_read_are_the_same(published):
    fine = Rule(
        2, "细", "chengjian", "C-04", area_id=areas.area("V001").id, block_type="estate", hours="night",
        source="grid", severity="major", limit=Limit(2, TimeUnit.URGENT_HOUR),
    )  # fmt: skip
    made = published(Rule(1, "粗", "village"), fine)
    report = api.check_rules(api.export_rules(made.id, at=MONDAY_MORNING), at=MONDAY_MORNING)
    assert report.rules == api.rules(made.id)
    assert report.identical


def test_a_rule_is_said_in_words(published):
    made = published(Rule(1, "夜间小区", "handling", "C-04", area_id=areas.area("V001").id, hours="night"))
    (line,) = api.rule_lines(api.rules(made.id), at=MONDAY_MORNING)
    assert line.when.startswith("C-04 ")
    assert "在甲居委会" in line.when
    assert "非工作时间" in line.when
    assert line.target == "处置责任主体"


def test_what_differs_is_counted_by_name(published):
    published(Rule(1, "留", "village"), Rule(2, "去", "condition"))
    data = sheet(
        ("1", "留", "", "", "", "", "", "", "目录主责", ""), ("2", "新", "", "", "", "", "", "", "居村", "")
    )
    report = api.check_rules(data, at=MONDAY_MORNING)
    assert (report.added, report.changed, report.removed) == (("新",), ("留",), ("去",))


def test_every_wrong_cell_is_named_by_row_and_column(published):
    published(Rule(1, "旧", "village"))
    data = sheet(("零", "甲", "", "火星", "", "", "", "", "居村", "很快"))
    found = api.check_rules(data, at=MONDAY_MORNING).errors
    assert [(one.row, one.column) for one in found] == [(2, "次序"), (2, "区域"), (2, "时限")]


def test_a_sheet_without_a_column_is_told_which(town):
    data = sheet(("1", "甲"), heads=("次序", "名称"))
    assert "派往" in {one.column for one in api.check_rules(data, at=MONDAY_MORNING).errors}


def test_a_file_with_errors_publishes_nothing_and_a_stranger_neither(published):
    published(Rule(1, "旧", "village"))
    data = sheet(("1", "甲", "", "", "", "", "", "", "没有的单位", ""))
    day = date(2026, 4, 1)
    report = api.import_rules(data, effective_from=day, actor=EDITOR, at=MONDAY_MORNING)
    assert (report.published, report.sound, len(api.rule_sets())) == (None, False, 1)
    from townops.kernel.actors import Actor

    with pytest.raises(Refused, match="not_permitted"):
        api.import_rules(data, effective_from=day, actor=Actor(8, "路人", ()), at=MONDAY_MORNING)

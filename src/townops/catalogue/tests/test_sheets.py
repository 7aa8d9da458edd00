"""Excel out and in: what goes out comes back, and what cannot be taken is told by row, column and reason."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.catalogue import api
from townops.catalogue.begin import starting_content
from townops.catalogue.domain.limits import limit_text, read_limit, read_source_limits, source_limits_text
from townops.catalogue.domain.rows import SourceLimit
from townops.catalogue.sheet_reader import read_sheets
from townops.catalogue.sheets import write_sheets
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

from .conftest import NOW

SUMMER = date(2026, 7, 1)
limits = st.builds(Limit, st.integers(1, 9999), st.sampled_from(TimeUnit))


def edited(data: bytes, **cells: object) -> bytes:
    """The file with cells set as a person would; keys are sheet and cell: 立案条件_D2."""
    book = openpyxl.load_workbook(BytesIO(data))
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def exported(first) -> bytes:
    return api.export_version(first.id)


def test_an_independent_reader_finds_three_sheets_with_their_rows(exported, first):
    book = openpyxl.load_workbook(BytesIO(exported))
    assert book.sheetnames == ["大类小类", "立案条件", "热线"]
    content = api.content(first.id)
    assert book["立案条件"].max_row == len(content.conditions) + 1
    row = next(book["立案条件"].iter_rows(min_row=2, values_only=True))
    assert row[:4] == ("C-01-01.1", "C-01-01", "井盖缺失、移位或开裂，有坠落、绊跌危险", "2紧急工作时")


def test_reading_what_was_written_gives_the_same_catalogue():
    sheets = read_sheets(write_sheets(starting_content()))
    assert sheets.errors == ()
    assert sheets.content == starting_content()


def test_a_file_saved_again_by_another_program_still_says_the_same(exported, first):
    assert read_sheets(edited(exported)).content == api.content(first.id)


def test_the_same_file_changes_nothing(exported, editor):
    report = api.import_version(exported, effective_from=SUMMER, actor=editor, at=NOW)
    assert report.identical
    assert report.published is None
    assert len(api.versions()) == 1


def test_a_dry_run_tells_what_would_change_and_writes_nothing(exported):
    report = api.check_import(edited(exported, 立案条件_D2="3紧急工作时"))
    assert (report.added, report.changed, report.removed) == ((), ("C-01-01.1",), ())
    assert len(api.versions()) == 1


def test_a_changed_file_becomes_the_next_version(exported, editor):
    data = edited(exported, 立案条件_D2="3紧急工作时", 立案条件_N2="已确认")
    report = api.import_version(data, effective_from=SUMMER, actor=editor, at=NOW)
    assert report.published is not None
    row = api.conditions("C-01-01", report.published.id)[0]
    assert (row.limit, row.status) == (Limit(3, TimeUnit.URGENT_HOUR), api.Status.CONFIRMED)


@pytest.mark.parametrize(
    ("cell", "value", "column", "reason"),
    [
        ("D3", "两小时", "处置时限", "不是时限"),
        ("D3", "", "处置时限", "为空"),
        ("B3", "C-77-77", "小类代码", "不是部件或事件的小类"),
        ("F3", "", "结案条件", "为空"),
        ("J3", "要", "需执法权", "不在可填范围"),
        ("O3", "电报:1工作日", "来源时限", "来源限"),
        ("A3", "C-01-01.1", "条件编号", "重复2次"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(cell, value, column, reason):
    first = read_sheets(edited(write_sheets(starting_content()), **{f"立案条件_{cell}": value})).errors[0]
    assert (first.sheet, first.row, first.column) == ("立案条件", 3, column)
    assert reason in first.reason


def test_one_bad_cell_and_nothing_at_all_is_imported(exported, editor):
    data = edited(exported, 立案条件_D2="3紧急工作时", 立案条件_D3="两小时")
    report = api.import_version(data, effective_from=SUMMER, actor=editor, at=NOW)
    assert report.errors
    assert report.published is None
    assert len(api.versions()) == 1


def test_every_bad_row_is_told_at_once(exported):
    data = edited(exported, 立案条件_D2="坏", 立案条件_D5="坏", 大类小类_B4="中类")
    assert [(one.sheet, one.row) for one in api.check_import(data).errors] == [
        ("大类小类", 4), ("立案条件", 2), ("立案条件", 5),
    ]  # fmt: skip


def test_a_missing_sheet_and_a_missing_column_are_told(exported):
    book = openpyxl.load_workbook(BytesIO(exported))
    del book["热线"]
    book["立案条件"]["D1"] = "期限"
    target = BytesIO()
    book.save(target)
    found = {(one.sheet, one.column) for one in api.check_import(target.getvalue()).errors}
    assert found == {("热线", ""), ("立案条件", "处置时限")}


def test_a_file_that_is_no_sheet_is_refused(first):
    with pytest.raises(Refused) as refusal:
        api.check_import(b"not a sheet")
    assert refusal.value.code == "sheet_unreadable"


def test_a_stranger_may_not_import(exported, stranger):
    with pytest.raises(Refused) as refusal:
        api.import_version(exported, effective_from=SUMMER, actor=stranger, at=NOW)
    assert refusal.value.code == "not_permitted"


def test_a_text_that_looks_like_a_formula_stays_a_text(exported, editor):
    data = edited(exported, 立案条件_C2="'=1+1")
    report = api.import_version(data, effective_from=SUMMER, actor=editor, at=NOW)
    again = openpyxl.load_workbook(BytesIO(api.export_version(report.published.id)))["立案条件"]["C2"]
    assert (again.value, again.data_type) == ("'=1+1", "s")


@given(limits)
def test_any_limit_written_is_read_back(limit):
    assert read_limit(limit_text(limit)) == limit


@given(st.dictionaries(st.sampled_from(["hotline", "grid", "video", "sensor"]), limits))
def test_any_limits_per_source_written_are_read_back(given_limits):
    rows = tuple(SourceLimit(source, given_limits[source]) for source in sorted(given_limits))
    assert read_source_limits(source_limits_text(rows)) == rows

"""Sheets as people send them, and sheets nobody can be harmed by."""

# ruff: noqa: DTZ001  (cells of a sheet have no zone)

import csv
import gzip
import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.base import sheets
from townops.kernel.refusal import Refused


def book(*rows, **others):
    out = io.BytesIO()
    file = openpyxl.Workbook()
    for row in rows:
        file.active.append(row)
    for name, more in others.items():
        page = file.create_sheet(name)
        for row in more:
            page.append(row)
    file.save(out)
    return out.getvalue()


def cells(content, name=""):
    return [row.cells for row in sheets.read(content, name)]


def test_a_sheet_of_numbers_dates_and_wide_digits_becomes_plain_text():
    content = book(
        ["编号", "时间", "日", "数", "金额", "是否", "电话"],
        [1.0, datetime(2026, 3, 2, 17, 30), datetime(2026, 3, 2), 12, 0.1, True, "１３８００００１２３４"],
    )
    assert cells(content) == [
        {
            "编号": "1",
            "时间": "2026-03-02 17:30:00",
            "日": "2026-03-02",
            "数": "12",
            "金额": "0.1",
            "是否": "是",
            "电话": "13800001234",
        }
    ]


def test_row_numbers_are_those_a_person_sees():
    content = book([None], [None], ["甲", "乙"], ["1", None], [None, None], [None, "2"])
    assert [(row.number, row.cells) for row in sheets.read(content)] == [
        (4, {"甲": "1", "乙": ""}),
        (6, {"甲": "", "乙": "2"}),
    ]


def test_the_first_sheet_with_anything_in_it_is_read():
    assert cells(book(第二=[["甲"], ["1"]])) == [{"甲": "1"}]


def test_columns_without_a_head_are_left_out_and_short_rows_filled():
    assert cells("甲,,乙\n1,x,2\n3\n4,5,6,7\n".encode()) == [
        {"甲": "1", "乙": "2"},
        {"甲": "3", "乙": ""},
        {"甲": "4", "乙": "6"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_every_usual_kind_is_read(encoding, separator):
    text = separator.join(("编号", "说明")) + "\r\n" + separator.join(("1", '"第一行\n第二行"')) + "\r\n"
    assert cells(text.encode(encoding)) == [{"编号": "1", "说明": "第一行\n第二行"}]


def test_a_packed_csv_is_opened():
    assert cells(gzip.compress("甲\n1\n".encode())) == [{"甲": "1"}]


def with_part(name):
    out = io.BytesIO(book(["甲"], ["1"]))
    with zipfile.ZipFile(out, "a") as file:
        file.writestr(name, "x")
    return out.getvalue()


def bomb():
    out = io.BytesIO(book(["甲"], ["1"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/x", b"\0" * (401 * 1024 * 1024))
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (b" \n\n ", "sheet_empty"),
        ("甲,乙\n".encode(), "sheet_empty"),
        (book(), "sheet_empty"),
        (book(["甲", "乙"]), "sheet_empty"),
        (with_part("xl/vbaProject.bin"), "sheet_macro"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "sheet_encrypted"),
        (OLE, "sheet_type"),
        (b"PK\x03\x04 cut off", "sheet_unreadable"),
        (book(["甲"], ["1"])[:-40], "sheet_unreadable"),
        (gzip.compress(b"abc")[:-5], "sheet_unreadable"),
        ("甲,甲\n1,2\n".encode(), "sheet_head_twice"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "sheet_"),
        (b"a,b\n\xff\xff,1\n", "sheet_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason_before_the_first_row(content, code):
    with pytest.raises(Refused, match=f"^{code}"):
        sheets.read(content, "x")


@pytest.mark.slow
def test_a_sheet_that_unfolds_without_end_is_refused_unopened():
    with pytest.raises(Refused, match="sheet_large"):
        sheets.read(bomb())


EVIL = [
    "=1+1",
    "+86 1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    '=HYPERLINK("http://x")',
    "http://x.test",
    "{=1}",
]


def test_nothing_written_to_xlsx_is_a_formula_or_a_link(tmp_path):
    path = tmp_path / "a.xlsx"
    assert sheets.write_xlsx(path, ["内容"], [[text] for text in EVIL]) == len(EVIL)
    page = openpyxl.load_workbook(path).active
    written = [row[0] for row in page.iter_rows(min_row=2)]
    assert {cell.data_type for cell in written} == {"s"}
    assert not any(cell.hyperlink for cell in written)


def test_numbers_and_dates_stay_numbers_and_dates(tmp_path):
    path = tmp_path / "a.xlsx"
    sheets.write_xlsx(
        path,
        ["甲"],
        [[1], [0.5], [date(2026, 3, 2)], [datetime(2026, 3, 2, 9, 30)], [None], [True], ["00123"]],
    )
    found = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)]
    assert found[:4] == [1, 0.5, datetime(2026, 3, 2), datetime(2026, 3, 2, 9, 30)]
    assert found[5:] == ["是", "00123"]


def test_nothing_written_to_csv_is_a_formula_and_numbers_stay(tmp_path):
    path = tmp_path / "a.csv"
    sheets.write_csv(path, ["=甲"], [[text] for text in [*EVIL, -5, "-5.2", "+8"]])
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = [row[0] for row in csv.reader(file)]
    assert not any(text.lstrip()[:1] in set("=+@") for text in found[:-1])
    assert found[-3:] == ["-5", "-5.2", "+8"]


words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: sheets.plain(text) == text and text
)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=10))
def test_what_is_written_to_xlsx_is_read_again(pairs):
    out = io.BytesIO()
    sheets.write_xlsx(out, ["甲", "乙"], pairs)
    assert [(row.cells["甲"], row.cells["乙"]) for row in sheets.read(out.getvalue())] == pairs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (1e15, "1000000000000000"),
        (0.1 + 0.2, "0.3"),
        (None, ""),
        (time(9, 30), "09:30:00"),
        ("　２０２６－０３－０２　", "2026-03-02"),
        ("编号Ａ１，好", "编号A1，好"),
    ],
)
def test_one_cell_becomes_plain_text(value, text):
    assert sheets.plain(value) == text

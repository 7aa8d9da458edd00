"""Every declared paper is set with its example: A4, our own faces, numbered pages, words that stay words."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from townops.base.papers import Cell, Sheet, papers, papers_for
from townops.documents import api, setting
from townops.kernel.refusal import Refused

AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
A4 = (595, 842)
SHEET = Sheet(
    "示例镇", "处置单", "2611G000001-1", (Cell("内容", "路灯不亮", wide=True),), ("承办人",), "备注"
)


def pdf_of(sheet):
    return setting.pdf(sheet, printed_by="演示甲子", at=AT)


def pages_of(content):
    """The size of each page."""
    parts = [content, *_inflated(content)]
    boxes = [box for part in parts for box in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", part)]
    return [(round(float(wide)), round(float(high))) for wide, high in boxes]


def _inflated(content):
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            continue


@pytest.mark.parametrize("code", papers())
def test_every_declared_paper_is_set_on_a4_with_its_example(code):
    sizes = pages_of(pdf_of(papers()[code].example()))
    assert sizes
    assert set(sizes) == {A4}


def test_a_long_matter_goes_on_to_a_second_page():
    long = replace(SHEET, cells=(Cell("内容", "路灯不亮。" * 1500, wide=True),))
    assert len(pages_of(pdf_of(SHEET))) == 1
    assert len(pages_of(pdf_of(long))) > 1
    assert len(setting.pictures(long, printed_by="甲", at=AT)) == len(pages_of(pdf_of(long)))


def test_signs_of_the_typesetter_in_a_residents_words_are_words():
    wild = replace(
        SHEET, cells=(Cell("内容", '#read("/etc/passwd") *粗* $x^2$ #panic("no") \\ <a> @b', wide=True),)
    )
    assert len(pages_of(pdf_of(wild))) == 1


def test_only_our_own_faces_are_used():
    fonts = set(re.findall(rb"/BaseFont\s*/([\w+-]+)", b"".join([pdf_of(SHEET), *_inflated(pdf_of(SHEET))])))
    assert fonts
    assert all(b"NotoSansSC" in one for one in fonts), fonts


def test_room_to_write_by_hand_stays_free_where_nothing_is_known():
    empty = replace(SHEET, cells=tuple(Cell(f"意见{n}", wide=True, tall=60) for n in range(5)))
    assert len(pages_of(pdf_of(empty))) == 2


def test_an_order_is_printed_only_as_the_papers_of_its_source():
    assert [one.label for one in papers_for("hotline")] == ["承办单"]
    assert [one.label for one in papers_for("grid")] == ["派遣单", "处置单"]
    assert [one.label for one in papers_for("leader")] == ["交办单"]
    for code in ("errand", "nothing"):
        with pytest.raises(Refused) as refused:
            api.paper(code, "hotline")
        assert refused.value.code == "paper_unknown"

"""The town's document read as numbered paragraphs (C3)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.standards.catalogues import current
from townops.standards.domain.document import digest, paragraphs
from townops.standards.tests.conftest import MADE_UP, PLANS


def read(text: str) -> dict[str, str]:
    return {one.place: one.text for one in paragraphs(text, PLANS)}


def hashes(text: str) -> dict[str, str]:
    return {one.place: one.sha256 for one in paragraphs(text, PLANS)}


def test_every_numbered_paragraph_has_its_place():
    assert list(read(MADE_UP)) == [
        "附件1 (一)",
        "附件1 (二)",
        "应急 一",
        "应急 二(一)1 1)",
        "应急 二(一)1 2)",
        "应急 二(一)2 3)",
    ]


def test_a_paragraph_goes_on_after_a_page_break_and_its_footnote():
    text = read(MADE_UP)["应急 二(一)1 1)"]
    assert text.endswith("面积达到1.5平方米。")
    assert "指导意见" not in text


def test_a_remark_on_units_covers_every_paragraph_of_its_section_that_waits_for_one():
    found = {one.place: one.responsible for one in paragraphs(MADE_UP, PLANS)}
    assert found["附件1 (一)"] == ""
    assert found["附件1 (二)"] == "甲办、乙办等"
    assert {found["应急 二(一)1 1)"], found["应急 二(一)2 3)"]} == {"丙办、各居村"}
    assert read(MADE_UP)["附件1 (二)"].endswith("实施动态跟踪。")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("。", "。 "),
        lambda text: text.replace("（", "(").replace("）", ")").replace("，", ","),
        lambda text: re.sub(r"(?<=[一-鿿])(?=[一-鿿])", " ", text),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("## ", "#### "),
        lambda text: text.replace("每半年编制", "每半年\n\n编制"),
        lambda text: text.replace("加强领导", "**加强领导**"),
        lambda text: text + "\n\n- 12 -\n",
    ],
)
def test_the_print_of_a_page_changes_no_hash(spoil):
    assert hashes(spoil(MADE_UP)) == hashes(MADE_UP)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [("1.5平方米", "2平方米", "1 1)"), ("每半年", "每季度", "2 3)"), ("1次清单", "2次清单", "2 3)")],
)
def test_a_changed_number_changes_one_hash(old: str, new: str, place: str):
    before, after = hashes(MADE_UP), hashes(MADE_UP.replace(old, new))
    assert [one for one in before if before[one] != after[one]] == [f"应急 二(一){place}"]


def test_a_changed_responsible_unit_changes_what_it_covers():
    before, after = hashes(MADE_UP), hashes(MADE_UP.replace("丙办", "丁办"))
    assert [one for one in before if before[one] != after[one]] == [
        "应急 二(一)1 1)",
        "应急 二(一)1 2)",
        "应急 二(一)2 3)",
    ]


def test_the_same_number_twice_hides_nothing():
    doubled = MADE_UP.replace("2) 健全制度。", "1) 新的要求。\n\n2) 健全制度。")
    assert "应急 二(一)1 1) 之2" in read(doubled)


def test_a_last_line_without_a_full_stop_is_a_paragraph_too():
    assert read(MADE_UP + "\n\n4) 新增一项要求\n")["应急 二(一)2 4)"] == "新增一项要求"


def test_a_number_that_jumps_begins_no_paragraph():
    assert "应急 二(一)2 3)" in read(MADE_UP.replace("准确掌握", "准确\n\n30) 掌握"))
    assert len(read(MADE_UP.replace("准确掌握", "准确\n\n30) 掌握"))) == len(read(MADE_UP))


def test_what_is_no_document_has_no_paragraphs():
    assert paragraphs("", PLANS) == ()
    assert paragraphs("没有编号的一段话。\n\n又一段。", PLANS) == ()


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str):
    for one in paragraphs(text, PLANS):
        assert one.sha256 == digest(one.text, one.responsible)


def test_the_source_is_read_whole(source: str):
    found = paragraphs(source, current().terms.plans)
    places = [one.place for one in found]
    assert len(found) == 83
    assert len(set(places)) == 83
    numbers = [int(place.rpartition(")")[2]) for place in places if re.match(r"附件4 二\(.\)\d", place)]
    assert numbers == list(range(1, 32))
    town = [place for place in places if place.startswith("应急 三(一)")]
    village = [place for place in places if re.match(r"应急 三\(二\)\d", place)]
    assert [int(place.split()[2].rstrip(")")) for place in town] == list(range(1, 25))
    assert [int(place.split()[2].rstrip(")")) for place in village] == list(range(1, 13))

"""Every numbered paragraph is covered, and a changed document names the items it touches (C3)."""

import json
from pathlib import Path

import pytest

from townops.commands.__main__ import guarded
from townops.standards.catalogues import current
from townops.standards.domain.covering import Change, coverage
from townops.standards.domain.document import paragraphs


def covered(text: str):
    return coverage(paragraphs(text, current().terms.plans), current().items)


def test_the_source_is_covered_and_unchanged(source: str):
    found = covered(source)
    assert (found.uncovered, found.changed) == ((), ())
    assert found.whole
    assert len(found.covered) == len(found.paragraphs)


@pytest.mark.parametrize(
    ("old", "new", "item"),
    [
        ("每年组织开展应急综合演练不少于2次", "每年组织开展应急综合演练不少于3次", "E13.2"),
        ("达到1.5平方米", "达到1.8平方米", "E17.2"),
        ("10 分钟内", "5 分钟内", "U21.2"),
        ("不少于六个月", "不少于十二个月", "U25.4"),
        ("每年至少开展2次脆弱性人群", "每年至少开展3次脆弱性人群", "V8.1"),
        ("每月召开专题研讨会", "每季度召开专题研讨会", "L1.1"),
        (
            "应急专业骨干力量达到每 1 万常住人口不少于 10 人",
            "应急专业骨干力量达到每 1 万常住人口不少于 12 人",
            "E21.4",
        ),
        ("有条件的可编印", "应编印", "V12.2"),
    ],
)
def test_a_changed_number_or_word_names_the_items_it_touches(source: str, old: str, new: str, item: str):
    assert old in source
    found = covered(source.replace(old, new))
    assert [one.change for one in found.changed] == [Change.TEXT]
    assert item in found.changed[0].items
    assert found.uncovered == ()


def test_a_paragraph_put_in_between_is_uncovered_and_the_others_have_moved(source: str):
    assert "14) 开展多样的宣传教育活动。" in source
    text = source
    for number in range(24, 13, -1):
        text = text.replace(f"\n{number}) ", f"\n{number + 1}) ", 1)
    found = covered(text.replace("\n15) 开展多样", "\n14) 新的要求。每年开展一次。\n\n15) 开展多样", 1))
    assert [one.place for one in found.uncovered] == ["应急 三(一)4 14)"]
    assert {one.change for one in found.changed} == {Change.MOVED}
    assert len(found.changed) == 11


def test_a_paragraph_at_the_end_is_uncovered(source: str):
    found = covered(source.replace("## 四、工作要求", "13) 有保险。为居民投保。\n\n## 四、工作要求"))
    assert [one.place for one in found.uncovered] == ["应急 三(二)8 13)"]
    assert found.changed == ()


def test_a_paragraph_taken_out_is_gone(source: str):
    start = source.index("**15.地点设置")
    end = source.index("**16.指挥大厅")
    found = covered(source[:start] + source[end:])
    assert [(one.change, one.items) for one in found.changed] == [(Change.GONE, ("U15.1",))]


def test_a_changed_responsible_unit_names_every_item_of_its_section(source: str):
    found = covered(
        source.replace("（责任部门：社建办、城运中心及其他", "（责任部门：城建中心、城运中心及其他")
    )
    assert {one.place for one in found.changed} == {f"附件4 二(四){number}" for number in range(8, 12)}


def test_items_carry_the_units_that_the_source_names(source: str):
    known = {one.name for one in current().terms.units}
    of = {one.place: one.responsible for one in paragraphs(source, current().terms.plans) if one.responsible}
    for item in current().items:
        if item.source in of:
            said = of[item.source].removesuffix("等").removesuffix("及其他涉及部门").split("、")
            assert set(said) <= known, item.id
            assert set(said) <= set(item.units), item.id


def test_no_sentence_of_the_source_is_copied(source: str):
    from townops.standards.domain.document import normalised

    said = normalised(source)
    copied = [
        one.id for one in current().items if len(normalised(one.duty)) >= 12 and normalised(one.duty) in said
    ]
    assert copied == []


def test_the_command_says_what_it_found_and_exits_by_it(source: str, tmp_path: Path, capsys):
    file = tmp_path / "town.md"
    file.write_text(source, "utf-8")
    assert guarded(["standards", "coverage", str(file)]) == 0
    capsys.readouterr()
    file.write_text(source.replace("不少于六个月", "不少于十二个月"), "gb18030")
    assert guarded(["standards", "coverage", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["paragraphs", "covered", "uncovered", "changed"]
    assert [one["change"] for one in found["changed"]] == ["text"]
    assert "U25.4" in found["changed"][0]["items"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", "只有一段话。".encode(), b"\xff\xfe\xff"])
def test_a_file_that_is_no_document_cannot_be_used(content: bytes, tmp_path: Path):
    file = tmp_path / "wrong.md"
    file.write_bytes(content)
    assert guarded(["standards", "coverage", str(file)]) == 2


def test_a_missing_file_cannot_be_used(tmp_path: Path):
    assert guarded(["standards", "coverage", str(tmp_path / "none.md")]) == 2

"""Telephone and identity numbers are found in every shape people type them in, and little else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.base import contacts, masking

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")


@st.composite
def odd_shapes(draw, digits):
    """A number as somebody might type it: grouped, spaced, full-width, with a country code, glued to words."""
    parts = [digits[:3], digits[3:7], digits[7:]] if draw(st.booleans()) else list(digits)
    between = draw(st.sampled_from(["", " ", "-", "－", "—", " - ", "\u3000", ".", "\u200b", "·", "\n"]))
    shaped = between.join(parts)
    shaped = shaped.translate(draw(st.sampled_from([{}, WIDE, CIRCLED])))
    before = draw(st.sampled_from(["", "电话", "找3号楼", "：", "（", "a"]))
    code = draw(st.sampled_from(["", "+86", "+86 ", "0086-", "86", "＋８６"])) if len(digits) == 11 else ""
    return before + code + shaped + draw(st.sampled_from(["", "张先生", "。", "）急", ",谢谢", "转801"]))


mobiles = st.integers(13000000000, 19999999999).map(str)
identities = st.builds(
    lambda area, year, day, end: f"{area}{year}{day}{end}",
    st.integers(110101, 659001),
    st.integers(1930, 2020),
    st.sampled_from(["0101", "1231", "0715"]),
    st.integers(1000, 9999),
)


def longest_run(number, shown):
    """The longest piece of the number that can be read in a row once everything but digits is taken away."""
    read = "".join(sign for sign in shown.translate(contacts._PLAIN) if sign.isascii() and sign.isdigit())
    sizes = [
        n
        for n in range(len(number), 0, -1)
        if any(number[i : i + n] in read for i in range(len(number) - n + 1))
    ]
    return sizes[0] if sizes else 0


@given(mobiles.flatmap(lambda number: st.tuples(st.just(number), odd_shapes(number))))
def test_a_mobile_number_in_any_shape_is_masked_and_hashed_alike(case):
    number, text = case
    assert [one.number for one in contacts.find(text)] == [number]
    shown = masking.mask_text(text)
    assert re.search(rf"{number[:3]}\*\*\*\*{number[-4:]}", shown)


@given(identities.flatmap(lambda number: st.tuples(st.just(number), odd_shapes(number))))
def test_an_identity_number_in_any_shape_is_masked(case):
    number, text = case
    shown = masking.mask_text(text)
    assert number[:8] not in shown.translate(contacts._PLAIN)
    assert longest_run(number, shown) < 8


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("1380000123413900001234", "138****1234139****1234"),
        ("13800001234310115199001011237", "138****1234310***********1237"),
        ("31011519900101123 x本人", "310***********123X本人"),
        ("老证310115900101123", "老证310********1123"),
        ("（021）5867-0123", "（021-******23"),
        ("打58670123没人接", "打******23没人接"),
        ("一三八零零零零一二三四", "***********"),
        ("+86 138 0000 1234", "138****1234"),
        ("2026-03-02 139 0000 1234", "2026-03-02 139****1234"),
    ],
)
def test_other_shapes_are_found_too(text, masked):
    assert masking.mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 13:45至2026-03-05",
        "20260302",
        "损失58670000元",
        "编号2611R000123，HO261120000123",
        "坐标121.54321，31.35678",
        "三十二弄一百零八号",
        "3号楼2单元1501室，共12户",
        "1" * 5000,
    ],
)
def test_what_is_no_number_of_a_person_stays(text):
    assert contacts.find(text) == []


def test_a_number_is_hashed_without_its_country_code(db):
    ways = ("13800001234", "+86 138-0000-1234", "0086 13800001234", "１３８００００１２３４", "013800001234")
    assert {contacts.bare(one) for one in ways} == {"13800001234"}
    assert contacts.tokenised("电话13800001234。") == f"电话 {contacts.token('13800001234')} 。"
    assert not any(sign.isdigit() for sign in contacts.token("13800001234"))

"""Enough to recognise, not enough to use."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from townops.base import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张小明", "张**"),
        ("欧阳小明", "欧阳**"),
        ("欧阳", "欧*"),
        ("李", "李*"),
        ("Smith", "S****"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_surname(name, masked):
    assert masking.mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("138-0000-1234", "138****1234"),
        ("+86 138 0000 1234", "138****1234"),
        ("１３８００００１２３４", "138****1234"),
        ("02158670123", "021-******23"),
        ("0512-6587012", "0512-*****12"),
        ("58670123", "******23"),
        ("无", "*"),
    ],
)
def test_a_telephone_number_keeps_three_and_four(number, masked):
    assert masking.mask_phone(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("31011519900101123x", "310***********123X"), ("12345678", "********"), ("H1234567890", "H12****7890")],
)
def test_an_identity_number_keeps_province_and_end(number, masked):
    assert masking.mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("高桥镇张杨北路1234弄5号601室", "高桥镇张杨北路***"),
        ("凌桥村三队12号", "凌桥村***"),
        ("学前街１２号", "学前街***"),
        ("某某小区3幢2单元", "某某小区***"),
        ("高桥镇政府门口", "高桥镇政府门口"),
        ("花园12-301", "花园***"),
    ],
)
def test_an_address_ends_before_the_door(address, masked):
    assert masking.mask_address(address) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请联系13800001234张先生", "请联系138****1234张先生"),
        (
            "身份证31011519900101123X，电话１３８００００１２３４。",
            "身份证310***********123X，电话138****1234。",
        ),
        ("电话：021-58670123", "电话：021-******23"),
        ("工单2611R000123，编号123456789012345678901", "工单2611R000123，编号123456789012345678901"),
        ("金额1380元，时间2026-03-02", "金额1380元，时间2026-03-02"),
        ("138 0000 1234或139-1111-2222", "138****1234或139****2222"),
    ],
)
def test_free_text_loses_numbers_of_persons_and_nothing_else(text, masked):
    assert masking.mask_text(text) == masked


mobile = st.integers(13000000000, 19999999999).map(str)
other = st.text(st.characters(exclude_categories=("C", "N"), exclude_characters="-+ "), max_size=20)


@given(other, mobile, other)
@example("", "13000000000", "X")
def test_no_mobile_number_survives_in_any_text(before, number, after):
    masked = masking.mask_text(before + number + after)
    assert number not in masked
    assert masked == before + masking.mask_phone(number) + after


def test_a_home_is_known_to_a_hundred_metres():
    assert masking.mask_point(121.54321, 31.35678) == (121.543, 31.357)


@given(
    st.floats(121, 122), st.floats(31, 32), st.floats(0.00001, 0.1), st.floats(121, 122), st.floats(31, 32)
)
def test_a_box_takes_masked_places_whole(west, south, size, lng, lat):
    box = masking.mask_box((west, south, west + size, south + size))
    assert box[0] <= west and box[1] <= south and box[2] >= west + size and box[3] >= south + size
    middle = masking.mask_point(lng, lat)
    for place in (lng, lat):
        assume(abs(place * 1000 % 1 - 0.5) > 1e-6)
    inside = box[0] <= lng < box[2] and box[1] <= lat < box[3]
    assert inside == (box[0] <= middle[0] < box[2] and box[1] <= middle[1] < box[3])

"""Codes say where an area lies, are given once, and are told apart from others."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from townops.kernel.gridcodes import STANDARD, Scheme, check, new_codes, read, stem
from townops.kernel.refusal import Refused

VILLAGE = {"county": "310115", "town": "104", "village": "002"}
HEAD = "310115104002"
heads = some.sampled_from([HEAD, "310115104003", "310115104009"])


def refused(code):
    return pytest.raises(Refused, match=code)


def test_a_code_is_county_town_village_and_serial():
    assert stem(VILLAGE) == HEAD
    assert new_codes([HEAD, HEAD], []) == ("310115104002001", "310115104002002")
    assert read("310115104002017") == {**VILLAGE, "serial": "017"}


def test_a_new_code_follows_the_highest_ever_given_and_fills_no_hole():
    assert new_codes([HEAD], [f"{HEAD}001", f"{HEAD}009", "V1", f"{HEAD}0001"]) == (f"{HEAD}010",)


@given(first=some.lists(heads, max_size=40), later=some.lists(heads, max_size=40), gone=some.data())
def test_no_code_is_given_twice_whatever_went_in_between(first, later, gone):
    given_first = new_codes(first, [])
    standing = [one for one in given_first if gone.draw(some.booleans())]
    given_later = new_codes(later, given_first)
    assert not set(given_first) & set(given_later)
    assert len(set(given_later)) == len(later)
    assert set(standing) <= set(given_first)
    for code, head in zip(given_later, later, strict=True):
        check(code, head)
        assert stem(read(code)) == head


def test_the_width_is_data():
    scheme = Scheme((("town", 9), ("grid", 2)), serial=5)
    (code,) = new_codes([stem({"town": "310115104", "grid": "07"}, scheme)], [], scheme)
    assert (code, read(code, scheme)["grid"]) == ("3101151040700001", "07")


def test_used_up_serials_are_refused_and_never_grow():
    with refused("codes_used_up"):
        new_codes([HEAD], [f"{HEAD}999"])


@pytest.mark.parametrize(
    "code", ["", "310115104002", "310115104002000", "31011510400200a", "３10115104002001"]
)
def test_what_is_no_code_of_the_scheme_is_refused(code):
    with refused("code_malformed"):
        read(code)


def test_a_code_of_another_village_is_refused():
    with refused("code_of_another"):
        check("310115104002001", "310115104003")


@pytest.mark.parametrize("wrong", [{"town": "04"}, {"village": "ab2"}, {"county": ""}])
def test_a_part_of_another_width_is_refused(wrong):
    with refused("code_part"):
        stem(VILLAGE | wrong)
    with refused("code_part"):
        new_codes(["310115"], [])


@pytest.mark.parametrize("parts", [(("a", 0),), (("a", 30),), (("a", 2), ("a", 2))])
def test_a_scheme_that_cannot_be_is_refused(parts):
    with refused("code_scheme"):
        Scheme(parts)
    assert STANDARD.width == 15

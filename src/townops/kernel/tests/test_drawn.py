"""Areas drawn by hand: what is written is read again, and nothing hostile becomes an area."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel import drawn
from townops.kernel.refusal import Refused

SQUARE = ((121.5, 31.3), (121.6, 31.3), (121.6, 31.4), (121.5, 31.4))
CORNER = st.tuples(st.integers(0, 12), st.integers(0, 12))


def refused(text):
    with pytest.raises(Refused) as found:
        drawn.read_drawn(text)
    return found.value.code


def test_what_is_written_is_read_again_and_short():
    assert drawn.read_drawn(drawn.written(SQUARE)) == SQUARE
    assert len(drawn.written(SQUARE)) < 40


@given(st.lists(CORNER, min_size=1, max_size=9))
def test_a_drawing_is_accepted_exactly_when_it_is_one_simple_area(corners):
    kept = [one for place, one in enumerate(corners) if not place or one != corners[place - 1]]
    while len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    sound = len(kept) >= 3 and shapely.LinearRing(kept).is_valid and shapely.Polygon(kept).area > 0
    text = drawn.written([(121 + x / 100, 31 + y / 100) for x, y in corners])
    if sound:
        assert len(drawn.read_drawn(text)) == len(kept)
    else:
        assert refused(text) in {"drawn_too_few", "drawn_crossing"}


def test_a_closing_corner_and_a_double_click_are_no_corners():
    assert drawn.read_drawn(drawn.written((*SQUARE, SQUARE[-1], SQUARE[0]))) == SQUARE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "drawn_too_few"),
        ("A", "drawn_malformed"),
        pytest.param("_" * 100_000, "drawn_too_many", id="long"),
        ("路灯", "drawn_malformed"),
        ("gg", "drawn_malformed"),
        (drawn.written(SQUARE[:2]), "drawn_too_few"),
        (drawn.written([(121.5, 31.3), (121.6, 31.3), (121.7, 31.3)]), "drawn_too_few"),
        (drawn.written([(121.5, 31.3), (121.6, 31.4), (121.6, 31.3), (121.5, 31.4)]), "drawn_crossing"),
        (drawn.written([(121.5, 31.3), (121.6, 31.45), (121.6, 31.3), (121.5, 31.4)]), "drawn_crossing"),
        (drawn.written([(121.5, 31.3), (121.6, 91.0), (121.6, 31.3)]), "drawn_outside"),
        pytest.param("_" * 2000 + "AA", "drawn_outside", id="far"),
        pytest.param(
            drawn.written([(121 + n / 1000, 31 + n * n / 1e5) for n in range(201)]),
            "drawn_too_many",
            id="201",
        ),
        pytest.param(drawn.written([(121.0, 31.0)] * 10_000), "drawn_too_many", id="10000"),
    ],
)
def test_what_is_no_area_is_refused_with_its_reason(text, code):
    assert refused(text) == code

"""One number in many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel.outernumbers import comparable


@pytest.mark.parametrize(
    "spelling",
    [
        "PD2026-031A",
        "pd2026-031a",
        " PD2026-031A ",
        "PD2026 - 031A",
        "ＰＤ２０２６－０３１Ａ",
        "PD2026-031\u200bA",
    ],
)
def test_every_spelling_is_the_same_number(spelling: str) -> None:
    assert comparable(spelling) == "PD2026-031A"


@pytest.mark.parametrize("other", ["PD2026-031B", "PD2026031A", "", "　"])
def test_other_signs_are_another_number(other: str) -> None:
    assert comparable(other) != "PD2026-031A"


@given(st.text(max_size=64))
def test_what_is_comparable_stays_as_it_is(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)

"""Measures are declared once, and say what they left out."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from townops.base import measuring
from townops.kernel.measured import Evidence, Measured, Subject, percent
from townops.kernel.windows import Window

WINDOW = Window(date(2026, 1, 1), date(2026, 12, 31), "2026年", datetime(2026, 11, 30, 1, tzinfo=UTC))


def refer(row: int) -> Evidence:
    return Evidence("row", str(row), f"第{row}行")


def odd(row: int) -> str:
    return "奇数" if row % 2 else ""


def test_what_is_left_out_has_its_reason():
    found = Measured.counting(range(5), refer, fault=odd)
    assert (found.value, found.records) == (3, 5)
    assert [(one.evidence.key, one.reason) for one in found.left_out] == [("1", "奇数"), ("3", "奇数")]


def test_a_share_of_nothing_is_no_value():
    found = Measured.share([], refer, fault=odd, nothing="没有登记")
    assert (found.value, found.records, found.lacking) == (None, 0, "没有登记")
    assert Measured.share(range(4), refer, fault=odd, nothing="").value == 50


def test_a_share_is_whole_only_when_it_is():
    assert percent(19, 20) == 95
    assert percent(18_999_999, 20_000_000) < 95


def test_a_window_ends_where_knowledge_ends():
    assert tuple(WINDOW) == (date(2026, 1, 1), date(2026, 11, 30))
    assert not WINDOW.over


def test_a_measure_is_named_by_its_context_and_explained_by_its_docstring():
    for name, one in measuring.measures().items():
        assert name == one.name
        assert name.count(".") == 1
        assert one.formula and one.label and one.unit and one.kinds


def test_two_measures_of_one_name_stop_start_up():
    name = next(iter(measuring.measures())).partition(".")[2]
    context = next(iter(measuring.measures())).partition(".")[0]

    def another(window: Window, subject: Subject) -> Measured:
        """Counts nothing."""
        return Measured.missing("")

    another.__module__ = f"townops.{context}.measures"
    with pytest.raises(ImproperlyConfigured):
        measuring.measure(name, label="又一个", unit="次")(another)

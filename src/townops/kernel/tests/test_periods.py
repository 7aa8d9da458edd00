"""Months, quarters, halves and years, also those that start in another month."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from townops.kernel import periods
from townops.kernel.periods import HALF_YEAR, MONTH, QUARTER, YEAR, Cycle
from townops.kernel.refusal import Refused


@pytest.mark.parametrize(
    ("cycle", "start", "end", "label"),
    [
        (MONTH, date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        (QUARTER, date(2024, 1, 1), date(2024, 3, 31), "2024年第一季度"),
        (HALF_YEAR, date(2024, 1, 1), date(2024, 6, 30), "2024年上半年"),
        (YEAR, date(2024, 1, 1), date(2024, 12, 31), "2024年"),
        (periods.assessment_year(12), date(2023, 12, 1), date(2024, 11, 30), "2023考核年度（12月起）"),
        (Cycle(6, first_month=12), date(2023, 12, 1), date(2024, 5, 31), "2023考核年度（12月起）上半年"),
        (Cycle(3, first_month=11), date(2024, 2, 1), date(2024, 4, 30), "2023考核年度（11月起）第二季度"),
    ],
)
def test_a_day_falls_in_its_period(cycle, start, end, label):
    period = cycle.containing(date(2024, 2, 29))
    assert (period.start, period.end, period.label) == (start, end, label)
    assert list(period) == [start, end]


@pytest.mark.parametrize("months", [1, 3, 6, 12])
@pytest.mark.parametrize("first_month", range(1, 13))
def test_periods_follow_each_other_without_gap_or_overlap(months, first_month):
    chain = list(Cycle(months, first_month).of(date(2022, 5, 17), date(2026, 5, 17)))
    assert all(
        a.next() == b and b.previous() == a and (b.start - a.end).days == 1 for a, b in pairwise(chain)
    )
    assert date(2022, 5, 17) in chain[0] and date(2026, 5, 17) in chain[-1]
    years = {period.start for period in chain if months == 12}
    assert all(start.month == first_month for start in years)


def test_an_instant_belongs_to_the_period_of_its_day_in_shanghai():
    new_year_there = datetime(2025, 12, 31, 17, tzinfo=UTC)
    period = YEAR.containing(new_year_there)
    assert period.label == "2026年"
    begin, after = period.instants
    assert begin <= new_year_there < after


def test_a_naive_time_and_an_odd_cycle_are_refused():
    with pytest.raises(Refused, match="naive_time"):
        MONTH.containing(datetime(2026, 1, 1))  # noqa: DTZ001
    for months, first_month in [(2, 1), (12, 0), (12, 13)]:
        with pytest.raises(Refused, match="cycle"):
            Cycle(months, first_month)

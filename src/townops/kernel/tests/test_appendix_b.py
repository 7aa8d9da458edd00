"""The time-engine oracle of domain.md, appendix B."""

from datetime import date, datetime

import pytest

from townops.kernel import clocks, workdays
from townops.kernel.workdays import SHANGHAI, Calendar, Limit

DAYS = frozenset({date(2023, 9, 29), date(2023, 9, 30), *(date(2023, 10, day) for day in range(1, 7))})
AUTUMN = Calendar(
    version=1,
    windows=workdays.DEFAULT_WINDOWS,
    holidays=DAYS,
    makeup=frozenset({date(2023, 10, 7), date(2023, 10, 8)}),
    known_from=date(2023, 1, 1),
    known_until=date(2023, 12, 31),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "deadline"),
    [
        ("2023-10-09 10:30", 4, "work_hour", "2023-10-09 16:30"),
        ("2023-10-09 16:30", 4, "work_hour", "2023-10-10 10:30"),
        ("2023-10-09 12:30", 2, "work_hour", "2023-10-09 16:00"),
        ("2023-10-13 23:30", 2, "urgent_hour", "2023-10-14 01:30"),
        ("2023-09-28 15:00", 5, "work_day", "2023-10-11 15:00"),
        ("2023-09-30 09:00", 1, "work_day", "2023-10-07 18:00"),
        ("2023-09-28 15:00", 5, "hotline_day", "2023-10-11 18:00"),
        ("2023-09-30 09:00", 1, "hotline_day", "2023-10-07 18:00"),
        ("2023-09-28 23:59", 1, "hotline_day", "2023-10-07 18:00"),
        ("2023-10-13 23:30", 2, "urgent_day", "2023-10-15 23:30"),
        ("2023-10-13 23:30", 2, "natural_day", "2023-10-15 23:30"),
    ],
)
def test_deadlines_are_those_of_the_oracle(start, amount, unit, deadline):
    answer = workdays.due(AUTUMN, at(start), Limit(amount, unit))
    assert (answer.due_at, answer.provisional) == (at(deadline), False)


def test_case_7_a_pause_leaves_the_rest_for_the_resumption():
    clock = clocks.start(Limit(4, "work_hour"), AUTUMN, at("2023-10-09 10:30"))
    clock = clocks.pause(clock, AUTUMN, at("2023-10-09 15:00"))
    clock = clocks.resume(clock, AUTUMN, at("2023-10-10 09:00"))
    assert (clock.used, clock.due_at) == (2.5 * 3600, at("2023-10-10 10:30"))


def test_case_8_an_extension_adds_the_original_limit():
    clock = clocks.start(Limit(4, "work_hour"), AUTUMN, at("2023-10-09 10:30"))
    assert clocks.extend(clock, AUTUMN).due_at == at("2023-10-10 10:30")

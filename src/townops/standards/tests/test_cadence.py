"""When duties come due: every day in one span, years that start in any month, flood seasons (U32)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.standards.catalogues import current
from townops.standards.domain.cadence import MONTHS, Rhythm, Rhythms, read_rhythms, spans
from townops.standards.domain.items import CatalogueError, Every

DAY = timedelta(days=1)
BEGUN = date(2023, 1, 1)
DAYS = st.dates(BEGUN, date(2045, 12, 31))
REPEATING = st.sampled_from(sorted(MONTHS))


def rhythm(since: date = BEGUN, **given) -> Rhythm:
    shipped = current().rhythms.all[0]
    return shipped.model_copy(update={"since": since, **given})


@st.composite
def rhythms(draw) -> Rhythms:
    """Up to three rhythms, each with its own first month and flood season."""
    days = sorted(draw(st.sets(st.dates(date(2024, 1, 1), date(2040, 1, 1)), max_size=2)))
    floods = st.sampled_from([("06-01", "09-30"), ("05-15", "10-15"), ("04-01", "08-31")])
    made = []
    for since in (BEGUN, *days):
        first, last = draw(floods)
        made.append(rhythm(since, year_starts=draw(st.integers(1, 12)), flood_from=first, flood_until=last))
    return Rhythms(tuple(made))


@given(rhythms(), REPEATING, DAYS)
def test_every_day_lies_in_its_span_and_the_span_is_that_of_each_of_its_days(found, every, day):
    span = found.span(every, day)
    assert span.start <= day <= span.end
    assert found.span(every, span.start) == found.span(every, span.end) == span
    assert span.due == span.end


@given(rhythms(), REPEATING, DAYS)
def test_spans_follow_each_other_without_gap_or_overlap(found, every, day):
    chain = list(spans(found, every, day, day + timedelta(days=900)))
    for one, after in pairwise(chain):
        assert one.end + DAY == after.start
        assert found.before(every, after) == one


@given(rhythms(), DAYS)
def test_what_is_due_before_the_flood_season_is_due_on_its_eve(found, day):
    span = found.span(Every.BEFORE_FLOOD, day)
    assert span.start <= span.end
    if day > span.end:
        assert found.next_due(Every.BEFORE_FLOOD, day) != span.due


@given(rhythms(), REPEATING, DAYS)
def test_the_next_due_day_is_never_past(found, every, day):
    due = found.next_due(every, day)
    assert due is not None
    assert due >= day
    assert found.span(every, day).days_left(day) == (due - day).days


@given(rhythms(), st.sampled_from(list(Every)), DAYS)
def test_nothing_is_owed_before_the_first_rhythm(found, every, day):
    span = found.span(every, day, by=date(2030, 1, 1))
    before = found.before(every, span)
    assert before is None or before.start >= BEGUN - timedelta(days=366)
    if span.start <= BEGUN:
        assert before is None


def test_an_assessment_year_may_start_in_november():
    found = Rhythms((rhythm(year_starts=11),))
    span = found.span(Every.YEAR, date(2026, 11, 30))
    assert (span.start, span.end) == (date(2026, 11, 1), date(2027, 10, 31))
    quarter = found.span(Every.QUARTER, date(2026, 11, 30))
    assert (quarter.start, quarter.end) == (date(2026, 11, 1), date(2027, 1, 31))


def test_a_year_is_cut_where_the_rhythm_changes():
    found = Rhythms((rhythm(), rhythm(date(2027, 4, 1), year_starts=4)))
    assert found.span(Every.YEAR, date(2027, 2, 1)).end == date(2027, 3, 31)
    assert found.span(Every.YEAR, date(2027, 5, 1)).start == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 5, 31), date(2025, 10, 1), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2025, 10, 1), date(2026, 5, 31)),
        (date(2026, 9, 30), date(2025, 10, 1), date(2026, 5, 31)),
        (date(2026, 10, 1), date(2026, 10, 1), date(2027, 5, 31)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 5, 31)),
    ],
)
def test_the_span_before_a_flood_season_begins_when_the_last_one_ended(day, start, end):
    span = Rhythms((rhythm(),)).span(Every.BEFORE_FLOOD, day)
    assert (span.start, span.end) == (start, end)
    assert span.label == f"{end.year}年汛前"


def test_what_always_holds_is_never_due_and_what_is_by_a_day_is_due_once():
    found = Rhythms((rhythm(),))
    assert found.next_due(Every.CONTINUOUS, date(2026, 1, 1)) is None
    assert found.span(Every.CONTINUOUS, date(2026, 1, 30)).start == date(2026, 1, 1)
    by = date(2026, 10, 31)
    assert found.next_due(Every.BY_DATE, date(2026, 1, 1), by=by) == by
    assert found.next_due(Every.BY_DATE, date(2026, 11, 1), by=by) is None
    assert found.span(Every.BY_DATE, date(2026, 11, 1), by=by).days_left(date(2026, 11, 1)) == -1


def test_grace_begins_after_the_due_day():
    kept = rhythm().grace | {Every.MONTH: 5}
    found = Rhythms((rhythm(grace=kept),))
    span = found.span(Every.MONTH, date(2026, 2, 10))
    assert found.graced(Every.MONTH, span) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("[[rhythm]]", "[[other]]"),
        lambda text: text.replace('flood_until = "09-30"', 'flood_until = "03-30"'),
        lambda text: text + "\n" + text,
        lambda text: text.replace("month = 0, ", "month = -1, "),
        lambda text: text.replace("year_starts = 1", "year_starts = 1\nweekly = 2"),
    ],
)
def test_a_broken_rhythm_is_refused(spoil):
    from townops.standards.catalogues import FOLDER

    text = (FOLDER / "rhythm.toml").read_text("utf-8")
    with pytest.raises(CatalogueError):
        read_rhythms(spoil(text), name="rhythm.toml")

"""The state of a duty: never green without records, a may never red, and late means late (U32, V13)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel.measured import Measured
from townops.standards.catalogues import current
from townops.standards.domain.cadence import Rhythms
from townops.standards.domain.items import Every, Item, Modality, Threshold
from townops.standards.domain.judging import Case, Reading, Signed, State, judge

TODAY = date(2026, 11, 30)
RHYTHMS = current().rhythms


def item(every: str = "year", modality: str = "must", passes: str = ">= 2", **given) -> Item:
    facts = {
        "id": "E13.2",
        "source": "应急 三(一)4 13)",
        "paragraph": f"sha256:{'0' * 64}",
        "duty": "演练",
        "units": ("城运应急办",),
        "subject": "town",
        "measure": "readiness.drills",
        "passes": passes,
        "evidence": ("方案",),
    }
    return Item.model_validate(facts | {"every": every, "modality": modality} | given)


def attested(modality: str = "must") -> Item:
    return item(modality=modality, measure="", passes=(), attested=True)


def count(value: float | None, records: int | None = None) -> Measured:
    return Measured(value, int(value or 0) if records is None else records)


def state(
    of: Item, now: Measured | None, before: Measured | None = None, today: date = TODAY, **given
) -> State:
    rhythms: Rhythms = given.pop("rhythms", RHYTHMS)
    span = rhythms.span(of.every, today, by=of.by)
    earlier = rhythms.before(of.every, span)
    past = Reading(earlier, before) if earlier is not None and before is not None else None
    return judge(Case(of, Reading(span, now), past, today, rhythms, **given)).state


def test_enough_records_are_green_and_one_fewer_is_not():
    assert state(item(), count(2)) is State.MET
    assert state(item(), count(1), before=count(1)) is State.NOT_MET


def test_without_a_measure_there_is_no_source():
    assert state(item(), None) is State.NO_SOURCE
    assert state(item(modality="may"), None) is State.NO_SOURCE


def test_a_passing_value_without_records_is_never_green():
    assert state(item(passes="= 0"), count(0, 0)) is State.NO_SOURCE
    assert state(item(passes="= 0"), count(0, 12)) is State.MET
    assert state(item(), Measured.missing("没有登记")) is State.NO_SOURCE


def test_nothing_recorded_of_what_should_be_is_not_met():
    assert state(item(), count(0), before=count(0)) is State.NOT_MET


@pytest.mark.parametrize(
    ("today", "wanted"), [(date(2026, 3, 1), State.MET), (date(2026, 12, 1), State.DUE_SOON)]
)
def test_until_it_is_near_the_year_before_counts(today: date, wanted: State):
    assert state(item(), count(0), before=count(2), today=today) is wanted


def test_in_the_first_period_nothing_is_late_and_nothing_green():
    assert state(item(), count(0), today=date(2023, 2, 1)) is State.DUE_SOON


def test_grace_holds_back_red_for_so_many_days():
    kept = RHYTHMS.all[0].grace | {Every.YEAR: 10}
    rhythms = Rhythms((RHYTHMS.all[0].model_copy(update={"grace": kept}),))
    given = {"now": count(0), "before": count(0), "rhythms": rhythms}
    assert state(item(), today=date(2026, 1, 10), **given) is State.DUE_SOON
    assert state(item(), today=date(2026, 1, 11), **given) is State.NOT_MET


def test_what_always_holds_is_red_as_soon_as_it_does_not():
    assert state(item("continuous"), count(1)) is State.NOT_MET
    assert state(item("once"), count(1)) is State.NOT_MET


def test_before_the_flood_season_is_late_once_it_has_begun():
    assert (
        state(item("before_flood_season", passes=">= 1"), count(0), today=date(2026, 6, 1)) is State.NOT_MET
    )
    assert state(item("before_flood_season", passes=">= 1"), count(1), today=date(2026, 6, 1)) is State.MET


def test_by_a_day_is_late_after_it_and_done_late_is_done():
    of = item("by_date", by=date(2026, 10, 31))
    assert state(of, count(0), today=date(2026, 10, 31)) is State.DUE_SOON
    assert state(of, count(0), today=date(2026, 11, 1)) is State.NOT_MET
    assert state(of, count(2), today=date(2026, 11, 1)) is State.MET


def test_a_threshold_of_a_later_day_is_asked_from_that_day():
    steps = (Threshold(passes=">= 1.5"), Threshold(passes=">= 2", since=date(2035, 1, 1)))
    of = item("continuous", passes=steps)
    assert state(of, count(1.6, 9), today=date(2034, 12, 31)) is State.MET
    assert state(of, count(1.6, 9), today=date(2035, 1, 1)) is State.NOT_MET


SIGNED = Signed("某人", "文件1号", date(2026, 1, 1), date(2027, 12, 31), "理由")


def test_an_attested_duty_needs_a_signature_that_has_not_expired():
    assert state(attested(), None) is State.NOT_MET
    assert state(attested(), None, attestation=SIGNED) is State.MET
    assert state(attested(), None, attestation=SIGNED, today=date(2027, 12, 1)) is State.DUE_SOON
    assert state(attested(), None, attestation=SIGNED, today=date(2028, 1, 1)) is State.NOT_MET
    assert state(attested(), None, attestation=SIGNED, today=date(2025, 12, 31)) is State.NOT_MET


def test_an_exemption_holds_for_its_days():
    assert state(item(), count(0), exemption=SIGNED) is State.EXEMPT
    assert state(item(), count(0), before=count(0), exemption=SIGNED, today=date(2028, 1, 1)) is State.NOT_MET


VALUES = st.none() | st.integers(0, 3)
MEASURED = st.none() | st.builds(Measured, VALUES, st.integers(0, 3))
DAYS = st.dates(date(2023, 1, 1), date(2037, 1, 1))
MODALITIES = st.sampled_from(list(Modality))


@given(st.sampled_from(list(Every)), MODALITIES, st.tuples(MEASURED, MEASURED), DAYS, st.booleans())
def test_whatever_is_measured_a_may_is_never_red_and_nothing_is_green_without_records(
    every, modality, measured, today, signs
):
    now, before = measured
    by = date(2026, 10, 31) if every is Every.BY_DATE else None
    of = attested(modality) if signs else item(every, modality, by=by)
    found = state(of, now, before=before, today=today)
    if modality is Modality.MAY:
        assert found is not State.NOT_MET
    if found is State.MET:
        resting = [one for one in (now, before) if one is not None and (one.value or 0) >= 2]
        assert any(one.records > 0 for one in resting)


@given(MODALITIES, MEASURED, DAYS)
def test_more_records_never_make_a_state_worse(modality, now, today):
    order = [State.NOT_MET, State.OPTIONAL_OPEN, State.DUE_SOON, State.MET]
    of = item(modality=modality)
    found = state(of, now, before=count(0), today=today)
    better = state(of, count(3), before=count(0), today=today)
    assert better is State.MET
    assert found is State.NO_SOURCE or order.index(found) <= order.index(better)

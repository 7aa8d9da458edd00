"""One class changed at the desk: the catalogue that comes of it, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from townops.catalogue import api, changing
from townops.catalogue.changing import ClassChange, Line
from townops.catalogue.domain.edit import edited
from townops.catalogue.domain.rows import Status
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

from .conftest import NOW

SUMMER = date(2026, 7, 1)
COVER = "C-01-01"
SLOWER = Limit(3, TimeUnit.URGENT_HOUR)


def refused(code: str):
    return pytest.raises(Refused, match=code)


@pytest.fixture
def change(first) -> ClassChange:
    rows = api.conditions(COVER, first.id)
    other = replace(rows[0], limit=SLOWER, status=Status.CONFIRMED)
    return ClassChange(api.klass(COVER, first.id), (other, *rows[1:]), SUMMER, "本镇确认", first.id)


def test_only_the_class_and_its_own_rows_are_replaced(first, change):
    before = api.content(first.id)
    after = edited(before, change.klass, change.rows)
    moved = [
        one.code for one, was in zip(after.conditions, before.sorted().conditions, strict=True) if one != was
    ]
    assert moved == [change.rows[0].code]
    with refused("class_unknown"):
        edited(before, replace(change.klass, code="C-99"), ())


def test_a_trial_says_what_differs_and_writes_nothing(change):
    seen = changing.foresee(change, NOW)
    code = change.rows[0].code
    before = api.limit_text(api.conditions(COVER, change.over)[0].limit)
    assert seen.lines == (
        Line(code, "处置时限", before, "3紧急工作时"),
        Line(code, "时限已确认", "待确认", "已确认"),
    )
    assert (seen.kept, seen.count, len(api.versions())) == (0, 0, 1)


def test_a_change_is_published_as_the_next_version(change, editor):
    made = changing.publish(change, actor=editor, at=NOW)
    assert (made.number, made.note) == (2, "本镇确认")
    assert api.conditions(COVER, made.id)[0].limit == SLOWER


def test_of_two_versions_of_one_day_to_come_the_later_counts(change, editor):
    first = changing.publish(change, actor=editor, at=NOW)
    renamed = replace(change, over=first.id, klass=replace(change.klass, name="上水盖"), rows=())
    second = changing.publish(renamed, actor=editor, at=NOW)
    assert api.version_at(NOW.replace(year=2027)) == second.id


def test_the_second_of_two_is_refused_and_told_what_the_first_changed(change, editor):
    changing.publish(change, actor=editor, at=NOW)
    with refused("catalogue_stale") as found:
        changing.publish(replace(change, note="另一个"), actor=editor, at=NOW)
    assert found.value.params == {"number": 2, "note": "本镇确认"}


def test_what_could_not_be_published_is_refused_when_it_is_tried(change):
    with refused("catalogue_unsound"):
        changing.foresee(replace(change, klass=replace(change.klass, name="")), NOW)
    with refused("catalogue_backdated"):
        changing.foresee(replace(change, effective_from=NOW.date()), NOW)
    with refused("catalogue_unchanged"):
        changing.foresee(replace(change, rows=()), NOW)
    with refused("catalogue_note_missing"):
        changing.foresee(replace(change, note=" "), NOW)


def test_publishing_needs_its_permission(change):
    with refused("not_permitted"):
        changing.publish(change, actor=Actor(8, "别人", ()), at=NOW + timedelta(minutes=1))

"""Versions by date: an order filed under the first version is explained by it for ever."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from townops.base import journal
from townops.catalogue import api
from townops.catalogue.models import ConditionRow
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Limit, TimeUnit

from .conftest import BEGIN, NOW

SUMMER = date(2026, 7, 1)
COVER = "C-01-01"


def changed(first: api.VersionView) -> api.Content:
    """The first version with the first row of the well cover given three hours instead of two."""
    content = api.content(first.id)
    slower = replace(content.by_class[COVER][0], limit=Limit(3, TimeUnit.URGENT_HOUR))
    others = tuple(one for one in content.conditions if one.code != slower.code)
    return replace(content, conditions=(*others, slower))


def test_a_version_holds_from_midnight_of_its_day_in_the_town(first, editor):
    second = api.publish_version(changed(first), effective_from=SUMMER, actor=editor, at=NOW)
    midnight = datetime(2026, 7, 1, tzinfo=SHANGHAI)
    assert api.version_at(midnight - timedelta(seconds=1)) == first.id
    assert api.version_at(midnight) == second.id


def test_before_the_first_version_nothing_can_be_filed(first):
    with pytest.raises(Refused) as refusal:
        api.version_at(datetime(2025, 12, 31, 23, 59, tzinfo=SHANGHAI))
    assert refusal.value.code == "catalogue_missing"


def test_a_row_filed_under_the_old_version_still_says_what_it_said(first, editor):
    old = api.conditions(COVER, first.id)[0]
    second = api.publish_version(changed(first), effective_from=SUMMER, actor=editor, at=NOW)
    assert api.condition(old.id, version=first.id).limit == Limit(2, TimeUnit.URGENT_HOUR)
    assert api.condition(old.id) == old
    assert api.conditions(COVER, second.id)[0].limit == Limit(3, TimeUnit.URGENT_HOUR)


def test_the_same_content_is_no_new_version(first, editor):
    with pytest.raises(Refused) as refusal:
        api.publish_version(api.content(first.id), effective_from=SUMMER, actor=editor, at=NOW)
    assert refusal.value.code == "catalogue_unchanged"
    assert len(api.versions()) == 1


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (BEGIN - timedelta(days=1), "catalogue_out_of_order"),
        (NOW.date(), "catalogue_backdated"),
        (date(2026, 2, 1), "catalogue_backdated"),
    ],
)
def test_the_past_is_not_rewritten(first, editor, day, code):
    with pytest.raises(Refused) as refusal:
        api.publish_version(changed(first), effective_from=day, actor=editor, at=NOW)
    assert refusal.value.code == code


def test_only_an_editor_publishes(first, stranger):
    with pytest.raises(Refused) as refusal:
        api.publish_version(changed(first), effective_from=SUMMER, actor=stranger, at=NOW)
    assert refusal.value.code == "not_permitted"


def test_publishing_is_journalled_with_who_and_from_when(first, editor):
    api.publish_version(changed(first), effective_from=SUMMER, actor=editor, at=NOW)
    last = journal.history("catalogue", "versions")[-1]
    assert (last.action, last.person) == ("publish", editor.person)
    assert (last.body["number"], last.body["from"]) == (2, "2026-07-01")


def test_an_unsound_catalogue_is_not_published_and_the_first_fault_is_told(first, editor):
    content = api.content(first.id)
    orphan = replace(content.conditions[0], code="C-77-77.1", class_code="C-77-77")
    broken = replace(content, conditions=(*content.conditions, orphan))
    with pytest.raises(Refused) as refusal:
        api.publish_version(broken, effective_from=SUMMER, actor=editor, at=NOW)
    assert refusal.value.code == "catalogue_unsound"
    assert "C-77-77" in str(refusal.value.params["first"])
    assert len(api.versions()) == 1


def test_an_unknown_class_and_an_unknown_row_are_refused(first):
    with pytest.raises(Refused) as of_class:
        api.klass("E-99-99", first.id)
    with pytest.raises(Refused) as of_row:
        api.condition(0)
    assert (of_class.value.code, of_row.value.code) == ("class_unknown", "condition_unknown")


def test_a_version_is_read_from_the_database_once(first, django_assert_num_queries):
    api.klass(COVER, first.id)
    with django_assert_num_queries(0):
        row = api.conditions(COVER, first.id)[0]
        assert api.condition(row.id, version=first.id) is row
        assert api.time_classes(first.id)[0].limit == Limit(1, TimeUnit.HOTLINE_DAY)


def test_the_database_itself_refuses_a_limit_of_nothing(first):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConditionRow.objects.filter(version_id=first.id).update(limit_amount=0)


def test_a_class_is_found_by_its_name_before_its_keywords(first):
    found = [one.code for one in api.search("店招", first.id, "event")]
    assert found[0] == "E-02-98"
    assert "E-02-06" in found
    assert api.search("  ", first.id) == ()


def test_an_order_of_a_source_may_have_its_own_limit(first):
    row = next(one for one in api.conditions("E-01-01", first.id) if one.source_limits)
    assert row.limit_for("hotline") == Limit(15, TimeUnit.HOTLINE_DAY)
    assert row.limit_for("grid") == row.limit == Limit(15, TimeUnit.WORK_DAY)


def test_the_hotline_branch_has_its_six_demands_and_three_times(first):
    assert {one.name for one in api.demand_types(first.id)} == {
        "咨询",
        "求助",
        "投诉",
        "举报",
        "建议",
        "表扬",
    }
    assert [one.days for one in api.time_classes(first.id)] == [1, 5, 15]

"""Drafts: one of a kind for each account, sealed, forgotten when sent or old."""

from datetime import UTC, datetime, timedelta

import pytest

from townops.base import accounts, drafts, tunables
from townops.base.crypto import SealBrokenError
from townops.base.models import Draft
from townops.base.routine import purge
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TYPED = {"text": "路灯不亮", "contact_phone": "13800001234"}


@pytest.fixture
def clerk() -> int:
    return accounts.create_account("clerk", password="Townops-demo-2026").pk


@pytest.fixture
def other() -> int:
    return accounts.create_account("other", password="Townops-demo-2026").pk


def test_what_was_typed_comes_back_to_the_same_account_only(clerk, other):
    drafts.save(clerk, "register", TYPED, at=AT)
    kept = drafts.find(clerk, "register")
    assert kept == drafts.KeptDraft(TYPED, AT, "register")
    assert drafts.find(other, "register") is None
    assert drafts.find(clerk, "another") is None


def test_a_part_that_was_sent_goes_and_the_rest_of_the_draft_stays(clerk):
    drafts.save(
        clerk, "order-1", {"submit.result": "已修", "submit.reply": "好", "contact.who": "来电人"}, at=AT
    )
    drafts.drop_part(clerk, "order-1", "submit.", at=AT)
    kept = drafts.find(clerk, "order-1")
    assert kept is not None
    assert kept.cells == {"contact.who": "来电人"}
    drafts.drop_part(clerk, "order-1", "contact.", at=AT)
    assert not drafts.kept(clerk, "order-1")
    drafts.drop_part(clerk, "order-1", "contact.", at=AT)


def test_a_later_draft_takes_the_place_of_the_earlier(clerk):
    drafts.save(clerk, "register", TYPED, at=AT)
    drafts.save(clerk, "register", {"text": "井盖"}, at=AT + timedelta(seconds=5))
    kept = drafts.find(clerk, "register")
    assert kept is not None
    assert (dict(kept.cells), Draft.objects.count()) == ({"text": "井盖"}, 1)


def test_neither_words_nor_numbers_stand_readable_in_the_database_nor_move_to_another(clerk, other):
    drafts.save(clerk, "register", TYPED, at=AT)
    row = Draft.objects.get()
    assert b"13800001234" not in bytes(row.content)
    Draft.objects.filter(pk=row.pk).update(account_id=other)
    with pytest.raises(SealBrokenError):
        drafts.find(other, "register")


def test_a_sent_draft_is_gone(clerk):
    drafts.save(clerk, "register", TYPED, at=AT)
    drafts.drop(clerk, "register")
    assert drafts.find(clerk, "register") is None


def test_a_draft_nobody_touched_for_a_week_is_forgotten_or_after_as_many_days_as_the_town_says(clerk):
    drafts.save(clerk, "register", TYPED, at=AT)
    purge(AT + timedelta(days=6))
    assert Draft.objects.count() == 1
    tunables.set_value("drafts.kept_days", "2", effective_from=AT)
    purge(AT + timedelta(days=3))
    assert Draft.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "cells", "code"),
    [
        ("a/b", TYPED, "draft_kind"),
        ("", TYPED, "draft_kind"),
        ("register", {"text": "字" * 40_000}, "draft_too_long"),
    ],
)
def test_what_is_no_draft_is_refused(clerk, kind, cells, code):
    with pytest.raises(Refused, match=code):
        drafts.save(clerk, kind, cells, at=AT)


def test_no_account_fills_the_table(clerk):
    for number in range(drafts.MOST + 3):
        drafts.save(clerk, f"kind-{number}", TYPED, at=AT + timedelta(seconds=number))
    assert Draft.objects.count() == drafts.MOST
    assert drafts.find(clerk, "kind-0") is None


def test_drafts_of_one_family_stand_side_by_side_the_newest_first(clerk, other):
    for place, kind in enumerate(("register-a", "register-b", "registered")):
        drafts.save(clerk, kind, TYPED, at=AT + timedelta(seconds=place))
    assert [one.kind for one in drafts.family(clerk, "register")] == ["register-b", "register-a"]
    assert drafts.family(other, "register") == []

"""Notices, since when things are new, and who is typing: each account's own, once, and nothing kept for longer than it serves."""

from datetime import UTC, datetime, timedelta

import pytest

from townops.base import accounts, glances, inbox, presence, tunables
from townops.base.models import Glance, Notice, Presence

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clerk() -> int:
    return accounts.create_account("clerk", password="Townops-demo-2026").pk


@pytest.fixture
def other() -> int:
    return accounts.create_account("other", password="Townops-demo-2026").pk


def told(account: int, seq: int = 1, at: datetime = AT) -> inbox.Told:
    return inbox.Told(account, "orders.came", "2611G000001", seq, "张三", at)


def test_what_is_told_twice_stands_once(clerk):
    inbox.tell([told(clerk)])
    inbox.tell([told(clerk), told(clerk, 2)])
    assert [one.seq for one in inbox.shelf(clerk).rows] == [2, 1]


def test_one_is_read_or_all_are_and_others_stay_as_they_are(clerk, other):
    inbox.tell([told(clerk, seq) for seq in range(3)])
    inbox.tell([told(other)])
    theirs = inbox.shelf(other).rows[0].pk
    assert inbox.mark_read(clerk, [inbox.shelf(clerk).rows[0].pk, theirs], AT) == 1
    assert (inbox.unread(clerk), inbox.unread(other)) == (2, 1)
    assert inbox.find(clerk, theirs) is None
    assert inbox.mark_read(clerk, None, AT) == 2
    assert (inbox.unread(clerk), inbox.unread(other)) == (0, 1)


def test_the_count_stops_after_ninety_nine(clerk):
    inbox.tell([told(clerk, seq) for seq in range(120)])
    assert inbox.unread(clerk) == inbox.MOST_COUNTED + 1


def test_pages_of_notices_follow_each_other_without_a_gap(clerk):
    inbox.tell([told(clerk, seq) for seq in range(5)])
    first = inbox.shelf(clerk, limit=3)
    second = inbox.shelf(clerk, before=first.before, limit=3)
    assert [one.seq for one in (*first.rows, *second.rows)] == [4, 3, 2, 1, 0]
    assert second.before == 0


def test_a_notice_is_forgotten_after_the_days_the_town_says(clerk):
    inbox.tell([told(clerk, 1), told(clerk, 2, AT + timedelta(days=9))])
    tunables.set_value(inbox.KEPT_KEY, "5", effective_from=AT)
    assert inbox.purge(AT + timedelta(days=10)) == 1
    assert [one.seq for one in Notice.objects.all()] == [2]


def test_what_is_new_begins_where_the_last_spell_ended(clerk):
    begun = glances.since(clerk, AT, otherwise=AT - timedelta(hours=9))
    assert begun == AT - timedelta(hours=9)
    glances.look(clerk, AT, since=begun)
    soon, later = AT + timedelta(minutes=20), AT + timedelta(hours=2)
    assert glances.since(clerk, soon, otherwise=soon) == begun
    assert glances.since(clerk, later, otherwise=later) == AT
    glances.look(clerk, later, since=AT)
    assert Glance.objects.count() == 1


def test_who_is_typing_is_shown_to_others_until_the_minute_is_over(clerk, other):
    presence.beat(clerk, "2611G000001", name="张三", at=AT)
    presence.beat(clerk, "2611G000001", name="张三", at=AT + timedelta(seconds=30))
    at = AT + timedelta(seconds=80)
    assert [(one.name, one.since) for one in presence.others(other, "2611G000001", at=at)] == [("张三", AT)]
    assert presence.others(clerk, "2611G000001", at=at) == ()
    assert presence.others(other, "2611G000001", at=AT + timedelta(minutes=3)) == ()


def test_polling_for_some_seconds_writes_nothing(clerk, django_assert_num_queries):
    presence.beat(clerk, "2611G000001", name="张三", at=AT)
    with django_assert_num_queries(1):
        presence.beat(clerk, "2611G000001", name="张三", at=AT + timedelta(seconds=8))


def test_whoever_comes_back_begins_anew_and_nothing_of_before_is_kept(clerk, other):
    presence.beat(other, "2611G000002", name="李四", at=AT)
    presence.beat(clerk, "2611G000001", name="张三", at=AT)
    back = AT + timedelta(minutes=10)
    presence.beat(clerk, "2611G000001", name="张三", at=back)
    assert list(Presence.objects.values_list("name", "since")) == [("张三", back)]
    presence.leave(clerk, "2611G000001")
    assert not Presence.objects.exists()

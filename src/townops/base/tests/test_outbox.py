"""News arrives at least once, at every subscriber, whatever one of them does."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from townops.base import outbox
from townops.base.models import OutboxRow, Setting

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
heard = []


@outbox.subscriber("test.news", name="first")
def first(news):
    heard.extend((piece.key, piece.body, piece.at) for piece in news)


@outbox.subscriber("test.news", name="second")
def second(news):
    for piece in news:
        Setting.objects.create(key=f"heard-{piece.key}", value="x", effective_from=piece.at)
        if piece.body.get("bad") == "always":
            raise ValueError("never")
        if piece.body.get("bad") and len(heard) < 3:
            heard.append("failed")
            raise ValueError("not yet")


@pytest.fixture(autouse=True)
def silence(db):
    heard.clear()


def test_every_subscriber_hears_once():
    outbox.publish("test.news", 7, {"number": 1}, AT)
    assert outbox.deliver(AT) == 2
    assert outbox.deliver(AT) == 0
    assert heard == [("7", {"number": 1}, AT)]
    assert Setting.objects.filter(key="heard-7").count() == 1


def test_news_of_a_fact_that_was_rolled_back_is_not_told():
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        outbox.publish("test.news", 7, {}, AT)
        raise ValueError("no")
    assert outbox.deliver(AT) == 0


def test_a_failing_subscriber_undoes_its_own_writing_only_and_is_tried_again_later():
    outbox.publish("test.news", 7, {"bad": True}, AT)
    assert outbox.deliver(AT) == 1
    assert not Setting.objects.filter(key="heard-7").exists()
    assert [(row.attempts, row.last_error) for row in outbox.failing()] == [(1, "ValueError: not yet")]
    assert outbox.deliver(AT + timedelta(seconds=9)) == 0
    assert outbox.deliver(AT + timedelta(seconds=10)) == 0
    assert outbox.deliver(AT + timedelta(seconds=29)) == 0
    assert outbox.deliver(AT + timedelta(seconds=30)) == 1
    assert outbox.failing() == []


def test_a_row_of_a_subscriber_that_is_gone_is_kept_and_shown():
    OutboxRow.objects.create(topic="t", key="1", body="{}", subscriber="gone", at=AT, next_at=AT)
    assert outbox.deliver(AT) == 0
    assert "not installed" in outbox.failing()[0].last_error


def test_news_nobody_subscribed_to_is_kept_and_not_delivered():
    outbox.publish("test.unheard", 1, {}, AT)
    assert outbox.deliver(AT) == 0
    assert OutboxRow.objects.filter(topic="test.unheard", delivered_at=AT).count() == 1


def test_a_row_claimed_by_another_worker_is_not_told_twice():
    for number in (7, 8):
        outbox.publish("test.news", number, {}, AT)
    rows = list(OutboxRow.objects.filter(subscriber="test.news>first").order_by("id"))
    OutboxRow.objects.filter(pk=rows[0].pk).update(delivered_at=AT)
    assert outbox._deliver("test.news>first", rows, AT) == 1
    assert heard == [("8", {}, AT)]


def test_one_bad_piece_holds_up_no_other():
    for number in range(5):
        outbox.publish("test.news", number, {"bad": "always" if number == 2 else ""}, AT)
    assert outbox.deliver(AT) == 9
    assert [row.key for row in outbox.failing()] == ["2"]
    assert Setting.objects.filter(key__startswith="heard-").count() == 4


def test_old_delivered_news_is_dropped_and_undelivered_is_not():
    outbox.publish("test.unheard", 1, {}, AT)
    outbox.publish("test.news", 1, {}, AT)
    assert outbox.purge(AT + timedelta(days=31)) == 1
    assert OutboxRow.objects.count() == 2


longest = []


@outbox.subscriber("test.slow", name="slow")
def slow(news):
    time.sleep(0.008 * len(news))
    longest.append(len(news))


def test_a_slow_subscriber_is_given_little_at_a_time_so_that_the_database_is_soon_free():
    for number in range(10):
        outbox.publish("test.slow", number, {}, AT)
    assert outbox.deliver(AT) == 10
    assert longest[0] <= 3 and set(longest[1:]) == {1}


picked = []


@outbox.subscriber("test.picked", name="picky", when=lambda body: body["wanted"])
def picky(news):
    picked.extend(piece.key for piece in news)


def test_a_subscriber_hears_nothing_of_what_does_not_concern_him():
    outbox.publish("test.picked", 1, {"wanted": False}, AT)
    outbox.publish("test.picked", 2, {"wanted": True}, AT)
    assert outbox.deliver(AT) == 1
    assert picked == ["2"]
    assert OutboxRow.objects.filter(topic="test.picked", delivered_at=AT).count() == 2

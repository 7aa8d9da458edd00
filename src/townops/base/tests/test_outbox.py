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
def first(key, body, at):
    heard.append((key, body, at))


@outbox.subscriber("test.news", name="second")
def second(key, body, at):
    Setting.objects.create(key=f"heard-{key}", value="x", effective_from=at)
    if body.get("bad") and len(heard) < 3:
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
    outbox.publish("test.news", 7, {}, AT)
    row = OutboxRow.objects.filter(subscriber="test.news>first").get()
    OutboxRow.objects.filter(pk=row.pk).update(delivered_at=AT)
    assert outbox._deliver_one(row, AT) == 0
    assert heard == []


def test_old_delivered_news_is_dropped_and_undelivered_is_not():
    outbox.publish("test.unheard", 1, {}, AT)
    outbox.publish("test.news", 1, {}, AT)
    assert outbox.purge(AT + timedelta(days=31)) == 1
    assert OutboxRow.objects.count() == 2


@outbox.subscriber("test.slow", name="slow")
def slow(key, body, at):
    time.sleep(0.008)


def test_a_batch_gives_the_database_back_after_a_few_milliseconds():
    for number in range(10):
        outbox.publish("test.slow", number, {}, AT)
    rows = list(OutboxRow.objects.filter(topic="test.slow"))
    taken, reached = outbox._batch(rows, AT)
    assert taken == reached <= 2
    assert outbox.deliver(AT) == 10 - taken

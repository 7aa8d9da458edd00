"""Single messages are kept sealed as they came, with their order or alone, and can be read again."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from townops.base import crypto
from townops.intake import api, messages
from townops.intake.models import Message
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.models import Order
from townops.people import api as people

pytestmark = pytest.mark.django_db
BODY = {"source": "grid", "text": "演示路口井盖破损", "received_at": "2026-01-02T09:00:00+08:00"}


@pytest.fixture
def clerk(standing_town):
    from townops.base.models import Account

    return people.actor_for(Account.objects.get(username="grid").pk, timezone.now())


def sent(clerk, content: bytes = b"", **changes: object) -> api.Sent:
    body = content or json.dumps(BODY | changes, ensure_ascii=False).encode()
    return api.Sent(body, "api", "grid", clerk, timezone.now())


def test_a_message_lies_sealed_beside_its_order(clerk):
    one = sent(clerk)
    received = messages.take(one, messages.incoming(messages.read(one.content, "api", "grid")))
    row = Message.objects.get(order_id=received.order)
    assert (row.state, messages.content_of(row)) == ("taken", one.content)
    assert "井盖".encode() not in bytes(row.content)


def test_a_message_and_its_order_are_kept_together_or_not_at_all(clerk):
    with pytest.raises(Refused, match="source_unknown"):
        messages.take(sent(clerk), orders.IncomingReport("nowhere", "x", timezone.now()))
    assert not Message.objects.exists()
    assert not Order.objects.exists()


def test_bytes_nobody_can_read_are_kept_as_they_came(clerk):
    number = messages.refuse(sent(clerk, b"\xff\x00not json"), "读不懂")
    (row,) = messages.refused()
    assert (row.pk, row.reason, messages.content_of(row)) == (number, "读不懂", b"\xff\x00not json")


def test_a_refused_message_is_read_again_and_becomes_one_order(clerk):
    number = messages.refuse(sent(clerk), "目录尚未生效")
    received = messages.replay(number, actor=clerk, at=timezone.now())
    assert Order.objects.get(pk=received.order).title == "演示路口井盖破损"
    assert Message.objects.get(pk=number).order_id == received.order
    with pytest.raises(Refused, match="message_taken"):
        messages.replay(number, actor=clerk, at=timezone.now())


def test_what_still_stands_against_a_message_leaves_it_refused(clerk):
    later = (timezone.now() + timedelta(days=2)).isoformat()
    number = messages.refuse(sent(clerk, received_at=later), "晚于现在")
    with pytest.raises(Refused, match="received_in_the_future"):
        messages.replay(number, actor=clerk, at=timezone.now())
    assert Message.objects.get(pk=number).state == "refused"


def test_bytes_changed_in_the_table_are_noticed(clerk):
    number = messages.refuse(sent(clerk), "x")
    row = Message.objects.get(pk=number)
    row.content = bytes(row.content)[:-1] + bytes([bytes(row.content)[-1] ^ 1])
    with pytest.raises(crypto.SealBrokenError):
        messages.content_of(row)


def test_what_is_erased_at_the_order_is_erased_in_its_message(clerk):
    from townops.base import outbox

    one = sent(clerk)
    received = messages.take(one, messages.incoming(messages.read(one.content, "api", "grid")))
    orders.erase_texts(received.order, actor=clerk, at=timezone.now())
    outbox.deliver(timezone.now())
    assert bytes(Message.objects.get(order_id=received.order).content) == b""


def test_the_clerks_form_and_the_interface_keep_the_districts_due_time(clerk):
    due = "2026-01-09T17:00:00+08:00"
    for channel, content in (
        ("api", json.dumps(BODY | {"due_at": due}).encode()),
        ("registration", json.dumps(BODY | {"outer_due_at": due, "attachments": "7 8"}).encode()),
    ):
        report = messages.read(content, channel, "grid")
        assert report.outer_due_at is not None
        assert report.outer_due_at.isoformat() == due
    assert report.attachments == (7, 8)

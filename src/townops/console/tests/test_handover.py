"""The successor is told on his home page what he took over, until he says he has read it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from townops.base import outbox
from townops.base.models import Account, JournalEntry
from townops.console.tests.browser import Browser
from townops.orders import api as orders
from townops.orders.models import Order
from townops.people import api as people

pytestmark = pytest.mark.django_db


def person(user: str) -> people.PersonView:
    found = people.person_of_account(Account.objects.get(username=user).pk)
    assert found is not None
    return found


def succeeds(user: str, number: str, starts) -> None:
    """Somebody takes over the post that holds an order, by the director's word."""
    post = Order.objects.get(number=number).post_id
    current = people.appointments(post)[-1].id
    now = timezone.now()
    director = people.actor_of(person("director").id, now)
    people.succeed(current, person(user).id, starts=starts, actor=director, at=now)
    outbox.deliver(timezone.now())


def test_the_successor_sees_what_he_took_over_and_marks_it_read(registered):
    succeeds("hotline2", registered, timezone.now() - timedelta(minutes=1))
    people.list_due(timezone.now())
    home = Browser("hotline2").open("/")
    assert "接手" in home.page.text
    assert registered in home.page.text
    home.send("已阅")
    assert "交接清单已阅" in home.page.text
    assert "接手" not in home.open("/").page.text
    assert JournalEntry.objects.filter(kind="post", action="handover_read").count() == 1


def test_it_is_told_once_and_only_to_him(registered):
    succeeds("hotline2", registered, timezone.now() - timedelta(minutes=1))
    assert (people.list_due(timezone.now()), people.list_due(timezone.now())) == (1, 0)
    other = Browser("grid")
    assert "接手" not in other.open("/").page.text
    (note,) = people.unread(person("hotline2").id, timezone.now())
    assert other.open("/").status == 200
    other.client.post(f"/handed/{note.id}")
    assert people.unread(person("hotline2").id, timezone.now())


def test_what_is_erased_at_the_order_is_erased_in_the_note(registered):
    succeeds("hotline2", registered, timezone.now() - timedelta(minutes=1))
    people.list_due(timezone.now())
    now = timezone.now()
    actor = people.actor_of(person("director").id, now)
    orders.erase_texts(Order.objects.get(number=registered).id, actor=actor, at=now)
    outbox.deliver(timezone.now())
    (note,) = people.unread(person("hotline2").id, timezone.now())
    assert "井盖" not in {one.number: one.title for one in note.items}[registered]


def test_who_begins_tomorrow_is_told_tomorrow(registered):
    tomorrow = timezone.now() + timedelta(days=1)
    succeeds("hotline2", registered, tomorrow)
    people.list_due(timezone.now())
    assert not people.unread(person("hotline2").id, timezone.now())
    people.list_due(tomorrow)
    (note,) = people.unread(person("hotline2").id, tomorrow)
    assert registered in {one.number for one in note.items}

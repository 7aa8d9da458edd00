"""Permissions, roles, and requests that come twice."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from townops.base import idempotency, permissions
from townops.base.db import write
from townops.base.models import IdempotencyKey, Role, RolePermission
from townops.kernel.refusal import Refused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READ = permissions.declare("test.read", "读", "可以读。")
CHANGE = permissions.declare("test.change", "改", "可以改。")


@pytest.mark.django_db
def test_roles_together_hold_what_each_of_them_holds():
    permissions.set_role("reader", name="读者", permissions=[READ])
    permissions.set_role("writer", name="作者", permissions=[CHANGE])
    assert permissions.permissions_of(["reader", "writer", "unknown"]) == {READ, CHANGE}
    assert permissions.permissions_of([]) == frozenset()


@pytest.mark.django_db
def test_a_changed_role_counts_at_once():
    permissions.set_role("reader", name="读者", permissions=[READ])
    assert permissions.permissions_of(["reader"]) == {READ}
    permissions.set_role("reader", name="读者", permissions=[CHANGE])
    assert permissions.permissions_of(["reader"]) == {CHANGE}
    RolePermission.objects.filter(permission=CHANGE).delete()
    assert permissions.permissions_of(["reader"]) == frozenset()


@pytest.mark.django_db
def test_permissions_are_read_once(django_assert_num_queries):
    permissions.forget()
    with django_assert_num_queries(1):
        permissions.permissions_of(["reader"])
        permissions.permissions_of(["writer"])


@pytest.mark.django_db
def test_a_stored_permission_nobody_declares_stops_the_start():
    role = Role.objects.create(code="old", name="旧")
    permissions.check_roles()
    RolePermission.objects.create(role=role, permission="gone.right")
    with pytest.raises(ImproperlyConfigured, match=r"old: gone\.right"):
        permissions.check_roles()


def test_a_code_declared_twice_with_other_words_is_refused():
    assert permissions.declare("test.read", "读", "可以读。") == READ
    with pytest.raises(ImproperlyConfigured):
        permissions.declare("test.read", "读", "可以读和写。")


@pytest.mark.django_db
def test_a_role_takes_only_declared_permissions():
    with pytest.raises(ImproperlyConfigured, match=r"gone\.right"):
        permissions.set_role("x", name="x", permissions=["gone.right"])


def request(body="a", *, actor=7, at=AT):
    """What an endpoint does: answer the second time from memory."""
    with write():
        stored = idempotency.remember(actor, "k1", body, at=at)
        if stored is None:
            idempotency.answer(actor, "k1", status=201, body=f"made at {at:%H:%M}")
    return stored


@pytest.mark.django_db
def test_the_same_request_gets_the_stored_answer():
    assert request() is None
    assert request(at=AT + timedelta(minutes=5)) == idempotency.StoredAnswer(201, "made at 09:00")


@pytest.mark.django_db
def test_the_key_with_another_body_is_refused():
    request()
    with pytest.raises(Refused, match="key_reused"):
        request("b")


@pytest.mark.django_db
def test_another_actor_may_use_the_same_key():
    request()
    assert request(actor=8) is None


@pytest.mark.django_db
def test_after_seven_days_the_key_is_new():
    request()
    assert request(at=AT + timedelta(days=7)) is not None
    assert request("b", at=AT + timedelta(days=7, seconds=1)) is None
    assert idempotency.purge(AT + timedelta(days=20)) == 1


@pytest.mark.django_db
def test_a_refused_request_leaves_its_key_free():
    with pytest.raises(Refused), write():
        idempotency.remember(7, "k1", "a", at=AT)
        raise Refused("not_permitted")
    assert request("b") is None


@pytest.mark.django_db(transaction=True)
def test_remembering_outside_a_transaction_is_a_fault():
    with pytest.raises(RuntimeError):
        idempotency.remember(7, "k1", "a", at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_is_done_once():
    answers, gate = [], threading.Barrier(4)

    def send():
        try:
            gate.wait()
            answers.append(request())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert answers.count(None) == 1
    assert IdempotencyKey.objects.count() == 1

"""One writer at a time on SQLite, first come first served; all or nothing everywhere."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connections

from townops.base.db import FairLock, write
from townops.base.models import Setting

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def note(key):
    Setting.objects.create(key=key, value="x", effective_from=AT)


@pytest.mark.django_db
def test_what_fails_inside_leaves_nothing_outside():
    with pytest.raises(ValueError, match="no"), write():
        note("a")
        with write():
            note("b")
        raise ValueError("no")
    assert not Setting.objects.exists()


@pytest.mark.django_db
def test_an_inner_write_may_fail_alone():
    with write():
        note("a")
        with pytest.raises(ValueError, match="no"), write():
            note("b")
            raise ValueError("no")
    assert list(Setting.objects.values_list("key", flat=True)) == ["a"]


@pytest.mark.django_db(transaction=True)
def test_many_threads_write_without_a_locked_database():
    def many(name):
        try:
            for number in range(25):
                with write():
                    Setting.objects.filter(key=name).count()
                    note(f"{name}{number}")
        finally:
            connections.close_all()

    run(many, "abcd")
    assert Setting.objects.count() == 100


def run(function, names):
    threads = [threading.Thread(target=function, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)


def test_the_lock_is_handed_on_in_the_order_of_asking():
    lock, order = FairLock(), []

    def ask(name):
        lock.acquire()
        order.append(name)
        lock.release()

    lock.acquire()
    threads = []
    for name in range(8):
        threads.append(threading.Thread(target=ask, args=(name,)))
        threads[-1].start()
        while len(lock._queue) <= name:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_thread_may_take_its_own_lock_again_and_nobody_gets_in_between():
    lock, seen = FairLock(), []
    lock.acquire()
    lock.acquire()
    other = threading.Thread(target=lambda: (lock.acquire(), seen.append("other"), lock.release()))
    other.start()
    lock.release()
    time.sleep(0.02)
    assert seen == []
    lock.release()
    other.join(timeout=5)
    assert seen == ["other"]

"""Statements that go straight to the driver behave as those that go through Django's cursor."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from townops.areas.models import Stamp
from townops.base import driver

pytestmark = pytest.mark.django_db
PUT = "INSERT INTO areas_stamp (name, value, turn) VALUES (%s, %s, %s)"
LOOK = "SELECT name, value FROM areas_stamp WHERE name LIKE 'driver%%' AND turn = %s ORDER BY name"


def test_rows_go_in_and_come_out():
    assert driver.execute(PUT, ["driver.a", 1, 7]) == 1
    driver.execute_many(PUT, [["driver.b", 2, 7], ["driver.c", 3, 8]])
    assert driver.fetch(LOOK, [7]) == [("driver.a", 1), ("driver.b", 2)]
    assert Stamp.objects.get(name="driver.c").value == 3


def test_whoever_watches_statements_sees_them():
    with CaptureQueriesContext(connection) as seen:
        driver.execute(PUT, ["driver.a", 1, 7])
        driver.execute_many(PUT, [["driver.b", 2, 7]])
        driver.fetch(LOOK, [7])
    assert len(seen) == 3
    heard = []
    with connection.execute_wrapper(lambda run, sql, *rest: heard.append(sql) or run(sql, *rest)):
        driver.fetch(LOOK, [7])
    assert heard == [LOOK]


def test_a_key_that_is_taken_is_djangos_error():
    driver.execute(PUT, ["driver.a", 1, 7])
    with pytest.raises(IntegrityError), transaction.atomic():
        driver.execute(PUT, ["driver.a", 2, 7])
    with pytest.raises(IntegrityError), transaction.atomic():
        driver.execute_many(PUT, [["driver.a", 2, 7]])


def test_nothing_is_written_in_a_transaction_that_is_to_be_undone():
    with transaction.atomic():
        transaction.set_rollback(True)
        for work in (
            lambda: driver.execute(PUT, ["driver.a", 1, 7]),
            lambda: driver.execute_many(PUT, [["driver.a", 1, 7]]),
            lambda: driver.fetch(LOOK, [7]),
        ):
            with pytest.raises(transaction.TransactionManagementError):
                work()
        transaction.set_rollback(False)

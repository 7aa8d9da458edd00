"""Statements handed straight to the database's driver: Django's cursor costs more than a row of most tables.

Where somebody watches statements (tests, `execute_wrapper`) they go the way he watches. Errors are Django's.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DEFAULT_DB_ALIAS

Values = Sequence[Any]


def execute(text: str, values: Values) -> int:
    """One statement with %s for each value, in the caller's transaction; how many rows it touched."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    if _is_watched(wrapper):
        with wrapper.cursor() as cursor:
            cursor.execute(text, values)
            return int(cursor.rowcount)
    with wrapper.wrap_database_errors:
        return int(_run(wrapper, text, values).rowcount)


def execute_many(text: str, rows: Sequence[Values]) -> None:
    """The same statement for many rows."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    if _is_watched(wrapper):
        with wrapper.cursor() as cursor:
            cursor.executemany(text, rows)
        return
    driver = _ready(wrapper)
    with wrapper.wrap_database_errors:
        if wrapper.vendor == "sqlite":
            driver.executemany(marked(text), rows)
        else:
            _server_cursor()(driver).executemany(text, rows)


def fetch(text: str, values: Values) -> list[tuple[Any, ...]]:
    """Every row a SELECT of ours finds, as the driver reads them."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    if _is_watched(wrapper):
        with wrapper.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall())
    with wrapper.wrap_database_errors:
        return list(_run(wrapper, text, values).fetchall())


@cache
def marked(text: str) -> str:
    """The statement as SQLite writes it: ? for each value."""
    return text.replace("%s", "?").replace("%%", "%")


def _is_watched(wrapper: BaseDatabaseWrapper) -> bool:
    return wrapper.queries_logged or bool(wrapper.execute_wrappers)


def _run(wrapper: BaseDatabaseWrapper, text: str, values: Values) -> Any:
    driver = _ready(wrapper)
    if wrapper.vendor == "sqlite":
        return driver.execute(marked(text), values)
    return _server_cursor()(driver).execute(text, values)


def _ready(wrapper: BaseDatabaseWrapper) -> Any:
    """The driver's connection, open, and refused where the transaction is broken."""
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    return wrapper.connection


@cache
def _server_cursor() -> Any:
    """Values travel apart from the statement: it is parsed and planned once, not composed anew each time."""
    import psycopg  # only where PostgreSQL is used

    return psycopg.Cursor

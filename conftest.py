"""For every test: keys and files in a folder of its own, cheap password hashing, and choosing by database.

TOWNOPS_TEST_ONLY=database keeps only tests that touch the database (PostgreSQL's round of `./townops test`);
TOWNOPS_TEST_SKIP=REASON skips whatever is left, so that a round that cannot run is counted and explained.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

if TYPE_CHECKING:
    from townops.demo.town import Town

FIXTURES = {
    "db",
    "transactional_db",
    "django_db_serialized_rollback",
    "live_server",
    "django_db_reset_sequences",
}


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="townops-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings.DATA = folder
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "test.sqlite3")}


PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("TOWNOPS_TEST_ONLY") == "database":
        outside = [item for item in items if not touches_database(item)]
        config.hook.pytest_deselected(items=outside)
        items[:] = [item for item in items if touches_database(item)]
    if reason := os.environ.get("TOWNOPS_TEST_SKIP"):
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


def touches_database(item: pytest.Item) -> bool:
    """Whether the test asks for the database, by mark or by fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & FIXTURES)


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser for playwright's `executable_path`; without one the test is skipped with the reason."""
    from townops.commands.debian import chromium_program

    return chromium_program() or pytest.skip(os.environ.get("TOWNOPS_TEST_NO_BROWSER") or "no Chromium here")


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Sessions and numbers in hand are kept in the process's memory: nothing of one test's is seen by the next."""
    from django.core.cache import cache

    from townops.orders import numbers, points
    from townops.standards import recent

    yield
    cache.clear()
    numbers.forget()
    points.forget()
    recent.forget()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes make no names: those of a zip hold the time, and two workers would collect different tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="module")
def standing_town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> "Iterator[Town]":
    """The demo town without orders, built once for a module in a transaction that is undone after it.

    For tests marked django_db without transaction: each works in a savepoint of it.
    """
    from townops.demo.base import build_base

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield build_base(at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC))
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)

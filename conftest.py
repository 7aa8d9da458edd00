"""For every test: keys and files in a folder of its own, cheap password hashing, and choosing by database.

TOWNOPS_TEST_ONLY=database keeps only tests that touch the database (PostgreSQL's round of `./townops test`);
TOWNOPS_TEST_SKIP=REASON skips whatever is left, so that a round that cannot run is counted and explained.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

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


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Sessions are kept in the process's memory: nothing of one test's is seen by the next."""
    from django.core.cache import cache

    yield
    cache.clear()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes make no names: those of a zip hold the time, and two workers would collect different tests."""
    return argname if isinstance(val, bytes) else None

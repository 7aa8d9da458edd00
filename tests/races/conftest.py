"""A town that is really committed, so that several connections see it; its orders are cleared before each test."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.races.town import BUILT, account_of, clear_orders


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's, which empties the tables after every test: one town for a module."""
    from townops.demo.base import build_base

    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        account_of.cache_clear()
        build_base(at=BUILT)
        yield
        clear_orders()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def town(transactional_db: None) -> None:
    """The town without orders, seals or running numbers."""
    clear_orders()

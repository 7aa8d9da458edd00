"""What was just changed is there for the very next request, whichever thread serves it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from townops.people import api
from townops.people.tests.conftest import ADMIN


@pytest.mark.django_db(transaction=True)
def test_another_thread_sees_a_new_person_at_once():
    def names() -> set[str]:
        return {one.name for one in api.directory().persons.values()}

    with ThreadPoolExecutor(1) as other:
        try:
            assert "新来的" not in other.submit(names).result()
            api.add_person("新来的", actor=ADMIN, at=timezone.now())
            assert "新来的" in other.submit(names).result()
        finally:
            other.submit(connections.close_all).result()

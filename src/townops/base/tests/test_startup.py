"""A town is not served with the wrong keys or with rights nobody can explain."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from townops.base import crypto, startup
from townops.base.models import Role, RolePermission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path / "town"


def test_a_town_with_its_own_keys_starts_again_and_again():
    startup.check()
    startup.check()


def test_a_database_without_its_keys_does_not_start_and_gets_no_new_ones(settings, tmp_path):
    startup.check()
    settings.DATA = tmp_path / "restored"
    with pytest.raises(crypto.KeyMissingError, match="no keys"):
        startup.check()
    assert not crypto.has_keys()


def test_a_database_with_keys_of_another_town_does_not_start(settings, tmp_path):
    startup.check()
    settings.DATA = tmp_path / "other"
    crypto.hmac(b"")
    with pytest.raises(crypto.KeyMissingError, match="another town"):
        startup.check()


def test_the_keys_brought_back_let_it_start(settings, tmp_path):
    startup.check()
    crypto.export_keys(tmp_path / "keys.json")
    settings.DATA = tmp_path / "restored"
    crypto.import_keys(tmp_path / "keys.json")
    startup.check()


def test_a_role_with_an_unknown_right_stops_the_start():
    role = Role.objects.create(code="old", name="旧")
    RolePermission.objects.create(role=role, permission="gone.right")
    with pytest.raises(ImproperlyConfigured):
        startup.check()

"""A town that existed before: those who are in the field keep dossiers from now on."""

from importlib import import_module

import pytest
from django.apps import apps

from townops.base.models import Role, RolePermission
from townops.base.permissions import check_roles

pytestmark = pytest.mark.django_db


def test_stations_and_the_center_keep_dossiers_and_others_do_not() -> None:
    roles = {
        code: Role.objects.get_or_create(code=code, defaults={"name": code})[0]
        for code in ("station_head", "resident")
    }
    RolePermission.objects.filter(permission="areas.dossier").delete()
    for _ in range(2):
        import_module("townops.areas.migrations.0003_dossiers").forwards(apps, None)
    held = RolePermission.objects.filter(permission="areas.dossier").values_list("role_id", flat=True)
    assert roles["station_head"].pk in held and roles["resident"].pk not in held
    check_roles()

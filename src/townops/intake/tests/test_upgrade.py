"""A town that existed before: its roles keep their meaning although one action has another name."""

from importlib import import_module

import pytest
from django.apps import apps

from townops.base.models import Role, RolePermission
from townops.base.permissions import check_roles

pytestmark = pytest.mark.django_db


def test_who_held_the_action_that_opened_nothing_may_bring_files_in() -> None:
    role = Role.objects.create(code="old_clerk", name="旧角色")
    for permission in ("orders.import", "orders.reveal"):
        RolePermission.objects.create(role=role, permission=permission)
    import_module("townops.intake.migrations.0003_who_may_import").forwards(apps, None)
    held = set(RolePermission.objects.filter(role=role).values_list("permission", flat=True))
    assert held == {"intake.import", "orders.reveal", "orders.find_by_phone"}
    check_roles()

"""A post may have a part of the town of its own; patrollers see what is theirs there, not all that the center ever held."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def narrow(apps: Any, schema: Any) -> None:
    """Who patrols, as the role was given out; a role the town made itself stays as it is."""
    held = apps.get_model("base", "RolePermission").objects
    for row in held.filter(role__code="patroller", permission="orders.view"):
        held.get_or_create(role_id=row.role_id, permission="orders.view_field")
        row.delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0004_planned_changes"), ("areas", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="post",
            name="area",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
            ),
        ),
        migrations.RunPython(narrow, migrations.RunPython.noop),
    ]

"""Who keeps the calendar of a town at work keeps its flows too, until the roles say otherwise."""

from django.db import migrations


def give(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for role in held.filter(permission="orders.edit_calendar").values_list("role_id", flat=True):
        held.get_or_create(role_id=role, permission="orders.edit_flows")


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_calendar_keepers'),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]

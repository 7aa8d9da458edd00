"""Who keeps the wordings of a town at work keeps its calendar too, until the roles say otherwise."""

from django.db import migrations


def give(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for role in held.filter(permission="orders.edit_wordings").values_list("role_id", flat=True):
        held.get_or_create(role_id=role, permission="orders.edit_calendar")


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_closed'),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]

"""Who keeps the calendar of a town at work keeps its flows and tunables too, until the roles say otherwise.

A version that was published wrong can be followed by a better one of the same day.
"""

from django.db import migrations

NEW = ("orders.edit_flows", "base.tunables")


def give(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for role in held.filter(permission="orders.edit_calendar").values_list("role_id", flat=True):
        for permission in NEW:
            held.get_or_create(role_id=role, permission=permission)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_calendar_keepers'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='flowversion', name='flow_once_a_day'),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]

"""`orders.import` opened nothing and is no longer declared: who held it may bring files in. Who may reveal a contact may find by telephone."""

from django.db import migrations


def forwards(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for role in held.filter(permission="orders.import").values_list("role_id", flat=True):
        held.get_or_create(role_id=role, permission="intake.import")
    held.filter(permission="orders.import").delete()
    for role in held.filter(permission="orders.reveal").values_list("role_id", flat=True):
        held.get_or_create(role_id=role, permission="orders.find_by_phone")


class Migration(migrations.Migration):
    dependencies = [("base", "0002_search"), ("intake", "0002_messages_and_mappings")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

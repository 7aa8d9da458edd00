"""Rows that were no orders lay on disk in the clear, callers and all: they are sealed now."""

from django.db import migrations

from townops.intake.raw import seal_old_errors


def seal(apps, schema_editor):
    """The clear files are gone afterwards; a payload that was read half way is read again from its first row."""
    payloads = apps.get_model("intake", "RawPayload").objects
    for old, new in seal_old_errors().items():
        payloads.filter(error_file=old).update(error_file=new)
    payloads.filter(state="parsing").update(
        rows_done=0, made=0, known=0, rounds=0, broken=0, automatic=0, by_person=0
    )


class Migration(migrations.Migration):

    dependencies = [("intake", "0003_who_may_import")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]

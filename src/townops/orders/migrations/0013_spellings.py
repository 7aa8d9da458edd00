"""One number in another spelling is the same number: references are kept in the comparable one, beside what was stated.

Where two orders came of two spellings before, the one that has the comparable spelling keeps it and the other stays as it is.
"""

from django.db import migrations, models

from townops.kernel.outernumbers import comparable


def in_one_spelling(apps, schema_editor):
    """References whose number is spelt otherwise, oldest first."""
    references = apps.get_model("orders", "OrderReference").objects
    rows = references.order_by("id").values_list("id", "town", "source", "external_number")
    strange = [row for row in rows.iterator(chunk_size=5000) if comparable(row[3]) not in {row[3], ""}]
    for key, town, source, stated in strange:
        number = comparable(stated)
        taken = references.filter(town=town, source=source, external_number=number).exists()
        if len(number) <= 64 and not taken:
            references.filter(id=key).update(external_number=number, stated=stated)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_informants'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderreference',
            name='stated',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.RunPython(in_one_spelling, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='orderreference',
            index=models.Index(condition=models.Q(('stated', ''), _negated=True), fields=['order_id'], name='reference_stated'),
        ),
    ]

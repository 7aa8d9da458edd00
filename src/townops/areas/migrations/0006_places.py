"""Key places are a register of their own: the lines of dossiers become places; whoever reads people reads places."""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

CHUNK = 500


def take_lines(apps, _editor):
    """A line was kind, name, where; it held at least since the dossier was last confirmed."""
    lines = apps.get_model("areas", "DossierLine").objects.filter(part="places")
    place, today = apps.get_model("areas", "Place"), timezone.localdate()
    found = lines.select_related("dossier__area").order_by("id")
    made = (
        place(
            town=line.dossier.area.town,
            kind=line.name[:20],
            name=line.more or line.name,
            address=line.note,
            block_id=line.dossier.area_id,
            valid_from=line.dossier.reviewed_on or today,
        )
        for line in found.iterator(CHUNK)
    )
    place.objects.bulk_create(made, batch_size=CHUNK)
    lines.delete()


def give(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for role in list(held.filter(permission="people.view").values_list("role_id", flat=True)):
        held.get_or_create(role_id=role, permission="areas.places")


class Migration(migrations.Migration):
    dependencies = [
        ("areas", "0005_version_area_news"),
        ("base", "0007_second_factor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("town", models.CharField(max_length=12, verbose_name="街镇代码")),
                ("kind", models.CharField(max_length=20, verbose_name="类别")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("lng", models.FloatField(null=True, verbose_name="经度")),
                ("lat", models.FloatField(null=True, verbose_name="纬度")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="地址")),
                ("post", models.BigIntegerField(null=True, verbose_name="联系岗位")),
                ("valid_from", models.DateField(verbose_name="启用日期")),
                ("valid_until", models.DateField(null=True, verbose_name="停用日期")),
                ("seq", models.PositiveIntegerField(default=1)),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="areas.area"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["town", "kind"], name="place_town_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="place_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lat__isnull", True), ("lng__isnull", True)),
                            models.Q(("lat__isnull", False), ("lng__isnull", False)),
                            _connector="OR",
                        ),
                        name="place_point_whole",
                    ),
                ],
            },
        ),
        migrations.RunPython(take_lines, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]

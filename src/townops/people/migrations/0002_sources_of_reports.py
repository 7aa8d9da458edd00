"""Roles that could report for every source keep those that fit their post (engine.md section 1)."""

from typing import Any

from django.db import migrations

GIVEN = {
    "shift": ("report_any", "report_numbered"),
    "hotline_clerk": ("report.hotline", "report_numbered"),
    "grid_clerk": ("report.grid", "report.ejiayuan", "report_numbered"),
    "video_clerk": ("report.video", "report_numbered"),
    "unit_operator": ("report.patrol", "report_numbered"),
    "unit_head": ("report.patrol", "report_numbered"),
    "station_head": ("report.station", "report_numbered"),
    "station_member": ("report.station", "report_numbered"),
    "village_secretary": ("report.ejiayuan", "report.resident", "report_numbered"),
    "patroller": ("report.patrol", "report_numbered"),
    "checker": ("report.patrol",),
    "emergency": ("report.patrol", "report_numbered"),
    "resident": ("report.resident",),
}
LEADING = ("deputy", "director", "leader", "rota_leader", "main_leader")


def give(apps: Any, schema: Any) -> None:
    held = apps.get_model("base", "RolePermission").objects
    roles = apps.get_model("base", "Role").objects
    for code, names in {**GIVEN, **dict.fromkeys(LEADING, ("report", "report.leader"))}.items():
        for role in roles.filter(code=code):
            for name in names:
                held.get_or_create(role=role, permission=f"orders.{name}")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("base", "0002_search")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]

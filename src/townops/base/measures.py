"""What the plumbing measures: days of logs kept, recurring work on time (U25, U31)."""

from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Min

from townops.base.measuring import measure
from townops.base.models import JournalEntry, Schedule
from townops.kernel.measured import Evidence, LeftOut, Measured, Subject, percent
from townops.kernel.windows import Window
from townops.kernel.workdays import SHANGHAI

KEPT_DAYS: Final = 183  # six months: the floor of U25, which no setting lowers
LATE: Final = timedelta(hours=1)


@measure("log_kept", label="日志留存率", unit="%")
def log_kept(window: Window, _subject: Subject) -> Measured:
    """最早一条日志至今的天数，占应留存天数（六个月；安装不满六个月的按安装天数）的百分比。"""
    recorder = MigrationRecorder(connection).Migration.objects
    installed = recorder.aggregate(at=Min("applied"))["at"]
    found = JournalEntry.objects.filter(at__lte=window.at).aggregate(oldest=Min("at"), newest=Max("at"))
    if installed is None or found["oldest"] is None or installed > window.at:
        return Measured.missing("没有日志")
    owed = min(KEPT_DAYS, (window.today - installed.astimezone(SHANGHAI).date()).days + 1)
    oldest = found["oldest"].astimezone(SHANGHAI).date()
    kept = min(owed, (window.today - oldest).days + 1)
    line = Evidence("journal", str(oldest), f"最早的日志 {oldest}")
    lost = (LeftOut(line, f"缺{owed - kept}天日志"),) if kept < owed else ()
    return Measured(
        percent(kept, owed), owed, of=owed, evidence=(line,), left_out=lost, until=found["newest"]
    )


@measure("jobs_on_time", label="定时工作按时率", unit="%")
def jobs_on_time(window: Window, _subject: Subject) -> Measured:
    """没有报错、也没有拖延一小时以上的定时工作，占全部定时工作的百分比；只能按现在核对。"""
    newest = Schedule.objects.aggregate(at=Max("last_started_at"))["at"]
    if newest is not None and newest > window.at:
        return Measured.missing("定时工作只能按现在核对")
    return Measured.share(
        Schedule.objects.order_by("name"),
        lambda one: Evidence("schedule", one.name, one.name),
        fault=lambda one: (
            "上次报错" if one.last_error else ("未按时" if one.next_at + LATE < window.at else "")
        ),
        nothing="还没有定时工作",
    )

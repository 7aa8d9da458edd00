"""Commands about orders: proving the history, bringing in the hotline's file."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, say, start_town

if TYPE_CHECKING:
    from townops.intake.api import FileTrial, Summary

SHOWN: Final = 20


def register(commands: Commands) -> None:
    add(
        commands,
        "verify-journal",
        verify_journal,
        "核验全部经过与日志未被改动 / prove that no history was changed",
    )
    hotline = add(
        commands, "import-hotline", import_hotline, "导入热线工单文件 / import a file of hotline messages"
    )
    hotline.add_argument("file", type=Path)
    as_what = hotline.add_mutually_exclusive_group()
    as_what.add_argument(
        "--history", action="store_true", help="历史工单：不提醒、不催办 / old orders: nothing is sent"
    )
    as_what.add_argument(
        "--live", action="store_true", help="旧留言也按现在的工单计时 / clocks run for old messages too"
    )

    sheet = add(commands, "import-orders", import_orders, "导入任一来源的工单表格 / import a sheet of orders")
    sheet.add_argument("file", type=Path)
    sheet.add_argument("--source", required=True, help="来源 / source, e.g. hotline grid patrol")
    sheet.add_argument("--preset", default="", help="用另一来源的列对照 / the columns of another source")
    sheet.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="字段=列名",
        help="自定列对照，可多次 / a column, repeatable",
    )
    sheet.add_argument(
        "--history", action="store_true", help="历史工单，不提醒 / old orders: nothing is sent"
    )
    for one in (hotline, sheet):
        one.add_argument(
            "--errors", type=Path, help="错误行及原因写入此文件 / file for the broken rows, csv, in the clear"
        )
    sheet.add_argument("--dry-run", action="store_true", help="只试导，不写入 / change nothing")


def import_orders(options: Namespace) -> int:
    """Usable rows become orders, the broken ones are named. The same file twice changes nothing. Exit 1 with broken rows."""
    if not options.file.is_file():
        raise Unusable(f"没有文件 {options.file}", f"No such file: {options.file}")
    start_town()
    from django.utils import timezone

    from townops.intake import api as intake
    from townops.intake import hotline_file
    from townops.orders import api as orders

    if options.source not in dict(orders.every_source()):
        raise Unusable(f"没有来源 {options.source}", f"No such source: {options.source}")
    given = intake.Delivered(
        options.file.read_bytes(),
        options.file.name,
        options.source,
        options.preset,
        intake.mapping_of(options.map),
        "history" if options.history else "live",
    )
    if options.dry_run:
        return _tried(intake.try_file(given, actor=intake.IMPORTER))
    done = intake.bring_file(given, actor=intake.IMPORTER, at=timezone.now(), progress=hotline_file.bar)
    say(str(done))
    _write_errors(done, options.errors)
    return FINDINGS if done.broken else PASS


def _write_errors(done: "Summary", target: Path | None) -> None:
    """The broken rows where the operator wants them, for nobody else's eyes: they name callers."""
    if target is None or not done.broken:
        return
    from django.utils import timezone

    from townops.intake import api as intake

    content, _name = intake.error_file(done.payload, actor=intake.IMPORTER, at=timezone.now())
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_bytes(content)


def _tried(trial: "FileTrial") -> int:
    for one in trial.wrong[:SHOWN]:
        say(f"第{one.row}行 {one.reason}")
    say(
        f"共 {trial.rows} 行，可导入 {trial.usable} 行，错误 {len(trial.wrong)} 行；只试导，没有写入 / nothing written"
    )
    return FINDINGS if trial.wrong else PASS


def verify_journal(_options: Namespace) -> int:
    """Print every break found, the first one first; exit 1 when there is any."""
    start_town()
    from townops.base import journal
    from townops.orders import api as orders

    breaks = [*orders.verify_journal(), *journal.verify()]
    for one in breaks:
        say(str(one))
    if early := orders.unproven():
        say(
            f"{early} 件早期工单的标题、地点、联系人未纳入留痕，未核验 / older than the proof of title, place and contact"
        )
    say(f"{len(breaks)} 处异常 / breaks" if breaks else "经过与日志完整 / history and journal are whole")
    return FINDINGS if breaks else PASS


def import_hotline(options: Namespace) -> int:
    """All rows or as many as are usable; the broken ones are named. The same file twice changes nothing."""
    if not options.file.is_file():
        raise Unusable(f"没有文件 {options.file}", f"No such file: {options.file}")
    start_town()
    from townops.intake import hotline_file

    summary = hotline_file.run(options.file, history=options.history, live=options.live)
    sys.stdout.write(f"{summary}\n")
    _write_errors(summary, options.errors)
    return PASS

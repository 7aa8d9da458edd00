"""Commands about orders: proving the history, bringing in the hotline's file."""

import sys
from argparse import Namespace
from pathlib import Path

from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, say, start_town


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
    return PASS

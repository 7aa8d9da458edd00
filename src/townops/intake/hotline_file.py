"""`./townops import-hotline FILE`: a whole file of hotline messages, whichever of the known shapes it has."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from townops.base import sheets
from townops.base.tunables import value_at
from townops.intake import bringing, channels
from townops.intake.bringing import Progress, Summary
from townops.intake.domain.report import Usable
from townops.intake.tunables import FRESH_DAYS
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

SOURCE = "hotline"
BOARD_HEAD = "留言编号"
WIDTH = 30


def run(
    path: Path, *, history: bool = False, live: bool = False, progress: Progress | None = None
) -> Summary:
    """Bring the file in, or go on where an earlier run stopped. Refused when the file as a whole
    is unreadable, or old (messages_old) and neither word is given.

    `history`: the orders keep their own times, nothing is sent or raised for them; `live`: their clocks
    run and they are late from the start.
    """
    content = path.read_bytes()
    channel = "board" if BOARD_HEAD in sheets.heads(content, path.name) else "sheet"
    if not (history or live):
        refuse_old(content, channel, path.name, at=timezone.now())
    return bringing.bring_in(
        content,
        source=SOURCE,
        channel=channel,
        at=timezone.now(),
        file_name=path.name,
        origin="history" if history else "live",
        progress=progress or bar,
    )


def refuse_old(content: bytes, channel: str, name: str, *, at: datetime) -> None:
    """Refused("messages_old") when most messages are older than the days within which a message is of today."""
    days = int(value_at(FRESH_DAYS.key, at, default=FRESH_DAYS.default))
    read = channels.named(channel).read(content, SOURCE, name)
    times = [one.report.received_at for one in read if isinstance(one, Usable)]
    old = sum(one < at - timedelta(days=days) for one in times)
    if old * 2 > len(times):
        oldest = min(times).astimezone(SHANGHAI)
        raise Refused("messages_old", old=old, rows=len(times), days=days, oldest=f"{oldest:%Y-%m-%d}")


def bar(done: int, total: int) -> None:
    """A progress bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    filled = WIDTH * done // max(total, 1)
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}")
    sys.stderr.write("\n" if done >= total else "")
    sys.stderr.flush()

"""`./townops import-hotline FILE`: a whole file of hotline messages, whichever of the known shapes it has."""

import sys
from pathlib import Path

from django.utils import timezone

from townops.base import sheets
from townops.intake import bringing
from townops.intake.bringing import Progress, Summary

SOURCE = "hotline"
BOARD_HEAD = "留言编号"
WIDTH = 30


def run(path: Path, *, history: bool = False, progress: Progress | None = None) -> Summary:
    """Bring the file in, or go on where an earlier run stopped. Refused when the file as a whole
    is unreadable.

    `history`: the orders keep their own times, nothing is sent or raised for them.
    """
    content = path.read_bytes()
    channel = "board" if BOARD_HEAD in sheets.heads(content, path.name) else "sheet"
    return bringing.bring_in(
        content,
        source=SOURCE,
        channel=channel,
        at=timezone.now(),
        file_name=path.name,
        origin="history" if history else "live",
        progress=progress or bar,
    )


def bar(done: int, total: int) -> None:
    """A progress bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    filled = WIDTH * done // max(total, 1)
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}")
    sys.stderr.write("\n" if done >= total else "")
    sys.stderr.flush()

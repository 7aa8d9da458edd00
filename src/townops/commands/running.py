"""A town that is being served is not served twice on one SQLite file, nor replaced under its server."""

import fcntl
import os
from pathlib import Path
from typing import Final

from townops.commands.shell import Unusable

LOCK: Final = "serving.lock"


def hold(data: Path) -> None:
    """Hold the folder until this process, and whatever it becomes or starts, has ended. `Unusable` when another does."""
    lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    _take(lock, data)


def refuse(data: Path) -> None:
    """`Unusable` while somebody serves the folder."""
    if not (data / LOCK).exists():
        return
    lock = os.open(data / LOCK, os.O_RDWR)
    try:
        _take(lock, data)
    finally:
        os.close(lock)


def _take(lock: int, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unusable(
            f"{data} 正在运行，请先停止再试。", f"{data} is being served; stop that first."
        ) from error

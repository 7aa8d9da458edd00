"""How an instant is written for machines: +08:00, milliseconds, always the same width, so that texts of it compare."""

from datetime import datetime

from townops.kernel.timetable import SHANGHAI


def written(at: datetime) -> str:
    """2026-11-25T14:51:02.475+08:00."""
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")

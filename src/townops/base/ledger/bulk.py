"""Many rows in words at once, all or none: how a town is furnished and a machine sends a whole register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from townops.base.db import write
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.reading import read
from townops.base.ledger.seeing import Viewer, ledger_for, visible
from townops.base.ledger.writing import ADDED, Act, put, verify

CHUNK = 500


def enter(code: str, rows: Sequence[Mapping[str, str]], *, viewer: Viewer, at: datetime) -> int:
    """Fill a register that has no row yet; how many. Refused as `writing.add`, for the first row that is wrong."""
    ledger = ledger_for(viewer, code)
    if visible(ledger, viewer).exists():
        return 0
    with write():
        todo = iter(rows)
        while part := list(islice(todo, CHUNK)):
            _put(ledger, part, viewer, at)
    return len(rows)


def _put(ledger: Ledger, part: Sequence[Mapping[str, str]], viewer: Viewer, at: datetime) -> None:
    readings = [read(ledger, one, viewer.town) for one in part]
    verify(ledger, readings, viewer)
    put(ledger, readings, Act(ADDED, viewer, at))

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


def is_empty(code: str, *, viewer: Viewer) -> bool:
    """Whether nobody has typed a row into the register yet."""
    return not visible(ledger_for(viewer, code), viewer).exists()


def enter(code: str, rows: Sequence[Mapping[str, str]], *, viewer: Viewer, at: datetime) -> int:
    """Add rows; how many. Refused as `writing.add`, for the first row that is wrong."""
    ledger = ledger_for(viewer, code)
    with write():
        todo = iter(rows)
        while part := list(islice(todo, CHUNK)):
            _put(ledger, part, viewer, at)
    return len(rows)


def _put(ledger: Ledger, part: Sequence[Mapping[str, str]], viewer: Viewer, at: datetime) -> None:
    readings = [read(ledger, one, viewer.town) for one in part]
    verify(ledger, readings, viewer)
    put(ledger, readings, Act(ADDED, viewer, at))

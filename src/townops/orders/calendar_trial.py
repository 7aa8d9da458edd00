"""A change of the working calendar tried on more open orders than anybody waits for: by a job with its progress, kept a week."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from townops.base import batches, calendars
from townops.base.models import Account, Batch
from townops.kernel.refusal import Refused
from townops.orders import calendar
from townops.orders.calendar import DayChange, Foreseen, Moved

KIND: Final = "orders.try_calendar"
AT_ONCE: Final = 500  # orders tried while somebody waits for the page
STEP: Final = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """How far a trial has come; `typed` what it tries, `seen` what came of it (None: not there yet, or it came to nothing)."""

    number: int
    done: int
    total: int
    running: bool
    typed: Mapping[str, str]
    seen: Foreseen | None


def size(change: DayChange) -> int:
    """How many open orders a trial has to look at."""
    return calendar.behind_count(calendars.draft(change.by_day))


def ask(change: DayChange, typed: Mapping[str, str], owner: Account, at: datetime) -> int:
    """Have it tried; returns the number to look for. Refused as `calendar.verify`."""
    calendar.verify(change, at)
    payload = {
        "typed": dict(typed),
        "days": [day.isoformat() for day in change.days],
        "kind": change.kind,
        "note": change.note,
        "over": change.over,
        "at": at.isoformat(),
    }
    return batches.ask_whole(KIND, owner, secrets.token_hex(16), payload, size(change), at=at).pk


def run(asked: batches.Asked, _at: datetime) -> str:
    """The name of the file that holds what was seen; empty when it was stopped."""
    told = asked.payload
    days = tuple(date.fromisoformat(day) for day in told["days"])
    change = DayChange(days, told["kind"], told["note"], told["over"])
    seen = calendar.foresee(
        change,
        datetime.fromisoformat(told["at"]),
        advance=lambda done: bool(done % STEP) or batches.advance(asked.batch, done),
    )
    if seen is None:
        return ""
    name = f"{asked.batch}.json"
    target = _folder() / name
    target.touch(mode=0o600)
    target.write_text(json.dumps(asdict(seen), default=datetime.isoformat), "utf-8")
    return name


def look(owner: Account, number: int) -> Trial:
    """One's own trial. Refused("batch_unknown")."""
    row = batches.of(owner, number)
    if row.kind != KIND:
        raise Refused("batch_unknown")
    running = row.state in {Batch.State.WAITING, Batch.State.RUNNING}
    seen = _read(_folder() / row.result) if row.state == Batch.State.DONE and row.result else None
    typed = json.loads(row.payload)["typed"]
    return Trial(row.pk, row.done, row.total, running, typed, seen)


def _read(file: Path) -> Foreseen:
    told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    first = (
        Moved(
            one["number"],
            one["title"],
            datetime.fromisoformat(one["before"]),
            datetime.fromisoformat(one["after"]),
        )
        for one in told["first"]
    )
    return Foreseen(told["count"], tuple(first))


def _folder() -> Path:
    found = Path(settings.DATA) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found

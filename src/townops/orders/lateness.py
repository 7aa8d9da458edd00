"""What 临期 and 严重超期 mean: data of the town with an effective date, one value for lists, counts and maps alike.

An order is due soon when its due lies no further off than so many minutes, of the clock or of working time, whichever
reaches further: on a Friday evening what is due on Monday morning is near; and no sooner than the last mark of its clock
before the due (75 % of the limit), so that what has two hours is not near at once. Severely overdue: so many minutes after.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from townops.base import calendars, tunables
from townops.base.access import TUNE
from townops.base.tunables import Part, Tunable
from townops.kernel import workdays
from townops.kernel.refusal import Refused

KEY: Final = "orders.lateness_minutes"
DEFAULT: Final = "240 1440"
FRESH_SECONDS: Final = 10.0
MOST_MINUTES: Final = 60 * 24 * 365
tunables.declare(
    Tunable(
        # say: 临期：到期前 {minutes} 分钟，严重超期：到期后 {more} 分钟
        KEY, DEFAULT, "临期与严重超期", "到期前多少分钟算临期（钟点或工作时间，取较早提醒的），超期多少分钟算严重",
        TUNE, (Part("临期：到期前", "分钟", 1, MOST_MINUTES), Part("严重超期：到期后", "分钟", 1, MOST_MINUTES)),
    )
)  # fmt: skip

_read: tuple[str, float] = (DEFAULT, float("-inf"))


@dataclass(frozen=True, slots=True)
class Lateness:
    """Seen from one moment: due from now up to `soon` is near, due before `severe` is severely overdue."""

    at: datetime
    soon: datetime
    severe: datetime

    def near(self, due: datetime, near_at: datetime | None) -> bool:
        """Whether it is 临期: due within the span, and its clock past the last mark before the due."""
        return self.at <= due <= self.soon and (near_at is None or near_at <= self.at)


def lateness(at: datetime) -> Lateness:
    """As the town has it at that moment."""
    return bounds(_value(at), at)


def bounds(value: str, at: datetime) -> Lateness:
    """As a value has it. Refused("lateness_malformed")."""
    soon, severe = parsed(value)
    worked = workdays.advance(calendars.current(), at, soon * 60, workdays.TimeUnit.WORK_HOUR)
    return Lateness(at, max(at + timedelta(minutes=soon), worked), at - timedelta(minutes=severe))


def set_lateness(soon_minutes: int, severe_minutes: int, *, effective_from: datetime) -> None:
    """Change it from a moment on. Refused("lateness_malformed")."""
    value = f"{soon_minutes} {severe_minutes}"
    parsed(value)
    tunables.set_value(KEY, value, effective_from=effective_from)


def parsed(value: str) -> tuple[int, int]:
    """(minutes before, minutes after). Refused("lateness_malformed")."""
    parts = value.split()
    if len(parts) != 2 or not all(one.isascii() and one.isdigit() for one in parts):  # noqa: PLR2004
        raise Refused("lateness_malformed", value=value[:20])
    soon, severe = map(int, parts)
    if not (0 < soon <= MOST_MINUTES and 0 < severe <= MOST_MINUTES):
        raise Refused("lateness_malformed", value=value[:20])
    return soon, severe


def _value(at: datetime) -> str:
    """Read once in a while; work that may be undone is not remembered."""
    global _read
    value, until = _read
    if connection.in_atomic_block or time.monotonic() > until:
        value = tunables.value_at(KEY, at, default=DEFAULT)
        if not connection.in_atomic_block:
            _read = (value, time.monotonic() + FRESH_SECONDS)
    return value

"""When a duty comes due: the days it is judged over, its due day, how many are left. Pure; years need not start in January.

A rhythm holds from its day on. No span reaches over the day a rhythm changes, so every day lies in one span of each cadence.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from townops.kernel.periods import Cycle
from townops.standards.domain.items import CatalogueError, Every

MONTHS: Final = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
DAY: Final = timedelta(days=1)
_MONTH_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2\d|30|31)")


class Rhythm(BaseModel):
    """How years run from `since` on; `ahead` and `grace` in days by cadence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    year_starts: int = Field(ge=1, le=12)
    flood_from: str
    flood_until: str
    running_days: int = Field(ge=1, le=366)
    ahead: dict[Every, int]
    grace: dict[Every, int]

    @field_validator("flood_from", "flood_until")
    @classmethod
    def _month_and_day(cls, given: str) -> str:
        """Month and day that every year has."""
        if not _MONTH_DAY.fullmatch(given):
            raise ValueError("a flood season begins and ends like 06-01")
        date.fromisoformat(f"2023-{given}")
        return given

    @field_validator("ahead", "grace")
    @classmethod
    def _of_every_cadence(cls, given: dict[Every, int]) -> dict[Every, int]:
        if lacking := sorted(set(Every) - given.keys()):
            raise ValueError(f"no days for: {', '.join(lacking)}")
        if min(given.values()) < 0:
            raise ValueError("days cannot be negative")
        return given


@dataclass(frozen=True, slots=True)
class Span:
    """The days `start` to `end` a duty is judged over; `due`: the last day to do it, None for one that always holds."""

    start: date
    end: date
    label: str
    due: date | None

    def days_left(self, today: date) -> int | None:
        """Negative once it is late."""
        return None if self.due is None else (self.due - today).days


@dataclass(frozen=True, slots=True)
class Rhythms:
    """Every rhythm in order of its day."""

    all: tuple[Rhythm, ...]

    @property
    def begun(self) -> date:
        """Nothing is owed before."""
        return self.all[0].since

    def at(self, day: date) -> Rhythm:
        """The one in force; before the first, the first."""
        return next((one for one in reversed(self.all) if one.since <= day), self.all[0])

    def span(self, every: Every, day: date, *, by: date | None = None) -> Span:
        """The span of a day. During a flood season it is the one that ended before it."""
        rhythm = self.at(day)
        if every in MONTHS:
            return self._cut(rhythm, *_of_cycle(rhythm, every, day))
        if every is Every.BEFORE_FLOOD:
            return self._cut(rhythm, *_before_flood(rhythm, day))
        if every is Every.CONTINUOUS:
            start = day - timedelta(days=rhythm.running_days - 1)
            return Span(start, day, f"近{rhythm.running_days}日", None)
        if every is Every.BY_DATE and by is not None:
            return Span(min(self.begun, by), max(by, day), f"{by:%Y-%m-%d} 前", by)
        return Span(min(self.begun, day), day, "一次性", None)

    def before(self, every: Every, span: Span) -> Span | None:
        """The span before, None where nothing was owed yet or the cadence has no spans."""
        if every not in MONTHS and every is not Every.BEFORE_FLOOD:
            return None
        return self.span(every, span.start - DAY) if span.start > self.begun else None

    def next_due(self, every: Every, day: date, *, by: date | None = None) -> date | None:
        """The next day something is due on or after this one; None for what always holds, and for a day gone by."""
        due = self.span(every, day, by=by).due
        if due is not None and due < day and every is Every.BEFORE_FLOOD:
            due = self.span(every, _season(self.at(day), day)[1] + DAY).due
        return due if due is None or due >= day else None

    def graced(self, every: Every, span: Span) -> date | None:
        """The last day on which it does not yet count as missed."""
        if span.due is None:
            return None
        return span.due + timedelta(days=self.at(span.end).grace[every])

    def ahead(self, every: Every, day: date) -> int:
        return self.at(day).ahead[every]

    def _cut(self, rhythm: Rhythm, start: date, end: date, label: str) -> Span:
        """No further than this rhythm reaches."""
        later = [one.since for one in self.all if one.since > rhythm.since]
        start = max(start, rhythm.since) if end >= rhythm.since else start
        end = min(end, later[0] - DAY) if later else end
        return Span(start, end, label, end)


def _of_cycle(rhythm: Rhythm, every: Every, day: date) -> tuple[date, date, str]:
    period = Cycle(MONTHS[every], rhythm.year_starts).containing(day)
    return period.start, period.end, period.label


def _before_flood(rhythm: Rhythm, day: date) -> tuple[date, date, str]:
    """From the end of one season to the eve of the next."""
    first, last = _season(rhythm, day)
    if day > last:
        before, (first, _) = last, _season(rhythm, date(day.year + 1, 1, 1))
    else:
        _, before = _season(rhythm, date(first.year - 1, 1, 1))
    return before + DAY, first - DAY, f"{first.year}年汛前"


def _season(rhythm: Rhythm, day: date) -> tuple[date, date]:
    """The flood season of a day's year."""
    first = date.fromisoformat(f"{day.year}-{rhythm.flood_from}")
    last = date.fromisoformat(f"{day.year}-{rhythm.flood_until}")
    return first, last


def spans(rhythms: Rhythms, every: Every, first: date, last: date) -> Iterator[Span]:
    """Every span of a repeating cadence that is the one of one of these days, in order."""
    day, told = first, None
    while day <= last:
        span = rhythms.span(every, day)
        if span != told:
            yield span
        day, told = max(span.end, day) + DAY, span


def read_rhythms(text: str, *, name: str) -> Rhythms:
    """CatalogueError names the file and the fault."""
    try:
        rows = tomllib.loads(text).get("rhythm", [])
        found = tuple(Rhythm.model_validate(row) for row in rows)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise CatalogueError(f"{name}: {error}") from error
    _refuse_disorder(found, name)
    return Rhythms(found)


def _refuse_disorder(found: Sequence[Rhythm], name: str) -> None:
    days = [one.since for one in found]
    if not days or days != sorted(set(days)):
        raise CatalogueError(f"{name}: at least one rhythm, in order of their day")
    if any(one.flood_from >= one.flood_until for one in found):
        raise CatalogueError(f"{name}: a flood season begins before it ends, within a year")

"""The working calendar as rows: holidays and make-up days of the State Council, windows of the working day
(engine 4).

A change makes a new version; clocks that run under an old one keep it until they are replayed.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from chinese_calendar import constants
from django.db import connections
from django.db.utils import DEFAULT_DB_ALIAS
from django.utils import timezone

from townops.base import sql
from townops.base.db import write
from townops.base.models import CalendarDay, CalendarVersion, CalendarWindow
from townops.kernel.refusal import Refused
from townops.kernel.workdays import DEFAULT_WINDOWS, Calendar, Window

Kind = CalendarDay.Kind
FIRST_NOTE: Final = "国务院办公厅历年节假日安排"

FRESH_SECONDS: Final = 1.0

NEWEST: Final = f"SELECT MAX(number) FROM {CalendarVersion._meta.db_table}"  # noqa: S608


class _Mine(threading.local):
    """What one thread knows: the newest version, and the transaction it was read in or is changed in."""

    def __init__(self) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]
        self.number = 0
        self.block: object = None
        self.changed_in: object = None


_known: dict[int, Calendar] = {}
_newest: tuple[int, float] = (0, 0.0)
_mine = _Mine()


def current() -> Calendar:
    """The newest calendar; the first one is made from the published years when there is none.

    Read once in a transaction, each time in one that changes it, otherwise once a second.
    """
    global _newest
    if blocks := _mine.connection.atomic_blocks:  # work that may be undone is not remembered beyond it
        if _mine.block is not blocks[0] or _mine.changed_in is blocks[0]:
            _mine.number, _mine.block = _read_newest(), blocks[0]
        return get(_mine.number)
    number, until = _newest
    if time.monotonic() > until:
        number = _read_newest()
        _newest = (number, time.monotonic() + FRESH_SECONDS)
    return get(number)


def _read_newest() -> int:
    ((number,),) = sql.values(NEWEST, [])
    return int(number or build_first())


def get(version: int) -> Calendar:
    """One version, kept in memory: versions never change. Refused: `calendar_unknown`."""
    found = _known.get(version)
    if found is None:
        found = _known[version] = _load(_row(version))
    return found


def build_first(at: datetime | None = None) -> int:
    """Version 1: every day `chinese_calendar` knows that is not what its weekday says.

    Does nothing when it exists.
    """
    with write():
        if CalendarVersion.objects.filter(number=1).exists():
            return 1
        days = {day: (Kind.HOLIDAY, name) for day, name in constants.holidays.items()}
        days |= {day: (Kind.MAKEUP, name) for day, name in constants.workdays.items()}
        years = {day.year for day in days}
        span = (date(min(years), 1, 1), date(max(years), 12, 31))
        return _store(1, days, DEFAULT_WINDOWS, span=span, note=FIRST_NOTE, at=at or timezone.now())


def override(
    days: Mapping[date, str | None],
    *,
    windows: Sequence[Window] | None = None,
    known_until: date | None = None,
    note: str = "",
    at: datetime | None = None,
) -> int:
    """A new version of the newest calendar. `days`: "holiday", "makeup", or None for what the weekday says.

    `known_until` moves the end of the published years. Refused: `calendar_day_kind`, `calendar_windows`.
    """
    before = current()
    with write():
        base = _row(before.version)
        merged = _merged(base, days, note)
        span = (base.known_from, known_until or base.known_until)
        chosen = before.windows if windows is None else windows
        return _store(before.version + 1, merged, chosen, span=span, note=note, at=at or timezone.now())


def draft(days: Mapping[date, str | None], *, known_until: date | None = None) -> Calendar:
    """What `override` would make current, kept nowhere. Refused: `calendar_day_kind`."""
    before = current()
    merged = _merged(_row(before.version), days, "")
    return _calendar(
        before.version + 1,
        before.windows,
        {day: kind for day, (kind, _) in merged.items()},
        (before.known_from, known_until or before.known_until),
    )


def special_days(version: int, since: date) -> list[tuple[date, str, str]]:
    """(day, kind, name) of the days from one on that are not what their weekday says, in order."""
    rows = CalendarDay.objects.filter(version=_row(version), day__gte=since).order_by("day")
    return [(row.day, row.kind, row.label) for row in rows]


def _merged(
    base: CalendarVersion, days: Mapping[date, str | None], note: str
) -> dict[date, tuple[Kind, str]]:
    merged = {row.day: (Kind(row.kind), row.label) for row in CalendarDay.objects.filter(version=base)}
    for day, kind in days.items():
        merged.pop(day, None)
        if kind is not None:
            merged[day] = (_kind(kind, day), note[:40])
    return merged


def warn_missing(today: date) -> list[int]:
    """Years that begin within 60 days, or have begun, and are not published yet: their due times are
    provisional.
    """
    known_until = current().known_until
    wanted = range(today.year, date.fromordinal(today.toordinal() + 60).year + 1)
    return [year for year in wanted if date(year, 12, 31) > known_until]


def _store(
    number: int,
    days: Mapping[date, tuple[Kind, str]],
    windows: Sequence[Window],
    *,
    span: tuple[date, date],
    note: str,
    at: datetime,
) -> int:
    row = CalendarVersion.objects.create(
        number=number, known_from=span[0], known_until=span[1], note=note, created_at=at
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(version=row, day=day, kind=kind, label=name[:40])
        for day, (kind, name) in sorted(days.items())
    )
    CalendarWindow.objects.bulk_create(
        CalendarWindow(version=row, start=window.start, end=window.end) for window in windows
    )
    _known.pop(number, None)
    _mine.changed_in = _mine.connection.atomic_blocks[0]
    _load(row)  # refuses windows that overlap, and the transaction with them
    return number


def _row(version: int) -> CalendarVersion:
    row = CalendarVersion.objects.filter(number=version).first()
    if row is None:
        raise Refused("calendar_unknown", version=version)
    return row


def _load(row: CalendarVersion) -> Calendar:
    days = dict(CalendarDay.objects.filter(version=row).values_list("day", "kind"))
    windows = CalendarWindow.objects.filter(version=row).order_by("start").values_list("start", "end")
    spans = [Window(start, end) for start, end in windows]
    return _calendar(row.number, spans, days, (row.known_from, row.known_until))


def _calendar(
    number: int, windows: Sequence[Window], days: Mapping[date, str], span: tuple[date, date]
) -> Calendar:
    return Calendar(
        version=number,
        windows=tuple(windows),
        holidays=frozenset(day for day, kind in days.items() if kind == Kind.HOLIDAY),
        makeup=frozenset(day for day, kind in days.items() if kind == Kind.MAKEUP),
        known_from=span[0],
        known_until=span[1],
    )


def _kind(kind: str, day: date) -> Kind:
    if kind not in Kind.values:
        raise Refused("calendar_day_kind", day=day.isoformat(), kind=kind)
    return Kind(kind)

"""What a channel yields: a Report, or a row it could not read, and how times and places in files
are understood.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

CRS: Final = ("cgcs2000", "wgs84", "gcj02", "bd09")
LONGEST_TEXT: Final = 20_000
LONGEST_NUMBER: Final = 64
_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?)?分?)?"
)


@dataclass(frozen=True, slots=True)
class ReportedPlace:
    """Where, as far as it was said: a point in a named coordinate system, an address, both or nothing; `area` the code of a
    居村 named instead of a point.
    """

    lng: float | None = None
    lat: float | None = None
    crs: str = "cgcs2000"
    address: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who reported, in the clear: sealed by orders, never kept by intake."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One message as a channel understood it. `received_at` carries an offset."""

    source: str
    text: str
    received_at: datetime
    title: str = ""
    external_number: str = ""
    place: ReportedPlace = ReportedPlace()
    class_code: str = ""
    demand_type: str = ""
    contact: Contact = Contact()
    attachments: tuple[int, ...] = ()
    outer_due_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[tuple[str, str], ...] = ()
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is no report: its number as a person counts it, its cells, and why."""

    row: int
    cells: Mapping[str, str]
    reason: Refused


@dataclass(frozen=True, slots=True)
class Usable:
    """A row that is a report; `cells` as they came, where it had any, to be corrected and sent again when orders refuse it."""

    row: int
    report: Report
    cells: Mapping[str, str] = field(default_factory=dict)


def moment(text: str) -> datetime:
    """An instant as files write it; without an offset it is +08:00. Refused("time_malformed")."""
    stated = text.strip()
    try:
        found = datetime.fromisoformat(stated)
    except ValueError:
        found = _loose(stated)
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _loose(text: str) -> datetime:
    matched = _MOMENT.fullmatch(text)
    if matched is None:
        raise Refused("time_malformed", given=text[:40])
    numbers = [int(one or 0) for one in matched.groups()]
    try:
        return datetime(*numbers[:6])  # type: ignore[arg-type]  # noqa: DTZ001  (the caller gives it +08:00)
    except ValueError:
        raise Refused("time_malformed", given=text[:40]) from None


def place(lng: str, lat: str, crs: str, address: str) -> ReportedPlace:
    """A place from cells. Refused: place_half, place_malformed, report_crs_unknown."""
    if not lng.strip() and not lat.strip():
        return ReportedPlace(address=address.strip())
    if not lng.strip() or not lat.strip():
        raise Refused("place_half")
    stated = crs.strip().lower() or "cgcs2000"
    if stated not in CRS:
        raise Refused("report_crs_unknown", given=crs[:20])
    try:
        return ReportedPlace(float(lng), float(lat), stated, address.strip())
    except ValueError:
        raise Refused("place_malformed", lng=lng[:20], lat=lat[:20]) from None


def checked(report: Report) -> Report:
    """The report itself, when it says something. Refused: text_missing, text_long, number_long."""
    if not report.text.strip():
        raise Refused("text_missing")
    if len(report.text) > LONGEST_TEXT:
        raise Refused("text_long", longest=LONGEST_TEXT)
    if len(report.external_number) > LONGEST_NUMBER:
        raise Refused("number_long", longest=LONGEST_NUMBER)
    return report

"""What a request for features asks for, read strictly: whatever is not understood is refused, nothing is guessed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import shapely
from django.http import QueryDict
from django.utils import timezone

from townops.base.layers import Layer
from townops.kernel.refusal import Refused
from townops.sharing.ogc.crs import CRS84, System, system

LIMIT, MOST = 100, 10_000
FURTHEST: Final = 10**9
FORMATS: Final = ("json", "html")
_FLAT, _HIGH = 4, 6
TRUTHS: Final = ("true", "false")
OPEN: Final = ("", "..")


@dataclass(frozen=True, slots=True)
class Asked:
    """Days from first to last, a shape in degrees or none, facts by name, the page, and the system of the answer."""

    since: date
    until: date
    within: shapely.Geometry | None
    facts: Mapping[str, str]
    limit: int
    offset: int
    system: System


def read_items(given: QueryDict, layer: Layer) -> Asked:
    """Refused: parameter_unknown, one_value_only, bbox_malformed, crs_unsupported, datetime_malformed, number_malformed."""
    names = {fact.name for fact in layer.facts}
    check_names(given, {"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f"} | names)
    since, until = read_days(given.get("datetime"))
    return Asked(
        since, until, _box(given.get("bbox"), system(given.get("bbox-crs", CRS84))),
        dict(_facts(given, layer)),
        min(_whole(given, "limit", LIMIT, 1), MOST), _whole(given, "offset", 0, 0), system(given.get("crs", CRS84)),
    )  # fmt: skip


def _facts(given: QueryDict, layer: Layer) -> Iterator[tuple[str, str]]:
    for fact in layer.facts:
        if fact.name in given:
            said = str(given[fact.name])
            if fact.kind == "boolean" and said not in TRUTHS:
                raise Refused("truth_malformed", name=fact.name, value=said[:20])
            yield fact.name, said


def check_names(given: QueryDict, known: set[str]) -> None:
    """Refused: parameter_unknown, one_value_only."""
    if unknown := sorted(set(given) - known):
        raise Refused("parameter_unknown", names=unknown[:5])
    for name, values in given.lists():
        if len(values) > 1:
            raise Refused("one_value_only", name=name)


def read_days(text: str | None) -> tuple[date, date]:
    """The local days an instant or an interval ("a/b", either end "..") touches; today when nothing is asked.

    Refused(datetime_malformed).
    """
    if text is None:
        return timezone.localdate(), timezone.localdate()
    first, slash, last = text.partition("/")
    if not slash:
        return (_day(first, text),) * 2
    since = date.min if first in OPEN else _day(first, text)
    until = date.max if last in OPEN else _day(last, text)
    if since > until:
        raise Refused("datetime_malformed", value=text[:60])
    return since, until


def _day(one: str, text: str) -> date:
    try:
        at = datetime.fromisoformat(one)
    except ValueError:
        raise Refused("datetime_malformed", value=text[:60]) from None
    return timezone.localdate(at) if at.tzinfo else at.date()


def _box(text: str | None, read_as: System) -> shapely.Geometry | None:
    """Heights are read and left aside; west of 180 degrees to east of it is two boxes."""
    if text is None:
        return None
    try:
        edges = [float(one) for one in text.split(",")]
    except ValueError:
        edges = []
    if len(edges) not in {_FLAT, _HIGH} or not all(abs(one) < FURTHEST for one in edges):
        raise Refused("bbox_malformed", value=text[:80])
    half = len(edges) // 2
    west, south, east, north = edges[0], edges[1], edges[half], edges[half + 1]
    if south > north or (west > east and read_as.uri != CRS84):
        raise Refused("bbox_malformed", value=text[:80])
    if west > east:
        parts = [read_as.box((west, south, 180.0, north)), read_as.box((-180.0, south, east, north))]
        return shapely.union_all(parts)
    return read_as.box((west, south, east, north))


def _whole(given: QueryDict, name: str, otherwise: int, least: int) -> int:
    text = given.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= FURTHEST:
        raise Refused("number_malformed", name=name, value=text[:20], least=least)
    return int(text)

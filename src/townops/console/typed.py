"""What was typed into the form of registration: numbers, times and the point it means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http.request import QueryDict

from townops.areas import api as areas
from townops.console import choices
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

MOST_NAMESAKES: Final = 20
KINDS: Final = frozenset({"block", "village"})


def stripped(post: QueryDict) -> dict[str, str]:
    """The last value of every field, without blanks around it."""
    return {name: str(post.get(name, "")).strip() for name in post}


def has_point(post: dict[str, str]) -> bool:
    return bool(post.get("lng") or post.get("lat"))


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a form says it is: a point; or only an area, whose block, if it is none itself, nobody knows yet."""

    lng: float | None = None
    lat: float | None = None
    area: areas.AreaView | None = None


def placed(post: dict[str, str], town: str) -> Placed:
    """The point given; else the block or 居村 chosen; else the one the address names in full. Of a block some point inside.

    Refused: form_number_malformed, area_unknown, area_not_named, area_too_wide.
    """
    if has_point(post):
        return Placed(number(post.get("lng", "")), number(post.get("lat", "")))
    if post.get("block"):
        return within(areas.area(choices.area_code(post["block"], town)))
    named = named_by(post.get("address", ""), town)
    return meant(named) if named else Placed()


def meant(named: areas.Named) -> Placed:
    """Where a name lies: the own point of a key place, else its block or 居村; nowhere when it is no place for an order."""
    area = areas.area(named.code)
    if named.point:
        return Placed(*named.point, area if _fits(area) else None)
    return within(area) if _fits(area) else Placed()


def _fits(area: areas.AreaView) -> bool:
    """An order is of a block or of a 居村; a directly-managed area is none and has none."""
    return area.kind in KINDS and not area.directly_managed


def within(area: areas.AreaView) -> Placed:
    """Some point inside a block; a 居村 itself. Refused("area_too_wide")."""
    if not _fits(area):
        raise Refused("area_too_wide", name=area.name)
    lng, lat = (areas.point_within(area.id) if area.kind == "block" else None) or (None, None)
    return Placed(lng, lat, area)


def named_by(address: str, town: str) -> areas.Named | None:
    """The one place whose whole name the address is: a 居村 or block nobody need choose from a list any more."""
    address = address.strip()
    found = [one for one in areas.find_with_places(town, address, most=MOST_NAMESAKES) if one.name == address]
    return found[0] if len(found) == 1 else None


def number(text: str) -> float:
    """Refused(form_number_malformed)."""
    try:
        return float(text)
    except ValueError:
        raise Refused("form_number_malformed", value=text[:20]) from None


def instant(text: str) -> datetime | None:
    """A time as a browser's field gives it, of Shanghai; Refused(form_time_malformed)."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("form_time_malformed", value=text[:20]) from None
    return given.replace(tzinfo=SHANGHAI) if given.tzinfo is None else given

"""What was typed into the form of registration: numbers, times and the point it means."""

from datetime import datetime
from typing import Final

from django.http.request import QueryDict

from townops.areas import api as areas
from townops.console import choices
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

MOST_NAMESAKES: Final = 20


def stripped(post: QueryDict) -> dict[str, str]:
    """The last value of every field, without blanks around it."""
    return {name: str(post.get(name, "")).strip() for name in post}


def has_point(post: dict[str, str]) -> bool:
    return bool(post.get("lng") or post.get("lat"))


def point_of(post: dict[str, str], town: str) -> tuple[float | None, float | None]:
    """The point given, else one inside the block or 居村 chosen, else inside the one the address names in full."""
    if has_point(post):
        return number(post.get("lng", "")), number(post.get("lat", ""))
    if post.get("block"):
        area = areas.area(choices.area_code(post["block"], town))
        return areas.point_within(area.id) or (None, None)
    named = named_by(post.get("address", ""), town)
    return point_named(named) or (None, None) if named else (None, None)


def point_named(place: areas.Named) -> tuple[float, float] | None:
    """A key place's own point, else one inside the 居村 or block."""
    return place.point or areas.point_within(areas.area(place.code).id)


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

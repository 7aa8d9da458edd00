"""What is said of a key place (重点场所) as one types it, read strictly (U9, U11). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final

from townops.kernel.refusal import Refused

Point = tuple[float, float]
HEADS: Final = {
    "number": "编号", "kind": "类别", "name": "名称", "block": "责任块编码", "lng": "经度", "lat": "纬度", "address": "地址",
    "contact": "联系岗位", "since": "启用日期", "until": "停用日期", "seq": "版本",
}  # fmt: skip
LONGEST: Final = {"kind": 20, "name": 80, "address": 120}
MUST: Final = ("kind", "name")
PREFIX: Final = "P"
WIDTH: Final = 6


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place as it shall be; `block` and `contact` as typed, the point in CGCS2000."""

    kind: str
    name: str
    block: str
    point: Point | None
    address: str
    contact: str
    since: date
    until: date | None


def number_of(key: int) -> str:
    """P000012: what people call a place."""
    return f"{PREFIX}{key:0{WIDTH}d}"


def key_of(number: str) -> int:
    """Back again. Refused(place_unknown)."""
    digits = number.strip().upper().removeprefix(PREFIX)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(10**9))):
        raise Refused("place_unknown", number=number[:20])
    return int(digits)


def read(typed: Mapping[str, str], today: date) -> PlaceFacts:
    """Refused: place_missing, place_long, place_day, place_days, place_point."""
    said = {name: " ".join(typed.get(name, "").split()) for name in HEADS}
    for name in MUST:
        if not said[name]:
            raise Refused("place_missing", label=HEADS[name])
    for name, most in LONGEST.items():
        if len(said[name]) > most:
            raise Refused("place_long", label=HEADS[name], most=most)
    since, until = _day(said, "since") or today, _day(said, "until")
    if until is not None and until < since:
        raise Refused("place_days")
    words = (said["kind"], said["name"], said["block"].partition(" ")[0], _point(said), said["address"])
    return PlaceFacts(*words, said["contact"], since, until)


def _day(said: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(said[name]) if said[name] else None
    except ValueError:
        raise Refused("place_day", label=HEADS[name], value=said[name][:20]) from None


def _point(said: Mapping[str, str]) -> Point | None:
    if not said["lng"] and not said["lat"]:
        return None
    try:
        lng, lat = float(said["lng"]), float(said["lat"])
    except ValueError:
        raise Refused("place_point") from None
    if not (isfinite(lng) and isfinite(lat)):
        raise Refused("place_point")
    return lng, lat

"""From what a form or a client sends to the facts the rules speak: codes become parties, standards, places; texts digests."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from townops.areas import api as areas
from townops.base import sql
from townops.base.models import Attachment
from townops.catalogue import api as catalogue
from townops.kernel.actors import SYSTEM_PERSON
from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import drafts, store
from townops.orders.domain.facts import FactType, Need, Parent, Party, Place, Standard, Subject, Value
from townops.orders.domain.order import Order
from townops.orders.models import Order as Row
from townops.orders.models import OrderFile
from townops.people import api as people

LONGEST_TEXT = 20_000
PLACES = frozenset({"block", "village"})  # kinds of area an order may be in
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FIRST_YEAR, LAST_YEAR = 2000, 2100
OWN_FILE = f"SELECT 1 FROM {Attachment._meta.db_table} WHERE id = %s AND person IN (%s, %s)"  # noqa: S608
Raw = Mapping[str, Any]


@dataclass(slots=True)
class Resolved:
    """Facts for `decide`, and the texts and files that are stored beside the event."""

    facts: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, drafts.Given] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Around:
    """What resolving needs to know of the order: its town, source, and the catalogue version of its time."""

    town: int
    town_code: str
    source: str
    at: datetime
    catalogue: int
    order: int = 0
    person: int = SYSTEM_PERSON


def around(order: Order, at: datetime, person: int = SYSTEM_PERSON) -> Around:
    return Around(
        order.town,
        areas.area_by_id(order.town).code,
        order.source,
        at,
        catalogue.version_at(at),
        order.id,
        person,
    )


def resolve(needs: tuple[Need, ...], raw: Raw, here: Around) -> Resolved:
    """Facts of the stated types; Refused("fact_unknown" | "fact_malformed" | ..._unknown)."""
    known = {need.name: need for need in needs}
    if unknown := sorted(set(raw) - set(known)):
        raise Refused("fact_unknown", facts=unknown)
    found = Resolved()
    for name, value in raw.items():
        if value is None or value in ("", []):
            continue
        _put(found, known[name], value, here)
    return found


def _put(found: Resolved, need: Need, value: Any, here: Around) -> None:
    if isinstance(value, str) and not storable(value):
        raise malformed(need, "")
    if need.type is FactType.TEXT:
        said = _text(need, value, here)
        if said:  # blanks are nothing said
            found.texts[need.name] = drafts.given(said)
            found.facts[need.name] = found.texts[need.name].digest
        return
    read = READERS[need.type]
    if need.many:
        items = value if isinstance(value, list | tuple) else [value]
        found.facts[need.name] = tuple(dict.fromkeys(read(need, item, here) for item in items))  # type: ignore[assignment]
    else:
        found.facts[need.name] = read(need, value, here)
    if need.type is FactType.FILE:
        ids = found.facts[need.name]
        found.files += [(need.name, one) for one in ids if isinstance(one, int)]  # type: ignore[union-attr]


def malformed(need: Need, value: object) -> Refused:
    return Refused("fact_malformed", fact=need.name, type=need.type_name, value=str(value)[:40])


def _text(need: Need, value: Any, here: Around) -> str:
    if not isinstance(value, str) or not storable(value):
        raise malformed(need, value)
    return value.strip()


def storable(text: str) -> bool:
    """Whether every database keeps it: no NUL, no half of a surrogate pair, not endless."""
    return len(text) <= LONGEST_TEXT and not UNSTORABLE.search(text)


def _int(need: Need, value: Any, here: Around) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise malformed(need, value)
    try:
        number = int(value)
    except ValueError:
        raise malformed(need, value) from None
    if abs(number) >= 2**53:
        raise malformed(need, value)
    return number


def _bool(need: Need, value: Any, here: Around) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "on": True, "1": True, "false": False, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise malformed(need, value)


def _instant(need: Need, value: Any, here: Around) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if not FIRST_YEAR <= instant.year < LAST_YEAR:
            raise malformed(need, value)
        return instant.replace(tzinfo=SHANGHAI) if instant.tzinfo is None else instant.astimezone(SHANGHAI)
    except (TypeError, ValueError, OverflowError):
        raise malformed(need, value) from None


def _enum(need: Need, value: Any, here: Around) -> str:
    if str(value) not in need.choices:
        raise malformed(need, value)
    return str(value)


def party(unit: people.UnitView) -> Party:
    """A unit as the rules see it."""
    return Party(unit.id, unit.kind, unit.enforcement, unit.leader_post_id, unit.area_id)


def _unit(need: Need, value: Any, here: Around) -> Party:
    if isinstance(value, Party):
        return value
    if not isinstance(value, str):
        raise malformed(need, value)
    return party(people.unit(value, town=here.town_code))


def _post(need: Need, value: Any, here: Around) -> int:
    if not isinstance(value, str):
        raise malformed(need, value)
    return people.post(value, town=here.town_code).id


def _class(need: Need, value: Any, here: Around) -> Subject:
    if not isinstance(value, str):
        raise malformed(need, value)
    return subject(value, here)


def subject(code: str, here: Around) -> Subject:
    row = catalogue.klass(code, here.catalogue)
    return Subject(row.code, here.catalogue, row.needs_power, fallback(row.fallback, here))


def fallback(code: str, here: Around) -> Party | None:
    """The class's named unit (兜底); None where it names none."""
    if not code:
        return None
    unit = people.center(town=here.town_code) if code == "center" else people.unit(code, town=here.town_code)
    return party(unit)


def _condition(need: Need, value: Any, here: Around) -> Standard:
    """By id, or by the row's code in the catalogue of the day."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise malformed(need, value)
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        rows = [one for one in catalogue.content(here.catalogue).conditions if one.code == value]
        if not rows:
            raise Refused("condition_unknown", condition=value)
        return standard(rows[0], here)
    if int(value) >= 2**63:
        raise Refused("condition_unknown", condition=value)
    return standard(catalogue.condition(int(value)), here)


def standard(row: catalogue.Condition, here: Around) -> Standard:
    return Standard(
        condition=row.id,
        class_code=row.class_code,
        limit=row.limit_for(here.source),
        make_safe=row.make_safe,
        needs_power=row.needs_power,
        severity=row.severity.value,
        fallback=fallback(row.fallback, here),
    )


def _area(need: Need, value: Any, here: Around) -> Place:
    """A block's or village's code, or {lng, lat, crs}."""
    if isinstance(value, Mapping):
        return _point(need, value)
    if not isinstance(value, str):
        raise malformed(need, value)
    area = areas.area(value)
    if area.kind not in PLACES:
        raise malformed(need, value)
    return place_of(area)


def place_named(code: str) -> Place:
    """The place that a code names. Refused: area_unknown, area_too_wide."""
    area = areas.area(code)
    if area.kind not in PLACES or area.directly_managed:
        raise Refused("area_too_wide", name=area.name)
    return place_of(area)


def place_of(area: areas.AreaView) -> Place:
    """The place that a block or a village names."""
    return Place(area.parent_id, area.id) if area.kind == "block" else Place(area.id, None)


def _point(need: Need, value: Mapping[str, Any]) -> Place:
    try:
        return place_at(float(value["lng"]), float(value["lat"]), str(value.get("crs") or "cgcs2000"))
    except (KeyError, TypeError, ValueError):
        raise malformed(need, value) from None


def point_of(stated: Mapping[str, Any]) -> tuple[float, float]:
    """The stored point of {lng, lat, crs}."""
    return to_cgcs2000(float(stated["lng"]), float(stated["lat"]), str(stated.get("crs") or "cgcs2000"))


def place_at(lng: Any, lat: Any, crs: str) -> Place:
    located = areas.locate(float(lng), float(lat), crs)
    village, block = located.village, located.block
    return Place(village.id if village else None, block.id if block else None)


def _order(need: Need, value: Any, here: Around) -> Parent:
    """Another order of the town by number."""
    if not isinstance(value, str):
        raise malformed(need, value)
    row = Row.objects.filter(town_id=here.town, number=value).first()
    if row is None:
        raise Refused("order_unknown", number=value[:20])
    other = store.load(row).value
    return Parent(
        other.id, row.due_at, other.state.value, other.main, other.responsible.unit, other.responsible.post
    )


def _file(need: Need, value: Any, here: Around) -> int:
    number = _int(need, value, here)
    own = sql.values(OWN_FILE, [number, SYSTEM_PERSON, here.person])
    if not own and not OrderFile.objects.filter(order_id=here.order, attachment=number).exists():
        raise Refused("attachment_unknown", id=number)
    return number


READERS: dict[FactType, Callable[[Need, Any, Around], Value]] = {
    FactType.INT: _int,
    FactType.BOOL: _bool,
    FactType.INSTANT: _instant,
    FactType.ENUM: _enum,
    FactType.UNIT: _unit,
    FactType.POST: _post,
    FactType.CLASS: _class,
    FactType.CONDITION: _condition,
    FactType.AREA: _area,
    FactType.ORDER: _order,
    FactType.FILE: _file,
}

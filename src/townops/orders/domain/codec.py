"""Facts as canonical JSON and back, so that an event's stored bytes alone rebuild what happened."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from townops.kernel.workdays import Limit, TimeUnit
from townops.orders.domain.facts import Digest, Facts, Parent, Party, Place, Standard, Subject, Value

Json = dict[str, Any]


def _limit(value: Limit | None) -> list[Any] | None:
    return [value.amount, value.unit.value] if value else None


def _limit_back(value: list[Any] | None) -> Limit | None:
    return Limit(int(value[0]), TimeUnit(value[1])) if value else None


def _party(value: Party | None) -> list[Any] | None:
    return [value.unit, value.kind, value.power, value.leader_post, value.area] if value else None


def _party_back(value: list[Any] | None) -> Party | None:
    return Party(*value) if value else None


def _standard(value: Standard) -> list[Any]:
    limits = [_limit(value.limit), _limit(value.make_safe)]
    return [
        value.condition,
        value.class_code,
        *limits,
        value.needs_power,
        value.severity,
        _party(value.fallback),
    ]


def _standard_back(v: list[Any]) -> Standard:
    limit = _limit_back(v[2])
    if limit is None:
        raise LookupError("a standard without a limit")
    return Standard(v[0], v[1], limit, _limit_back(v[3]), v[4], v[5], _party_back(v[6]))


def _parent(value: Parent) -> list[Any]:
    due = value.due_at.isoformat() if value.due_at else None
    return [value.order, due, value.state, _party(value.party), value.unit, value.post]


def _parent_back(v: list[Any]) -> Parent:
    due = datetime.fromisoformat(v[1]) if v[1] else None
    return Parent(v[0], due, v[2], _party_back(v[3]), v[4], v[5])


def _subject(v: Subject) -> list[Any]:
    return [v.class_code, v.catalogue, v.needs_power, _party(v.fallback)]


def _subject_back(v: list[Any]) -> Subject:
    return Subject(v[0], v[1], v[2], _party_back(v[3]))


WRITE: dict[type, tuple[str, Callable[[Any], Any]]] = {
    datetime: ("at", lambda v: v.isoformat()),
    Party: ("party", _party),
    Standard: ("standard", _standard),
    Subject: ("subject", _subject),
    Place: ("place", lambda v: [v.village, v.block]),
    Parent: ("parent", _parent),
    Digest: ("digest", lambda v: v.sm3),
    Limit: ("limit", _limit),
    tuple: ("list", lambda v: [_write(item) for item in v]),
}
READ: dict[str, Callable[[Any], Value]] = {
    "at": datetime.fromisoformat,
    "party": _party_back,
    "standard": _standard_back,
    "subject": _subject_back,
    "place": lambda v: Place(v[0], v[1]),
    "parent": _parent_back,
    "digest": Digest,
    "limit": _limit_back,
    "list": lambda v: tuple(_read(item) for item in v),
}


def _write(value: Value) -> Any:
    if type(value) not in WRITE:
        return value
    tag, encode = WRITE[type(value)]
    return {tag: encode(value)}


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    return READ[tag](inner)


def dump(facts: Facts) -> str:
    """Canonical JSON: sorted names, no spaces, UTF-8 as is."""
    written = {name: _write(value) for name, value in facts.items() if value is not None}
    return json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(stored: str) -> dict[str, Value]:
    return {name: _read(value) for name, value in json.loads(stored).items()}

"""A flow as a form holds it: every choice and limit as text, read back with a reason for what does not fit (U13). Pure.

Options are called by their names, limits by `limit_` and theirs: a flow has both a choice and a limit called `verify`.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit
from townops.orders.domain.flow import RUNGS, Limits, Options

LIMIT: Final = "limit_"
UNIT: Final = "_unit"
YES, NO = "yes", "no"
MINUTE: Final = 60
# What the town's rules of procedure allow: at most two extensions, one suspension, of at most a year.
RANGES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        LIMIT + "outer_margin_seconds": (0, 10_080),
        LIMIT + "max_extensions": (0, 2),
        LIMIT + "max_suspensions": (0, 1),
        LIMIT + "max_suspension_days": (1, 365),
        LIMIT + "archive_days": (1, 3650),
    }
)
LONGEST: Final = 1000
MARKS: Final = (1, 1000)
DUE: Final = 100
MOST_MARKS: Final = 6

OPTION_NAMES: Final = tuple(one.name for one in fields(Options))
LIMIT_NAMES: Final = tuple(LIMIT + one.name for one in fields(Limits))

Typed = Mapping[str, str]


def typed(options: Options, limits: Limits) -> dict[str, str]:
    """What stands in the form: choices by code, limits as amount and unit, marks in percent, spans in minutes."""
    found = {one.name: _typed_choice(getattr(options, one.name)) for one in fields(Options)}
    for one in fields(Limits):
        found |= _typed_limit(LIMIT + one.name, getattr(limits, one.name))
    return found


def _typed_choice(value: object) -> str:
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def _typed_limit(name: str, value: object) -> dict[str, str]:
    if isinstance(value, Limit):
        return {name: str(value.amount), name + UNIT: value.unit.value}
    if isinstance(value, tuple):
        return {name: " ".join(str(round(share * DUE)) for share in value)}
    return {name: str(value // MINUTE if name.endswith("_seconds") and isinstance(value, int) else value)}


def choices(name: str) -> tuple[str, ...]:
    """The codes an option may have, as typed."""
    default = next(one.default for one in fields(Options) if one.name == name)
    if isinstance(default, bool):
        return YES, NO
    if isinstance(default, StrEnum):
        return tuple(one.value for one in type(default))
    return tuple(str(one) for one in sorted(RUNGS))


def read(given: Typed) -> tuple[Options, Limits]:
    """Refused: flow_field_malformed {flow_field, value, least, most}, flow_marks_malformed, flow_choice_unknown."""
    chosen: dict[str, Any] = {one.name: _choice(one.name, one.default, given) for one in fields(Options)}
    limits: dict[str, Any] = {one.name: _limit(LIMIT + one.name, given) for one in fields(Limits)}
    return Options(**chosen), Limits(**limits)


def _choice(name: str, default: object, given: Typed) -> object:
    value = given.get(name, "")
    if value not in choices(name):
        raise Refused("flow_choice_unknown", flow_field=name, value=value[:20])
    if isinstance(default, bool):
        return value == YES
    return type(default)(value) if isinstance(default, StrEnum) else int(value)


def _limit(name: str, given: Typed) -> object:
    value = given.get(name, "").strip()
    if name == LIMIT + "marks":
        return _marks(value)
    if name in RANGES:
        amount = _whole(name, value, RANGES[name])
        return amount * MINUTE if name.endswith("_seconds") else amount
    unit = given.get(name + UNIT, "")
    if unit not in set(TimeUnit):
        raise Refused("flow_choice_unknown", flow_field=name, value=unit[:20])
    return Limit(_whole(name, value, (1, LONGEST)), TimeUnit(unit))


def _whole(name: str, value: str, between: tuple[int, int]) -> int:
    least, most = between
    amount = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1  # noqa: PLR2004
    if not least <= amount <= most:
        raise Refused("flow_field_malformed", flow_field=name, value=value[:20], least=least, most=most)
    return amount


def _marks(value: str) -> tuple[float, ...]:
    """Percents in rising order, 100 among them: a due that nobody notices is no due."""
    parts = value.replace("%", " ").replace("、", " ").replace("，", " ").replace(",", " ").split()
    read = [int(one) if one.isascii() and one.isdigit() and len(one) < 5 else 0 for one in parts]  # noqa: PLR2004
    rising = read == sorted(set(read)) and len(read) <= MOST_MARKS
    if not rising or DUE not in read or not all(MARKS[0] <= one <= MARKS[1] for one in read):
        raise Refused("flow_marks_malformed", value=value[:40], most=MOST_MARKS)
    return tuple(one / DUE for one in read)


def stored(options: Options, limits: Limits) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both as a stored version states them."""
    said = {one.name: getattr(options, one.name) for one in fields(Options)}
    amounts = {one.name: _stated(getattr(limits, one.name)) for one in fields(Limits)}
    return said, amounts


def _stated(value: object) -> object:
    if isinstance(value, Limit):
        return f"{value.amount} {value.unit.value}"
    return list(value) if isinstance(value, tuple) else value


def changed(before: tuple[Options, Limits], after: tuple[Options, Limits]) -> tuple[str, ...]:
    """Names of the options and limits that differ, in their order."""
    return tuple(name for name in (*OPTION_NAMES, *LIMIT_NAMES) if value(before, name) != value(after, name))


def value(flow: tuple[Options, Limits], name: str) -> object:
    """What a flow has under a name of the form."""
    found: object = (
        getattr(flow[1], name.removeprefix(LIMIT)) if name.startswith(LIMIT) else getattr(flow[0], name)
    )
    return found

"""The decision table and how it is evaluated (U12): first match wins, each rule looked at leaves a trace.

A rule that cannot be evaluated raises `Broken`; it is never passed over. A condition that is plainly not met
settles a rule before its later conditions are read, so a fault stops only the orders its rule could concern.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from townops.kernel.workdays import Limit


class Hours(StrEnum):
    """When a rule holds: always, in working windows, or outside them (nights, weekends, holidays)."""

    ANY = "any"
    WORK = "work"
    NIGHT = "night"


SEVERITIES = frozenset({"general", "major", "urgent"})
SUBJECTS = frozenset({"handling", "ownership", "maintenance"})
PLACED = SUBJECTS | {"village", "station"}
"""Targets an order has only where its place is known."""
KEYWORDS = PLACED | {"condition", "center"}
"""Targets that are no unit codes; "condition" is the catalogue's 主责."""


@dataclass(frozen=True)
class Rule:
    """One line. An empty column matches everything; `class_prefix` counts whole parts (E-04 is not in E-0).

    `area_id` is met anywhere under that area. `hours`, `severity` and `target` are kept as written: a wrong
    word makes the rule broken, not absent. `fault` says why a stored rule cannot be read at all.
    """

    order: int
    name: str
    target: str
    class_prefix: str = ""
    area_id: int | None = None
    block_type: str = ""
    hours: str = Hours.ANY
    source: str = ""
    severity: str = ""
    limit: Limit | None = None
    fault: str = ""
    id: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Case:
    """What a rule may look at: `areas` are the ids of every area the place lies in, from block to town."""

    class_code: str
    areas: frozenset[int]
    block_type: str
    working: bool
    source: str
    severity: str
    needs_power: bool


@dataclass(frozen=True)
class TraceLine:
    """One rule as it was looked at; `rule` is its name, `order` its place (0: not a rule of the table)."""

    rule: str
    matched: bool
    reason: str
    order: int = 0


@dataclass(frozen=True)
class Found:
    """The unit a target stands for. `powerless`: may not have what needs enforcement power (居村, firms)."""

    unit_id: int
    powerless: bool = False


@dataclass(frozen=True)
class Absent:
    """This order has no such target: the rule does not match, for this reason."""

    reason: str


class Broken(Exception):
    """A rule cannot be evaluated; `reason` is for the person who keeps the rules."""

    def __init__(self, reason: str, rule: str = "") -> None:
        super().__init__(reason, rule)
        self.reason, self.rule = reason, rule


@dataclass(frozen=True)
class Outcome:
    """The rule that matched and its unit, or neither; a rule without unit matched but may not have it."""

    rule: Rule | None
    unit_id: int | None
    trace: tuple[TraceLine, ...]


@dataclass(frozen=True)
class World:
    """What rules refer to: the unit of a target (raises `Broken`), why an area cannot be used, or ""."""

    unit_of: Callable[[str], Found | Absent]
    fault_of_area: Callable[[int], str]
    block_types: frozenset[str]


def evaluate(rules: Iterable[Rule], case: Case, world: World) -> Outcome:
    """The first rule in order that matches. Raises `Broken` at a rule that cannot be evaluated, naming it."""
    trace: list[TraceLine] = []
    for rule in sorted(rules, key=lambda one: one.order):
        try:
            mismatch, found = _look(rule, case, world)
        except Broken as broken:
            raise Broken(broken.reason, rule.name) from broken
        if found is None:
            trace.append(TraceLine(rule.name, False, mismatch, rule.order))
            continue
        if found.powerless and case.needs_power:
            reason = "条件相符，但此类事项需执法权，居村或企业不能主责，转兜底"
            return Outcome(rule, None, (*trace, TraceLine(rule.name, True, reason, rule.order)))
        line = TraceLine(rule.name, True, f"条件全部相符，派往{rule.target}", rule.order)
        return Outcome(rule, found.unit_id, (*trace, line))
    return Outcome(None, None, tuple(trace))


def _look(rule: Rule, case: Case, world: World) -> tuple[str, Found | None]:
    """Why it does not match, or the unit it gives."""
    if rule.fault and in_class(case.class_code, rule.class_prefix):
        raise Broken(rule.fault)
    for mismatch in _mismatches(rule, case, world):
        if mismatch:
            return mismatch, None
    found = world.unit_of(rule.target)
    return (found.reason, None) if isinstance(found, Absent) else ("", found)


def _mismatches(rule: Rule, case: Case, world: World) -> Iterator[str]:
    """One text for each condition, empty where it is met; later ones are not read after one that is not."""
    yield _class(rule, case)
    yield _same("来源", rule.source, case.source)
    yield _severity(rule, case)
    yield _hours(rule, case)
    yield _block_type(rule, case, world)
    yield _area(rule, case, world)


def in_class(code: str, prefix: str) -> bool:
    """Whether a class lies in a branch, class or subclass, by whole parts of its code."""
    return not prefix or code == prefix or code.startswith(f"{prefix}-")


def _class(rule: Rule, case: Case) -> str:
    if in_class(case.class_code, rule.class_prefix):
        return ""
    return f"分类{case.class_code or '未定'}不属{rule.class_prefix}"


def _same(what: str, wanted: str, given: str) -> str:
    return "" if wanted in ("", given) else f"{what}是{given or '未知'}，不是{wanted}"


def _severity(rule: Rule, case: Case) -> str:
    if rule.severity and rule.severity not in SEVERITIES:
        raise Broken(f"严重程度“{rule.severity}”不认识")
    return _same("严重程度", rule.severity, case.severity)


def _hours(rule: Rule, case: Case) -> str:
    if rule.hours not in list(Hours):
        raise Broken(f"时段“{rule.hours}”不认识")
    if rule.hours == Hours.WORK and not case.working:
        return "现在是非工作时间"
    return "现在是工作时间" if rule.hours == Hours.NIGHT and case.working else ""


def _block_type(rule: Rule, case: Case, world: World) -> str:
    if rule.block_type and rule.block_type not in world.block_types:
        raise Broken(f"责任块类型“{rule.block_type}”不认识")
    if rule.block_type and not case.block_type:
        return "地点待核实，责任块未知"
    return _same("责任块类型", rule.block_type, case.block_type)


def _area(rule: Rule, case: Case, world: World) -> str:
    if rule.area_id is None:
        return ""
    if fault := world.fault_of_area(rule.area_id):
        raise Broken(fault)
    return "" if rule.area_id in case.areas else f"地点不在区域{rule.area_id}内"

"""Puts an order's facts before the decision table and says which unit, on what basis and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from townops.areas import api as areas
from townops.base import calendars
from townops.catalogue import api as catalogue
from townops.dispatch.domain.table import (
    SUBJECTS,
    Absent,
    Broken,
    Case,
    Found,
    Outcome,
    Rule,
    TraceLine,
    World,
    evaluate,
)
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Limit, TimeUnit, counted
from townops.people import api as people

POWERLESS = frozenset({"village", "station", "enterprise", "public"})
RULE, FALLBACK, UNSETTLED = "rule", "fallback", "unsettled"
LAST_RESORT = "兜底"
HANDLE = "orders.handle"


@dataclass(frozen=True)
class Query:
    """What rules may look at; `class_code` "" and areas None where not known (地点待核实)."""

    town_id: int
    class_code: str
    condition_id: int | None
    catalogue_version: int
    village_id: int | None
    block_id: int | None
    source: str
    severity: str
    at: datetime


@dataclass(frozen=True)
class Proposal:
    """Which unit, on which basis (rule, fallback, unsettled), by which rule, with which limit if it has one.

    `limit` None: the catalogue's. `rule` is empty where none matched. The trace has a line for each rule
    looked at.
    """

    unit_id: int
    basis: str
    rule: str
    limit: Limit | None
    trace: tuple[TraceLine, ...]


@dataclass(frozen=True)
class Standard:
    """What the catalogue says of the order's class or condition: 主责, 兜底, enforcement power."""

    main: str
    fallback: str
    needs_power: bool


def propose_by(rules: Sequence[Rule], query: Query) -> Proposal:
    """The proposal of these rules; Refused("rule_broken", rule, reason) at one that cannot be evaluated."""
    desk = Desk(query)
    try:
        outcome = evaluate(rules, desk.case(), desk.world())
        if outcome.rule is None or outcome.unit_id is None:
            return desk.last_resort(outcome)
    except Broken as broken:
        raise Refused("rule_broken", rule=broken.rule or LAST_RESORT, reason=broken.reason) from broken
    return Proposal(outcome.unit_id, RULE, outcome.rule.name, outcome.rule.limit, outcome.trace)


def area_fault(area_id: int, at: datetime) -> str:
    """Why an area cannot be used in a rule then: unknown, or retired and without ground; else empty."""
    try:
        view = areas.area_by_id(area_id)
    except Refused:
        return f"区域（{area_id}）不存在"
    return (
        ""
        if areas.shape(area_id, on=at.astimezone(SHANGHAI).date()) is not None
        else f"区域“{view.name}”已停用"
    )


class Desk:
    """One order on the table: what its place, class and town stand for."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.town = areas.area_by_id(query.town_id).code
        self.standard = _standard(query)

    def case(self) -> Case:
        query = self.query
        block = areas.area_by_id(query.block_id) if query.block_id is not None else None
        return Case(
            class_code=query.class_code,
            areas=frozenset(_around(query)),
            block_type=block.block_type if block else "",
            working=_working(query.at),
            source=query.source,
            severity=query.severity,
            needs_power=self.standard.needs_power,
        )

    def world(self) -> World:
        return World(
            unit_of=self.unit_of,
            fault_of_area=lambda area_id: area_fault(area_id, self.query.at),
            block_types=frozenset(code for code, _ in areas.block_types()),
        )

    def unit_of(self, target: str) -> Found | Absent:
        """The unit a target stands for in this order."""
        if target == "condition":
            return self.unit_of(self.standard.main) if self.standard.main else Absent("目录未写明主责单位")
        if target in SUBJECTS:
            return self._subject(target)
        if target in ("village", "station"):
            return self._of_place(target)
        return self._named(target)

    def last_resort(self, outcome: Outcome) -> Proposal:
        """No unit by rule: the class's 兜底, else the center with the responsibility open (责任待明确)."""
        rule = outcome.rule.name if outcome.rule else ""
        why = "规则所派单位无执法权" if outcome.rule else "没有规则相符"
        found = self._named(self.standard.fallback) if self.standard.fallback else None
        if not isinstance(found, Found) or (found.powerless and self.standard.needs_power):
            line = TraceLine(
                LAST_RESORT, False, f"{why}，目录也没有可用的兜底单位，责任待明确，由中心先行负责"
            )
            center = people.center(town=self.town)
            return Proposal(center.id, UNSETTLED, rule, None, (*outcome.trace, line))
        line = TraceLine(LAST_RESORT, True, f"{why}，由目录的兜底单位先行处置")
        return Proposal(found.unit_id, FALLBACK, rule, None, (*outcome.trace, line))

    def _named(self, code: str) -> Found | Absent:
        if code == "center":
            return Found(people.center(town=self.town).id)
        try:
            return _usable(people.unit(code, town=self.town))
        except Refused as unknown:
            raise Broken(f"单位“{code}”不存在") from unknown

    def _subject(self, kind: str) -> Found | Absent:
        block = self.query.block_id
        if block is None:
            return Absent("地点待核实，责任块未知")
        subjects = (one for one in people.subjects_of(block, self.query.at) if one.kind == kind)
        subject = next(subjects, None)
        return (
            _usable(people.unit_by_id(subject.unit_id)) if subject else Absent("责任块没有登记这类责任主体")
        )

    def _of_place(self, kind: str) -> Found | Absent:
        village = self.query.village_id
        if village is None:
            return Absent("地点待核实或在直管区，没有居村")
        unit = people.unit_for_area(kind, village)
        if unit is None:
            what = "居村" if kind == "village" else "联勤联动站"
            raise Broken(f"“{areas.area_by_id(village).name}”没有登记{what}单位")
        return _usable(unit)


def _usable(unit: people.UnitView) -> Found | Absent:
    """Absent where no post of the unit could ever take the order up: the next rule, at last the 兜底, has it."""
    if not unit.active:
        raise Broken(f"单位“{unit.name}”已停用")
    if not people.has_post_with(unit.id, HANDLE):
        return Absent(f"“{unit.name}”没有能办理工单的岗位，跳过")
    return Found(unit.id, powerless=unit.kind in POWERLESS and not unit.enforcement)


def _standard(query: Query) -> Standard:
    if query.condition_id is not None:
        row = catalogue.condition(query.condition_id, version=query.catalogue_version)
        return Standard(row.main_kind, row.fallback, row.needs_power)
    if not query.class_code:
        return Standard("", "", False)
    klass = catalogue.klass(query.class_code, query.catalogue_version)
    rows = catalogue.conditions(query.class_code, query.catalogue_version)
    return Standard(klass.unit, klass.fallback, klass.needs_power or any(row.needs_power for row in rows))


def _around(query: Query) -> Iterator[int]:
    yield query.town_id
    at = query.block_id if query.block_id is not None else query.village_id
    while at is not None:
        yield at
        at = areas.area_by_id(at).parent_id


def _working(at: datetime) -> bool:
    second = timedelta(seconds=1)
    return counted(calendars.current(), at, at + second, TimeUnit.WORK_HOUR) > 0

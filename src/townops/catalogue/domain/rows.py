"""The rows of a catalogue as values. Equality is equality of content: ids and version are left out of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from townops.kernel.workdays import Limit, TimeUnit


class Branch(StrEnum):
    """What the class is about: a thing (部件), a happening (事件), or a subject people write about (热线)."""

    COMPONENT = "component"
    EVENT = "event"
    HOTLINE = "hotline"


class Level(StrEnum):
    """大类, 小类, 子类."""

    LARGE = "large"
    SMALL = "small"
    SUB = "sub"


class Severity(StrEnum):
    """一般, 重大, 紧急."""

    GENERAL = "general"
    MAJOR = "major"
    URGENT = "urgent"


class Status(StrEnum):
    """Whether the town has confirmed a limit, or it is still the default it started with (待确认)."""

    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"


KINDS = frozenset({"village", "station", "center"})
"""Words `main_kind` may use instead of a unit's code: the order's 居村, its joint station, the center."""


@dataclass(frozen=True)
class Klass:
    """One class of one version. `fallback` (兜底) is asked where nobody owns the class.

    `unit`, `needs_power` and `time_class` (working days, 0 = none) serve the hotline branch only: its classes
    have no condition rows, and those of the grid branches have these facts in their rows.
    """

    branch: Branch
    code: str
    level: Level
    name: str
    parent: str = ""
    keywords: tuple[str, ...] = ()
    unit: str = ""
    fallback: str = ""
    needs_power: bool = False
    time_class: int = 0
    id: int = field(default=0, compare=False)
    version: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SourceLimit:
    """Another limit for orders of one source (hotline, grid, ...)."""

    source: str
    limit: Limit


@dataclass(frozen=True)
class Condition:
    """One 立案条件 row: when to file, until when, when it is solved, who is responsible.

    `code` is unique in its version. `main_kind` is a unit code or one of `KINDS`, `fallback` (兜底) a unit
    code or "center", `assist` unit codes.
    """

    class_code: str
    code: str
    text: str
    limit: Limit
    close_text: str
    main_kind: str
    fallback: str
    make_safe: Limit | None = None
    assist: tuple[str, ...] = ()
    needs_power: bool = False
    legal_basis: str = ""
    evidence: str = ""
    severity: Severity = Severity.GENERAL
    status: Status = Status.TO_CONFIRM
    source_limits: tuple[SourceLimit, ...] = ()
    id: int = field(default=0, compare=False)
    class_id: int = field(default=0, compare=False)
    version: int = field(default=0, compare=False)

    def limit_for(self, source: str) -> Limit:
        """The handling limit for an order of this source: its own where there is one, else the row's."""
        return next((one.limit for one in self.source_limits if one.source == source), self.limit)


@dataclass(frozen=True)
class DemandType:
    """诉求类型 of the hotline branch."""

    code: str
    name: str


@dataclass(frozen=True)
class TimeClass:
    """A reply time of the hotline branch; `days` is also its name in orders."""

    days: int
    name: str
    limit: Limit


def time_class(days: int, name: str) -> TimeClass:
    """A reply time of so many hotline working days."""
    return TimeClass(days, name, Limit(days, TimeUnit.HOTLINE_DAY))


@dataclass(frozen=True)
class Content:
    """Everything one version says. Rows are in order of code."""

    classes: tuple[Klass, ...]
    conditions: tuple[Condition, ...]
    demand_types: tuple[DemandType, ...]
    time_classes: tuple[TimeClass, ...]

    @cached_property
    def by_code(self) -> dict[str, Klass]:
        """Classes by code."""
        return {one.code: one for one in self.classes}

    @cached_property
    def by_class(self) -> dict[str, tuple[Condition, ...]]:
        """Condition rows by class code; a class without rows is absent."""
        found: dict[str, list[Condition]] = {}
        for one in self.conditions:
            found.setdefault(one.class_code, []).append(one)
        return {code: tuple(rows) for code, rows in found.items()}

    @cached_property
    def by_id(self) -> dict[int, Condition]:
        """Condition rows by id; only sensible for a stored version."""
        return {one.id: one for one in self.conditions}

    def sorted(self) -> "Content":
        """The same content in the order it is stored and compared in."""
        return Content(
            tuple(sorted(self.classes, key=lambda one: one.code)),
            tuple(sorted(self.conditions, key=lambda one: one.code)),
            tuple(sorted(self.demand_types, key=lambda one: one.code)),
            tuple(sorted(self.time_classes, key=lambda one: one.days)),
        )

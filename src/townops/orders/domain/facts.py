"""What a step asks for: names and types of facts, and the values they become once resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from townops.kernel.workdays import Limit


class FactType(StrEnum):
    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    INSTANT = "instant"
    UNIT = "unit"
    POST = "post"
    CLASS = "class"
    CONDITION = "condition"
    AREA = "area"
    ORDER = "order"
    FILE = "file"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Need:
    """One fact of a step; `many` takes a list; `choices` only with ENUM."""

    name: str
    type: FactType
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        return f"enum:{','.join(self.choices)}" if self.type is FactType.ENUM else self.type.value


@dataclass(frozen=True, slots=True)
class Party:
    """A unit as a rule sees it."""

    unit: int
    kind: str
    power: bool
    leader_post: int | None = None
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """A condition row of the catalogue as it was when it was chosen."""

    condition: int
    class_code: str
    limit: Limit
    make_safe: Limit | None
    needs_power: bool
    severity: str
    fallback: Party | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A class without a condition row: the hotline's subject class."""

    class_code: str
    catalogue: int
    needs_power: bool
    fallback: Party | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where, as identities of areas; None where it is not known (地点待核实)."""

    village: int | None
    block: int | None


@dataclass(frozen=True, slots=True)
class Parent:
    """The order another one is merged into, as far as the child must know it."""

    order: int
    due_at: datetime | None
    state: str
    party: Party | None
    unit: int
    post: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A free text kept outside the chain: only its salted SM3 stands in the event."""

    sm3: str


Value = (
    str
    | int
    | bool
    | datetime
    | Party
    | Standard
    | Subject
    | Place
    | Parent
    | Digest
    | Limit
    | tuple[Party, ...]
    | tuple[int, ...]
    | None
)
Facts = Mapping[str, Value]


def text(name: str, *, required: bool = True) -> Need:
    return Need(name, FactType.TEXT, required)


def optional(need: Need) -> Need:
    return Need(need.name, need.type, False, need.many, need.choices)


def enum(name: str, *choices: str, required: bool = True) -> Need:
    return Need(name, FactType.ENUM, required, False, choices)


def typed(name: str, kind: FactType, *, required: bool = True, many: bool = False) -> Need:
    return Need(name, kind, required, many)


FACT_FINDING = enum("fact_finding", "true", "partly_true", "untrue")
DEMAND_FINDING = enum("demand_finding", "reasonable", "partly_reasonable", "unreasonable")
FINDING_REASON = enum("finding_reason", "beyond_power", "unreachable", required=False)
OUTCOME = enum("outcome", "solved", "explained")
WHISTLEBLOW = "whistleblow"
DEMAND = enum("demand_type", "consult", "help", "complaint", WHISTLEBLOW, "suggestion", "praise")
TIME_CLASS = enum("time_class", "1", "5", "15", "as_sent")
EVIDENCE = typed("evidence", FactType.FILE, many=True)
CONDITION = typed("condition", FactType.CONDITION)
CLASS = typed("class", FactType.CLASS)
SEVERITY = enum("severity", "general", "major", "urgent", required=False)

"""What is known of an order after its last event: the value `decide` judges and `fold` rebuilds."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from townops.kernel.clocks import Clock
from townops.kernel.workdays import Limit
from townops.orders.domain.facts import Party, Place, Standard, Subject
from townops.orders.domain.states import OPEN, State


class Basis(StrEnum):
    """Why just this holder is responsible (engine.md section 1)."""

    FIRST_ASKED = "first_asked"
    RULE = "rule"
    DESIGNATED = "designated"
    FALLBACK = "fallback"
    RETURNED = "returned"
    UNSETTLED = "unsettled"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Responsible:
    """The one holder: a unit, and the post within it when it is a post's own duty."""

    unit: int
    post: int | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Named:
    """A clock with its number within the order, its name, and who must act before it is due."""

    no: int
    name: str
    clock: Clock
    unit: int
    post: int | None
    round: int

    @property
    def active(self) -> bool:
        return self.clock.stopped_at is None

    def renewed(self, clock: Clock) -> "Named":
        return replace(self, clock=clock)


@dataclass(frozen=True, slots=True)
class Task:
    """An assisting unit's part (会办): open until its opinion is given."""

    no: int
    unit: int
    round: int
    done_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An extension, suspension or appeal waiting for a decision."""

    kind: str
    requester: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hands:
    """Persons who acted in this round, so that handler, reviewer and checker differ."""

    handlers: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    dispatchers: frozenset[int] = frozenset()
    refuser: int | None = None
    requester: int | None = None
    decider: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What this round has seen so far."""

    verified: bool = False
    verifier: int | None = None
    asked_posts: frozenset[int] = frozenset()
    contacted: bool = False
    made_safe: bool = False
    passed: frozenset[str] = frozenset()
    provisional: bool = False
    certify_from: datetime | None = None
    quick: bool = False
    center_signed: bool = False
    replied: bool = False
    asked: frozenset[str] = frozenset()
    designated: bool = False
    settled: bool = False
    keep_time: bool = False
    returns: int = 0
    returned_by: int | None = None
    extensions: int = 0
    suspensions: int = 0
    dispatched_at: datetime | None = None
    suspended_until: datetime | None = None
    outcome: str = ""
    fact_finding: str = ""
    demand_finding: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The aggregate. Ids are ints; a unit or post is an identity, never a name; times are aware instants.

    `informant`: it was a 举报 once. `inferred`: the system read the demand type out of the words, and nobody has confirmed it.
    `standing`: clocks that wait while it is merged or transferred.
    """

    id: int
    town: int
    source: str
    flow: int
    origin: str
    state: State
    seq: int
    round: int
    responsible: Responsible
    received_at: datetime
    place: Place
    outer_due_at: datetime | None = None
    outer_given: bool = False
    main: Party | None = None
    assisting: tuple[Party, ...] = ()
    standard: Standard | None = None
    subject: Subject | None = None
    demand_type: str = ""
    inferred: bool = False
    time_class: str = ""
    limit: Limit | None = None
    severity: str = "general"
    informant: bool = False
    avoid: int | None = None
    clocks: tuple[Named, ...] = ()
    standing: frozenset[str] = frozenset()
    tasks: tuple[Task, ...] = ()
    hands: Hands = Hands()
    progress: Progress = Progress()
    application: Application | None = None
    appeal: str = ""
    raised: int = 0
    reworks: int = 0
    returns: int = 0
    reopened: int = 0
    reminded: int = 0
    supervised: int = 0
    incident: bool = False
    adopted: bool = False
    parent: int | None = None
    before: State | None = None
    held_before: Responsible | None = None
    result: str = ""
    satisfaction: str = ""
    closed_at: datetime | None = None
    archive_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def class_code(self) -> str | None:
        if self.standard:
            return self.standard.class_code
        return self.subject.class_code if self.subject else None

    @property
    def needs_power(self) -> bool:
        chosen = self.standard or self.subject
        return bool(chosen and chosen.needs_power)

    @property
    def is_filed(self) -> bool:
        return self.standard is not None or bool(self.subject and self.demand_type and self.time_class)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.done_seq is None and task.round == self.round)

    def active(self, name: str) -> Named | None:
        return next((named for named in self.clocks if named.name == name and named.active), None)

    def now(self, **changes: object) -> "Order":
        """As `replace`, at half its price: an order has many fields and lives through many steps."""
        values = list(_VALUES(self))
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return Order(*values)

    def seen(self, **changes: object) -> "Order":
        return self.now(progress=replace(self.progress, **changes))  # type: ignore[arg-type]

    def by(self, **changes: object) -> "Order":
        return self.now(hands=replace(self.hands, **changes))  # type: ignore[arg-type]


_NAMES = tuple(field.name for field in fields(Order))
_PLACES = {name: place for place, name in enumerate(_NAMES)}
_VALUES = attrgetter(*_NAMES)

"""A step as it was taken: what `evolve` reads and the event stores. The event's target state is never among it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from townops.orders.domain.facts import Facts, Party, Value
from townops.orders.domain.flow import Flow

T = TypeVar("T")
WAITS = "clocks_wait"
"""The fact of an event that takes an order elsewhere: its clocks wait for the way back. Older events lack it."""
ASKED = "asked_posts"
"""The fact of a `request_verification` that asks a unit, and these posts of it. Older events asked nobody by name."""
REPLY_WAITS = "reply_waits"
"""The fact of an event that takes an order elsewhere: the reply clock that runs there waits, too, when it comes back."""
AVOIDS = "avoids"
"""The fact of the first step after the unit complained about was succeeded: who inherits the avoidance."""
OVERRULES = "overrules"
"""The fact of a `dispatch` to another unit than was proposed: its reason must be given. Older events lack it."""
INFERRED = "inferred"
"""The fact of a `classify` whose demand type nobody chose: the system read it out of the words."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One event: who (person, hat) did which step with which facts, when."""

    step: str
    seq: int
    person: int
    unit: int
    post: int | None
    rank: int
    at: datetime
    facts: Facts

    def get(self, name: str, kind: type[T]) -> T | None:
        """The fact of that name when it is given and of that kind."""
        value: Value = self.facts.get(name)
        return value if isinstance(value, kind) else None

    def need(self, name: str, kind: type[T]) -> T:
        value = self.get(name, kind)
        if value is None:
            raise LookupError(f"{self.step}: {name} is missing from the event")
        return value

    def at_fact(self, name: str) -> datetime:
        return self.need(name, datetime)

    def word(self, name: str) -> str:
        return self.get(name, str) or ""

    def parties(self, name: str) -> tuple[Party, ...]:
        value = self.facts.get(name)
        return tuple(item for item in value if isinstance(item, Party)) if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Context:
    """The step together with the flow it is taken under."""

    taken: Taken
    flow: Flow

    @property
    def at(self) -> datetime:
        return self.taken.at

    @property
    def facts(self) -> Mapping[str, Value]:
        return self.taken.facts

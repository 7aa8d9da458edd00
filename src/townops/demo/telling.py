"""One order of the demo as its fate is told: what is decided from the beginning, and the moment at which somebody acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from townops.demo.stories import Beat, Story
from townops.demo.texts import Matter
from townops.kernel.workdays import SHANGHAI, night_until
from townops.orders.api import Flow, OrderValue, Party, State
from townops.people import api as people

NAMED = {
    "chengguan": ("unit", "unit_head"),
    "center": ("shift", "director"),
    "town": ("leader", "main_leader"),
}
FIRST = {"v_002": "village", "s_002": "station"}
QUICK = 0.05
LATE_BY = 420.0


@dataclass(frozen=True, slots=True)
class Move:
    """Who takes which step, after how many minutes."""

    who: str
    step: str
    facts: Mapping[str, Any]
    minutes: float


@dataclass(slots=True)
class Telling:
    """What is decided about one order from the beginning: its matter, and how well things go. `sure`: nothing is left to chance."""

    matter: Matter
    evidence: int
    elsewhere: str = ""
    slow: float = 1.0
    sure: bool = False
    stuck: State | None = None
    disputes: int = 0
    rework: bool = False
    reopen: bool = False
    joint: bool = False
    silent: bool = False
    late: bool = False
    closed_well: bool = True
    conduct_of: str = ""
    beats: list[Beat] = field(default_factory=list)
    seen: int = 0
    parent: str = ""
    again: Matter | None = None


def chance_telling(rng: Random, matter: Matter, evidence: int) -> Telling:
    """The fate of an order nobody planned."""
    return Telling(
        matter=matter,
        evidence=evidence,
        slow=rng.choices((0.25, 1.0, 4.0), weights=(60, 30, 10))[0],
        disputes=rng.choices((0, 1, 2, 3, 4), weights=(86, 9, 3, 1.5, 0.5))[0],
        rework=rng.random() < 0.08,
        reopen=rng.random() < 0.06,
        joint=rng.random() < 0.08,
        closed_well=rng.random() < 0.85,
    )


def planned_telling(story: Story, matter: Matter, evidence: int) -> Telling:
    """The fate a story gives, quick and sure."""
    return Telling(
        matter=matter,
        evidence=evidence,
        slow=QUICK,
        sure=True,
        stuck=story.rest,
        disputes=story.returns,
        rework=story.rework,
        joint=story.joint,
        silent=story.silent,
        late=story.late,
        conduct_of=story.conduct_of,
        beats=list(story.beats),
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """An order at a moment, for whoever decides what comes next."""

    order: OrderValue
    flow: Flow
    told: Telling
    rng: Random
    at: datetime

    def minutes(self, mean: float) -> float:
        return max(2.0, self.rng.expovariate(1 / (mean * self.told.slow)))

    def happens(self, share: float) -> bool:
        """Whether something that befalls a share of the orders befalls this one."""
        return not self.told.sure and self.rng.random() < share

    def granted(self, share: float) -> bool:
        return self.told.sure or self.rng.random() < share


def beat(scene: Scene) -> Move | None:
    """The next step of the story if this is its place; a story's steps come before everything else."""
    beats, order = scene.told.beats, scene.order
    if not beats or beats[0].state is not order.state:
        return None
    one = beats.pop(0)
    facts = {name: _filled(value, scene) for name, value in one.facts.items()}
    operator, head = accounts(order.main, order.responsible.unit)
    who = {"main": operator, "head": head}.get(one.who, one.who)
    wait = _until_night(scene) if one.night else 0.0
    return Move(who, one.step, facts, wait + (one.after or scene.minutes(40)))


def _until_night(scene: Scene) -> float:
    """Minutes until the working day is over; 0 at night."""
    calendar = scene.flow.calendar
    if night_until(calendar, scene.at):
        return 0.0
    today = scene.at.astimezone(SHANGHAI).date()
    over = datetime.combine(today, calendar.windows[-1].end, SHANGHAI)
    return (over - scene.at) / timedelta(minutes=1)


def _filled(value: Any, scene: Scene) -> Any:
    if isinstance(value, list):
        return [_filled(item, scene) for item in value]
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    named = {
        "@evidence": scene.told.evidence,
        "@block": scene.told.elsewhere,
        "@class": scene.told.matter.class_code,
        "@now": (scene.at + timedelta(minutes=1)).isoformat(),
    }
    return named[value] if value in named else (scene.at + timedelta(days=int(value[1:-1]))).isoformat()


def accounts(party: Party | None, unit_id: int) -> tuple[str, str]:
    """User names of a unit's operator and head."""
    code = people.unit_by_id(party.unit if party else unit_id).code
    if code in NAMED:
        return NAMED[code]
    return f"u_{code}", FIRST.get(code, f"h_{code}")

"""The persons of a town who act on one order, what they might say, and the record kept of what they did."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from tests.lifecycle import cast
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders.domain.born import Birth, report
from townops.orders.domain.codec import dump, load
from townops.orders.domain.decide import Decision, decide, permit
from townops.orders.domain.evolve import evolve
from townops.orders.domain.evolve_late import methods
from townops.orders.domain.facts import Need, Parent, Party, Place, Value
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Order
from townops.orders.domain.steps import STEPS
from townops.orders.domain.taken import Taken

STATION, VILLAGE = Party(60, "station", power=True), Party(70, "village", power=False)
CENTER = cast.CENTER_PARTY
UNITS = (cast.MAIN, cast.ASSISTING, cast.OTHER, STATION)
HANDLING = tuple(replace(unit, leader_post=cast.LEADER_POST) for unit in UNITS)
PARTIES = (*HANDLING, CENTER)
HATS = (
    *((role, cast.CENTER_UNIT) for role in cast.DESKS.split() for _ in range(2)),
    *((role, unit) for unit in (20, 30, 40) for role in ("unit_operator", "unit_head") for _ in range(2)),
    *((role, STATION.unit) for role in ("station_head", "station_head", "station_member", "patroller")),
    ("village_secretary", VILLAGE.unit),
    *((role, cast.TOWN_UNIT) for role in ("leader", "rota_leader", "main_leader", "emergency")),
)  # fmt: skip


def people() -> tuple[Actor, ...]:
    """Everybody has one hat; the system has its own."""
    staff = [Actor(100 + n, role, (cast.hat(role, unit),)) for n, (role, unit) in enumerate(HATS)]
    return (*staff, cast.actor("system"))


PEOPLE = people()


def who_may(step: str) -> list[Actor]:
    """Those whose permissions fit, wherever they belong."""
    wanted = STEPS[step].permissions
    return [one for one in PEOPLE if any(hat.permissions & wanted for hat in one.hats)]


WHO = {step: who_may(step) for step in STEPS}
RARE = "merge transfer withdraw resend reopen refuse refuse_filing relocate reclassify recalendar archive"
LIKING = {**dict.fromkeys(RARE.split(), 1), "check": 12, "contact": 12, "request_suspension": 4, "return": 4}


def at_hand(order: Order, step: str) -> list[Actor]:
    """Those who may, and of those the ones in the unit that has the order where there are some."""
    unit = order.main.unit if order.main else order.responsible.unit
    own = [one for one in WHO[step] if unit in one.units]
    return own if own and STEPS[step].scope == "main" else WHO[step]


def some_facts(draw: Random, flow: Flow, order: Order, step: str, at: datetime) -> dict[str, Value]:
    """Facts somebody might give: complete, of the right types, not always sensible."""
    found = {need.name: one_fact(draw, flow, order, need, at) for need in STEPS[step].needs}
    if step in {"reclassify", "relocate"}:
        found["proposed"] = draw.choice((order.main, *HANDLING))
    if step in {"dispatch", "designate", "decide_dispute", "fall_back"}:
        found["unit"] = draw.choice(PARTIES)
    if step == "dispatch":
        found["basis"] = "unsettled" if found["unit"] == CENTER else "rule"
    return {name: value for name, value in found.items() if value is not None}


def one_fact(draw: Random, flow: Flow, order: Order, need: Need, at: datetime) -> Value:
    triple = flow.options.filing.value == "triple"
    later = at + timedelta(days=draw.randrange(1, 40))
    fixed: dict[str, Value] = {
        "assisting": tuple(draw.sample((cast.ASSISTING, VILLAGE), draw.randrange(3))) or None,
        "class": cast.SUBJECT if triple else None, "evidence": (7,), "area": Place(11, 110),
        "condition": None if triple else order.standard or cast.STANDARD,
        "until": later, "new_due": later, "by": later, "received_at": at, "when": at, "told_at": at,
        "calendar": draw.choice((1, 2)), "unit": None, "confidence": 80, "ended": order.responsible.unit,
        "conduct_of": draw.choice((None, None, None, None, cast.OTHER, CENTER)),
        "parent": Parent(99, None, "handling", cast.OTHER, cast.OTHER_UNIT, None),
        "method": draw.choice((None, *sorted(methods(flow.options.certify.value)))),
    }  # fmt: skip
    if need.name in fixed:
        return fixed[need.name]
    if need.type.value == "bool":
        return draw.random() < 0.75
    return draw.choice(need.choices) if need.choices else "words"


@dataclass
class Story:
    """One order, everything that happened to it, and the same order rebuilt from stored bytes alone."""

    flow: Flow
    birth: Birth
    order: Order
    rebuilt: Order
    events: list[Taken] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def take(self, step: str, facts: dict[str, Value], actor: Actor, at: datetime) -> Decision:
        """Raises Refused as `decide` does; nothing changes then."""
        if step in {"handle_on_spot", "quick_reply"}:
            facts = {**facts, "own_unit": party_of(permit(self.flow, self.order, STEPS[step], actor))}
        decision = decide(self.flow, self.order, step, facts, actor, at)
        self.keep(decision)
        self.told.append(f"{step} by {actor.name} {actor.person}: {decision.after.state.value}")
        return decision

    def keep(self, decision: Decision) -> None:
        stored = stored_and_read(decision.taken)
        self.rebuilt = evolve(self.flow, self.rebuilt, stored)
        self.events.append(stored)
        self.order = decision.after


def party_of(hat: Hat) -> Party:
    known = {unit.unit: unit for unit in (*PARTIES, VILLAGE)}
    return known.get(hat.unit, Party(hat.unit, "office", power=True))


def stored_and_read(taken: Taken) -> Taken:
    """The event after a trip through its stored bytes."""
    return replace(taken, facts=load(dump(taken.facts)))


def begun(flow: Flow, *, origin: str = "live", outer: datetime | None = None) -> Story:
    """An order that has just been reported."""
    birth = Birth(1, 1, flow.source, origin, cast.T0, outer, cast.PLACE, None)
    first = report(flow, birth, {}, person=100, at=cast.T0)
    story = Story(flow, birth, first.before, first.before)
    story.keep(first)
    return story


def tries(
    draw: Random, story: Story, at: datetime, most: int
) -> Iterator[tuple[str, dict[str, Value], Actor]]:
    """Up to `most` attempts at a step that this state knows."""
    possible = [name for name, row in STEPS.items() if story.order.state in row.sources and name != "report"]
    liking = [LIKING.get(name, 2 if STEPS[name].target is None else 12) for name in possible]
    for step in draw.choices(possible, liking, k=most):
        actor = draw.choice(at_hand(story.order, step))
        yield step, some_facts(draw, story.flow, story.order, step, at), actor


def wander(draw: Random, story: Story, at: datetime) -> Decision | None:
    """One step by somebody, or None when nobody found anything to do."""
    for step, facts, actor in tries(draw, story, at, 12):
        try:
            return story.take(step, facts, actor, at)
        except Refused:
            continue
    return None


def is_system(taken: Taken) -> bool:
    return taken.person == SYSTEM_PERSON

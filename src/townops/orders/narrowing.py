"""The conditions of a list that no index leads: marks, stages, times, who answers, returns (engine.md section 6).

What the index of open orders holds is asked first, so that the row itself is read only where that is not enough.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from townops.base import masking
from townops.base.db import is_sqlite
from townops.kernel.actors import Actor
from townops.kernel.drawn import Drawn
from townops.kernel.refusal import Refused
from townops.orders import flows
from townops.orders.domain.states import LOOKS, OPEN, State
from townops.orders.lateness import Lateness, lateness
from townops.orders.leading import Plain
from townops.orders.models import Order, Upward
from townops.orders.models.order import BROUGHT, UNADOPTED
from townops.people import api as people

NONE: Final = "none"
ME: Final = "me"
TO_REPLY: Final = "to_reply"  # checked and to be replied up, or a message made and not sent
UNSENT: Final = Q(status="ready") | Q(status="sending")  # as the index of unsent messages says it
LATENESS: Final = ("soon", "overdue", "severe", "calm")
ORIGINS: Final = ("live", "history", "demo")
APPEAL: Final = "appeal"  # of a closed order, waiting for one of its two reviewers
APPEALED: Final = Q(application=APPEAL)  # as the index of appeals says it
MARKS = {
    "returned": Q(returns__gt=0),
    "reworked": Q(reworks__gt=0),
    "reopened": Q(reopened__gt=0),
    "raised": Q(raised__gt=0),
    "reminded": Q(reminded__gt=0),
    "supervised": Q(supervised__gt=0),
    "incident": Q(incident=True),
    "application": ~Q(application=""),
    "appeal": APPEALED,
    "unsettled": Q(basis="unsettled"),
    "unclassified": Q(class_code=""),
    "unplaced": Q(block__isnull=True),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty fields do not restrict. Codes as people write them; `marks` names of MARKS.

    `origin` is one of ORIGINS. `adopt`: True finds the open history that waits to be adopted, False leaves it out, as
    what is asked of lateness does: none of its clocks reminds. `units` and `holders` may name "none". `person` is a name,
    a user name, "me" or "none": who answers for it now, so it finds open orders only, as `late` does ("soon", "overdue",
    "severe", "calm").
    """

    sources: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    person: str = ""
    area: str = ""
    class_prefix: str = ""
    overdue: bool | None = None
    open: bool | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    late: str = ""
    severity: str = ""
    demand_type: str = ""
    marks: tuple[str, ...] = ()
    returns: int = 0
    phone: str = ""
    q: str = ""
    box: tuple[float, float, float, float] | None = None
    drawn: Drawn = ()
    origin: str = ""
    adopt: bool | None = None

    @property
    def in_states(self) -> tuple[str, ...] | None:
        """The states that states and stages leave together; None: all."""
        if not self.stages:
            return self.states or None
        within = tuple(state.value for state, look in LOOKS.items() if look.stage in self.stages)
        return tuple(one for one in within if one in self.states) if self.states else within


def open_only(wanted: Filter) -> bool:
    """Whether only open orders can answer."""
    timed = wanted.overdue or wanted.due_before or wanted.due_from or wanted.late or wanted.adopt
    return bool(wanted.open or timed or wanted.person or open_states(wanted))


def open_states(wanted: Filter) -> bool:
    states = wanted.in_states
    return bool(states) and set(states or ()) <= OPEN


def timed(wanted: Filter, at: datetime) -> Q:
    """Open or not, due when."""
    found = Q(is_open=True) if open_only(wanted) else Q()
    if wanted.open is not None:
        found &= Q(is_open=wanted.open)
    if wanted.overdue is True:
        found &= Q(due_at__lt=at)
    if wanted.overdue is False:
        found &= Q(due_at__gte=at) | Q(due_at__isnull=True)
    if wanted.due_from:
        found &= Q(due_at__gte=wanted.due_from)
    if wanted.due_before:
        found &= Q(due_at__lt=wanted.due_before)
    return found & closed(wanted) & (_late(wanted.late, at) if wanted.late else Q())


def current(wanted: Filter) -> bool:
    """Whether unadopted history is left out."""
    return wanted.adopt is False or bool(wanted.late) or wanted.overdue is True


def unadopted() -> Q:
    """Few, in an index of their own: open orders of history that nobody has adopted."""
    return Q(id__in=Order.objects.filter(UNADOPTED).values("id"))


def brought(wanted: Filter) -> Q:
    """Where an order comes from. Refused("origin_unknown")."""
    if wanted.origin and wanted.origin not in ORIGINS:
        raise Refused("origin_unknown", origin=wanted.origin[:20], known=list(ORIGINS))
    found = unadopted() if wanted.adopt else Q()
    if not wanted.origin:
        return found
    return found & Q(origin=wanted.origin) & (Q() if wanted.origin == "live" else BROUGHT)


def closed(wanted: Filter) -> Q:
    """Closed within a range of time, asked of each row; of two rounds the later counts."""
    found, moment = Q(), Plain(F("closed_at")) if is_sqlite() else F("closed_at")
    if wanted.closed_from:
        found &= Q(GreaterThanOrEqual(moment, wanted.closed_from))
    if wanted.closed_to:
        found &= Q(LessThan(moment, wanted.closed_to))
    return found


def _late(word: str, at: datetime) -> Q:
    if word not in LATENESS:
        raise Refused("lateness_unknown", late=word[:20], known=list(LATENESS))
    if word == "overdue":
        return Q(due_at__lt=at)
    return late_within(word, lateness(at))


def late_within(word: str, bounds: Lateness) -> Q:
    """Near, severely overdue, or neither yet, as these bounds have it."""
    if word == "severe":
        return Q(due_at__lt=bounds.severe)
    if word == "soon":
        reached = Q(near_at__lte=bounds.at) | Q(near_at__isnull=True)
        return Q(due_at__gte=bounds.at, due_at__lte=bounds.soon) & reached
    return Q(due_at__gt=bounds.soon) | Q(due_at__gte=bounds.at, near_at__gt=bounds.at)


def marked(wanted: Filter) -> Q:
    """Every mark and the number of returns. Refused("mark_unknown", "returns_malformed")."""
    found = Q()
    for name in wanted.marks:
        if name not in MARKS and name != TO_REPLY:
            raise Refused("mark_unknown", mark=name, known=sorted((*MARKS, TO_REPLY)))
        found &= _mark(name, only_open=open_only(wanted))
    if wanted.returns < 0:
        raise Refused("returns_malformed", returns=wanted.returns)
    return found & (Q(returns__gte=wanted.returns) if wanted.returns else Q())


def _mark(name: str, *, only_open: bool) -> Q:
    """The few open orders under supervision lie in an index of their own, and messages in theirs."""
    if name == TO_REPLY:
        unsent = Upward.objects.filter(UNSENT).values("order_id")
        return Q(state=State.CHECKING, source__in=flows.replying()) | Q(id__in=unsent)
    if name == "supervised" and only_open:
        return Q(id__in=Order.objects.filter(is_open=True, supervised__gt=0).values("id"))
    return MARKS[name]


def said(wanted: Filter, actor: Actor, at: datetime) -> Q:
    """Who answers, how urgent, what is demanded. Refused: unit_unknown, person_unknown_by_name."""
    found = party("unit", wanted.holders) if wanted.holders else Q()
    if wanted.person:
        found &= _answering(wanted.person, actor, at)
    if wanted.severity:
        found &= Q(severity=wanted.severity)
    if wanted.box:
        west, south, east, north = masking.mask_box(wanted.box)
        found &= Q(lng__gte=west, lng__lt=east, lat__gte=south, lat__lt=north)
    return found & (Q(demand_type=wanted.demand_type) if wanted.demand_type else Q())


def party(column: str, codes: tuple[str, ...]) -> Q:
    """One of these units, or none at all."""
    ids = [people.unit(code).id for code in codes if code != NONE]
    found = Q(**{f"{column}_id__in": ids}) if ids else Q()
    return found | Q(**{f"{column}_id__isnull": True}) if NONE in codes else found


def _answering(person: str, actor: Actor, at: datetime) -> Q:
    """The posts a person holds now, and units whose work without a post falls to him; "none": to nobody by post."""
    if person == NONE:
        return Q(post_id__isnull=True)
    who = actor.person if person == ME else _person(person)
    worn = people.directory().worn(who, at)
    found = Q(unit_id=0)
    for unit in dict.fromkeys(post.unit_id for post in worn):
        held = Q(post_id__in=[post.id for post in worn if post.unit_id == unit])
        if people.holder(unit, None, at).person_id == who:
            held |= Q(post_id__isnull=True)
        found |= Q(unit_id=unit) & held
    return found


def _person(typed: str) -> int:
    users, everybody = people.user_names(), people.directory().persons.values()
    found = [one.id for one in everybody if users.get(one.account_id or 0) == typed]
    found = found or [one.id for one in everybody if one.name == typed]
    if len(found) != 1:
        raise Refused("person_unknown_by_name", value=typed[:20])
    return found[0]

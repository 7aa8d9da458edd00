"""Which registers and rows somebody sees, and may change: by named action, by area subtree and by unit.

An action reaches the rows of the post's own unit and those in the areas of the post; the whole town with "all" beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from townops.base.ledger import references
from townops.base.ledger.declaring import Ledger, find, ledgers
from townops.base.ledger.records import Record
from townops.base.tunables import value_at
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

AREAS = "areas.Area"
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and in which town."""

    actor: Actor
    town: str

    def may(self, ledger: Ledger, action: str) -> bool:
        """Whether he holds the action for some of its rows at least."""
        return self.actor.person == SYSTEM_PERSON or self.actor.holds(ledger.permission(action))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows; `exact` is false when there are more than anybody counts."""

    number: int
    exact: bool


def ledgers_for(viewer: Viewer) -> tuple[Ledger, ...]:
    """The registers he sees, by group and title."""
    seen = (one for one in ledgers().values() if viewer.may(one, "view"))
    return tuple(sorted(seen, key=lambda one: (one.group, one.title)))


def ledger_for(viewer: Viewer, code: str) -> Ledger:
    """Refused("register_unknown"): none of this name that he sees; whether it exists is not told."""
    found = find(code)
    if found is None or not viewer.may(found, "view"):
        raise Refused("register_unknown", name=code[:40])
    return found


def visible(ledger: Ledger, viewer: Viewer, action: str = "view") -> "QuerySet[Record]":
    """The rows for which he holds the action, archived ones too."""
    rows = ledger.model._default_manager.filter(town=viewer.town)
    if viewer.actor.person == SYSTEM_PERSON:
        return rows
    hats = list(viewer.actor.hats_with(ledger.permission(action)))
    if not hats:
        return rows.none()
    if any(_reaches_all(ledger, hat) for hat in hats):
        return rows
    inside = _within({area for hat in hats for area in hat.areas})
    mine = Q(pk__in=[])
    if ledger.area_link:
        mine |= Q(**{f"{ledger.area_link}__in": inside})
    if ledger.unit_link:
        mine |= Q(**{f"{ledger.unit_link}__in": {hat.unit for hat in hats}})
    return rows.filter(mine)


def row_for(ledger: Ledger, viewer: Viewer, number: int, action: str = "view") -> Any:
    """One row. Refused: row_unknown (not seen, or none), row_closed (seen, but the action is not his for it)."""
    row = visible(ledger, viewer).filter(pk=number).first()
    if row is None:
        raise Refused("row_unknown", title=ledger.title)
    if action != "view" and not covers(ledger, viewer, row, action):
        raise Refused("row_closed", title=ledger.title)
    return row


def covers(ledger: Ledger, viewer: Viewer, row: Any, action: str) -> bool:
    """Whether he holds the action for this row as it stands, saved or not."""
    if viewer.actor.person == SYSTEM_PERSON:
        return True
    for hat in viewer.actor.hats_with(ledger.permission(action)):
        if _reaches_all(ledger, hat):
            return True
        if ledger.unit_link and getattr(row, f"{ledger.unit_link}_id") == hat.unit:
            return True
        if ledger.area_link and getattr(row, f"{ledger.area_link}_id") in _within(hat.areas):
            return True
    return False


def _reaches_all(ledger: Ledger, hat: Hat) -> bool:
    return ledger.permission("all") in hat.permissions or not (ledger.area_link or ledger.unit_link)


def counted(rows: "QuerySet[Record]") -> Counted:
    """Exact up to ten thousand."""
    number = rows.order_by()[: COUNTED + 1].count()
    return Counted(min(number, COUNTED), number <= COUNTED)


def believed_for(ledger: Ledger, today: date) -> timedelta | None:
    """How long a row is believed without being confirmed, as the town has set it; None: for ever."""
    review = ledger.review
    if review is None:
        return None
    evening = datetime.combine(today, time.max, SHANGHAI)
    return timedelta(days=int(value_at(review.key, evening, default=review.default)))


def due_before(ledger: Ledger, today: date) -> Q:
    """Rows nobody has confirmed within the time the register believes them."""
    believed = believed_for(ledger, today)
    if believed is None:
        return Q(pk__in=[])
    return Q(archived_at=None) & (Q(reviewed_on=None) | Q(reviewed_on__lt=today - believed))


def expired(ledger: Ledger, today: date) -> Q:
    """Rows past their last day."""
    if not ledger.expires_on:
        return Q(pk__in=[])
    return Q(archived_at=None, **{f"{ledger.expires_on}__lt": today})


def _within(areas: Iterable[int]) -> frozenset[int]:
    reference = references.of(AREAS)
    return frozenset().union(*(reference.within(one) for one in areas))

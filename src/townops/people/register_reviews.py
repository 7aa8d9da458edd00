"""Tells whoever keeps a register that rows of his wait to be confirmed or have expired: once a week while it is so (U31)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from townops.areas import api as areas
from townops.base import inbox
from townops.base.db import write
from townops.base.ledger.declaring import Ledger, ledgers
from townops.base.ledger.seeing import Viewer, due_before, expired, visible
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.workdays import SHANGHAI
from townops.people import queries

NOTICE: Final = "ledger.due"
SYSTEM: Final = Actor(SYSTEM_PERSON, "系统", ())
KEEPS: Final = ("edit", "archive")  # who may do both keeps the register; others only type into it


def remind(at: datetime) -> int:
    """A notice for each keeper and register with rows that are due; returns how many there are to be told."""
    told = [one for town in areas.towns() for one in _told(town.code, at)]
    with write():
        inbox.tell(told)
    return len(told)


def _told(town: str, at: datetime) -> Iterator[inbox.Told]:
    today = at.astimezone(SHANGHAI).date()
    dated = [one for one in ledgers().values() if one.review_every is not None or one.expires_on]
    waiting = [one for one in dated if _due(one, Viewer(SYSTEM, town), today)]
    for account, viewer in _accounts(town, at) if waiting else ():
        for ledger in waiting:
            keeps = all(viewer.may(ledger, action) for action in KEEPS)
            if keeps and _due(ledger, viewer, today):
                yield inbox.Told(account, NOTICE, ledger.code, today.toordinal() // 7, "系统", at)


def _due(ledger: Ledger, viewer: Viewer, today: date) -> bool:
    rows = visible(ledger, viewer, "edit")
    return rows.filter(due_before(ledger, today) | expired(ledger, today)).exists()


def _accounts(town: str, at: datetime) -> Iterator[tuple[int, Viewer]]:
    """Everybody of the town who has an account, with what he may do now."""
    known = queries.directory()
    units = {one.id for one in queries.units(town=town)}
    for person in known.persons.values():
        if person.account_id is not None:
            actor = queries.actor_of(person.id, at)
            if actor.units & units:
                yield person.account_id, Viewer(actor, town)

"""Whoever answers for the open work of a post that fell vacant is told so once (U1-U2); a successor has his note instead."""

from datetime import datetime, timedelta
from typing import Final

from townops.base import inbox, journal
from townops.base.db import write
from townops.people.commands import taken_over
from townops.people.models import Appointment
from townops.people.queries import directory

KIND: Final = "people.fell_to"
LOOKED_BACK: Final = timedelta(days=2)  # how long the job may have stood still


def tell_due(at: datetime) -> int:
    """Tell of every appointment that ended lately and left work nobody of the post answers for; returns how many."""
    ended = Appointment.objects.filter(ends__lte=at, ends__gt=at - LOOKED_BACK).order_by("ends", "id")
    return sum(_tell(one, at) for one in ended)


def _tell(one: Appointment, at: datetime) -> bool:
    known, thing = directory(), f"post:{one.post_id}"
    post = known.posts[one.post_id]
    if known.acting(post.id, at) or not known.units[post.unit_id].active:
        return False
    found = known.persons.get(known.holder(post.unit_id, post.id, at).person_id)
    if found is None or found.account_id is None or inbox.was_told(KIND, thing, one.pk):
        return False
    who, name = _ended_by(one)
    if found.id == who or not taken_over(post.id):
        return False
    with write():
        inbox.tell([inbox.Told(found.account_id, KIND, thing, one.pk, name, one.ends or at)])
    return True


def _ended_by(one: Appointment) -> tuple[int, str]:
    """(person, name) of whoever ended it."""
    entries = journal.entries("post", [one.post_id], action="appointment_ended")
    found = [entry for entry in entries if entry.body.get("appointment") == one.pk]
    return (found[-1].person, found[-1].name) if found else (0, "系统")

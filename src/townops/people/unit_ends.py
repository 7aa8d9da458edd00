"""A unit ends from a moment on and another takes over: nothing is left without an owner (U1-U2, U11).

Its posts fall vacant, blocks it answers for and units below it go to the successor; open orders follow by a job of whoever
keeps them (news "people.unit_ended"). Rules and catalogues that name it mean the successor from then on (`queries.unit`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from townops.areas import api as areas
from townops.base import journal, outbox, seals
from townops.base.db import write
from townops.base.registry import answers
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import planned
from townops.people.commands import close_appointment
from townops.people.models import Appointment, BlockSubject, Post, Unit
from townops.people.planned import Planned
from townops.people.queries import directory, unit_by_id
from townops.people.register import NAME
from townops.people.structure import may_edit, put
from townops.people.unit_changes import SINGLE, SUBJECT, Touched, standing, touched

NAMED_BY: Final = {"dispatch.naming_unit": "派遣规则", "catalogue.naming_unit": "目录条目"}
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class UnitEnd:
    """A unit ends at `starts` and another takes over, typed over its `over` changes before."""

    unit_id: int
    heir_id: int
    starts: datetime
    note: str
    over: int


@dataclass(frozen=True, slots=True)
class ForeseenEnd:
    """Who leaves which post; what falls vacant elsewhere; units below; blocks; rules that name it; its open orders."""

    holders: tuple[tuple[str, str], ...]
    vacant: tuple[str, ...]
    below: tuple[str, ...]
    blocks: int
    named: tuple[str, ...]
    orders: Touched


def verify(end: UnitEnd) -> None:
    """Refused: reason_..., unit_unknown, unit_ended, unit_stale, unit_single, heir_is_itself, unit_begins_later."""
    planned.refuse_untold(end.note)
    one = standing(end.unit_id, end.over)
    _refuse_impossible(one.id, end.heir_id, end.starts)


def _refuse_impossible(unit_id: int, heir_id: int, starts: datetime) -> None:
    one, heir = unit_by_id(unit_id), unit_by_id(heir_id)
    if one.kind in SINGLE:
        raise Refused("unit_single", name=one.name)
    if heir.id == one.id or heir.town != one.town:
        raise Refused("heir_is_itself")
    if not heir.active:
        raise Refused("unit_ended", name=heir.name)
    if later := _appointments(unit_id, starts).filter(starts__gte=starts).count():
        raise Refused("unit_begins_later", name=one.name, count=later)


def _appointments(unit_id: int, starts: datetime) -> QuerySet[Appointment]:
    """Those that last beyond a moment."""
    rows = Appointment.objects.filter(Q(ends=None) | Q(ends__gt=starts), post__unit=unit_id)
    return rows.order_by("post__sequence", "post_id", "starts", "id")


def foresee(end: UnitEnd) -> ForeseenEnd:
    """What publishing would bring; nothing is written."""
    verify(end)
    known, one = directory(), unit_by_id(end.unit_id)
    holders = [
        (known.posts[post].name, known.persons[person].name)
        for post, person in _appointments(one.id, end.starts).values_list("post_id", "person_id")
    ]
    below = [unit.name for unit in known.units.values() if unit.active and unit.parent_id == one.id]
    return ForeseenEnd(
        tuple(holders),
        _vacant(one.id),
        tuple(below),
        _subjects(one.id).count(),
        tuple(_naming(one.code)),
        touched(one.id),
    )


def _vacant(unit_id: int) -> tuple[str, ...]:
    """Posts of other units held by whoever holds one here, and units whose leader in charge sits here."""
    known = directory()
    own = {post.id for post in known.posts.values() if post.unit_id == unit_id}
    posts = [
        f"{known.units[post.unit_id].name} {post.name}"
        for post in known.posts.values()
        if post.filled_by_id in own and post.unit_id != unit_id and known.units[post.unit_id].active
    ]
    led = [
        f"{unit.name}的分管领导"
        for unit in known.units.values()
        if unit.leader_post_id in own and unit.active and unit.id != unit_id
    ]
    return (*posts, *led)


def _naming(code: str) -> list[str]:
    """Standing rules that name the unit, in words; from then on they mean the successor."""
    asked = [
        (word, answers.ask(question, code)) for question, word in NAMED_BY.items() if answers.knows(question)
    ]
    return [f"{word} {one}" for word, found in asked for one in found]


def _subjects(unit_id: int) -> QuerySet[BlockSubject]:
    return BlockSubject.objects.filter(unit=unit_id, valid_until=None)


def publish(end: UnitEnd, *, actor: Actor, at: datetime) -> Planned:
    """The unit ends at its moment, at once when that has come."""
    may_edit(actor)
    with write():
        seals.one_at_a_time(SUBJECT)
        verify(end)
        facts = {"heir_id": end.heir_id}
        return planned.publish(
            SUBJECT, end.unit_id, "end", facts, starts=end.starts, note=end.note, actor=actor, at=at
        )


@planned.on_due(SUBJECT, "end")
def _do(change: Planned) -> None:
    row = Unit.objects.get(pk=int(change.key))
    if not row.active:
        raise Refused("unit_ended", name=row.name)
    heir = unit_by_id(change.facts["heir_id"])
    _refuse_impossible(row.pk, heir.id, change.starts)
    for one in _appointments(row.pk, change.starts):
        close_appointment(one, ends=change.starts, actor=change.author, at=change.starts)
    blocks = _hand_blocks(row.pk, heir.id, timezone.localdate(change.starts))
    _untie(row, heir.id)
    told = {"note": change.note, "what": "end", "blocks": blocks}
    wanted = {"active": False, "heir_id": heir.id}
    put(row, wanted, key=row.code, actor=change.author, at=change.starts, told=told)
    body = {"ended": row.pk, "heir": heir.id}
    journal.append(
        kind=SUBJECT, key=heir.id, action="succeeded", actor=change.author, at=change.starts, body=body | told
    )
    outbox.publish("people.unit_ended", str(row.pk), body, change.starts)
    areas.touch(NAME)


def _hand_blocks(unit_id: int, heir_id: int, day: date) -> int:
    """Blocks it answers for go to the successor from that day; who did before stays on record."""
    current = list(_subjects(unit_id))
    lasting = [one.pk for one in current if one.valid_from < day]
    _subjects(unit_id).filter(valid_from__gte=day).update(unit=heir_id, contact_post=None)
    BlockSubject.objects.filter(pk__in=lasting).update(valid_until=day)
    fresh = [
        BlockSubject(block_id=one.block_id, kind=one.kind, unit_id=heir_id, valid_from=day)
        for one in current
        if one.valid_from < day
    ]
    BlockSubject.objects.bulk_create(fresh, batch_size=AT_ONCE)
    return len(current)


def _untie(row: Unit, heir_id: int) -> None:
    """Units below go to the successor, or up where that lay below; what was tied to its posts is open."""
    Unit.objects.filter(pk=heir_id, parent=row).update(parent=row.parent_id)
    Unit.objects.filter(parent=row).update(parent=heir_id)
    Unit.objects.filter(leader_post__unit=row).exclude(pk=row.pk).update(leader_post=None)
    Post.objects.filter(filled_by__unit=row).exclude(unit=row).update(filled_by=None)

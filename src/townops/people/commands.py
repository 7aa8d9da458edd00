"""Who takes up, leaves and stands in for a post. Nothing else is rewritten: work stays at unit and post
(U1-U2).
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from townops.areas import api as areas
from townops.base import crypto, db, journal, outbox
from townops.base.registry import answers
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people import access
from townops.people.apart import refuse_mixture, refuse_orphans
from townops.people.domain.directory import Span
from townops.people.models import Appointment, BlockSubject, Delegation, Handover, Person
from townops.people.queries import Subject, directory, person, post_by_id, unit_by_id
from townops.people.register import NAME

OPEN_WORK = "people.open_work"
LONGEST_NAME = 40


def add_person(
    name: str, *, actor: Actor, at: datetime, phone: str = "", account_id: int | None = None
) -> int:
    """Register a person; the phone is sealed at once. Returns the id."""
    _may(actor, access.EDIT)
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Refused("person_name_malformed", longest=LONGEST_NAME)
    with db.write():
        one = Person.objects.create(name=name, account_id=account_id)
        if phone:
            _seal_phone(one, phone)
        journal.append(kind="person", key=one.pk, action="add", actor=actor, at=at, body={"name": name})
        areas.touch(NAME)
    return one.pk


def set_phone(person_id: int, phone: str, *, actor: Actor, at: datetime) -> bool:
    """Note another phone; whether it differs from the one known. The journal says that, not which."""
    _may(actor, access.EDIT)
    one = Person.objects.filter(pk=person_id).first()
    if one is None:
        raise Refused("person_unknown", code=person_id)
    if one.phone_hash == crypto.keyed_hash(phone):
        return False
    with db.write():
        _seal_phone(one, phone)
        journal.append(kind="person", key=person_id, action="phone", actor=actor, at=at, body={})
    return True


def _seal_phone(one: Person, phone: str) -> None:
    one.phone, one.phone_hash = crypto.seal(phone, phone_aad(one.pk)), crypto.keyed_hash(phone)
    one.save(update_fields=["phone", "phone_hash"])


def reveal_phone(person_id: int, *, actor: Actor, at: datetime, reason: str) -> str:
    """The phone in clear, with the reason on record; empty when none is known."""
    _may(actor, access.EDIT)
    if not reason.strip():
        raise Refused("reason_missing")
    with db.write():
        one = Person.objects.filter(pk=person_id).first()
        if one is None:
            raise Refused("person_unknown", code=person_id)
        journal.append(
            kind="person", key=person_id, action="reveal", actor=actor, at=at, body={"reason": reason}
        )
    return crypto.unseal(bytes(one.phone), phone_aad(person_id)) if one.phone else ""


def find_by_phone(phone: str) -> tuple[int, ...]:
    """Ids of the persons with exactly this phone, found by its keyed hash."""
    return tuple(
        Person.objects.filter(phone_hash=crypto.keyed_hash(phone)).order_by("pk").values_list("pk", flat=True)
    )


def appoint(
    post_id: int, person_id: int, *, starts: datetime, actor: Actor, at: datetime, note: str = ""
) -> int:
    """A person takes up a post. Tells "people.appointed", so that the successor hears what he took over."""
    with db.write():
        one = _appointed(post_id, person_id, starts, actor)
        _tell(one, "appointed", actor=actor, at=at, note=note)
    return one.pk


def _appointed(post_id: int, person_id: int, starts: datetime, actor: Actor) -> Appointment:
    """The new row. Refused: not_permitted, post_..., own_appointment, administrators_apart, already_appointed."""
    _may(actor, access.EDIT)
    post, who = post_by_id(post_id), person(person_id)
    if not post.active:
        raise Refused("post_closed", post=post.name)
    if post.filled_by_id is not None:
        raise Refused("post_filled_by_another", post=post.name, other=post_by_id(post.filled_by_id).name)
    refuse_oneself(actor, person_id)
    refuse_mixture(person_id, post_id, Span(starts, None))
    clash = Appointment.objects.filter(Q(ends=None) | Q(ends__gt=starts), post=post_id, person=person_id)
    if clash.exists():
        raise Refused("already_appointed", name=who.name)
    return Appointment.objects.create(post_id=post_id, person_id=person_id, starts=starts)


def end_appointment(
    appointment_id: int, *, ends: datetime, actor: Actor, at: datetime, note: str = ""
) -> None:
    """A person leaves a post; delegations made from it lapse. Open work stays at the post and climbs while
    it is vacant. Refused("last_keeper") when nobody would be left to keep accounts, roles or people.
    """
    with db.write():
        before = directory()
        _end(_appointment(appointment_id), ends=ends, actor=actor, at=at, note=note)
        refuse_orphans(before, directory(), ends, actor=actor)


def _end(one: Appointment, *, ends: datetime, actor: Actor, at: datetime, note: str) -> None:
    _may(actor, access.EDIT)
    if one.ends is not None:
        raise Refused("appointment_over", ends=one.ends)
    if ends <= one.starts:
        raise Refused("ends_before_start")
    close_appointment(one, ends=ends, actor=actor, at=at, note=note)


def close_appointment(
    one: Appointment, *, ends: datetime, actor: Actor, at: datetime, note: str = ""
) -> None:
    """Write that an appointment ends and tell it; whoever calls has asked who may."""
    Appointment.objects.filter(pk=one.pk).update(ends=ends)
    one.ends = ends
    _tell(one, "appointment_ended", actor=actor, at=at, note=note)


def close_now(appointment_id: int, *, actor: Actor, at: datetime, note: str) -> None:
    """An appointment ends at once, also one whose end lay ahead. Refused: not_permitted, appointment_unknown."""
    _may(actor, access.EDIT)
    with db.write():
        close_appointment(_appointment(appointment_id), ends=at, actor=actor, at=at, note=note)


def succeed(
    appointment_id: int, person_id: int, *, starts: datetime, actor: Actor, at: datetime, note: str = ""
) -> int:
    """One leaves and the next takes up the post at the same moment, so that it is never vacant (自然替补)."""
    with db.write():
        before, leaving = directory(), _appointment(appointment_id)
        _end(leaving, ends=starts, actor=actor, at=at, note=note)
        made = appoint(leaving.post_id, person_id, starts=starts, actor=actor, at=at, note=note)
        refuse_orphans(before, directory(), starts, actor=actor)
    return made


def withdraw_appointment(appointment_id: int, *, actor: Actor, at: datetime) -> None:
    """An appointment that has not begun is no longer wanted. Refused: appointment_unknown, appointment_begun."""
    _may(actor, access.EDIT)
    with db.write():
        one = _appointment(appointment_id)
        if one.starts <= at:
            raise Refused("appointment_begun", name=one.person.name)
        Delegation.objects.filter(appointment=one).delete()
        Handover.objects.filter(appointment=one, listed_at=None).delete()
        _tell(one, "appointment_withdrawn", actor=actor, at=at)
        Appointment.objects.filter(pk=one.pk).delete()
        areas.touch(NAME)


def keep_appointment(appointment_id: int, *, actor: Actor, at: datetime) -> None:
    """An end that lies ahead is no longer wanted. Refused: appointment_unknown, appointment_over, post_closed, own_appointment,
    administrators_apart.
    """
    _may(actor, access.EDIT)
    with db.write():
        one = _appointment(appointment_id)
        if one.ends is None or one.ends <= at:
            raise Refused("appointment_over", ends=one.ends or at)
        if not one.post.active:
            raise Refused("post_closed", post=one.post.name)
        refuse_oneself(actor, one.person_id)
        refuse_mixture(one.person_id, one.post_id, Span(one.ends, None))
        Appointment.objects.filter(pk=one.pk).update(ends=None)
        one.ends = None
        _tell(one, "appointment_kept", actor=actor, at=at)


def delegate(
    appointment_id: int,
    person_id: int,
    *,
    starts: datetime,
    ends: datetime,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> int:
    """Somebody stands in during an absence; the holder may always delegate the own post."""
    one = _appointment(appointment_id)
    if actor.person != one.person_id:
        _may(actor, access.EDIT)
        refuse_oneself(actor, person_id)
    _check_delegation(one, person_id, starts, ends)
    with db.write():
        refuse_mixture(person_id, one.post_id, Span(starts, ends))
        stand_in = Delegation.objects.create(
            appointment=one, person_id=person_id, starts=starts, ends=ends, reason=reason
        )
        _tell(one, "delegated", actor=actor, at=at, stand_in=person_id)
    return stand_in.pk


def refuse_oneself(actor: Actor, person_id: int) -> None:
    """Whoever appoints gives no post to himself."""
    if actor.person == person_id and actor.person != SYSTEM_PERSON:
        raise Refused("own_appointment")


def _check_delegation(one: Appointment, person_id: int, starts: datetime, ends: datetime) -> None:
    if person(person_id).id == one.person_id:
        raise Refused("delegate_is_holder")
    if ends <= starts:
        raise Refused("ends_before_start")
    if starts < one.starts or (one.ends is not None and ends > one.ends):
        raise Refused("outside_appointment")


def end_delegation(delegation_id: int, *, ends: datetime, actor: Actor, at: datetime) -> None:
    """The absent comes back early."""
    with db.write():
        one = Delegation.objects.select_related("appointment").filter(pk=delegation_id).first()
        if one is None:
            raise Refused("appointment_unknown")
        if actor.person != one.appointment.person_id:
            _may(actor, access.EDIT)
        if ends <= one.starts:
            raise Refused("ends_before_start")
        Delegation.objects.filter(pk=one.pk).update(ends=min(ends, one.ends))
        _tell(one.appointment, "delegation_ended", actor=actor, at=at, stand_in=one.person_id)


def taken_over(post_id: int) -> tuple[object, ...]:
    """What waits at a post, as whoever keeps work tells (registry question "people.open_work"); nothing
    without one.
    """
    post = post_by_id(post_id)
    if not answers.knows(OPEN_WORK):
        return ()
    return tuple(answers.ask(OPEN_WORK, unit_id=post.unit_id, post_id=post.id))


def set_subject(subject: Subject, *, valid_from: date, actor: Actor, at: datetime) -> None:
    """Say who answers for a block from a day on; who did before stays on record (U11)."""
    _may(actor, access.EDIT)
    check_subject(subject)
    with db.write():
        write_subject(subject, valid_from)
        body = {"kind": subject.kind, "unit": subject.unit_id, "from": valid_from.isoformat()}
        code = areas.area_by_id(subject.block_id).code
        journal.append(kind="block", key=code, action="subject", actor=actor, at=at, body=body)


def write_subject(subject: Subject, valid_from: date) -> None:
    """One subject from a day on; whoever calls has asked who may, and tells it."""
    current = BlockSubject.objects.filter(block=subject.block_id, kind=subject.kind, valid_until=None)
    current.filter(valid_from__gte=valid_from).delete()
    current.update(valid_until=valid_from)
    _subject_row(subject, valid_from).save()


def enter_subjects(subjects: Sequence[Subject], *, valid_from: date, actor: Actor, at: datetime) -> int:
    """A first survey of subjects at once, where a block has none of that kind yet. Returns how many."""
    _may(actor, access.EDIT)
    for subject in subjects:
        check_subject(subject)
    with db.write():
        known = set(BlockSubject.objects.values_list("block_id", "kind"))
        fresh = [_subject_row(one, valid_from) for one in subjects if (one.block_id, one.kind) not in known]
        BlockSubject.objects.bulk_create(fresh, batch_size=500)
        body = {"subjects": len(fresh), "from": valid_from.isoformat()}
        journal.append(kind="people", key="subjects", action="enter", actor=actor, at=at, body=body)
    return len(fresh)


def check_subject(subject: Subject) -> None:
    block = areas.area_by_id(subject.block_id)
    if block.kind != "block":
        raise Refused("not_a_block", name=block.name)
    unit_by_id(subject.unit_id)


def _subject_row(subject: Subject, valid_from: date) -> BlockSubject:
    return BlockSubject(
        block_id=subject.block_id,
        kind=subject.kind,
        unit_id=subject.unit_id,
        contact_post_id=subject.contact_post_id,
        confirmed_on=subject.confirmed_on,
        valid_from=valid_from,
    )


def _tell(
    one: Appointment, what: str, *, actor: Actor, at: datetime, stand_in: int | None = None, note: str = ""
) -> None:
    """Journal, news and a fresh directory, in the transaction of the change."""
    body = {
        "appointment": one.pk,
        "post": one.post_id,
        "unit": post_by_id(one.post_id).unit_id,
        "person": one.person_id,
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat() if one.ends else "",
        "stand_in": stand_in,
    }
    body |= {"note": note} if note else {}
    journal.append(kind="post", key=one.post_id, action=what, actor=actor, at=at, body=body)
    outbox.publish(f"people.{what}", str(one.post_id), body, at)
    areas.touch(NAME)


def _appointment(appointment_id: int) -> Appointment:
    one = Appointment.objects.filter(pk=appointment_id).first()
    if one is None:
        raise Refused("appointment_unknown")
    return one


def _may(actor: Actor, permission: str) -> None:
    if actor.person != SYSTEM_PERSON and not actor.holds(permission):
        raise Refused("not_permitted", step=permission)


def phone_aad(person_id: int) -> str:
    """What a sealed phone is bound to: it opens only for its own person."""
    return f"person.phone:{person_id}"

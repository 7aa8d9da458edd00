"""Whom to ask at a block: its subjects with the post that answers, who holds it now, and his telephone as others may see it (U11)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from townops.areas import api as areas
from townops.base import crypto, db, journal, masking, seals
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import access
from townops.people.commands import check_subject, phone_aad, write_subject
from townops.people.domain.directory import PostView, UnitView
from townops.people.models import BlockSubject, Person
from townops.people.queries import Subject, directory, post_by_id, subjects_of, unit_by_id


@dataclass(frozen=True, slots=True)
class Contact:
    """A subject of a block, or (unit None) that there is none; `person` 0: nobody acts at the post, or no post is named."""

    kind: str
    word: str
    unit: UnitView | None = None
    post: PostView | None = None
    person: int = 0
    name: str = ""
    phone: str = ""
    confirmed_on: date | None = None


def contacts_of(block_id: int, at: datetime) -> tuple[Contact, ...]:
    """All three kinds, registered or not; telephones masked."""
    known = {one.kind: one for one in subjects_of(block_id, at)}
    acting = {
        one.kind: directory().acting(one.contact_post_id, at) if one.contact_post_id else ()
        for one in known.values()
    }
    phones = masked_phones({who[0] for who in acting.values() if who})
    return tuple(
        _contact(known[kind], word, acting[kind], phones) if kind in known else Contact(kind, word)
        for kind, word in ((str(code), str(label)) for code, label in BlockSubject.Kind.choices)
    )


def _contact(one: Subject, word: str, acting: tuple[int, ...], phones: dict[int, str]) -> Contact:
    person = acting[0] if acting else 0
    return Contact(
        one.kind,
        word,
        unit_by_id(one.unit_id),
        post_by_id(one.contact_post_id) if one.contact_post_id else None,
        person,
        directory().persons[person].name if person else "",
        phones.get(person, ""),
        one.confirmed_on,
    )


def masked_phones(person_ids: Collection[int]) -> dict[int, str]:
    """138****1234 of those who have a telephone."""
    rows = Person.objects.filter(pk__in=person_ids).exclude(phone_hash="").values_list("pk", "phone")
    return {key: masking.mask_phone(crypto.unseal(bytes(phone), phone_aad(key))) for key, phone in rows}


def put_subject(wanted: Subject, *, over: tuple[int, int], actor: Actor, at: datetime) -> None:
    """Who answers for a block from today on. `over`: ids of unit and contact post it was chosen upon, 0 for none. Whoever keeps
    the block's dossier may name another post of the same unit; another unit takes "people.edit".

    Refused: not_permitted, subject_stale, subject_unchanged, post_of_another, not_a_block.
    """
    block, today = areas.area_by_id(wanted.block_id), timezone.localdate(at)
    check_subject(wanted)
    if wanted.contact_post_id and post_by_id(wanted.contact_post_id).unit_id != wanted.unit_id:
        post, unit = post_by_id(wanted.contact_post_id), unit_by_id(wanted.unit_id)
        raise Refused("post_of_another", post=post.name, unit=unit.name)
    if not actor.holds(access.EDIT) and not (wanted.unit_id == over[0] and areas.may_keep(actor, block)):
        raise Refused("not_permitted", step=access.EDIT)
    with db.write():
        seals.one_at_a_time(f"subject/{block.code}")
        now = next((one for one in subjects_of(block.id, at) if one.kind == wanted.kind), None)
        if over != ((now.unit_id, now.contact_post_id or 0) if now else (0, 0)):
            raise Refused("subject_stale", name=unit_by_id(now.unit_id).name if now else "")
        if (wanted.unit_id, wanted.contact_post_id or 0) == over:
            raise Refused("subject_unchanged")
        write_subject(wanted, today)
        body: dict[str, Any] = {
            "kind": wanted.kind,
            "unit": wanted.unit_id,
            "post": wanted.contact_post_id or 0,
        }
        body |= {"from": today.isoformat(), "over": list(over)}
        journal.append(kind="block", key=block.code, action="subject", actor=actor, at=at, body=body)


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """One change of who answers for a block, in words."""

    word: str
    name: str
    at: datetime
    unit: str
    post: str


def subject_changes(code: str) -> list[SubjectChange]:
    """Who changed it when, newest first."""
    words, known = dict(BlockSubject.Kind.choices), directory()
    return [
        SubjectChange(
            str(words[one.body["kind"]]),
            one.name,
            one.at,
            known.units[one.body["unit"]].name,
            known.posts[one.body["post"]].name if one.body.get("post") else "",
        )
        for one in reversed(journal.history("block", code))
        if one.action == "subject"
    ]

"""Units and posts as the town keeps them: put in, renamed, tied together. Nothing is deleted, a unit is closed."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from django.db.models import Q

from townops.areas import api as areas
from townops.base import db, journal
from townops.base.models import Role
from townops.base.registry import answers
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people import access
from townops.people.apart import administers, refuse_any_mixture
from townops.people.commands import OPEN_WORK
from townops.people.models import Appointment, Post, PostRole, Unit
from townops.people.queries import directory
from townops.people.register import NAME
from townops.people.roles import may_keep_roles

CODE: Final = re.compile(r"[\w-]{1,32}", re.ASCII)
UNIT_NAME: Final = 80
POST_NAME: Final = 40
T = TypeVar("T", Unit, Post)


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What a unit is, without its ties to other units and posts."""

    code: str
    name: str
    kind: str
    area_id: int | None = None
    enforcement: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What a post is, without its ties; `roles` by code."""

    unit_id: int
    code: str
    name: str
    rank: int = 0
    roles: frozenset[str] = frozenset()


def put_unit(town: str, facts: UnitFacts, *, actor: Actor, at: datetime) -> bool:
    """A new unit, or what a known one is from now on; whether anything changed."""
    may_edit(actor)
    _check_words(facts.code, facts.name, UNIT_NAME)
    one = Unit.objects.filter(town=town, code=facts.code).first()
    if one is not None and one.active and not facts.active:
        _refuse_work(one)
    wanted = {name: getattr(facts, name) for name in ("name", "kind", "area_id", "enforcement", "active")}
    return put(one or Unit(town=town, code=facts.code), wanted, key=facts.code, actor=actor, at=at)


def tie_unit(
    unit_id: int, *, parent_id: int | None, leader_post_id: int | None, actor: Actor, at: datetime
) -> bool:
    """Which unit is above it and which post is its leader in charge (分管); whether anything changed."""
    may_edit(actor)
    if circles({one.id: one.parent_id for one in directory().units.values()} | {unit_id: parent_id}, unit_id):
        raise Refused("parent_circle")
    one = Unit.objects.get(pk=unit_id)
    wanted = {"parent_id": parent_id, "leader_post_id": leader_post_id}
    return put(one, wanted, key=one.code, actor=actor, at=at)


def put_post(facts: PostFacts, *, actor: Actor, at: datetime) -> bool:
    """A new post, last of its unit, or what a known one is from now on; whether anything changed. A role of
    an administrator is given or taken by the security administrator alone.
    """
    may_edit(actor)
    _check_words(facts.code, facts.name, POST_NAME)
    known = directory().post_by_code.get((facts.unit_id, facts.code))
    moved = facts.roles ^ frozenset(known.roles if known else ())
    if administers(moved):
        may_give_administration(actor)
    one = Post.objects.filter(unit=facts.unit_id, code=facts.code).first()
    if one is None:
        place = Post.objects.filter(unit=facts.unit_id).count() + 1
        one = Post(unit_id=facts.unit_id, code=facts.code, sequence=place)
    with db.write():
        changed = put(one, {"name": facts.name, "rank": facts.rank}, key=facts.code, actor=actor, at=at)
        if moved:
            give(one, facts.roles, actor=actor, at=at)
    return changed or bool(moved)


def tie_post(post_id: int, *, filled_by_id: int | None, actor: Actor, at: datetime) -> bool:
    """Whose holder holds this post too (兼任), or None; whether anything changed."""
    may_edit(actor)
    one = Post.objects.get(pk=post_id)
    if one.filled_by_id == filled_by_id:
        return False
    if circles(
        {its.id: its.filled_by_id for its in directory().posts.values()} | {post_id: filled_by_id}, post_id
    ):
        raise Refused("filled_circle")
    held = Appointment.objects.filter(Q(ends=None) | Q(ends__gt=at), post=post_id)
    if filled_by_id is not None and held.exists():
        raise Refused("post_still_held", post=one.name)
    with db.write():
        put(one, {"filled_by_id": filled_by_id}, key=one.code, actor=actor, at=at)
        refuse_any_mixture(at)
    return True


def role_codes(words: Collection[str]) -> frozenset[str]:
    """Codes of roles given by code or name; Refused("role_unknown")."""
    known = {word: code for code, name in Role.objects.values_list("code", "name") for word in (name, code)}
    for word in words:
        if word not in known:
            raise Refused("role_unknown", code=word)
    return frozenset(known[word] for word in words)


def may_give_administration(actor: Actor) -> None:
    """Refused("administrator_role") for whoever keeps no roles."""
    try:
        may_keep_roles(actor)
    except Refused:
        raise Refused("administrator_role") from None


def give(post: Post, wanted: frozenset[str], *, actor: Actor, at: datetime) -> None:
    """A post has exactly these roles from now on; whoever calls has asked who may. Refused("administrators_apart")."""
    rows = PostRole.objects.filter(post=post)
    rows.exclude(role__code__in=wanted).delete()
    held = set(rows.values_list("role__code", flat=True))
    fresh = Role.objects.filter(code__in=wanted - held)
    PostRole.objects.bulk_create(PostRole(post=post, role=role) for role in fresh)
    areas.touch(NAME)
    refuse_any_mixture(at)
    body = {"roles": sorted(wanted)}
    journal.append(kind="post", key=post.pk, action="roles", actor=actor, at=at, body=body)


def put(
    one: T,
    wanted: Mapping[str, object],
    *,
    key: str,
    actor: Actor,
    at: datetime,
    told: Mapping[str, object] = MappingProxyType({}),
) -> bool:
    """Write what a unit or post is and journal it, with what else is to be `told`; whether anything changed."""
    if one.pk is not None and all(getattr(one, name) == value for name, value in wanted.items()):
        return False
    with db.write():
        for name, value in wanted.items():
            setattr(one, name, value)
        one.save()
        kind = "unit" if isinstance(one, Unit) else "post"
        body = {"code": key, **wanted, **told}
        journal.append(kind=kind, key=one.pk, action="put", actor=actor, at=at, body=body)
        areas.touch(NAME)
    return True


def circles(above: Mapping[int, int | None], start: int) -> bool:
    """Whether following `above` from a start comes back to something seen."""
    seen, at = {start}, above.get(start)
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        at = above.get(at)
    return False


def _refuse_work(unit: Unit) -> None:
    if answers.knows(OPEN_WORK) and (work := list(answers.ask(OPEN_WORK, unit_id=unit.pk, post_id=None))):
        raise Refused("unit_has_work", name=unit.name, count=len(work))


def _check_words(code: str, name: str, longest: int) -> None:
    if not CODE.fullmatch(code):
        raise Refused("unit_code_malformed")
    if not name or len(name) > longest:
        raise Refused("name_malformed", longest=longest)


def may_edit(actor: Actor) -> None:
    """Refused("not_permitted") unless the actor keeps people."""
    if actor.person != SYSTEM_PERSON and not actor.holds(access.EDIT):
        raise Refused("not_permitted", step=access.EDIT)

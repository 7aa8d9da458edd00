"""Roles as the security administrator keeps them: named sets of permissions (U6)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from townops.areas import api as areas
from townops.base import db, journal, permissions
from townops.base.access import ROLES
from townops.base.models import Role, RolePermission
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people.apart import refuse_any_mixture
from townops.people.domain.apart import mixed
from townops.people.register import NAME, picture


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role and what it permits."""

    code: str
    name: str
    permissions: tuple[str, ...]
    second_factor: bool = False


def roles() -> tuple[RoleView, ...]:
    """Every role by code."""
    held: dict[int, list[str]] = {}
    for role, permission in RolePermission.objects.order_by("permission").values_list("role", "permission"):
        held.setdefault(role, []).append(permission)
    return tuple(
        RoleView(one.code, one.name, tuple(held.get(one.pk, ())), one.second_factor)
        for one in Role.objects.order_by("code")
    )


def needs_second_factor(actor: Actor) -> bool:
    """Whether a role of one of the actor's posts asks for a second factor."""
    known = picture.get().posts
    return any(
        permissions.needs_second_factor(known[hat.post].roles) for hat in actor.hats if hat.post in known
    )


def ask_second_factor(code: str, *, wanted: bool, actor: Actor, at: datetime) -> bool:
    """Ask whoever has the role for a second factor from the next sign-in on, or no longer; whether that is a change.

    Refused: not_permitted, role_unknown.
    """
    may_keep_roles(actor)
    with db.write():
        if not Role.objects.filter(code=code).exists():
            raise Refused("role_unknown", code=code)
        if not Role.objects.filter(code=code, second_factor=not wanted).update(second_factor=wanted):
            return False
        action = "ask_second_factor" if wanted else "drop_second_factor"
        journal.append(kind="role", key=code, action=action, actor=actor, at=at, body={})
    permissions.forget()
    return True


def keep_role(code: str, *, name: str, permits: Collection[str], actor: Actor, at: datetime) -> None:
    """Make a role mean exactly these permissions, a new one too. Rights of two administrations never meet in
    one role, nor in one person.
    """
    may_keep_roles(actor)
    if not re.fullmatch("[a-z0-9_]{1,64}", code) or not name.strip():
        raise Refused("role_malformed")
    if unknown := sorted(set(permits) - permissions.declared().keys()):
        raise Refused("permission_unknown", codes=unknown)
    if found := mixed(frozenset(permits)):
        raise Refused("role_mixed", name=name, what=found)
    before = next((one.permissions for one in roles() if one.code == code), ())
    try:
        _write(code, name=name.strip()[:64], permits=frozenset(permits), before=before, actor=actor, at=at)
    except Refused:
        permissions.forget()  # what was undone was read meanwhile
        raise


def _write(
    code: str, *, name: str, permits: frozenset[str], before: Collection[str], actor: Actor, at: datetime
) -> None:
    with db.write():
        permissions.set_role(code, name=name, permissions=permits)
        areas.touch(NAME)
        refuse_any_mixture(at)
        given, taken = sorted(permits - set(before)), sorted(set(before) - permits)
        body = {"name": name, "given": given, "taken": taken}
        journal.append(kind="role", key=code, action="keep", actor=actor, at=at, body=body)


def may_keep_roles(actor: Actor) -> None:
    """Refused("not_permitted") unless the actor keeps roles."""
    if actor.person != SYSTEM_PERSON and not actor.holds(ROLES):
        raise Refused("not_permitted", step=ROLES)

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
from townops.people.register import NAME


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role and what it permits."""

    code: str
    name: str
    permissions: tuple[str, ...]


def roles() -> tuple[RoleView, ...]:
    """Every role by code."""
    held: dict[int, list[str]] = {}
    for role, permission in RolePermission.objects.order_by("permission").values_list("role", "permission"):
        held.setdefault(role, []).append(permission)
    return tuple(
        RoleView(one.code, one.name, tuple(held.get(one.pk, ()))) for one in Role.objects.order_by("code")
    )


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

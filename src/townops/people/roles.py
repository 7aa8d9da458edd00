"""Roles as the security administrator keeps them: named sets of permissions (U6)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.base import db, journal, permissions
from townops.base.access import ROLES
from townops.base.models import Role, RolePermission
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people.apart import Meaning, refuse_any_mixture, refuse_orphans
from townops.people.domain.apart import mixed
from townops.people.queries import directory
from townops.people.register import NAME, picture

LONGEST: Final = 64
RESERVED: Final = "new"  # the address of the page for a new role


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


def keep_role(
    code: str,
    *,
    name: str,
    permits: Collection[str],
    actor: Actor,
    at: datetime,
    second_factor: bool | None = None,
    note: str = "",
) -> None:
    """Make a role mean exactly these permissions, a new one too; None leaves the mark of the second factor as it is.

    Rights of two administrations never meet in one role, nor in one person; the last who keeps accounts, roles or people
    stays. Refused: not_permitted, role_malformed, permission_unknown, role_mixed, administrators_apart, last_keeper.
    """
    may_keep_roles(actor)
    write_role(code, name=name, permits=permits, actor=actor, at=at, second_factor=second_factor, note=note)


def write_role(
    code: str,
    *,
    name: str,
    permits: Collection[str],
    actor: Actor,
    at: datetime,
    second_factor: bool | None,
    note: str,
) -> None:
    """The same by whoever was asked before whether he may."""
    check_role(code, name=name, permits=permits, actor=actor, at=at)
    before = next((one for one in roles() if one.code == code), RoleView(code, "", ()))
    asks = before.second_factor if second_factor is None else second_factor
    with db.write():
        permissions.set_role(code, name=name.strip()[:LONGEST], permissions=permits)
        Role.objects.filter(code=code).update(second_factor=asks)
        areas.touch(NAME)
        body = {
            "name": name.strip()[:LONGEST],
            "given": sorted(set(permits) - set(before.permissions)),
            "taken": sorted(set(before.permissions) - set(permits)),
            "permits": sorted(set(permits)),
            "second_factor": asks,
            "note": note,
        }
        journal.append(kind="role", key=code, action="keep", actor=actor, at=at, body=body)
    permissions.forget()


def check_role(code: str, *, name: str, permits: Collection[str], actor: Actor, at: datetime) -> None:
    """Whether a role may mean this from a moment on; nothing is written. Refused as `keep_role`."""
    if not re.fullmatch("[a-z0-9_]{1,64}", code) or code == RESERVED or not name.strip():
        raise Refused("role_malformed")
    if unknown := sorted(set(permits) - permissions.declared().keys()):
        raise Refused("permission_unknown", codes=unknown)
    if found := mixed(frozenset(permits)):
        raise Refused("role_mixed", name=name, what=found)
    meaning = instead(code, permits)
    refuse_any_mixture(at, meaning=meaning)
    refuse_orphans(directory(), directory(), at, actor=actor, meaning=meaning)


def instead(code: str, permits: Collection[str]) -> Meaning:
    """What roles permit when one of them means this instead."""

    def meaning(codes: Iterable[str]) -> frozenset[str]:
        held = set(codes)
        own = frozenset(permits) if code in held else frozenset[str]()
        return permissions.permissions_of(held - {code}) | own

    return meaning


def may_keep_roles(actor: Actor) -> None:
    """Refused("not_permitted") unless the actor keeps roles."""
    if actor.person != SYSTEM_PERSON and not actor.holds(ROLES):
        raise Refused("not_permitted", step=ROLES)

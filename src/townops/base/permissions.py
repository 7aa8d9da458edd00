"""Named permissions: declared by the context that checks them, gathered into roles, held through posts (C2,
U6).
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models

FRESH_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Permission:
    """`code` as checked in code, `label` for role tables, `sentence` for the manual: what its holder may
    do.
    """

    code: str
    label: str
    sentence: str


_declared: dict[str, Permission] = {}
_table: dict[str, frozenset[str]] = {}
_flagged: frozenset[str] = frozenset()
_read_at: float = float("-inf")


def declare(code: str, label: str, sentence: str) -> str:
    """Declare a permission in a context's access.py; the same code twice with another meaning stops start-
    up.
    """
    permission = Permission(code, label, sentence)
    if _declared.setdefault(code, permission) != permission:
        raise ImproperlyConfigured(f"permission {code!r} is declared twice with different words")
    return code


def declared() -> dict[str, Permission]:
    """Every declared permission by code, in order of code."""
    return dict(sorted(_declared.items()))


def permissions_of(role_codes: Iterable[str]) -> frozenset[str]:
    """Every permission of these roles together.

    Read once in ten seconds, and again after a change in this process.
    """
    _refresh()
    nothing: frozenset[str] = frozenset()
    return nothing.union(*(_table.get(code, nothing) for code in role_codes))


def needs_second_factor(role_codes: Iterable[str]) -> bool:
    """Whether one of these roles asks for a second factor at sign-in."""
    _refresh()
    return not _flagged.isdisjoint(role_codes)


def _refresh() -> None:
    global _table, _flagged, _read_at
    if time.monotonic() - _read_at > FRESH_SECONDS:
        _table, _flagged = _read()
        _read_at = time.monotonic()


def forget() -> None:
    """Drop the cached role table."""
    global _read_at
    _read_at = float("-inf")


def set_role(code: str, *, name: str, permissions: Iterable[str]) -> None:
    """Create the role or make it mean exactly these permissions.

    Undeclared codes are refused as a fault of the program.
    """
    wanted = set(permissions)
    if unknown := sorted(wanted - _declared.keys()):
        raise ImproperlyConfigured(f"role {code!r} names undeclared permissions: {', '.join(unknown)}")
    role, _ = _model("Role").objects.update_or_create(code=code, defaults={"name": name})
    rows = _model("RolePermission").objects.filter(role=role)
    held = set(rows.values_list("permission", flat=True))
    rows.filter(permission__in=held - wanted).delete()
    fresh = [_model("RolePermission")(role=role, permission=one) for one in sorted(wanted - held)]
    _model("RolePermission").objects.bulk_create(fresh)


def check_roles() -> None:
    """Stop start-up when a stored role names a permission nobody declares: a right nobody can explain is
    not given.
    """
    stored = _model("RolePermission").objects.values_list("role__code", "permission").order_by("role__code")
    unknown = [f"{role}: {permission}" for role, permission in stored if permission not in _declared]
    if unknown:
        raise ImproperlyConfigured("roles name undeclared permissions: " + "; ".join(unknown))


class RoleRows(models.QuerySet[Any]):
    """Rows of the role tables; whoever writes them makes this process read them again."""

    def create(self, **values: Any) -> Any:
        forget()
        return super().create(**values)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        forget()
        return super().bulk_create(objs, *args, **options)

    def update(self, **values: Any) -> int:
        forget()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        forget()
        return super().delete()


def _read() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """(permissions by role, roles that ask for a second factor)."""
    found: dict[str, set[str]] = {}
    flagged = set()
    for role, asks, permission in _model("Role").objects.values_list(
        "code", "second_factor", "permissions__permission"
    ):
        found.setdefault(role, set()).update({permission} if permission else ())
        flagged |= {role} if asks else set()
    return {role: frozenset(codes) for role, codes in found.items()}, frozenset(flagged)


def _model(name: str) -> Any:
    return apps.get_model("base", name)

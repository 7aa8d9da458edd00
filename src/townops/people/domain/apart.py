"""System, security and audit administration are apart: nobody has rights of two of them (三权分立). Pure."""

from collections.abc import Set
from typing import Final

GROUPS: Final[dict[str, frozenset[str]]] = {
    "系统管理": frozenset({"base.operate", "base.accounts"}),
    "安全管理": frozenset({"base.security", "base.roles"}),
    "审计管理": frozenset({"orders.verify_journal"}),
}


def groups(permissions: Set[str]) -> tuple[str, ...]:
    """Which of the three administrations these rights belong to."""
    return tuple(name for name, rights in GROUPS.items() if permissions & rights)


def mixed(permissions: Set[str]) -> tuple[str, ...]:
    """The administrations mixed in these rights; empty when at most one is touched."""
    found = groups(permissions)
    return found if len(found) > 1 else ()


ALWAYS_HELD: Final = ("base.accounts", "base.roles", "people.edit")
"""Rights without whose holder nobody could ever be given any right again."""

"""Who acts: a person wearing one or several hats (posts). Rules ask hats, never names of roles (U1-U2, U6)."""

from collections.abc import Iterator
from dataclasses import dataclass

STAFF, HEAD, LEADER, MAIN_LEADER = range(4)
SYSTEM_PERSON = 0


@dataclass(frozen=True, slots=True)
class Hat:
    """One post held now, by appointment or delegation; `areas` are ids of area subtrees it is limited to, empty = all."""

    post: int
    unit: int
    permissions: frozenset[str]
    rank: int = STAFF
    areas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (`person` 0 is the system itself) and the hats held at the moment of acting."""

    person: int
    name: str
    hats: tuple[Hat, ...]

    def holds(self, permission: str) -> bool:
        return any(permission in hat.permissions for hat in self.hats)

    def hats_with(self, permission: str) -> Iterator[Hat]:
        return (hat for hat in self.hats if permission in hat.permissions)

    @property
    def units(self) -> frozenset[int]:
        return frozenset(hat.unit for hat in self.hats)

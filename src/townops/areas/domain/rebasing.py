"""The own changes of a draft put upon borders that others changed meanwhile; what both changed is asked (U8-U11). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from townops.areas.domain.features import Feature

MINE, THEIRS = "mine", "theirs"
CHOICES: Final = frozenset({MINE, THEIRS})
Features = Mapping[str, Feature]


@dataclass(frozen=True, slots=True)
class Conflict:
    """An area that the draft and the others changed, each differently; None: it is not there."""

    code: str
    base: Feature | None
    mine: Feature | None
    theirs: Feature | None


@dataclass(frozen=True, slots=True)
class Rebased:
    """`changes` is what has to be done to their borders, `conflicts` what nobody has chosen yet."""

    changes: Mapping[str, Feature | None]
    conflicts: tuple[Conflict, ...]


def rebase(base: Features, mine: Features, theirs: Features, choices: Mapping[str, str]) -> Rebased:
    """What makes `theirs` hold the changes that lead from `base` to `mine`.

    An area that one side alone changed is as that side has it, also when both changed it alike; for every other the
    choice ("mine" or "theirs", by code) decides.
    """
    changes: dict[str, Feature | None] = {}
    conflicts = []
    for code in sorted(base.keys() | mine.keys()):
        was, own, other = base.get(code), mine.get(code), theirs.get(code)
        if own in (was, other):
            continue
        chosen = MINE if other == was else choices.get(code)
        if chosen == MINE:
            changes[code] = own
        elif chosen != THEIRS:
            conflicts.append(Conflict(code, was, own, other))
    return Rebased(changes, tuple(conflicts))


def applied(features: Features, changes: Mapping[str, Feature | None]) -> dict[str, Feature]:
    """The features with the changes; None takes one away."""
    whole: dict[str, Feature | None] = {**features, **changes}
    return {code: one for code, one in whole.items() if one is not None}

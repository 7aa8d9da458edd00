"""The own changes of a draft put upon borders that others changed meanwhile; where both changed the same it is asked (U8-U11). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from townops.areas.domain.features import Feature

MINE, THEIRS = "mine", "theirs"
CHOICES: Final = frozenset({MINE, THEIRS})
FACTS: Final = ("kind", "name", "parent", "block_type", "detached_allowed", "directly_managed", "shape")
Features = Mapping[str, Feature]


@dataclass(frozen=True, slots=True)
class Conflict:
    """An area of which the draft and the others changed the same fact, each differently; None: it is not there."""

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

    A fact (name, parent, type, flags, shape) that one side alone changed is as that side has it, also when both changed it
    alike. For an area of which both changed the same fact, or that one side took away and the other changed, the choice
    ("mine" or "theirs", by code) decides.
    """
    changes: dict[str, Feature | None] = {}
    conflicts = []
    for code in sorted(base.keys() | mine.keys()):
        was, own, other = base.get(code), mine.get(code), theirs.get(code)
        if own in (was, other):
            continue
        joined = own if other == was else _joined(was, own, other)
        if joined is not None or other == was:
            changes |= {code: joined} if joined != other else {}
        elif choices.get(code) == MINE:
            changes[code] = own
        elif choices.get(code) != THEIRS:
            conflicts.append(Conflict(code, was, own, other))
    return Rebased(changes, tuple(conflicts))


def _joined(base: Feature | None, mine: Feature | None, theirs: Feature | None) -> Feature | None:
    """The changes of both sides in one area; None where they cannot both hold."""
    if base is None or mine is None or theirs is None:
        return None
    joined = theirs
    for name in FACTS:
        was, own, other = (getattr(one, name) for one in (base, mine, theirs))
        if own in (was, other):
            continue
        if other != was:
            return None
        joined = replace(joined, **{name: own})
    return joined


def applied(features: Features, changes: Mapping[str, Feature | None]) -> dict[str, Feature]:
    """The features with the changes; None takes one away."""
    whole: dict[str, Feature | None] = {**features, **changes}
    return {code: one for code, one in whole.items() if one is not None}

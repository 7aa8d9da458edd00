"""Which open things of other contexts lie where borders change: each context declares its own answer (U8-U11)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from townops.areas.domain.comparing import Difference
from townops.areas.models import Area
from townops.areas.publishing import foresee_publishing
from townops.base.registry import Registry

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Touched:
    """How many things change hands, and the first fifty of them in words."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concern:
    """What a context says changes hands: its Chinese label and a function of the ids of the areas that change."""

    label: str
    touched: Callable[[frozenset[int]], Touched]


Asked = Callable[[frozenset[int]], Touched]
_concerns: Registry[Concern] = Registry("concern for borders")


def on_borders(name: str, label: str) -> Callable[[Asked], Asked]:
    """Declare in `answers.py` what of a context lies on areas whose ground, name or parent changes."""

    def register(function: Asked) -> Asked:
        _concerns.add(name, Concern(label, function))
        return function

    return register


def changing_hands(version_id: int) -> dict[str, tuple[str, Touched]]:
    """Label and things by context, were the draft published today; nothing is written."""
    found = foresee_publishing(version_id, timezone.localdate())
    areas = _areas_of(found)
    return {name: (one.label, one.touched(areas)) for name, one in _concerns.all().items()}


def _areas_of(found: Difference) -> frozenset[int]:
    """Ids of areas that end, lose or gain ground, or move to another parent; a mere new vertex changes no hands."""
    codes = {*found.removed, *found.reworded}
    codes |= {code for one in found.moved if one.how != "renamed" for code in (one.before, one.after)}
    known = dict(Area.objects.values_list("code", "pk"))
    return frozenset(known[code] for code in codes if code in known)

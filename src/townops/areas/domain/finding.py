"""Which 居村 and blocks an address means, from their names alone: what a caller says, typed while he says it. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

UNSAID: Final = re.compile(r"[\s,，。、;；:：()（）\-]+")
PAIR: Final = 2
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A place as it is looked for: its code, its name, and the 居村 above it ("" for a 居村 itself).

    A key place (`is_place`) has the code of its block, which is above it, and its own point where that is known.
    """

    code: str
    name: str
    above: str = ""
    point: tuple[float, float] | None = None
    is_place: bool = False


def find(q: str, places: Iterable[Named], most: int) -> list[Named]:
    """Those the words may mean, likeliest first, then by code; nothing for less than two signs.

    A name said in full comes before parts of names; a block whose 居村 is said too comes before its namesakes.
    """
    said = UNSAID.sub("", q)
    if len(said) < PAIR:
        return []
    pairs = {said[at : at + PAIR] for at in range(len(said) - PAIR + 1)}
    ranked = ((_likeness(said, pairs, one), one) for one in places)
    found = sorted((one for one in ranked if one[0]), key=lambda pair: (-pair[0], pair[1].code))
    return [one for _, one in found[:most]]


def _likeness(said: str, pairs: set[str], place: Named) -> int:
    if not place.is_place and UNSAID.sub("", place.code).startswith(said):
        return 2 * WHOLE
    own = _shared(said, pairs, place.name)
    return own + _shared(said, pairs, place.above) // 2 if own else 0


def _shared(said: str, pairs: set[str], name: str) -> int:
    """How much of a name was said: its pairs of signs, all of it counting most; what is typed may be its beginning."""
    if not name:
        return 0
    whole = WHOLE if name in said or said in name else 0
    return whole + sum(pair in name for pair in pairs)

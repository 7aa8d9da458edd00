"""An area drawn by hand on a map, as it stands in an address: longitude and latitude to five decimals, each the step from
the one before, in digits of 32 (zigzag, low first, the sixth bit: more follow) written in the alphabet of base64url.

Ten points take some sixty signs. The browser writes the same (`townmap-draw.js`).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from townops.kernel.refusal import Refused

SCALE: Final = 100_000
FEWEST: Final = 3
MOST: Final = 200
LONGEST: Final = MOST * 14
DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
EAST, NORTH = 180.0, 85.0
MORE: Final = 32
Point = tuple[float, float]
Drawn = tuple[Point, ...]
_VALUES: Final = {sign: value for value, sign in enumerate(DIGITS)}


def read_drawn(text: str) -> Drawn:
    """The corners, none repeated at the end.

    Refused: drawn_malformed, drawn_too_many, drawn_too_few, drawn_outside, drawn_crossing.
    """
    if len(text) > LONGEST:
        raise Refused("drawn_too_many", most=MOST)
    steps = list(_numbers(text))
    if len(steps) % 2:
        raise Refused("drawn_malformed")
    points = _apart(list(zip(_sums(steps[::2]), _sums(steps[1::2]), strict=True)))
    _check(points)
    return points


def written(points: Sequence[Point]) -> str:
    """The address of these corners."""
    whole = [(round(lng * SCALE), round(lat * SCALE)) for lng, lat in points]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise([(0, 0), *whole])]
    return "".join(_digits(step) for pair in steps for step in pair)


def _check(points: Drawn) -> None:
    if len(points) > MOST:
        raise Refused("drawn_too_many", most=MOST)
    if any(abs(lng) > EAST or abs(lat) > NORTH for lng, lat in points):
        raise Refused("drawn_outside")
    if len(points) < FEWEST or _flat(points):
        raise Refused("drawn_too_few", least=FEWEST)
    if _crosses(points):
        raise Refused("drawn_crossing")


def _numbers(text: str) -> Iterator[int]:
    value, shift = 0, 0
    for sign in text:
        if sign not in _VALUES:
            raise Refused("drawn_malformed")
        digit = _VALUES[sign]
        value += (digit & (MORE - 1)) << shift
        shift += 5
        if digit < MORE:
            yield (value >> 1) ^ -(value & 1)
            value, shift = 0, 0
    if shift:
        raise Refused("drawn_malformed")


def _digits(step: int) -> str:
    left, found = (~(step << 1) if step < 0 else step << 1), ""
    while left >= MORE:
        found += DIGITS[(left & (MORE - 1)) | MORE]
        left >>= 5
    return found + DIGITS[left]


def _sums(steps: Sequence[int]) -> Iterator[float]:
    total = 0
    for step in steps:
        total += step
        if abs(total) > EAST * SCALE:
            raise Refused("drawn_outside")
        yield total / SCALE


def _apart(points: Sequence[Point]) -> Drawn:
    """Without a corner that repeats the one before it, nor the first at the end."""
    kept = [point for place, point in enumerate(points) if not place or point != points[place - 1]]
    while len(kept) > 1 and kept[-1] == kept[0]:
        kept.pop()
    return tuple(kept)


def _flat(points: Drawn) -> bool:
    """Whether all lie on one line."""
    first, second, *others = _grid(points)
    return all(_side(first, second, other) == 0 for other in others)


def _grid(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Whole numbers: what crosses is decided without rounding."""
    return [(round(lng * SCALE), round(lat * SCALE)) for lng, lat in points]


def _crosses(points: Drawn) -> bool:
    """Whether two edges meet anywhere but in the corner they share."""
    corners = _grid(points)
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    last = len(edges) - 1
    for first, (a, b) in enumerate(edges):
        for second in range(first + 1, len(edges)):
            c, d = edges[second]
            if second == first + 1 or (first == 0 and second == last):
                if _folds(a, b, c, d):
                    return True
            elif _meet(a, b, c, d):
                return True
    return False


Corner = tuple[int, int]


def _side(a: Corner, b: Corner, c: Corner) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _between(a: Corner, b: Corner, c: Corner) -> bool:
    """Whether c, in line with a and b, lies from one to the other."""
    across = min(a[0], b[0]) <= c[0] <= max(a[0], b[0])
    return across and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = zip(sides, ((a, b, c), (a, b, d), (c, d, a), (c, d, b)), strict=True)
    return any(not side and _between(*three) for side, three in touching)


def _folds(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Whether the second of two edges that share a corner goes back over the first."""
    shared, one, other = (b, a, d) if b == c else (a, b, c)
    if _side(one, shared, other):
        return False
    return (one[0] - shared[0]) * (other[0] - shared[0]) + (one[1] - shared[1]) * (other[1] - shared[1]) > 0

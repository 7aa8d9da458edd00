"""Codes for new areas of a draft by the scheme of the town: never one that any area ever had (U8-U11). Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from townops.areas.domain.features import Feature
from townops.areas.domain.held import Held
from townops.kernel import gridcodes
from townops.kernel.gridcodes import STANDARD, Scheme
from townops.kernel.refusal import Refused

TAIL: Final = re.compile(r"^(.*?)(\d+)$", re.ASCII)


@dataclass(frozen=True)
class Numbering:
    """`ever` has codes that areas outside the draft have or had."""

    ever: Collection[str] = frozenset()
    scheme: Scheme = STANDARD
    made: set[str] = field(default_factory=set)

    def next(self, held: Held, parent: str, kind: str) -> str:
        """A code nobody ever had: by the scheme where the codes above are of it, else as its siblings are called."""
        ever = {*held.touched, *self.ever, *self.made}
        scheme, stem = _stem(held, parent, kind, self.scheme)
        if stem:
            code = gridcodes.new_codes([stem], ever, scheme)[0]
        else:
            code = _after(parent, ever) if kind == "block" else _beside(held, parent, kind, ever)
        self.made.add(code)
        return code


def _stem(held: Held, parent: str, kind: str, scheme: Scheme) -> tuple[Scheme, str]:
    """What a new code begins with, "" where the codes above are not of the scheme; grids have none."""
    if kind == "block":
        return scheme, parent if _is_of(parent, scheme.stem_width) else ""
    if kind != "village":
        return scheme, ""
    above = held.sheet.above(parent)
    town = above[-1].code if above else parent
    fits = _is_of(town, scheme.upper.width)
    return scheme.upper, town[: scheme.upper.stem_width] if fits else ""


def _is_of(code: str, width: int) -> bool:
    return len(code) == width and code.isascii() and code.isdigit()


def _after(parent: str, ever: Collection[str]) -> str:
    tails = [code.removeprefix(parent) for code in ever if code.startswith(parent) and code != parent]
    serial = 1 + max((int(tail) for tail in tails if tail.isascii() and tail.isdigit()), default=0)
    return f"{parent}{serial:03d}"


def _beside(held: Held, parent: str, kind: str, ever: Collection[str]) -> str:
    """Like most of its kind: what they begin with, and the number after their highest."""
    parts = [found for one in held.features.values() if one.kind == kind and (found := TAIL.match(one.code))]
    if not parts:
        return _after(parent, ever)
    stem = Counter(one[1] for one in parts).most_common(1)[0][0]
    same = [one[2] for one in parts if one[1] == stem]
    width = max(map(len, same)) if any(one.startswith("0") for one in same) else 1
    codes = (f"{stem}{number:0{width}d}" for number in count(1 + max(map(int, same))))
    return next(code for code in codes if code not in ever)


def faults(held: Held, codes: Collection[str], scheme: Scheme) -> Iterator[tuple[Feature, Refused]]:
    """Blocks and villages among `codes` whose code is not of the scheme, or not its parent's, and why."""
    for one in sorted(
        (held.features[code] for code in codes if code in held.features), key=lambda one: one.code
    ):
        if one.kind not in ("village", "block"):
            continue
        wanted, stem = _stem(held, one.parent, one.kind, scheme)
        try:
            gridcodes.check(one.code, stem or one.parent, wanted)
        except Refused as refused:
            yield one, refused

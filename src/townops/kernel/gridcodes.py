"""Codes of grids, villages and blocks by a scheme that is data: county 6 + town 3 + village 3 + serial.

A code once given stays: new serials go on after the highest one ever given, also of areas that are gone, so a
version of borders never gives an old code to new ground.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from townops.kernel.refusal import Refused

LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Scheme:
    """Widths of the parts a code begins with, outermost first, and of the serial number at its end."""

    parts: tuple[tuple[str, int], ...] = (("county", 6), ("town", 3), ("village", 3))
    serial: int = 3

    def __post_init__(self) -> None:
        names = [name for name, _ in self.parts]
        widths = [width for _, width in self.parts] + [self.serial]
        if min(widths) < 1 or sum(widths) > LONGEST or len(set(names)) < len(names):
            raise Refused("code_scheme", longest=LONGEST)

    @property
    def stem_width(self) -> int:
        """How many digits come before the serial."""
        return sum(width for _, width in self.parts)

    @property
    def width(self) -> int:
        """How many digits a code has."""
        return self.stem_width + self.serial

    @property
    def upper(self) -> "Scheme":
        """The scheme of what the innermost part names: its serial is that part."""
        return Scheme(self.parts[:-1], self.parts[-1][1])

    @property
    def most(self) -> int:
        """How many codes one stem can give, ever."""
        return int(10**self.serial) - 1


STANDARD: Final = Scheme()
NAMES: Final = tuple(name for name, _ in STANDARD.parts)


def scheme_of(widths: str) -> Scheme:
    """A scheme as it is written down: the widths of county, town, village and serial. Refused(code_scheme)."""
    found = [int(one) for one in widths.split() if _digits(one)]
    if len(found) != len(NAMES) + 1 or len(found) != len(widths.split()):
        raise Refused("code_scheme", longest=LONGEST)
    return Scheme(tuple(zip(NAMES, found[:-1], strict=True)), found[-1])


def stem(values: Mapping[str, str], scheme: Scheme = STANDARD) -> str:
    """What a code begins with. Refused `code_part` for a part that lacks or has another width."""
    said = []
    for name, width in scheme.parts:
        value = values.get(name, "")
        if not _digits(value) or len(value) != width:
            raise Refused("code_part", part=name, given=value, width=width)
        said.append(value)
    return "".join(said)


def read(code: str, scheme: Scheme = STANDARD) -> dict[str, str]:
    """The parts of a code, the serial among them. Refused `code_malformed`."""
    if not _digits(code) or len(code) != scheme.width or not int(code[scheme.stem_width :]):
        raise Refused("code_malformed", code=code, width=scheme.width)
    found, at = {}, 0
    for name, width in (*scheme.parts, ("serial", scheme.serial)):
        found[name] = code[at : at + width]
        at += width
    return found


def new_codes(stems: Iterable[str], ever_given: Iterable[str], scheme: Scheme = STANDARD) -> tuple[str, ...]:
    """One new code for each stem, in order; codes of other schemes among `ever_given` are let be.

    Refused `code_part` for a wrong stem, `codes_used_up`.
    """
    last: dict[str, int] = {}
    for code in ever_given:
        if _digits(code) and len(code) == scheme.width:
            head, serial = code[: scheme.stem_width], int(code[scheme.stem_width :])
            last[head] = max(last.get(head, 0), serial)
    made = []
    for one in stems:
        if not _digits(one) or len(one) != scheme.stem_width:
            raise Refused("code_part", part="stem", given=one, width=scheme.stem_width)
        last[one] = last.get(one, 0) + 1
        if last[one] > scheme.most:
            raise Refused("codes_used_up", stem=one, most=scheme.most)
        made.append(f"{one}{last[one]:0{scheme.serial}d}")
    return tuple(made)


def check(code: str, parent: str, scheme: Scheme = STANDARD) -> None:
    """Raise unless a code is of the scheme and begins with its parent's: `code_malformed`, `code_of_another`."""
    read(code, scheme)
    if not code.startswith(parent):
        raise Refused("code_of_another", code=code, parent=parent)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()

"""Telephone and identity numbers in free text, in whatever shape people type them: found, taken out, hashed.

Full-width, circled and other digits count as digits; blanks, dashes, dots, brackets and invisible signs between them do
not matter, nor do +86, 0086 and a leading 0; numbers that follow each other without a gap are several numbers. How a
number found is shown to others is `base.masking`'s.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from townops.base import crypto

Kind = Literal["id", "phone", "spoken"]
BETWEEN: Final = (
    r"[\s\-‐-―−－_.．·•・~～/()（）\[\]【】\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\u20e3\ufeff]{0,4}"
)
CLUMP: Final = re.compile(rf"[0-9](?:{BETWEEN}[0-9])*(?:{BETWEEN}[Xx](?![A-Za-z0-9]))?")
DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
MOBILE: Final = re.compile(r"(?:(?:00)?86)?0?(?P<core>1[3-9]\d{9})")
NUMERALS: Final = "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
SPOKEN: Final = re.compile(rf"[{NUMERALS}](?:{BETWEEN}[{NUMERALS}]){{10,17}}")
HEARD: Final = str.maketrans(NUMERALS, "0001234567891123456789")
COUNTED: Final = re.compile(r"\s*(?:元|块|万|亿|平方|立方|吨|件|%)")
GLUED: Final = 4
YI: Final = 0xA000
TOKEN_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of number. `core` is what is hashed; `grouped`: it may only be written in its usual groups."""

    kind: Kind
    pattern: re.Pattern[str]
    grouped: bool = False
    counted: bool = False


SHAPES: Final = (
    Shape("id", re.compile(rf"(?P<core>[1-9]\d{{5}}(?:18|19|20)\d{{2}}{DAY}\d{{3}}[\dX])")),
    Shape("phone", MOBILE),
    Shape("id", re.compile(rf"(?P<core>[1-9]\d{{7}}{DAY}\d{{3}})")),
    Shape("phone", re.compile(r"(?:(?:00)?86)?(?P<core>(?:010|02\d|0[3-9]\d{2})\d{8})"), grouped=True),
    Shape("phone", re.compile(r"(?:(?:00)?86)?(?P<core>0[3-9]\d{2}\d{7})"), grouped=True),
    Shape("phone", re.compile(rf"(?!20\d{{2}}{DAY})(?P<core>[2-8]\d{{7}})"), grouped=True, counted=True),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One number in a text: from `start` to `end`, as its bare digits without a country code."""

    kind: Kind
    start: int
    end: int
    number: str


class _Digits(dict[int, str]):
    """Every sign that stands for one digit as that digit, others as they are; one sign stays one sign."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.digit(chr(code), -1)
        self[code] = str(digit) if digit >= 0 else chr(code)
        return self[code]


_PLAIN: Final = _Digits({ord("Ｘ"): "X", ord("ｘ"): "x", ord("＋"): "+"})


def find(text: str) -> list[Found]:
    """Every telephone and identity number, in the order of the text."""
    plain = text.translate(_PLAIN)
    found = [
        one for clump in CLUMP.finditer(plain) for one in _Clump(plain, clump.start(), clump[0]).numbers()
    ]
    for hit in SPOKEN.finditer(text):
        number = bare(hit[0].translate(HEARD))
        found.append(Found("spoken", hit.start(), hit.end(), number))
    return sorted(found, key=lambda one: one.start)


def replaced(text: str, by: Callable[[Found], str]) -> str:
    """The text with something else in the place of every number found."""
    pieces, end = [], 0
    for one in find(text):
        pieces += [text[end : one.start], by(one)]
        end = one.end
    return "".join([*pieces, text[end:]])


def tokenised(text: str) -> str:
    """The text with a sign for every number found that only the town's look-up key can make: to be indexed."""
    return replaced(text, lambda one: f" {token(one.number)} ")


def token(number: str) -> str:
    """What stands for a number in an index: part of its keyed hash, in Yi syllables, which nobody types."""
    hashed = bytes.fromhex(crypto.keyed_hash(number))[:TOKEN_BYTES]
    return "".join(chr(YI + byte) for byte in hashed)


def bare(number: str) -> str:
    """A telephone number as it is hashed: its digits, without a country code before a mobile number."""
    digits = "".join(sign for sign in number.translate(_PLAIN) if "0" <= sign <= "9")
    mobile = MOBILE.fullmatch(digits)
    return mobile["core"] if mobile else digits


class _Clump:
    """Digits that stand together, with what stands between them taken out."""

    def __init__(self, text: str, start: int, clump: str) -> None:
        self.text = text
        self.places = [start + n for n, sign in enumerate(clump) if sign.isascii() and sign.isalnum()]
        self.digits = "".join(text[place] for place in self.places).upper()
        inner = range(1, len(self.places))
        self.gaps = frozenset(n for n in inner if self.places[n] != self.places[n - 1] + 1)

    def numbers(self) -> Iterator[Found]:
        at = 0
        while at < len(self.digits):
            tiles = self._tiles(at, GLUED) if at == 0 or at in self.gaps else None
            yield from tiles or ()
            at = self.places.index(tiles[-1].end - 1) + 1 if tiles else at + 1

    def _tiles(self, at: int, most: int) -> list[Found] | None:
        """One number from here, or several glued together, up to where the digits end or pause."""
        for shape in SHAPES:
            hit = shape.pattern.match(self.digits, at)
            if hit is None or not self._usual(shape, hit):
                continue
            if self._ends(hit.end()):
                return [self._found(shape, hit)]
            rest = self._tiles(hit.end(), most - 1) if most > 1 else None
            if rest:
                return [self._found(shape, hit), *rest]
        return None

    def _ends(self, at: int) -> bool:
        """An X after them is a word of its own: only an identity number has one, and then within it."""
        return self.digits[at:] in {"", "X"} or at in self.gaps

    def _usual(self, shape: Shape, hit: re.Match[str]) -> bool:
        start, end = hit.start("core"), hit.end()
        if shape.counted and COUNTED.match(self.text, self.places[end - 1] + 1):
            return False
        groups = {start, start + 3, start + 4, end - 4, end - 8, end - 7}
        return not shape.grouped or all(gap in groups for gap in self.gaps if hit.start() < gap < end)

    def _found(self, shape: Shape, hit: re.Match[str]) -> Found:
        first, last = self.places[hit.start()], self.places[hit.end() - 1]
        start = first - 1 if first and self.text[first - 1] == "+" else first
        return Found(shape.kind, start, last + 1, hit["core"])

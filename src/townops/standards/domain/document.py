"""The town's own document as numbered paragraphs, each with its place and the hash of its normalised text.

A page break, a lost space or a full-width sign changes no hash; a changed word, number or responsible unit does.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

LEVELS: Final = ("chapter", "section", "number", "sub")
CHINESE: Final = "一二三四五六七八九十"
FARTHEST: Final = 5  # numbers a list may skip; a line that jumps further begins no paragraph
SHORT: Final = 30  # a line up to this long without a full stop is a title, not a sentence

_MARKERS: Final = {
    "chapter": re.compile(rf"([{CHINESE}]+)、"),
    "section": re.compile(rf"[(（]\s*([{CHINESE}]+)\s*[)）]"),
    "number": re.compile(r"(\d{1,2})\s*[.．、](?!\d)"),
    "sub": re.compile(r"(\d{1,2})\s*[)）]"),
}
_LOOSE: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")  # Chinese is written without spaces
_ANNEX: Final = re.compile(r"附件\s*(\d+)$")
_FURNITURE: Final = re.compile(r"(-{3,}|[-—–\s]*\d{1,3}[-—–\s]*|第\s*\d+\s*页.*|!\[.*|<!--.*-->)$")
_FOOTNOTE: Final = re.compile(r"<sup>\s*\d+\s*</sup>\s*(?=\S)")
_MARK: Final = re.compile(r"<sup>\s*\d+\s*</sup>")
_REMARK: Final = re.compile(r"[(（]\s*责任部门\s*[:：]([^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*)[)）]")
_SIGNS: Final = "“”„‟‘’‚‛「」『』"
_QUOTES: Final = str.maketrans(_SIGNS, '"' * len(_SIGNS), "\u200b\ufeff\u00ad")


@dataclass(frozen=True, slots=True)
class Plan:
    """A part of the document with a name of its own: known by its annex number, or by words of its title."""

    key: str
    name: str
    annex: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A numbered paragraph: `responsible` is the remark on units that covers it, which may stand some paragraphs further."""

    place: str
    title: str
    text: str
    responsible: str
    sha256: str


@dataclass(slots=True)
class _Node:
    plan: str
    path: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    titled: bool = False
    responsible: str = ""

    @property
    def depth(self) -> int:
        return max(depth for depth, part in enumerate(self.path) if part)

    def holds(self, other: "_Node") -> bool:
        """Whether the other one stands under this one."""
        top = self.depth + 1
        return other.plan == self.plan and other.depth >= top and other.path[:top] == self.path[:top]


def normalised(text: str) -> str:
    """The text a hash is taken of: signs of one form, quotes alike, no spaces, no emphasis, no footnote marks."""
    plain = unicodedata.normalize("NFKC", _MARK.sub("", text)).translate(_QUOTES)
    return re.sub(r"[\s*#]+", "", plain)


def digest(text: str, responsible: str = "") -> str:
    """The hash of a paragraph and of the remark that names its units."""
    body = f"{normalised(text)}\n{normalised(responsible)}"
    return hashlib.sha256(body.encode()).hexdigest()


def paragraphs(text: str, plans: Iterable[Plan]) -> tuple[Paragraph, ...]:
    """Every numbered paragraph in order; a mere heading over others is none.

    The same place twice gets a mark, so that nothing hides.
    """
    reader = _Reader(tuple(plans))
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        reader.take(line)
    seen: dict[str, int] = {}
    return tuple(
        _paragraph(node, text, seen)
        for (node, after), text in zip(_in_pairs(reader.nodes), _texts(reader.nodes), strict=True)
        if len(node.lines) > node.titled or after is None or not node.holds(after)
    )


def _in_pairs(nodes: Sequence[_Node]) -> Iterator[tuple[_Node, _Node | None]]:
    """Each with the one after it."""
    return zip_longest(nodes, nodes[1:])


def _texts(nodes: Sequence[_Node]) -> list[str]:
    """The text of each node without its remark on units, which is given to all of the section that wait for one."""
    found: list[str] = []
    waiting: list[_Node] = []
    for node in nodes:
        if node.depth < LEVELS.index("number"):
            waiting = []
        waiting.append(node)
        text = _joined(node.lines)
        if remark := _REMARK.search(text):
            text = (text[: remark.start()] + text[remark.end() :]).strip()
            for one in waiting:
                one.responsible = remark.group(1).replace("\n", "").strip()
            waiting = []
        found.append(text)
    return found


def _paragraph(node: _Node, text: str, seen: dict[str, int]) -> Paragraph:
    place = place_of(node.plan, node.path)
    seen[place] = seen.get(place, 0) + 1
    if seen[place] > 1:
        place = f"{place} 之{seen[place]}"
    return Paragraph(place, _title(text), text, node.responsible, digest(text, node.responsible))


def place_of(plan: str, path: tuple[str, ...]) -> str:
    """附件4 二(二)3, 应急 三(一)4 13): chapter, section, number, sub; what is missing is left out."""
    chapter, section, number, sub = path
    place = chapter + (f"({section})" if section else "") + number
    return " ".join(part for part in (plan, place, f"{sub})" if sub else "") if part)


def _title(text: str) -> str:
    first = re.split(r"[。\n]", text, maxsplit=1)[0]
    return first[: SHORT + 10]


def _joined(lines: Iterable[str]) -> str:
    """Lines broken by pages are put together; after a title, a full stop or a colon a new one begins."""
    text = ""
    for line in lines:
        ended = text.endswith(("。", "；", "：")) or 0 < len(text) <= SHORT
        text += ("\n" if ended else "") + line
    return text


class _Reader:
    """Takes line by line; knows in which plan, chapter, section, number and sub it is."""

    def __init__(self, plans: tuple[Plan, ...]) -> None:
        self.plans = plans
        self.plan, self.titled = "", True
        self.path = ["", "", "", ""]
        self.last = [0, 0, 0, 0]
        self.nodes: list[_Node] = []
        self.open: _Node | None = None

    def take(self, raw: str) -> None:
        line = raw.strip()
        if not line or _FURNITURE.fullmatch(line) or _FOOTNOTE.match(line):
            return
        heading = line.startswith("#")
        line = _LOOSE.sub("", _MARK.sub("", line.lstrip("# ").replace("**", ""))).strip()
        if annex := _ANNEX.fullmatch(line):
            return self._begin_plan(self._annex(int(annex.group(1))), titled=False)
        if not self._marked(line, heading) and not (heading and self._named(line)):
            self._continue(line)

    def _annex(self, number: int) -> str:
        return next((one.key for one in self.plans if one.annex == number), f"附件{number}")

    def _begin_plan(self, key: str, *, titled: bool) -> None:
        self.plan, self.titled, self.open = key, titled, None
        self.path, self.last = ["", "", "", ""], [0, 0, 0, 0]

    def _named(self, line: str) -> bool:
        """A heading without a number: the title of the plan just begun, else the beginning of another one."""
        if not self.titled:
            self.titled = True
            return True
        known = [one.key for one in self.plans if one.words and all(word in line for word in one.words)]
        self._begin_plan(known[0] if known else normalised(line)[:SHORT], titled=True)
        return True

    def _marked(self, line: str, heading: bool) -> bool:
        for depth, level in enumerate(LEVELS):
            found = _MARKERS[level].match(line)
            if found and self._follows(depth, _value(found.group(1))):
                self._open(depth, found.group(1), line[found.end() :].strip(), heading)
                return True
        return False

    def _follows(self, depth: int, value: int) -> bool:
        """Whether this number may come next on its level: the first of a list, the same again, or a little further on."""
        return value == 1 or self.last[depth] <= value <= self.last[depth] + FARTHEST

    def _open(self, depth: int, number: str, rest: str, heading: bool) -> None:
        self.path[depth:] = [number, *[""] * (len(LEVELS) - depth - 1)]
        self.last[depth] = _value(number)
        node = _Node(self.plan, (self.path[0], self.path[1], self.path[2], self.path[3]))
        node.titled = heading or (len(rest) <= SHORT and not rest.endswith(("。", "；")))
        node.lines.append(rest)
        self.nodes.append(node)
        self.open = node

    def _continue(self, line: str) -> None:
        """What belongs to no numbered paragraph (a preamble) is left out."""
        if self.open is not None:
            self.open.lines.append(line)


def _value(number: str) -> int:
    """9 or 九, 12 or 十二; 0 for what is no number."""
    if number.isdigit():
        return int(number)
    tens, found, units = number.partition("十")
    if not found:
        return CHINESE.find(number) + 1 if len(number) == 1 else 0
    return (CHINESE.find(tens) + 1 if tens else 1) * 10 + (CHINESE.find(units) + 1 if units else 0)

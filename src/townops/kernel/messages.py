"""Chinese sentences and what they are called in another language; the Chinese text is its own key.

A message may have blanks in braces: `剩余 {span}`. A sentence that was filled already is recognised by the text
between its blanks, and what stands in the blanks is said in the other language too, where it is known.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

HAN: Final = "\u3400-\u9fff"
IS_HAN: Final = re.compile(f"[{HAN}]")
BLANK: Final = re.compile(r"\{(\w*)\}")
EDGES: Final = " \t\r\n，。；：、？！·…→/|+—-"
COUNTED: Final = re.compile(r" ?[时分秒天月日件次条行]")  # what stands before these is a figure
STOPS: Final = ("\n", "。", "；", "·", "，", "：", "、", "→", "/")  # the longest pause first
LOOSE: Final = ("·", "→")  # what stands beside these is independent
CODED: Final = re.compile(r"[A-Z]-[\d-]+ ")  # a class of the catalogue by code and name: data
BRACKETS: Final = re.compile(r"(.*)([（“])([^（）“”]*)([）”])([^（）“”]*)", re.S)
FIGURE: Final = re.compile(r"([\d.,]+) ?(\D+)")
MARKS: Final = {
    "，": ", ", "。": ". ", "；": "; ", "：": ": ", "、": ", ", "？": "? ", "！": "! ", "（": " (", "）": ")", "“": "“",
    "”": "”", "【": "[", "】": "]", "\u3000": " ",
}  # fmt: skip
KEPT: Final = 20_000  # answers remembered; a page has some hundred texts
LONGEST: Final = 600  # a longer text is somebody's report, no message


def has_han(text: str) -> bool:
    """Whether there is anything to translate."""
    return IS_HAN.search(text) is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """A message with blanks, as it is recognised when filled."""

    anchor: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    said: str

    @classmethod
    def of(cls, key: str, said: str) -> "Shape":
        pieces = BLANK.split(key)
        texts, names = pieces[::2], pieces[1::2]
        pattern = re.escape(texts[0])
        for text in texts[1:]:
            pattern += (r"([\d.,+%]+)" if COUNTED.match(text) else "(.*?)") + re.escape(text)
        return cls(max(texts, key=len), re.compile(pattern, re.S), tuple(names), said)

    def fits(self, filled: tuple[str, ...]) -> bool:
        """Of a message with next to no fixed text the blanks hold no sentences: it would fit anything."""
        return self.sure or not any(mark in one for one in filled for mark in "，。；")

    @property
    def sure(self) -> bool:
        return len(IS_HAN.findall(self.pattern.pattern)) > 1

    @property
    def weight(self) -> int:
        """How much of it is fixed text: the more, the surer."""
        return len(self.pattern.pattern) - 5 * len(self.names)


@dataclass(slots=True)
class Speech:
    """Says Chinese texts in another language; what is not in the catalogue stays as it is."""

    words: Mapping[str, str]
    shapes: Mapping[str, list[tuple[int, Shape]]]
    """With their rank, by the rarest sign of their fixed text: few are tried."""
    _said: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: Mapping[str, str]) -> "Speech":
        known = {key: said for key, said in catalogue.items() if said}
        shapes = [Shape.of(key, said) for key, said in known.items() if BLANK.search(key)]
        often = Counter(sign for one in shapes for sign in one.anchor)
        found: dict[str, list[tuple[int, Shape]]] = {}
        for rank, one in enumerate(sorted(shapes, key=lambda one: -one.weight)):
            found.setdefault(min(one.anchor, key=often.__getitem__), []).append((rank, one))
        return cls(known, found)

    def say(self, text: str) -> str:
        """The text in the other language; white space around it stays."""
        if (known := self._said.get(text)) is not None:
            return known
        if not has_han(text) or len(text) > LONGEST:
            return _marks(text) if all(one in MARKS for one in text.strip()) else text
        if len(self._said) >= KEPT:
            self._said.clear()
        self._said[text] = found = self._whole(text)
        return found

    def _whole(self, text: str) -> str:
        bare = text.strip()
        found = self.words.get(bare)
        if found is None:
            found = self._trimmed(bare)
        return text[: len(text) - len(text.lstrip())] + found.strip() + text[len(text.rstrip()) :]

    def _trimmed(self, text: str) -> str:
        """Without the punctuation around it; else piece by piece."""
        core = text.strip(EDGES)
        before, _, after = text.partition(core) if core else ("", "", "")
        if core in self.words:
            return _marks(before) + self.words[core] + _marks(after)
        if (filled := self._filled(text)) is not None:
            return filled
        if core and core != text:
            return _marks(before) + self._trimmed(core) + _marks(after)
        return self._pieces(text)

    def _known(self, text: str) -> str | None:
        exact = self.words.get(text)
        return exact if exact is not None else self._filled(text)

    def _filled(self, text: str) -> str | None:
        tried = sorted(
            (one for sign in set(text) for one in self.shapes.get(sign, ())), key=lambda one: one[0]
        )
        for _, shape in tried:
            if (
                shape.anchor in text
                and (found := shape.pattern.fullmatch(text))
                and shape.fits(found.groups())
            ):
                said = dict(zip(shape.names, map(self.say, found.groups()), strict=True))
                return BLANK.sub(lambda blank, said=said: said.get(blank[1], blank[0]), shape.said)  # type: ignore[misc]
        return None

    def _pieces(self, text: str) -> str:
        """Piece by piece, split where it pauses longest; only when every piece is known: no mixed sentences."""
        for stops in STOPS:
            pieces = _split(text, stops) if stops in text else [text]
            if len(pieces) > 1:
                said = [_marks(one) if one in stops else self._whole(one) for one in pieces]
                loose = stops in LOOSE or (stops == "：" and said[0] != pieces[0])
                return "".join(said).strip() if loose or all(map(_is_said, said)) else text
        return self._bracketed(text)

    def _bracketed(self, text: str) -> str:
        found = BRACKETS.fullmatch(text)
        if found is None:
            return self._counted(text)
        before, opening, inner, closing, after = found.groups()
        if whole := self.words.get(f"{opening}{inner}{closing}"):
            return f"{self._whole(before)}{whole}{self._whole(after)}".strip()
        said = [self._whole(one) if has_han(one) else one for one in (before, inner, after)]
        if any(map(has_han, said)):
            return text
        return f"{said[0].rstrip()}{_marks(opening)}{said[1]}{_marks(closing)}{said[2]}".strip()

    def _counted(self, text: str) -> str:
        """退单 2, 5工作日, 超时 3 天: words and figures beside each other."""
        if found := FIGURE.fullmatch(text):
            word = self._known(found[2])
            return f"{found[1]} {word}" if word else text
        words = text.split(" ")
        said = [self._known(word) or word for word in words]
        return text if any(map(has_han, said)) else " ".join(said)


def _split(text: str, stops: str) -> list[str]:
    """At the given marks outside brackets and quotes; the marks are pieces too."""
    pieces, depth = [""], 0
    for one in text:
        depth += (one in "（“【") - (one in "）”】")
        if one in stops and depth == 0:
            pieces += [one, ""]
        else:
            pieces[-1] += one
    return pieces


def _is_said(piece: str) -> bool:
    return not has_han(piece) or CODED.match(piece) is not None


def _marks(text: str) -> str:
    return "".join(MARKS.get(one, one) for one in text)


ENTRY: Final = re.compile(r'^(msgid|msgstr)\s+"(.*)"$|^"(.*)"$', re.M)
ESCAPES: Final = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def read_po(text: str) -> dict[str, str]:
    """Messages of a gettext catalogue of plain entries: without contexts and plural forms."""
    entries: list[list[str]] = []
    for found in ENTRY.finditer(text):
        keyword, start, more = found.groups()
        if keyword == "msgid":
            entries.append([start, ""])
        elif keyword == "msgstr":
            entries[-1].append(start)
        else:
            entries[-1][-1] += more
    return {_plain(one[0] + one[1]): _plain("".join(one[2:])) for one in entries if one[0] + one[1]}


def used_by_scripts(text: str) -> list[str]:
    """Messages that a module in the browser says, by the files the catalogue names."""
    return [_plain(found[1]) for found in re.finditer(r'^#: .*\.js\b.*\nmsgid "(.*)"$', text, re.M)]


def write_po(head: str, messages: Iterable[tuple[str, str, str]]) -> str:
    """A catalogue of (message, translation, where it is used)."""
    lines = [head.rstrip(), ""]
    for key, said, where in messages:
        lines += [f"#: {where}", f'msgid "{_quoted(key)}"', f'msgstr "{_quoted(said)}"', ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return re.sub(r'\\[nt"\\]', lambda found: ESCAPES[found[0]], text)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")

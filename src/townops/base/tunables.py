"""Values a town changes while it runs, each from one moment on (`Setting`).

Code names the key and its default, and declares beside its use what the value means, in which range it lies and who may
change it; pages list what was declared. How a change is tried and made is `base.tuning`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base.db import write
from townops.base.models import Setting
from townops.base.registry import Registry
from townops.kernel.refusal import Refused

DIGITS: Final = 9
LONGEST_WORD: Final = 8
SEPARATORS: Final = re.compile("[、，,；;]")


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a value: what it is (empty: the only one), its unit and range; of `places` decimals."""

    label: str
    unit: str
    least: float
    most: float
    places: int = 0

    def said(self, value: float) -> str:
        return f"{value:.{self.places}f}"

    @property
    def step(self) -> str:
        """The smallest difference, as an input wants it."""
        return f"{10**-self.places:.{self.places}f}"

    @property
    def range(self) -> tuple[str, str]:
        return self.said(self.least), self.said(self.most)


@dataclass(frozen=True, slots=True)
class Tunable:
    """A value by its key: numbers apart by a space; with `choices`, codes out of them apart by a comma; with `words`, so many
    words at most, apart by 、.
    """

    key: str
    default: str
    label: str
    meaning: str
    permission: str
    parts: tuple[Part, ...] = ()
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    words: int = 0


_declared: Registry[Tunable] = Registry("tunable")


def declare(one: Tunable) -> Tunable:
    """Say what a key means. The same key twice stops start-up."""
    return _declared.add(one.key, one)


def declared() -> dict[str, Tunable]:
    """Every tunable by key."""
    return _declared.all()


def read(one: Tunable, typed: Sequence[str]) -> str:
    """The value typed, a text for each part or each code chosen. Refused: tunable_malformed, tunable_choice_unknown,
    tunable_words_malformed.
    """
    if one.words:
        return _words(one, "、".join(typed))
    if one.choices is None:
        given = [*typed, *("" for _ in one.parts)]
        return " ".join(_number(one, part, text) for part, text in zip(one.parts, given, strict=False))
    known = [code for code, _ in one.choices()]
    if unknown := [code for code in typed if code not in known]:
        raise Refused("tunable_choice_unknown", label=one.label, value=unknown[0][:20])
    return ",".join(code for code in known if code in typed)


def _words(one: Tunable, typed: str) -> str:
    found = list(dict.fromkeys(SEPARATORS.sub(" ", typed).split()))
    if not found or len(found) > one.words or any(len(word) > LONGEST_WORD for word in found):
        raise Refused("tunable_words_malformed", label=one.label, most=one.words, signs=LONGEST_WORD)
    return "、".join(found)


def _number(one: Tunable, part: Part, text: str) -> str:
    whole, _, rest = text.strip().partition(".")
    plain = f"{whole}{rest}"
    fits = plain.isascii() and plain.isdigit() and whole and len(plain) <= DIGITS and len(rest) <= part.places
    if not fits or not part.least <= float(text) <= part.most:
        least, most = part.range
        label = part.label or one.label
        raise Refused(
            "tunable_malformed", label=label, value=text[:20], least=least, most=most, unit=part.unit
        )
    return part.said(float(text))


def said(one: Tunable, value: str) -> str:
    """A stored value in words."""
    if one.words:
        return value
    if one.choices is not None:
        words: Mapping[str, str] = dict(one.choices())
        return "、".join(words.get(code, code) for code in value.split(",") if code) or "没有"
    pairs = zip(one.parts, value.split(), strict=False)
    return "，".join(f"{part.label} {number} {part.unit}".strip() for part, number in pairs)


def value_at(key: str, at: datetime, *, default: str) -> str:
    """The value in force at that moment."""
    rows = Setting.objects.filter(key=key, effective_from__lte=at).order_by("-effective_from")
    found = rows.values_list("value", flat=True).first()
    return default if found is None else found


def set_value(key: str, value: str, *, effective_from: datetime) -> None:
    """Set the value from a moment on; the same moment again replaces it."""
    with write():
        Setting.objects.update_or_create(key=key, effective_from=effective_from, defaults={"value": value})

"""突发: the words of a report that make the desk offer to tell the shift chief at once (U6). Offered, never decided."""

from datetime import datetime
from pathlib import Path
from typing import Final

from townops.base import tunables
from townops.base.access import TUNE
from townops.base.tunables import Tunable, value_at

KEY: Final = "register.urgent_words"
WORDS: Final = (Path(__file__).parent / "starting" / "urgent_words.txt").read_text(encoding="utf-8").strip()
MOST: Final = 80
tunables.declare(
    Tunable(KEY, WORDS, "突发词语", "登记的内容里有这些词时，提示按突发报值班长", TUNE, words=MOST)
)


def words_in(text: str, at: datetime) -> list[str]:
    """The words of danger that stand in a text, as they are in force at that moment."""
    return [word for word in value_at(KEY, at, default=WORDS).split("、") if word in text]

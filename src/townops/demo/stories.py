"""Stories that every demo town must show, from `starting/stories.toml`: where an order rests today, and what befell it before."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from townops.orders.api import State

FILE = Path(__file__).parent / "starting" / "stories.toml"


@dataclass(frozen=True, slots=True)
class Beat:
    """A step taken once, when the order is first found in `state`: by an account, or by the main unit's operator or head.

    `night`: not before the working day is over.
    """

    state: State
    who: str
    step: str
    facts: Mapping[str, Any]
    after: int = 0
    night: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One order's fate. `age` is how many hours ago it came in, from and to; `rest` where it stays (None: it goes its whole way)."""

    name: str
    source: str
    rest: State | None
    age: tuple[float, float]
    about: str = ""
    demand: str = ""
    returns: int = 0
    parent: str = ""
    phone: str = ""
    conduct_of: str = ""
    beats: tuple[Beat, ...] = ()
    silent: bool = False
    late: bool = False
    rework: bool = False
    joint: bool = False
    placed: bool = True


@cache
def stories() -> tuple[Story, ...]:
    """All of them, the ones a small town must have first."""
    return tuple(_story(one) for one in tomllib.loads(FILE.read_text("utf-8"))["story"])


def _story(told: dict[str, Any]) -> Story:
    beats = tuple(
        Beat(
            State(one["in"]),
            one["who"],
            one["step"],
            one.get("facts", {}),
            one.get("after", 0),
            one.get("night", False),
        )
        for one in told.pop("beats", ())
    )
    rest = told.pop("rest", "")
    low, high = told.pop("age")
    return Story(rest=State(rest) if rest else None, age=(low, high), beats=beats, **told)

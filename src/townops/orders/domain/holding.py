"""In whose hands an order was, from when to when (在谁手里多久). Pure: events in, stretches of time out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from townops.orders.domain.settle import WAITING
from townops.orders.domain.states import ENDED, State

PAUSING: Final = frozenset(WAITING) - {State.VERIFYING}


@dataclass(frozen=True, slots=True)
class Moved:
    """What an event left behind: the holder and the state from then on."""

    at: datetime
    unit: str
    state: State


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch in one hand: `share` of all the time held, 0 to 1; `paused` while the handling clock stood still."""

    unit: str
    begins: datetime
    ends: datetime
    share: float
    paused: bool
    running: bool


def held(events: Sequence[Moved], until: datetime) -> tuple[Held, ...]:
    """Stretches oldest first; neighbours in the same hand and pace are one. Time after an end is nobody's."""
    steps = list(_steps(events, until))
    whole = sum((step.ends - step.begins).total_seconds() for step in steps)
    runs = groupby(steps, key=lambda step: (step.life, step.unit, step.paused))
    joined = (_joined(list(run), whole) for _, run in runs)
    return tuple(one for one in joined if one.ends > one.begins or one.running)


@dataclass(frozen=True, slots=True)
class _Step:
    """From one event to the next; `life` counts how often the order had ended before."""

    life: int
    unit: str
    paused: bool
    begins: datetime
    ends: datetime
    last: bool


def _steps(events: Sequence[Moved], until: datetime) -> Iterator[_Step]:
    life = 0
    ends = [*(one.at for one in events[1:]), until]
    for no, (one, end) in enumerate(zip(events, ends, strict=True), start=1):
        if one.state in ENDED:
            life += 1
            continue
        yield _Step(life, one.unit, one.state in PAUSING, one.at, max(one.at, end), no == len(events))


def _joined(run: list[_Step], whole: float) -> Held:
    spent = sum((step.ends - step.begins).total_seconds() for step in run)
    share = spent / whole if whole else 1.0
    return Held(run[0].unit, run[0].begins, run[-1].ends, share, run[0].paused, run[-1].last)

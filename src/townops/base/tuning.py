"""Changing a tunable: tried beforehand, from now on, journalled; the second of two is told what the first did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import journal, seals, tunables
from townops.base.db import write
from townops.base.registry import Registry
from townops.base.tunables import Tunable
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

KIND: Final = "tunable"
LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a key from now on, typed over the value `over`."""

    key: str
    value: str
    note: str
    over: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of something there are under the value in force, and under the one tried."""

    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Touched:
    """An open order that a value would mark otherwise."""

    number: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a value would do: figures, the exact number of open orders it touches, the first of them."""

    figures: tuple[Counted, ...] = ()
    count: int = 0
    first: tuple[Touched, ...] = ()


Try = Callable[[str, str, datetime], Trial]
_trials: Registry[Try] = Registry("trial of a tunable")


def on_trial(key: str) -> Callable[[Try], Try]:
    """Declare what computes a trial: a function of the value in force, the value tried, and the moment."""

    def register(function: Try) -> Try:
        return _trials.add(key, function)

    return register


def known(key: str) -> Tunable:
    """Refused("tunable_unknown")."""
    found = tunables.declared().get(key)
    if found is None:
        raise Refused("tunable_unknown", key=key[:40])
    return found


def in_force(one: Tunable, at: datetime) -> str:
    return tunables.value_at(one.key, at, default=one.default)


def verify(change: Change, at: datetime) -> Tunable:
    """Refused: tunable_unknown, tunable_stale, tunable_note_missing, tunable_unchanged, and as `tunables.read`."""
    one = known(change.key)
    tunables.read(one, change.value.split("," if one.choices else None))
    now = in_force(one, at)
    if now != change.over:
        raise Refused(
            "tunable_stale", label=one.label, now=tunables.said(one, now), note=_latest_note(one.key)
        )
    if not change.note.strip():
        raise Refused("tunable_note_missing")
    if now == change.value:
        raise Refused("tunable_unchanged", label=one.label)
    return one


def foresee(change: Change, at: datetime) -> Trial:
    """What saving would do; nothing is written."""
    one = verify(change, at)
    tried = _trials.get(one.key)
    return tried(change.over, change.value, at) if tried else Trial()


def save(change: Change, *, actor: Actor, at: datetime) -> None:
    """From now on. Refused: not_permitted, and as `verify`."""
    if not actor.holds(known(change.key).permission):
        raise Refused("not_permitted")
    with write():
        seals.one_at_a_time(f"{KIND}/{change.key}")
        verify(change, at)
        tunables.set_value(change.key, change.value, effective_from=at)
        body = {"value": change.value, "before": change.over, "note": change.note[:LONGEST_NOTE]}
        journal.append(kind=KIND, key=change.key, action="set", actor=actor, at=at, body=body)


def history(key: str) -> list[journal.Entry]:
    """Every change of a key, newest first."""
    return journal.history(KIND, key)[::-1]


def _latest_note(key: str) -> str:
    newest = next(iter(history(key)), None)
    return f"{newest.name}：{newest.body['note']}" if newest else ""

"""Measures: one function beside the data it counts, found by file name (`measures.py`) and asked by name (architecture 4).

`@measure` answers for one subject, `@measure_each` for many at once by a fixed number of queries. The name is
`context.name`. `@subjects` says who there is of a kind: every firm, every station.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from townops.base.registry import Registry
from townops.kernel.measured import Measured, Subject
from townops.kernel.windows import Window

One = Callable[[Window, Subject], Measured]
Each = Callable[[Window, Sequence[Subject]], Mapping[str, Measured]]
Listed = Callable[[str, datetime], Sequence[Subject]]
OneT = TypeVar("OneT", bound=One)
EachT = TypeVar("EachT", bound=Each)
ListedT = TypeVar("ListedT", bound=Listed)
TOWN: Final = "town"


@dataclass(frozen=True, slots=True)
class Measure:
    """A declared measure: its dotted name, what it is called, in what it counts, how in one sentence, and for what kinds of
    subjects it can be asked.
    """

    name: str
    label: str
    unit: str
    formula: str
    kinds: frozenset[str]
    each: Each

    def asked(self, window: Window, subjects: Sequence[Subject]) -> Mapping[str, Measured]:
        """By code of subject; one that is not answered for has no records."""
        return self.each(window, subjects) if subjects else {}


_measures: Final[Registry[Measure]] = Registry("measure")
_subjects: Final[Registry[Listed]] = Registry("kind of subject")


def measure(name: str, *, label: str, unit: str, kinds: tuple[str, ...] = (TOWN,)) -> Callable[[OneT], OneT]:
    """Declare a measure of one subject; its docstring is the formula that is shown."""

    def register(function: OneT) -> OneT:
        def each(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
            return {one.code: function(window, one) for one in asked}

        _declare(function, Measure(name, label, unit, "", frozenset(kinds), each))
        return function

    return register


def measure_each(name: str, *, label: str, unit: str, kinds: tuple[str, ...]) -> Callable[[EachT], EachT]:
    """Declare a measure of many subjects at once, answered by code of subject."""

    def register(function: EachT) -> EachT:
        _declare(function, Measure(name, label, unit, "", frozenset(kinds), function))
        return function

    return register


def subjects(kind: str) -> Callable[[ListedT], ListedT]:
    """Declare who there is of a kind in a town at a moment, in order."""

    def register(function: ListedT) -> ListedT:
        _subjects.add(kind, function)
        return function

    return register


def _declare(function: Callable[..., object], of: Measure) -> None:
    name = f"{function.__module__.split('.')[1]}.{of.name}"
    formula = " ".join((function.__doc__ or "").split())
    _measures.add(name, replace(of, name=name, formula=formula))


def measures() -> dict[str, Measure]:
    """Every declared measure by name."""
    return _measures.all()


def get(name: str) -> Measure | None:
    return _measures.get(name)


def subjects_of(kind: str, town: str, at: datetime) -> Sequence[Subject] | None:
    """Who there is of a kind; None where no installed context keeps them."""
    listed = _subjects.get(kind)
    return None if listed is None else listed(town, at)

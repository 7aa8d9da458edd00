"""What a measure answers: a value with the rows it rests on, and the rows left out with the reason (C3, V13).

A value without records is no value: whoever judges it says "no source", never "met".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Self, TypeVar

SHOWN: Final = 200  # references kept of what was counted, and as many of what was left out
NOTHING: Final[Mapping[str, "Basis"]] = MappingProxyType({})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Basis:
    """A figure that is taken from elsewhere, such as the resident population: of which day, and says who."""

    value: float
    unit: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Who owes a duty: the town, a 居村, a firm. `area` and `unit` are ids where it has them; `bases` holds the dated
    figures of it by name.
    """

    kind: str
    code: str
    name: str
    area: int | None = None
    unit: int | None = None
    bases: Mapping[str, Basis] = field(default_factory=lambda: NOTHING, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A typed reference to a record: what kind, its key there, and how people call it."""

    kind: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that was looked at and not counted, and why."""

    evidence: Evidence
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """`value` None: there is nothing to judge. `records`: how many were looked at; `of`: what a share is of; `until`: the
    newest fact that counted; `basis`: the dated figures used, in words; `lacking`: why there is no value.
    """

    value: float | None
    records: int = 0
    of: float | None = None
    evidence: tuple[Evidence, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    until: datetime | None = None
    basis: str = ""
    lacking: str = ""

    @classmethod
    def missing(cls, reason: str) -> Self:
        """No value, and why."""
        return cls(None, lacking=reason)

    @classmethod
    def counting(
        cls, rows: Iterable[T], refer: Callable[[T], Evidence], *, fault: Callable[[T], str] | None = None
    ) -> Self:
        """How many rows have no fault; those that have one are left out with it as the reason."""
        counted, left_out = _sorted(rows, refer, fault)
        return cls(
            len(counted), len(counted) + len(left_out), evidence=counted[:SHOWN], left_out=left_out[:SHOWN]
        )

    @classmethod
    def share(
        cls, rows: Iterable[T], refer: Callable[[T], Evidence], *, fault: Callable[[T], str], nothing: str
    ) -> Self:
        """The percentage of rows without fault; of no rows there is none, for the reason `nothing`."""
        counted, left_out = _sorted(rows, refer, fault)
        total = len(counted) + len(left_out)
        if not total:
            return cls.missing(nothing)
        return cls(
            percent(len(counted), total), total, of=total, evidence=counted[:SHOWN], left_out=left_out[:SHOWN]
        )


def percent(part: int, whole: int) -> float:
    """Exact where it matters: it equals a whole number only when the share does."""
    return 100 * part / whole


def _sorted(
    rows: Iterable[T], refer: Callable[[T], Evidence], fault: Callable[[T], str] | None
) -> tuple[tuple[Evidence, ...], tuple[LeftOut, ...]]:
    counted, left_out = [], []
    for row in rows:
        reason = fault(row) if fault else ""
        if reason:
            left_out.append(LeftOut(refer(row), reason))
        else:
            counted.append(refer(row))
    return tuple(counted), tuple(left_out)

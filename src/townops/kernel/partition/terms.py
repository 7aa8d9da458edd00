"""What goes into a proof and what comes out of it: levels of features, tolerances, defects, a repair. Values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final

import shapely

from townops.kernel.refusal import Refused

LATTICE: Final = 1e-7  # degree: what files keep, and where repaired vertices lie
ANNOUNCED: Final = 1e-3  # metre: what floating point may do to a line that is cut


class Fault(StrEnum):
    """The type of a defect. One fault has one type: the first that fits, in this order."""

    INVALID = "invalid"
    DUPLICATE = "duplicate"
    SLIVER = "sliver"
    OVERLAP = "overlap"
    GAP = "gap"
    BORDER = "border"
    CONTAINMENT = "containment"


class Severity(StrEnum):
    """Serious: ground is claimed twice, by nobody or by the wrong one. Slight: a repair moves no more than the tolerances."""

    SERIOUS = "serious"
    SLIGHT = "slight"


SLIGHT: Final = frozenset({Fault.SLIVER, Fault.BORDER})


@dataclass(frozen=True, slots=True)
class Feature:
    """One area of a level, in degrees (EPSG:4490). Without a parent's code its parent is found by geometry.

    `directly_managed` ground needs nothing below it, and may hang below any higher level; `detached_allowed`
    may have several parts.
    """

    code: str
    shape: shapely.Geometry | None
    parent: str = ""
    detached_allowed: bool = False
    directly_managed: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Features side by side, like the villages of a town."""

    name: str
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Metres and square metres. They name a fault, they never excuse one: borders agree exactly or not at all.

    Borders nearer than `snap_m` are meant to be one (`border`); an overlap or gap narrower than `width_m` or
    smaller than `area_m2` is a `sliver`. Refused(tolerance_wrong) when negative, not finite, or snap above width.
    """

    snap_m: float = 0.1
    width_m: float = 1.0
    area_m2: float = 1.0

    def __post_init__(self) -> None:
        values = (self.snap_m, self.width_m, self.area_m2)
        if not all(0 < one < float("inf") for one in values) or self.snap_m > self.width_m:
            raise Refused("tolerance_wrong", snap=self.snap_m, width=self.width_m, area=self.area_m2)

    def json(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault. `features` are codes, the one to change first; `m2` its area, `m` its width or distance.

    `detail` says more than the type (`spike`, `t_junction`, `across`, ...), `fix` what would mend it, `toward`
    whom that concerns.
    """

    type: Fault
    detail: str
    level: str
    features: tuple[str, ...]
    m2: float
    m: float
    geometry: shapely.Geometry
    fix: str
    toward: str = ""

    @property
    def severity(self) -> Severity:
        return Severity.SLIGHT if self.type in SLIGHT else Severity.SERIOUS


@dataclass(frozen=True, slots=True)
class Proof:
    """Either every level tiles the one above exactly, or why not."""

    tolerances: Tolerances
    defects: tuple[Defect, ...]

    @property
    def passed(self) -> bool:
        return not self.defects

    @property
    def counts(self) -> dict[Fault, int]:
        """Defects of each type, the absent ones as zero."""
        found = dict.fromkeys(Fault, 0)
        for one in self.defects:
            found[one.type] += 1
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a repair did to one feature. `vertex_m` is the largest distance of a new border point from the old border."""

    level: str
    code: str
    moved_m2: float
    vertex_m: float
    m2_before: float
    m2_after: float


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a repair did: `what`, of which ground, from whom (if anybody) to whom (if anybody)."""

    what: str
    level: str
    lost: tuple[str, ...]
    won: str
    m2: float
    geometry: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Repair:
    """Levels as they would be, what changed, and the proof of the result: its defects are what could not be repaired."""

    levels: tuple[Level, ...]
    before: Proof
    after: Proof
    changes: tuple[Change, ...] = ()
    deeds: tuple[Deed, ...] = ()
    removed: tuple[str, ...] = field(default=())

    @property
    def unrepaired(self) -> tuple[Defect, ...]:
        return self.after.defects


Choices = Mapping[frozenset[str], str]  # of two codes that overlap, the one that keeps the ground

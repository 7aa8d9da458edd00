"""Children and the parents they should tile, where something is wrong: what the search for faults looks at."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.edges import Edges
from townops.kernel.partition.flat import Flat, Ints
from townops.kernel.partition.plane import Floats, Shapes
from townops.kernel.partition.terms import Fault, Tolerances

SMALLEST: Final = 0.785  # times width squared: the area of a circle as wide


@dataclass(frozen=True)
class Stratum:
    """`children` of the untiled `uppers`, among `beside` (all children of that level); `loose` are the edges that do
    not cancel. `told` are regions of faults already found further up. `level` names where defects belong.
    """

    flat: Flat
    edges: Edges
    parents: Ints
    uppers: Ints
    children: Ints
    beside: Ints
    loose: Ints
    told: Shapes
    tolerances: Tolerances
    level: str

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of `beside`, in metres."""
        return shapely.STRtree(self.flat.metric[self.beside])

    @cached_property
    def points(self) -> Floats:
        """Every node in metres."""
        return self.flat.plane.points(self.edges.points)

    @cached_property
    def lines(self) -> Shapes:
        """The loose edges in metres."""
        return self.edges.lines(self.loose, self.points)

    @cached_property
    def line_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)

    @cached_property
    def open_nodes(self) -> Ints:
        """Edges that begin at an end of a loose edge."""
        there = np.zeros(len(self.edges.points), bool)
        there[self.edges.a[self.loose]] = there[self.edges.b[self.loose]] = True
        return np.flatnonzero(there[self.edges.a])

    @cached_property
    def own_nodes(self) -> Ints:
        """Those of them that belong to these two levels."""
        mine = np.isin(self.edges.owner[self.open_nodes], np.union1d(self.beside, self.uppers))
        return self.open_nodes[mine]

    @cached_property
    def holder(self) -> Ints:
        """For each node of a loose edge some feature of these two levels that has it."""
        found = np.full(len(self.edges.points), -1, np.int64)
        found[self.edges.a[self.own_nodes][::-1]] = self.edges.owner[self.own_nodes][::-1]
        return found

    @cached_property
    def users(self) -> Ints:
        """How many features of these two levels have each node of a loose edge."""
        return self._counted(self.own_nodes)

    @cached_property
    def votes(self) -> Ints:
        """How many features of any level have it."""
        return self._counted(self.open_nodes)

    def _counted(self, which: Ints) -> Ints:
        count = len(self.edges.points)
        pairs = np.unique(self.edges.owner[which] * count + self.edges.a[which])
        return np.bincount(pairs % count, minlength=count).astype(np.int64)

    @cached_property
    def stand_ins(self) -> Shapes:
        """Ground of invalid features here: what is wrong beside them is theirs."""
        rows = np.union1d(self.beside, self.uppers)
        return self.flat.metric[rows[self.flat.mended[rows]]]


def thin(part: shapely.Geometry, width: float) -> bool:
    """Whether no circle of this width fits in. Twice the area over the border never exceeds the width."""
    if not part.area >= SMALLEST * width * width:
        return True
    if 2 * part.area >= width * part.length:
        return False
    return bool(shapely.buffer(part, -width / 2, quad_segs=2).is_empty)


def width_of(part: shapely.Geometry) -> float:
    """The widest circle that fits in; for what is nearly a line, its mean width."""
    mean = 2 * part.area / part.length
    if mean * 50 < part.length:
        return float(mean)
    circle = shapely.maximum_inscribed_circle(part, tolerance=max(mean / 50, 1e-4))
    return float(2 * circle.length)


def parts_wider(shape: shapely.Geometry, width: float) -> list[shapely.Geometry]:
    """Parts with an area that are not thinner than `width`."""
    if not shape.area >= SMALLEST * width * width:
        return []
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if not thin(part, width)]


def kind_of(parts: list[shapely.Geometry], wide: Fault, tolerances: Tolerances) -> Fault:
    """Sliver when every part is too thin or too small, else the fault given."""
    slivers = (part.area < tolerances.area_m2 or thin(part, tolerances.width_m) for part in parts)
    return Fault.SLIVER if all(slivers) else wide

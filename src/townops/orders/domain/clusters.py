"""Orders on a map: alone where they stand alone in their cell, else as one cluster that counts them by kind. Pure.

Every order of a window is counted exactly once, whatever the zoom; the answer has at most one mark a cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from townops.kernel.tiling import Cells, Floats, Window, cells_of, degrees

INNER: Final = 0.2  # a cluster keeps off its cell's edges, so that two side by side do not cover each other


@dataclass(frozen=True, slots=True)
class Spots:
    """Orders with a point: places on the unit square, a small number for the kind and 1 for late of each."""

    numbers: Sequence[str]
    xs: Floats
    ys: Floats
    kinds: NDArray[np.int8]
    late: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Alone:
    """One order: its place in degrees, its kind, and whether it is late."""

    number: str
    lng: float
    lat: float
    kind: int
    late: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several orders: the middle of them, how many of each kind, and how many are late."""

    lng: float
    lat: float
    kinds: tuple[int, ...]
    late: int

    @property
    def count(self) -> int:
        return sum(self.kinds)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Orders of a window in the order of their cells, and where each cell's run begins."""

    window: Window
    order: Cells
    cells: Cells
    starts: Cells
    sizes: Cells

    @property
    def group(self) -> Cells:
        """The run of each order."""
        return np.repeat(np.arange(self.starts.size), self.sizes)

    def middles(self, places: Floats, cells: Cells) -> Floats:
        """The mean of each run along one axis, kept inside its cell."""
        mean = np.bincount(self.group, weights=places[self.order], minlength=self.sizes.size) / self.sizes
        side = self.window.side
        held: Floats = np.clip(mean, (cells + INNER) / side, (cells + 1 - INNER) / side)
        return held


def clustered(spots: Spots, window: Window, *, kinds: int) -> tuple[list[Alone], list[Cluster]]:
    """What a window shows, cell by cell from north-west."""
    runs = _runs(spots, window)
    alone = [_alone(spots, int(runs.order[at])) for at in runs.starts[runs.sizes == 1]]
    return alone, _clusters(spots, runs, kinds)


def _runs(spots: Spots, window: Window) -> _Runs:
    columns, rows = cells_of(spots.xs, spots.ys, window.zoom)
    inside = np.flatnonzero(window.holds(columns, rows))
    cells = (rows[inside] - window.top) * (window.right - window.left) + columns[inside] - window.left
    order = np.argsort(cells, kind="stable")
    inside, cells = inside[order], cells[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    return _Runs(window, inside, cells, starts, np.diff(starts, append=cells.size))


def _alone(spots: Spots, at: int) -> Alone:
    lng, lat = degrees(float(spots.xs[at]), float(spots.ys[at]))
    return Alone(spots.numbers[at], lng, lat, int(spots.kinds[at]), bool(spots.late[at]))


def _clusters(spots: Spots, runs: _Runs, kinds: int) -> list[Cluster]:
    crowds = np.flatnonzero(runs.sizes > 1)
    if not crowds.size:
        return []
    each = runs.group * kinds + spots.kinds[runs.order]
    table = np.bincount(each, minlength=runs.starts.size * kinds).reshape(runs.starts.size, kinds)
    late = np.bincount(runs.group, weights=spots.late[runs.order], minlength=runs.starts.size)
    first, width = runs.cells[runs.starts], runs.window.right - runs.window.left
    xs = runs.middles(spots.xs, runs.window.left + first % width)
    ys = runs.middles(spots.ys, runs.window.top + first // width)
    return [
        Cluster(*degrees(float(xs[i]), float(ys[i])), tuple(table[i].tolist()), int(late[i])) for i in crowds
    ]

"""Orders on a map: alone where they stand alone in their cell, else as one cluster that counts them by kind. Pure.

Every order of a window is counted exactly once, whatever the zoom; the answer has at most one mark a cell.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from townops.kernel.tiling import Cells, Floats, Window, cells_of, degrees

INNER: Final = 0.2  # a cluster keeps off its cell's edges, so that two side by side do not cover each other


@dataclass(frozen=True, slots=True)
class Spots:
    """Orders with a point: places on the unit square, a small number for the kind and 1 for late of each."""

    numbers: NDArray[np.bytes_]
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
class _Inside:
    """Orders of a window (their places in the columns), the cell of each, and how many every cell has."""

    window: Window
    orders: Cells
    cells: Cells
    counts: Cells

    def sums(self, weights: Floats) -> Floats:
        """Of each cell the sum over its orders."""
        found = np.bincount(self.cells, weights=weights, minlength=self.counts.size)
        return found.astype(np.float64, copy=False)

    def middles(self, places: Floats, crowds: Cells, at: Cells) -> Floats:
        """The mean of each crowd along one axis, kept inside its cell, which is number `at` of the world."""
        mean = self.sums(places[self.orders])[crowds] / self.counts[crowds]
        side = self.window.side
        held: Floats = np.clip(mean, (at + INNER) / side, (at + 1 - INNER) / side)
        return held


def clustered(spots: Spots, window: Window, *, kinds: int) -> tuple[list[Alone], list[Cluster]]:
    """What a window shows, cell by cell from north-west. Counted cell by cell, never sorted: a million take 50 ms."""
    inside = _inside(spots, window)
    places = inside.sums(inside.orders.astype(np.float64))  # of a cell with one order, its place
    alone = [_alone(spots, int(places[cell])) for cell in np.flatnonzero(inside.counts == 1)]
    return alone, _clusters(spots, inside, kinds)


def _inside(spots: Spots, window: Window) -> _Inside:
    columns, rows = cells_of(spots.xs, spots.ys, window.zoom)
    orders = np.flatnonzero(window.holds(columns, rows))
    cells = (rows[orders] - window.top) * (window.right - window.left) + columns[orders] - window.left
    return _Inside(window, orders, cells, np.bincount(cells, minlength=window.cells))


def _alone(spots: Spots, at: int) -> Alone:
    lng, lat = degrees(float(spots.xs[at]), float(spots.ys[at]))
    return Alone(spots.numbers[at].decode(), lng, lat, int(spots.kinds[at]), bool(spots.late[at]))


def _clusters(spots: Spots, inside: _Inside, kinds: int) -> list[Cluster]:
    crowds = np.flatnonzero(inside.counts > 1)
    each = inside.cells * kinds + spots.kinds[inside.orders]
    table = np.bincount(each, minlength=inside.counts.size * kinds).reshape(-1, kinds)[crowds].tolist()
    late = inside.sums(spots.late[inside.orders].astype(np.float64))[crowds]
    window, width = inside.window, inside.window.right - inside.window.left
    xs = inside.middles(spots.xs, crowds, window.left + crowds % width)
    ys = inside.middles(spots.ys, crowds, window.top + crowds // width)
    return [
        Cluster(*degrees(float(xs[i]), float(ys[i])), tuple(table[i]), int(late[i]))
        for i in range(crowds.size)
    ]

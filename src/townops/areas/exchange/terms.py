"""What reading a survey file gives: a layer as drawn, with what was noticed and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

LARGEST_MB: Final = 200  # of a file as it comes
UNPACKED_MB: Final = 400  # of everything in a zip together
MEGABYTE: Final = 1024 * 1024
MOST_ENTRIES: Final = 2000
MOST_POINTS: Final = 50_000  # of one shape: more is a scan or a mistake, and no browser draws it
WIDEST_DEGREES: Final = 5.0  # no area of a town is wider
ROWS_NAMED: Final = 5

Column = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader did or saw that people should know; said, never refused."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the shape or the words of one row, counted from 1, cannot be used."""

    row: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer in file order. `shapes` are two-dimensional and None where a fault or nothing is; `crs` is
    what the file says of itself, empty when nothing; in CGCS2000 degrees only after `systems.placed`."""

    name: str
    columns: Mapping[str, Column]
    shapes: Column
    crs: str = ""
    notes: tuple[Note, ...] = ()
    faults: tuple[Fault, ...] = ()

    def noting(self, *notes: Note) -> "Layer":
        """The layer with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def named_rows(rows: "NDArray[np.intp] | list[int]") -> str:
    """The first rows of an index from 0, as people count them."""
    first = "、".join(str(int(row) + 1) for row in rows[:ROWS_NAMED])
    return f"第{first}{'等' if len(rows) > ROWS_NAMED else ''}行"

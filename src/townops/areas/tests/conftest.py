"""A town of two villages and four square blocks, in survey files as offices send them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.utils import timezone

from townops.areas import api
from townops.kernel.actors import Actor

MAPPING = {"code": "编码", "name": "名称", "kind": "层级", "parent": "上级", "block_type": "类型"}
DAY = date(2026, 1, 1)
CLERK = Actor(1, "演示甲", ())


def box(column: float, row: float, wide: float = 1, high: float = 1) -> shapely.Polygon:
    """Squares of 0.01 degree from 121.5, 31.3."""
    west, south = round(121.5 + column * 0.01, 7), round(31.3 + row * 0.01, 7)
    return shapely.box(west, south, round(west + wide * 0.01, 7), round(south + high * 0.01, 7))


EDGE = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))  # a point wherever blocks meet
WHOLE = shapely.Polygon([box(*corner).exterior.coords[3] for corner in EDGE])
ROWS = [
    ("T", "试验镇", "街镇", "", "", WHOLE),
    ("G1", "一网格", "责任网格", "T", "", WHOLE),
    ("V1", "甲居委会", "居村", "G1", "", shapely.union(box(0, 0), box(0, 1))),
    ("V2", "乙村委会", "居村", "G1", "", shapely.union(box(1, 0), box(1, 1))),
    ("V1001", "甲小区", "责任块", "V1", "小区", box(0, 0)),
    ("V1002", "甲学校", "责任块", "V1", "学校", box(0, 1)),
    ("V2001", "乙一队", "责任块", "V2", "村队组", box(1, 0)),
    ("V2002", "乙工地", "责任块", "V2", "工地", box(1, 1)),
]
Row = tuple[object, ...]


@dataclass
class Office:
    """Writes survey files and hands them in."""

    folder: Path
    made: int = field(default=0)

    def file(
        self, rows: Sequence[Row], *, suffix: str = ".gpkg", crs: str = "EPSG:4490", encoding: str = "UTF-8",
        mapping: dict[str, str] | None = None, said: str = "",
    ) -> api.AreaFile:  # fmt: skip
        self.made += 1
        path = self.folder / f"测量{self.made}{suffix}"
        names = list(MAPPING.values())
        columns = [np.array([row[i] for row in rows], dtype=object) for i in range(5)]
        wkb = np.array([None if row[5] is None else shapely.to_wkb(row[5]) for row in rows], dtype=object)
        pyogrio.raw.write(
            path, geometry=wkb, field_data=columns, fields=names, crs=crs, geometry_type="Unknown"
            if suffix != ".shp" else "Polygon", encoding=encoding if suffix == ".shp" else None,
        )  # fmt: skip
        return api.AreaFile(path, mapping or MAPPING, "T", crs=said)

    def hands_in(self, file: api.AreaFile, *, on: date = DAY) -> api.ImportResult:
        return api.import_areas(file, valid_from=on, actor=CLERK, at=timezone.now())

    def reasons(self, rows: Sequence[Row]) -> list[tuple[int, str]]:
        """(row, refusal code) of a file that should be refused."""
        return [(one.row, one.problem) for one in self.hands_in(self.file(rows)).errors]


@pytest.fixture
def office(db: None, tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def town(office: Office) -> Office:
    """The town is known."""
    assert office.hands_in(office.file(ROWS)).created == len(ROWS)
    return office


@pytest.fixture
def replaced() -> Callable[..., list[Row]]:
    """The rows with one cell of one row changed."""

    def change(code: str, column: int, value: object) -> list[Row]:
        return [(*row[:column], value, *row[column + 1 :]) if row[0] == code else row for row in ROWS]

    return change

"""Builds the demo town's areas: 6 grids, 48 villages by their published names, about 1,200 blocks of all 14
types.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.areas import api as areas
from townops.demo.ground import Ground, invent
from townops.kernel.actors import SYSTEM_PERSON, Actor

PLACES: Final = Path(__file__).with_name("starting") / "places.toml"
SEED: Final = 2023
SINCE: Final = date(2016, 1, 1)
BUILDER: Final = Actor(SYSTEM_PERSON, "演示数据", ())
IN_TOWN: Final = {
    "estate": 46, "public": 14, "commerce": 9, "firm": 5, "building": 5, "institution": 4, "school": 5,
    "culture": 2, "medical": 2, "care": 2, "site": 3, "scenic": 1, "hamlet": 1, "other": 1,
}  # fmt: skip
IN_COUNTRY: Final = {
    "hamlet": 48, "public": 16, "firm": 12, "commerce": 4, "institution": 2, "school": 2, "culture": 2,
    "medical": 1, "care": 2, "site": 4, "scenic": 3, "estate": 2, "building": 1, "other": 1,
}  # fmt: skip
CALLED: Final = {
    "firm": "园区", "commerce": "商业街", "culture": "文体中心", "medical": "医疗点", "care": "养老点", "other": "地块",
    "building": "商务楼", "institution": "办公楼", "hamlet": "村民组", "scenic": "公园",
}  # fmt: skip
IN_ZONE: Final = {"firm": 60, "building": 10, "public": 20, "commerce": 5, "site": 5}


@dataclass(frozen=True, slots=True)
class Town:
    """Names of one demo town; `shift` in degrees east and north of the first one."""

    code: str
    name: str
    grids: tuple[str, ...]
    villages: Mapping[str, str]
    direct: str
    shift: tuple[float, float] = (0.0, 0.0)


def first_town() -> Town:
    """The town with the published names."""
    names = tomllib.loads(PLACES.read_text("utf-8"))
    return Town(names["code"], names["name"], tuple(names["grids"]), names["villages"], names["direct"])


def towns(count: int) -> Iterator[Town]:
    """So many towns: the first as published, the others copies beside it under invented codes and names."""
    first = first_town()
    yield first
    for number in range(1, count):
        yield Town(
            code=f"3101159{number:02d}000",
            name=f"演示{number}镇",
            grids=first.grids,
            villages=first.villages,
            direct=first.direct,
            shift=(round(0.1 * (number % 6), 7), round(0.065 * (number // 6), 7)),
        )


def build_areas(seed: int = SEED, *, town: Town | None = None, at: datetime, since: date = SINCE) -> int:
    """Create the areas of one town in one transaction; returns how many. Running it again changes nothing."""
    town = town or first_town()
    rows = tuple(survey_rows(town, seed))
    survey = areas.Survey("demo", town.code, rows, "cgcs2000", 0.01)
    result = areas.take_survey(survey, valid_from=since, actor=BUILDER, at=at)
    if result.errors:
        raise ValueError(f"the invented town is not sound: {result.errors[0]}")
    return result.rows


@lru_cache(maxsize=2)
def ground(seed: int, villages: int, grids: int) -> Ground:
    """The same ground for all copies of a town."""
    return invent(seed, villages=villages, grids=grids)


def survey_rows(town: Town, seed: int) -> Iterator[areas.Candidate]:
    """Every area of the town from the town downwards, as rows of a survey."""
    shape_of = ground(seed, len(town.villages), len(town.grids))
    blocks = shapely.transform(shape_of.cells, lambda at: np.round(at + town.shift, 7))
    village_of, grid_of = np.asarray(shape_of.village_of), np.asarray(shape_of.grid_of)
    parts = _villages(town)
    shapes = [_union(blocks[village_of == number]) for number in range(len(parts))]
    grids = [_union(blocks[grid_of[village_of] == number]) for number in range(len(town.grids))]
    cells: list[tuple[dict[str, str], shapely.Geometry]] = [
        (_cells("town", town.code, town.name), _union(blocks))
    ]
    cells += [
        (_cells("grid", _grid_code(town, number), name, parent=town.code), grids[number])
        for number, name in enumerate(town.grids)
    ]
    for number, (code, name) in enumerate(parts):
        row = _cells("village", code, name, parent=_grid_code(town, int(grid_of[number])))
        row["detached_allowed"] = "是" if number == shape_of.detached else ""
        row["directly_managed"] = "是" if number == len(parts) - 1 else ""
        cells.append((row, shapes[number]))
    cells += _blocks(blocks, village_of, parts, Random(seed + 1))
    yield from (areas.Candidate(row, one, shape) for row, (one, shape) in enumerate(cells, start=1))


def _villages(town: Town) -> list[tuple[str, str]]:
    """Codes and names in the order of the ground: estates' villages first, as they are small; the direct
    area last.
    """
    known = sorted(town.villages.items(), key=lambda one: (one[1].endswith("村委会"), one[0]))
    return [(town.code[:9] + number, name) for number, name in known] + [(town.code[:9] + "900", town.direct)]


def _blocks(
    blocks: NDArray[np.object_], village_of: NDArray[np.int64], parts: list[tuple[str, str]], rng: Random
) -> Iterator[tuple[dict[str, str], shapely.Geometry]]:
    labels = dict(areas.block_types())
    count: dict[str, int] = {}
    for shape, number in zip(blocks, village_of, strict=True):
        village, name = parts[number]
        kind = (
            _block_type(name, rng)
            if sum(count.values()) >= len(labels)
            else list(labels)[sum(count.values())]
        )
        count[village] = count.get(village, 0) + 1
        short = name.removesuffix("居委会").removesuffix("村委会")
        title = f"{short}{CALLED.get(kind, labels[kind])}{count[village]}号"
        yield _cells("block", f"{village}{count[village]:03d}", title, parent=village, block_type=kind), shape


def _block_type(village: str, rng: Random) -> str:
    weights = IN_TOWN if village.endswith("居委会") else IN_COUNTRY if village.endswith("村委会") else IN_ZONE
    return rng.choices(list(weights), list(weights.values()))[0]


def _cells(kind: str, code: str, name: str, *, parent: str = "", block_type: str = "") -> dict[str, str]:
    return {
        "kind": kind,
        "code": code,
        "name": name,
        "parent": parent,
        "block_type": block_type,
        "detached_allowed": "",
        "directly_managed": "",
    }


def _grid_code(town: Town, number: int) -> str:
    return f"{town.code[:9]}-G{number + 1}"


def _union(cells: NDArray[np.object_]) -> shapely.Geometry:
    """The cells as one, every corner kept, so that the level above fits corner by corner."""
    return shapely.normalize(shapely.coverage_union_all(cells))

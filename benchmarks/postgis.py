"""The same proof and the same lookup asked of PostGIS, side by side with ours, and whether both say the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
import shapely
from partition import SIDE, broken, timed, town

from townops.areas.domain.ground import Ground
from townops.areas.domain.views import AreaView
from townops.commands import debian, postgres
from townops.kernel.partition import Level, prove

PACKAGE = "postgresql-15-postgis-3"
POINTS = 1_000_000
SETTINGS = "SET work_mem = '256MB'; SET max_parallel_workers_per_gather = 2; SET jit = off"
TABLE = """CREATE TABLE area (level int, id int, parent int, geom geometry(Geometry, 4490), PRIMARY KEY (level, id));
CREATE INDEX ON area USING gist (geom)"""
INVALID = "SELECT count(*) FROM area WHERE NOT ST_IsValid(geom)"
OVERLAPS = """SELECT count(*) FROM area a JOIN area b ON a.level = b.level AND a.id < b.id AND a.geom && b.geom
WHERE ST_Relate(a.geom, b.geom, '2********')"""
OUTSIDE = """SELECT count(*) FROM area c JOIN area p ON p.level = c.level - 1 AND p.id = c.parent
WHERE NOT ST_Covers(p.geom, c.geom)"""
GAPS = """SELECT count(*) FROM (SELECT level, parent, ST_Union(geom) AS whole FROM area WHERE level > 0 GROUP BY 1, 2) c
JOIN area p ON p.level = c.level - 1 AND p.id = c.parent WHERE NOT ST_Equals(c.whole, p.geom)"""
CORNERS = """CREATE TEMP TABLE corner AS SELECT level, id, (ST_DumpPoints(geom)).geom AS geom FROM area;
CREATE INDEX ON corner USING gist (geom); ANALYZE corner"""
BORDERS = """SELECT count(*) FROM area a JOIN corner c ON c.geom && a.geom AND c.level = a.level AND c.id <> a.id
WHERE ST_Intersects(c.geom, ST_Boundary(a.geom)) AND NOT EXISTS (
  SELECT FROM corner own WHERE own.level = a.level AND own.id = a.id AND own.geom && c.geom)"""
LOCATE = """SELECT p.id, min(a.id) FROM point p JOIN area a ON a.level = 3 AND ST_Intersects(a.geom, p.geom)
GROUP BY p.id ORDER BY p.id"""


def measured(_count: int) -> dict[str, object]:
    """Seconds of both, and whether their answers agree; empty where PostGIS is not to be had."""
    if debian.provide("postgresql") or debian.provide(PACKAGE):
        return {}
    whole = town(SIDE, 6)
    faulty = broken(whole, 400)
    with postgres.cluster() as url, psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE EXTENSION postgis")
        server.execute(SETTINGS)
        server.execute(TABLE)
        _load(server, whole)
        sound, proof = timed(lambda: _faults(server))
        found, lookup = timed(lambda: _located(server))
        _load(server, faulty)
        faults, again = timed(lambda: _faults(server))
    ours, mine = timed(lambda: prove(whole))
    with_faults, mine_again = timed(lambda: prove(faulty))
    places, located = timed(lambda: _ground(whole))
    agree = ours.passed and not sound and bool(faults) and not with_faults.passed
    return {
        "same": agree and bool(np.array_equal(found, places)),
        "proof": (mine[0], proof[0]), "faulty": (mine_again[0], again[0]), "locate": (located[0], lookup[0]),
    }  # fmt: skip


def _load(server: "psycopg.Connection[Any]", levels: Sequence[Level]) -> None:
    server.execute("TRUNCATE area")
    numbers = [{one.code: place for place, one in enumerate(level.features)} for level in levels]
    with server.cursor().copy("COPY area FROM STDIN") as out:
        for depth, level in enumerate(levels):
            for one in level.features:
                shape = shapely.to_wkb(shapely.set_srid(one.shape, 4490), hex=True, include_srid=True)
                above = numbers[depth - 1][one.parent] if depth else None
                out.write_row((depth, numbers[depth][one.code], above, shape))
    server.execute("ANALYZE area")


def _faults(server: "psycopg.Connection[Any]") -> int:
    """How many rows the statements of a proof find."""
    server.execute("DROP TABLE IF EXISTS corner")
    server.execute(CORNERS)
    return sum(server.execute(one).fetchone()[0] for one in (INVALID, OVERLAPS, OUTSIDE, GAPS, BORDERS))  # type: ignore[index]


def _points() -> np.ndarray:
    dice = np.random.default_rng(11)
    span = np.array([SIDE * 8e-4, SIDE * 7e-4])
    return np.round(np.array([121.5, 31.3]) + dice.random((POINTS, 2)) * span, 7)


def _located(server: "psycopg.Connection[Any]") -> np.ndarray:
    """Blocks of the points, written and read included as ours are made and read; -1 outside."""
    server.execute("DROP TABLE IF EXISTS point")
    server.execute("CREATE TEMP TABLE point (id int, geom geometry(Point, 4490))")
    with server.cursor().copy("COPY point FROM STDIN") as out:
        shapes = shapely.to_wkb(
            shapely.set_srid(shapely.points(_points()), 4490), hex=True, include_srid=True
        )
        for place, shape in enumerate(shapes):
            out.write_row((place, shape))
    found = np.full(POINTS, -1, dtype=np.int64)
    rows = np.array(server.execute(LOCATE).fetchall(), dtype=np.int64).reshape(-1, 2)
    found[rows[:, 0]] = rows[:, 1]
    return found


def _ground(levels: Sequence[Level]) -> np.ndarray:
    """The same by the town's own lookup, codes ordered as the rows are."""
    views, shapes, ids = {}, [], {("", ""): None}
    for depth, level in enumerate(levels):
        for place, one in enumerate(level.features):
            ids[level.name, one.code] = number = len(views) + 1
            above = ids[levels[depth - 1].name, one.parent] if depth else None
            views[number] = AreaView(number, f"{place:08d}", one.code, level.name, parent_id=above)
            shapes.append((number, shapely.to_wkb(one.shape)))
    first = len(views) - len(levels[-1].features) + 1
    points = _points()
    found = Ground(views, shapes).locate_many(points[:, 0], points[:, 1])[:, 0]
    return np.where(found > 0, found - first, -1)

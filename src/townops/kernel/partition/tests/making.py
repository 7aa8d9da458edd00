"""Towns that are exact, and the ways to break one block or village of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import affinity

from townops.kernel.partition import Feature, Level

WEST, SOUTH = 1_215_000_000, 313_000_000
Break = Callable[[shapely.Polygon], shapely.Geometry | None]


def lattice_town(
    side: int = 6, *, steps: int = 3, seed: int = 1, village: int = 3, grid: int = 6
) -> list[Level]:
    """Town, grids, villages and side x side blocks of about 70 m with crooked borders, exact to the last bit."""
    blocks = crooked(side, steps, np.random.default_rng(seed))
    i, j = np.divmod(np.arange(side * side), side)
    villages, grids = 1000 * (i // village) + j // village, 1000 * (i // grid) + j // grid
    town = shapely.coverage_union_all(blocks)
    return [
        Level("town", (Feature("T", town),)),
        Level("grid", _upper("G", blocks, grids, np.zeros(len(blocks), int), "T")),
        Level("village", _upper("V", blocks, villages, grids, "G")),
        Level(
            "block",
            tuple(Feature(f"B{n}", one, f"V{villages[n]}") for n, one in enumerate(blocks)),
        ),
    ]


def _upper(
    letter: str, blocks: np.ndarray, key: np.ndarray, above: np.ndarray, upper: str
) -> tuple[Feature, ...]:
    def parent(of: int) -> str:
        return upper if upper == "T" else f"{upper}{of}"

    return tuple(
        Feature(
            f"{letter}{one}", shapely.coverage_union_all(blocks[key == one]), parent(above[key == one][0])
        )
        for one in np.unique(key)
    )


def crooked(side: int, steps: int, dice: np.random.Generator) -> np.ndarray:
    """Blocks between crooked lines on the lattice of 1e-7 degree."""
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1))
    x = WEST + x * 8000 + dice.integers(-1000, 1000, x.shape)
    y = SOUTH + y * 7000 + dice.integers(-1000, 1000, y.shape)

    def line(start: np.ndarray, end: np.ndarray, wave: np.ndarray) -> np.ndarray:
        share = np.arange(steps + 1) / steps
        return np.rint(start[..., None] + (end - start)[..., None] * share + wave)

    def bent(shape: tuple[int, int]) -> np.ndarray:
        wave = dice.integers(-300, 300, (*shape, steps + 1))
        wave[..., 0] = wave[..., -1] = 0
        return wave

    rows = [line(one[:, :-1], one[:, 1:], bent((side + 1, side))) for one in (x, y)]
    columns = [line(one[:-1], one[1:], bent((side, side + 1))) for one in (x, y)]
    rings = [
        np.concatenate([h[:-1, :, :-1], v[:, 1:, :-1], h[1:, :, :0:-1], v[:, :-1, :0:-1]], axis=2)
        for h, v in zip(rows, columns, strict=True)
    ]
    points = np.stack(rings, axis=-1).reshape(side * side, -1, 2) / 1e7
    return np.asarray(shapely.polygons(np.concatenate([points, points[:, :1]], axis=1)))


def varied(seed: int) -> list[Level]:
    """An exact town; one in four with an island, one with a block that is its village, one with a detached part."""
    levels = lattice_town(seed=seed)
    return [lambda one: one, with_island, with_one_block_village, with_detached_part][seed % 4](levels)


def with_island(levels: Sequence[Level]) -> list[Level]:
    """A block inside B14."""
    ring = np.round(
        shape_of(levels, "B14").representative_point().buffer(1e-4, quad_segs=2).exterior.coords, 7
    )
    island = shapely.Polygon(ring)
    whole = changed(levels, "B14", lambda shape: shapely.Polygon(shape.exterior, [ring]))
    return added(whole, Feature("I", island, "V0"))


def with_one_block_village(levels: Sequence[Level]) -> list[Level]:
    """V1001 is one block, B21."""
    for feature in levels[3].features:
        if feature.parent == "V1001" and feature.code != "B21":
            levels = without(levels, feature.code)
    return changed(levels, "B21", lambda _: shape_of(levels, "V1001"))


def with_detached_part(levels: Sequence[Level]) -> list[Level]:
    """B35 in the far corner belongs to V0, whose parts are declared."""
    far = shape_of(levels, "B35")
    levels = with_feature(levels, "B35", parent="V0")
    mine = [one.shape for one in levels[3].features if one.parent == "V0"]
    rest = [one.shape for one in levels[3].features if one.parent == "V1001"]
    assert far in mine
    levels = changed(levels, "V1001", lambda _: shapely.coverage_union_all(rest))
    levels = changed(levels, "V0", lambda _: shapely.coverage_union_all(mine))
    return with_feature(levels, "V0", detached_allowed=True)


def changed(levels: Sequence[Level], code: str, how: Break) -> list[Level]:
    """The same levels with one feature broken."""
    return [
        Level(
            level.name,
            tuple(replace(one, shape=how(one.shape)) if one.code == code else one for one in level.features),
        )
        for level in levels
    ]


def with_feature(levels: Sequence[Level], code: str, /, **values: object) -> list[Level]:
    return [
        Level(
            level.name, tuple(replace(one, **values) if one.code == code else one for one in level.features)
        )
        for level in levels
    ]


def added(levels: Sequence[Level], feature: Feature, level: int = -1) -> list[Level]:
    found = list(levels)
    found[level] = Level(found[level].name, (*found[level].features, feature))
    return found


def without(levels: Sequence[Level], code: str) -> list[Level]:
    return [Level(one.name, tuple(f for f in one.features if f.code != code)) for one in levels]


def shape_of(levels: Sequence[Level], code: str) -> shapely.Geometry:
    return next(one.shape for level in levels for one in level.features if one.code == code)


def moved_corner(metres: float, corner: int = 1) -> Break:
    """One corner pulled outwards from the middle."""

    def how(shape: shapely.Polygon) -> shapely.Geometry:
        at = np.array(shape.exterior.coords)[:-1]
        middle = np.array(shape.centroid.coords[0])
        step = (at[corner] - middle) * (95_000, 111_000)
        at[corner] += step / np.hypot(*step) * metres / (95_000, 111_000)
        return shapely.Polygon(np.round(at, 7))

    return how


def with_midpoint(shape: shapely.Polygon) -> shapely.Geometry:
    """One more point in the middle of the first edge, as exact as seven decimals allow."""
    at = np.array(shape.exterior.coords)
    return shapely.Polygon(np.insert(at, 1, np.round((at[0] + at[1]) / 2, 7), axis=0))


def scaled(by: float) -> Break:
    return lambda shape: affinity.scale(shape, by, by)


def shifted(degrees: float) -> Break:
    return lambda shape: affinity.translate(shape, degrees, degrees / 2)


def holed(shape: shapely.Polygon) -> shapely.Geometry:
    at = shape.representative_point()
    return shapely.difference(shape, at.buffer(1e-4, quad_segs=2))


def bow_tie(shape: shapely.Polygon) -> shapely.Geometry:
    at = list(shape.exterior.coords)[:-1]
    at[2], at[7] = at[7], at[2]
    return shapely.Polygon(at)


def spiked(shape: shapely.Polygon) -> shapely.Geometry:
    at = list(shape.exterior.coords)
    return shapely.Polygon([*at[:3], (at[2][0] + 3e-4, at[2][1] + 4e-4), *at[2:]])


def with_nan(shape: shapely.Polygon) -> shapely.Geometry:
    at = np.array(shape.exterior.coords)
    at[2] = np.nan
    with np.errstate(invalid="ignore"):
        return shapely.Polygon(at)


def halved(shape: shapely.Polygon) -> shapely.Geometry:
    west, south, _, north = shape.bounds
    return shapely.intersection(shape, shapely.box(west, south, shape.centroid.x, north))


def split(shape: shapely.Polygon) -> shapely.Geometry:
    """Two parts with 10 m between."""
    x = shape.centroid.x
    return shapely.difference(shape, shapely.box(x - 5e-5, -90, x + 5e-5, 90))

"""Exact towns of any size, and what proving and repairing them costs."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import shapely
from shapely import affinity

from townops.kernel.partition import Feature, Level, prove, repair

SIDE, LARGE = 142, 448  # 20,164 and 200,704 blocks
VILLAGE, GRID = 7, 35
T = TypeVar("T")


def town(side: int, steps: int) -> list[Level]:
    """Four levels of crooked blocks on the lattice of 1e-7 degree; a block has 4 x steps corners."""
    dice = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1))
    x = 1_215_000_000 + x * 8000 + dice.integers(-1500, 1500, x.shape)
    y = 313_000_000 + y * 7000 + dice.integers(-1500, 1500, y.shape)
    share = np.arange(steps + 1) / steps

    def line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        wave = dice.integers(-300, 300, (*start.shape, steps + 1))
        wave[..., 0] = wave[..., -1] = 0
        return np.rint(start[..., None] + (end - start)[..., None] * share + wave)

    rows, columns = (
        [line(one[:, :-1], one[:, 1:]) for one in (x, y)],
        [line(one[:-1], one[1:]) for one in (x, y)],
    )
    rings = [
        np.concatenate([h[:-1, :, :-1], v[:, 1:, :-1], h[1:, :, :0:-1], v[:, :-1, :0:-1]], axis=2)
        for h, v in zip(rows, columns, strict=True)
    ]
    points = np.stack(rings, axis=-1).reshape(side * side, -1, 2) / 1e7
    return _levels(np.asarray(shapely.polygons(np.concatenate([points, points[:, :1]], axis=1))), side)


def _levels(blocks: np.ndarray, side: int) -> list[Level]:
    i, j = np.divmod(np.arange(side * side), side)
    villages, grids = 1000 * (i // VILLAGE) + j // VILLAGE, 1000 * (i // GRID) + j // GRID

    def upper(letter: str, key: np.ndarray, parent: Callable[[int], str]) -> tuple[Feature, ...]:
        order = np.argsort(key, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
        return tuple(
            Feature(f"{letter}{key[one[0]]}", shapely.coverage_union_all(blocks[one]), parent(int(one[0])))
            for one in groups
        )

    return [
        Level("town", (Feature("T", shapely.coverage_union_all(blocks)),)),
        Level("grid", upper("G", grids, lambda _: "T")),
        Level("village", upper("V", villages, lambda row: f"G{grids[row]}")),
        Level("block", tuple(Feature(f"B{row}", one, f"V{villages[row]}") for row, one in enumerate(blocks))),
    ]


def broken(levels: Sequence[Level], every: int) -> list[Level]:
    """Every so many blocks are grown, shrunk or shifted."""
    breaks = (
        lambda shape: affinity.scale(shape, 1.05, 1.05),
        lambda shape: affinity.scale(shape, 0.95, 0.95),
        lambda shape: affinity.translate(shape, 8e-6, 4e-6),
    )
    blocks = [
        replace(one, shape=breaks[row // every % 3](one.shape)) if row % every == every // 2 else one
        for row, one in enumerate(levels[3].features)
    ]
    return [*levels[:3], Level("block", tuple(blocks))]


def measured(_count: int) -> dict[str, object]:
    """Seconds and megabytes: prove, prove with defects, repair, prove ten times as many."""
    whole = town(SIDE, 6)
    faulty = broken(whole, 400)
    proof, exact = timed(lambda: prove(whole))
    found, with_defects = timed(lambda: prove(faulty))
    done, mended = timed(lambda: repair(faulty))
    large = town(LARGE, 3)
    big, ten_times = timed(lambda: prove(large))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {
        "prove": exact, "faulty": with_defects, "defects": len(found.defects), "repair": mended, "large": ten_times,
        "memory": memory, "right": proof.passed and done.after.passed and big.passed,
    }  # fmt: skip


def timed(work: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What came of it, and the seconds: by the clock and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    return work(), (time.perf_counter() - began, time.process_time() - used)

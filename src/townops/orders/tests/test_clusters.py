"""Clusters of orders on a map: nothing is lost, nothing is counted twice."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel import tiling
from townops.orders.domain.clusters import Spots, clustered

TOWN = (121.50, 31.20, 121.62, 31.30)
KINDS = 4
POINT = st.tuples(
    st.floats(TOWN[0], TOWN[2]), st.floats(TOWN[1], TOWN[3]), st.integers(0, KINDS - 1), st.booleans()
)


def spots(points) -> Spots:
    lngs, lats, kinds, late = (np.array(column) for column in zip(*points, strict=True))
    xs, ys = tiling.unit_square(lngs.astype(float), lats.astype(float))
    numbers = np.array([f"N{place}" for place in range(len(points))], dtype="S16")
    return Spots(numbers, xs, ys, kinds.astype(np.int8), late.astype(np.int8))


@given(st.lists(POINT, min_size=1, max_size=60), st.integers(0, 22))
def test_every_order_is_counted_exactly_once_by_kind(points, zoom):
    alone, clusters = clustered(spots(points), tiling.window(TOWN, zoom), kinds=KINDS)
    counted = Counter({kind: sum(one.kinds[kind] for one in clusters) for kind in range(KINDS)})
    counted.update(one.kind for one in alone)
    assert +counted == Counter(point[2] for point in points)
    late = sum(one.late for one in clusters) + sum(one.late for one in alone)
    assert late == sum(point[3] for point in points)


@given(st.lists(POINT, min_size=1, max_size=60), st.integers(10, 18), st.floats(0.01, 0.99))
def test_windows_side_by_side_share_nothing_and_miss_nothing(points, zoom, at):
    whole = tiling.window(TOWN, zoom)
    cut = whole.left + int((whole.right - whole.left) * at)
    halves = [
        tiling.Window(whole.zoom, whole.left, whole.top, cut, whole.bottom),
        tiling.Window(whole.zoom, cut, whole.top, whole.right, whole.bottom),
    ]
    each = [clustered(spots(points), one, kinds=KINDS) for one in halves]
    both = clustered(spots(points), whole, kinds=KINDS)
    assert sorted(one.number for alone, _ in each for one in alone) == sorted(one.number for one in both[0])
    assert sorted(one.count for _, many in each for one in many) == sorted(one.count for one in both[1])


@given(st.lists(POINT, min_size=1, max_size=60))
def test_an_order_alone_stands_where_it_is_and_a_cluster_within_its_cell(points):
    window = tiling.window(TOWN, 14)
    alone, clusters = clustered(spots(points), window, kinds=KINDS)
    for one in alone:
        lng, lat, *_ = points[int(one.number[1:])]
        assert abs(one.lng - lng) < 1e-7 and abs(one.lat - lat) < 1e-7
    xs, ys = tiling.unit_square(np.array([c.lng for c in clusters]), np.array([c.lat for c in clusters]))
    cells = list(zip(*(part.tolist() for part in tiling.cells_of(xs, ys, 14)), strict=True))
    assert len(set(cells)) == len(cells)


def test_no_orders_make_an_empty_map():
    empty = Spots(
        np.zeros(0, dtype="S16"), np.zeros(0), np.zeros(0), np.zeros(0, np.int8), np.zeros(0, np.int8)
    )
    assert clustered(empty, tiling.window(TOWN, 12), kinds=KINDS) == ([], [])

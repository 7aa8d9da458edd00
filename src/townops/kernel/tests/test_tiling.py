"""Windows of a map's lattice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from townops.kernel import tiling
from townops.kernel.refusal import Refused

LNG = st.floats(-180, 179.9)
LAT = st.floats(-85, 85)


@given(LNG, LAT)
def test_degrees_go_to_the_unit_square_and_back(lng, lat):
    xs, ys = tiling.unit_square(np.array([lng]), np.array([lat]))
    assert tiling.degrees(float(xs[0]), float(ys[0])) == pytest.approx((lng, lat), abs=1e-7)


@given(LNG, LAT, st.floats(0.001, 60), st.integers(0, 22))
def test_a_window_holds_its_box_and_never_too_many_cells(lng, lat, size, zoom):
    box = (lng, lat, min(lng + size, 180), min(lat + size, 85.05))
    found = tiling.window(box, zoom)
    assert 1 <= found.cells <= tiling.MOST_CELLS
    west, south, east, north = found.box
    assert (
        west <= box[0] + 1e-9 and south <= box[1] + 1e-9 and east >= box[2] - 1e-9 and north >= box[3] - 1e-9
    )


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "3,1,2,4", "1,4,2,3", "nan,1,2,3", "0,0,inf,1"])
def test_what_is_no_box_is_refused(text):
    with pytest.raises(Refused, match="box_malformed"):
        tiling.read_box(text)


def test_a_box_is_read_west_south_east_north():
    assert tiling.read_box("121.5,31.2,121.6,31.3") == (121.5, 31.2, 121.6, 31.3)

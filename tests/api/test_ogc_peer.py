"""GDAL's own client of OGC API - Features (what desktop map programs use) against our server."""

import json
import os
import subprocess
import sys

import pytest
import shapely

from townops.base import accounts
from townops.sharing.tests import town as small

CLIENT = """
import json, sys, pyogrio.raw, shapely
source = "OAPIF:" + sys.argv[1]
def told(**options):
    meta, _, shapes, columns = pyogrio.raw.read(source, **options)
    codes = columns[list(meta["fields"]).index("code")]
    return {code: shapely.from_wkb(wkb).wkt for code, wkb in zip(codes, shapes)}, meta["crs"]
print(json.dumps({
    "layers": sorted(pyogrio.list_layers(source)[:, 0]),
    "all": told(layer="block"),
    "boxed": told(layer="block", bbox=(121.501, 31.301, 121.502, 31.302)),
    "plane": told(layer="village", CRS="EPSG:4549"),
}))
"""
TIMEOUT = 120


def asked(root: str, token: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: GDAL waits for an answer with the interpreter's lock held."""
    shown = {"GDAL_HTTP_USERPWD": f"map:{token}", "GDAL_HTTP_AUTH": "BASIC"}
    return subprocess.run(
        [sys.executable, "-c", CLIENT, root], env={**os.environ, **shown},
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip


@pytest.fixture
def root(transactional_db, live_server) -> str:
    small.build()
    return f"{live_server.url}/ogc/"


@pytest.mark.slow
def test_the_layers_and_their_features_are_read_filtered_and_moved_to_a_plane(root):
    answered = asked(root, accounts.issue_token("shift"))
    assert answered.returncode == 0, answered.stderr
    told = json.loads(answered.stdout)
    own = [one for one in told["layers"] if not one.startswith("register-")]
    assert own == ["block", "grid", "place", "town", "village"]
    shapes = {code: shapely.from_wkt(wkt) for code, wkt in told["all"][0].items()}
    assert shapes.keys() == {"V001001", "V002001"}
    assert shapes["V001001"].equals(small.WEST) and shapes["V002001"].equals(small.EAST)
    assert list(told["boxed"][0]) == ["V001001"]
    plane, crs = told["plane"]
    assert crs == "EPSG:4549"
    assert [shapely.from_wkt(wkt).area for wkt in plane.values()] == pytest.approx([952 * 1109] * 2, rel=0.01)


@pytest.mark.slow
def test_without_a_valid_token_there_is_nothing_to_open(root):
    answered = asked(root, "nobody")
    assert answered.returncode != 0 and "401" in answered.stderr

"""Tiles of far zooms are made beforehand, kept under the stamp of their content, and go when it is nobody's (U8-U11)."""

import os
import time
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.test import RequestFactory
from django.utils import timezone

from townops.areas.domain.ground import Ground
from townops.areas.layers import LEVELS, read
from townops.areas.tests.test_versions import split
from townops.base import jobs, tiles
from townops.kernel.featuresets import FeatureSet
from townops.kernel.tiling import unit_square
from townops.kernel.vectortiles import Tile

pytestmark = pytest.mark.django_db
BLOCKS = next(one for one in LEVELS if one.name == "block")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA", tmp_path)
    return tmp_path / "tiles"


def square(zoom=12):
    xs, ys = unit_square(np.array([121.51]), np.array([31.31]))
    return Tile(zoom, int(xs[0] * 2**zoom), int(ys[0] * 2**zoom))


def asked(zoom=12):
    return tiles.answer(RequestFactory().get("/"), BLOCKS, square(zoom))


def kept(folder):
    return [one.name for one in folder.iterdir() if one.name != "turns"]


def stamp():
    return read("block", timezone.localdate(), timezone.localdate()).stamp


def test_after_a_publication_the_first_viewer_finds_the_tiles_made(town, folder, monkeypatch):
    split()
    jobs.run_due(timezone.now() + timedelta(seconds=2))
    assert (folder / stamp() / f"block-12-{square().x}-{square().y}").exists()
    wanted = asked().content
    monkeypatch.setattr(FeatureSet, "tile", lambda *_: pytest.fail("cut again"))
    monkeypatch.setattr(Ground, "__init__", lambda *_: pytest.fail("read again"))
    assert asked().content == wanted != b""


def test_a_kept_tile_is_the_one_that_is_cut(town, folder):
    found = read("block", timezone.localdate(), timezone.localdate())
    for zoom in (12, 14, 16):
        assert asked(zoom).content == asked(zoom).content == found.tile("block", square(zoom))
    assert sorted(one.name.split("-")[1] for one in (folder / stamp()).iterdir()) == ["12", "14"]


def test_new_borders_never_show_the_tiles_of_old_ones(town, folder):
    before = asked().content
    split()
    assert asked().content != before
    assert len(kept(folder)) == 2


def test_tiles_of_borders_that_are_gone_go_after_two_days(town, folder):
    asked()
    old = folder / stamp()
    split()
    asked()
    now = stamp()
    os.utime(old, (time.time() - 3 * 24 * 3600,) * 2)
    assert (tiles.forget({now}), kept(folder)) == (1, [now])


def test_where_nothing_lies_no_file_is_kept(town, folder):
    assert tiles.answer(RequestFactory().get("/"), BLOCKS, Tile(12, 0, 0)).status_code == 204
    assert kept(folder) == []

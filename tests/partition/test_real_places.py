"""Real partitions: the towns of a district, the outline of one, and a nested pair drawn at different precision.

They may not be copied into the project; where they are absent these tests say so.
"""

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.conf import settings

from townops.kernel.partition import Fault, Feature, Level, prove, repair
from townops.kernel.partition.tests import making

PLACES = Path(settings.PROJECT).parent / "shared" / "data" / "places"
pytestmark = pytest.mark.skipif(
    not PLACES.exists(), reason="the real places (../shared/data/places) are not here"
)


def level(name: str, code: str, parent: str = "") -> Level:
    path = PLACES / name
    source = f"/vsigzip/{path}" if path.suffix == ".gz" else path
    meta, _, wkb, columns = pyogrio.raw.read(source)
    cells = dict(zip(meta["fields"], columns, strict=True))
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    parents = cells[parent] if parent else [""] * len(shapes)
    rows = zip(cells[code], shapes, parents, strict=True)
    return Level(
        name.split("_")[1], tuple(Feature(str(key), shape, str(above)) for key, shape, above in rows)
    )


def test_36_towns_are_a_partition_as_they_are_and_stay_what_they_are():
    towns = [level("pudong_towns_wgs84.geojson", "official_control_code_2023")]
    assert prove(towns).passed
    assert repair(towns).levels == tuple(towns)


def test_the_outline_of_a_town_is_proven_against_its_neighbours():
    (town,) = level("gaoqiao_town_wgs84.geojson", "official_control_code_2023").features
    (same,) = [
        one
        for one in level("pudong_towns_wgs84.geojson", "official_control_code_2023").features
        if one.code == town.code
    ]
    assert prove([Level("town", (town,)), Level("same", (same,))]).passed
    halves = shapely.make_valid(
        shapely.intersection(town.shape, shapely.box(0, 0, town.shape.centroid.x, 90))
    )
    found = prove([Level("town", (town,)), Level("half", (Feature("h", halves, town.code),))])
    assert {one.type for one in found.defects} <= {Fault.GAP, Fault.CONTAINMENT}


def test_36_towns_with_a_shrunk_one_are_repaired_to_what_they_were():
    towns = level("pudong_towns_wgs84.geojson", "official_control_code_2023").features
    whole = shapely.coverage_union_all([one.shape for one in towns])
    district = Level("district", (Feature("D", whole),))
    broken = [district, Level("town", towns)]
    done = repair(making.changed(broken, towns[5].code, making.scaled(0.98)))
    assert done.after.passed
    assert shapely.coverage_is_valid([one.shape for one in done.levels[1].features])


@pytest.mark.slow
def test_4835_children_and_983_parents_drawn_at_different_precision_become_one_partition():
    pair = [
        level("nested_parents_983.geojson.gz", "MSOA11CD"),
        level("nested_children_4835.geojson.gz", "LSOA11CD", "MSOA11CD"),
    ]
    done = repair(pair)
    assert done.before.counts[Fault.INVALID] == 12
    assert {one.detail for one in done.unrepaired} <= {"detached"}
    for one in done.levels:
        shapes = np.array([feature.shape for feature in one.features])
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
    assert repair(done.levels).levels == done.levels

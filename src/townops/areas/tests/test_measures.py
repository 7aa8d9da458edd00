"""Measures of the grid: passing, and one defect or one dossier short of it (U8-U11, C2)."""

from datetime import date, datetime

import pytest
import shapely

from townops.areas import api
from townops.areas.measures import villages
from townops.areas.models import Area, AreaShape, Dossier
from townops.areas.tests.conftest import box
from townops.kernel.workdays import SHANGHAI
from townops.standards.tests.twins import TOWN, holds, measured

SINCE, NOW = date(2026, 1, 1), datetime(2026, 6, 1, 12, tzinfo=SHANGHAI)
LAYERS = ("areas.town_layer", "areas.grid_layer", "areas.village_layer", "areas.block_layer")
CORNERS = [(121.5, 31.3), (121.51, 31.3), (121.51, 31.31), (121.505, 31.31), (121.5, 31.31)]
EXTRA_POINT = shapely.Polygon(CORNERS)  # on the border with the block above, which has none there
PARTITION = ("areas.gaps", "areas.overlaps", "areas.borders_apart", "areas.outside_upper")


def redraw(code: str, shape: shapely.Geometry) -> None:
    """A new shape in a row of its own, as every change of borders is kept."""
    row = AreaShape.objects.get(area__code=code)
    AreaShape.objects.filter(pk=row.pk).update(valid_until=date(2026, 3, 1))
    row.pk, row.shape, row.valid_from = None, shapely.to_wkb(shape), date(2026, 3, 1)
    row.save()
    api.touch("borders")


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_counts_when_it_has_shapes(town, name: str):
    assert holds(name, TOWN, since=SINCE, at=NOW)
    AreaShape.objects.filter(area__kind=name.removeprefix("areas.").removesuffix("_layer")).delete()
    api.touch("borders")
    assert not holds(name, TOWN, since=SINCE, at=NOW)


def test_all_four_layers_are_in_force_or_one_is_missing(town):
    assert holds("areas.layers_in_force", TOWN, since=SINCE, at=NOW)
    AreaShape.objects.filter(area__kind="grid").delete()
    api.touch("borders")
    assert not holds("areas.layers_in_force", TOWN, since=SINCE, at=NOW)


@pytest.mark.parametrize("name", PARTITION)
def test_a_sound_partition_has_no_defects(town, name: str):
    found = measured(name, TOWN, since=SINCE, at=NOW)
    assert (found.value, found.records) == (0, 8)
    assert holds(name, TOWN, since=SINCE, at=NOW)


@pytest.mark.parametrize("name", PARTITION)
def test_without_shapes_there_is_nothing_to_prove(town, name: str):
    AreaShape.objects.all().delete()
    api.touch("borders")
    assert measured(name, TOWN, since=SINCE, at=NOW).value is None
    assert not holds(name, TOWN, since=SINCE, at=NOW)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("areas.gaps", box(0, 0, 0.5)),
        ("areas.overlaps", box(0, 0, 1, 1.5)),
        ("areas.outside_upper", box(-0.5, 0, 1.5)),
        ("areas.borders_apart", EXTRA_POINT),
    ],
)
def test_one_wrong_block_is_one_defect_too_many(town, name: str, shape: shapely.Geometry):
    redraw("V1001", shape)
    assert not holds(name, TOWN, since=SINCE, at=NOW)
    assert holds(name, TOWN, since=SINCE, at=datetime(2026, 2, 1, tzinfo=SHANGHAI))


def test_every_village_has_blocks(town):
    first, second = villages("T", NOW)
    assert (first.code, second.code) == ("V1", "V2")
    assert measured("areas.blocks", first, since=SINCE, at=NOW).value == 2
    assert holds("areas.blocks", first, since=SINCE, at=NOW)


def test_a_village_without_blocks_does_not_pass(town):
    first, _ = villages("T", NOW)
    Area.objects.filter(code__in=("V1001", "V1002")).update(valid_until=date(2026, 5, 1))
    api.touch("areas")
    assert not holds("areas.blocks", first, since=SINCE, at=NOW)


def test_every_block_has_one_of_the_fourteen_types(town):
    assert holds("areas.blocks_typed", TOWN, since=SINCE, at=NOW)
    Area.objects.filter(code="V1001").update(block_type="unknown")
    api.touch("areas")
    assert not holds("areas.blocks_typed", TOWN, since=SINCE, at=NOW)


def test_dossiers_are_reviewed_in_time_or_one_is_late(town):
    name, (first, _) = "areas.dossiers_reviewed", villages("T", NOW)
    for code in ("V1001", "V1002"):
        Dossier.objects.create(area=Area.objects.get(code=code), reviewed_on=date(2026, 5, 1))
    assert holds(name, first, since=SINCE, at=NOW)
    Dossier.objects.filter(area__code="V1002").update(reviewed_on=date(2025, 5, 1))
    assert not holds(name, first, since=SINCE, at=NOW)
    found = measured(name, first, since=SINCE, at=NOW)
    assert (found.value, found.left_out[0].evidence.key) == (50, "V1002")

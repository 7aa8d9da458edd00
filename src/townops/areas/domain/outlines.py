"""Shapes as a map draws them: simplified for its zoom so that neighbours still share their border. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.areas.domain.views import AreaView
from townops.kernel.vectortiles import DIGITS, Box, simplified


@dataclass(frozen=True, slots=True)
class Outline:
    """An area with a GeoJSON geometry and a place for its name, in degrees."""

    area: AreaView
    geometry: str
    label: tuple[float, float]

    @property
    def feature(self) -> str:
        """As a GeoJSON feature."""
        told = {
            "code": self.area.code,
            "name": self.area.name,
            "type": self.area.block_type,
            "at": self.label,
        }
        words = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return f'{{"type":"Feature","geometry":{self.geometry},"properties":{words}}}'


class Outlines:
    """All areas of one kind for a range of zooms."""

    def __init__(self, areas: Sequence[AreaView], shapes: NDArray[np.object_], zoom: int) -> None:
        drawn = simplified(shapes, zoom)
        labels = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(DIGITS).tolist()
        texts = shapely.to_geojson(drawn).tolist() if len(drawn) else []
        self._all = [
            Outline(area, text, (label[0], label[1]))
            for area, text, label in zip(areas, texts, labels, strict=True)
        ]
        self._tree = shapely.STRtree(shapes)

    def within(self, box: Box) -> list[Outline]:
        """Those that may touch a box of degrees, by code."""
        return [self._all[place] for place in np.sort(self._tree.query(shapely.box(*box)))]

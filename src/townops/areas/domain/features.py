"""One area as a set of borders holds it: words and shape together, without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import cos, radians
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

METRES_PER_DEGREE: Final = 111_320.0
TEXTS: Final = ("code", "kind", "name", "parent", "block_type")


@dataclass(frozen=True, slots=True)
class Feature:
    """`parent` is a code, empty for a town; `shape` is WKB of a (multi)polygon in EPSG:4490."""

    code: str
    kind: str
    name: str
    shape: bytes
    parent: str = ""
    block_type: str = ""
    detached_allowed: bool = False
    directly_managed: bool = False

    @property
    def geometry(self) -> shapely.Geometry:
        return shapely.from_wkb(self.shape)

    @property
    def words(self) -> tuple[object, ...]:
        """What is said of the area beside its shape."""
        return (self.name, self.parent, self.block_type, self.detached_allowed, self.directly_managed)


def packed(feature: Feature | None) -> Mapping[str, object] | None:
    """Plain JSON data; `unpacked` gives the same feature back."""
    return None if feature is None else asdict(feature) | {"shape": feature.shape.hex()}


def unpacked(row: Mapping[str, object] | None) -> Feature | None:
    """The feature that was packed."""
    if row is None:
        return None
    code, kind, name, parent, block_type = (str(row[field]) for field in TEXTS)
    detached, direct = bool(row["detached_allowed"]), bool(row["directly_managed"])
    shape = bytes.fromhex(str(row["shape"]))
    return Feature(code, kind, name, shape, parent, block_type, detached, direct)


def in_metres(shapes: Iterable[shapely.Geometry]) -> NDArray[np.object_]:
    """The shapes on one plane in metres, true to 1 % over a town."""
    given = np.asarray(list(shapes), dtype=np.object_)
    if not given.size:
        return given
    bounds = shapely.total_bounds(given)
    east = METRES_PER_DEGREE * cos(radians(float(bounds[1] + bounds[3]) / 2))
    projected: NDArray[np.object_] = shapely.transform(given, lambda c: c * (east, METRES_PER_DEGREE))
    return projected

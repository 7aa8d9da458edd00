"""One area as a set of borders holds it: words and shape together, without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.partition.plane import Plane

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
    """The shapes on the plane that touches in their middle, in metres; areas are true to some 0.01 % over a town."""
    given = np.asarray(list(shapes), dtype=np.object_)
    return Plane.around(given).metres(given) if given.size else given

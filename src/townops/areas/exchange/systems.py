"""From the system a file is in to CGCS2000 degrees; systems that need secret parameters are refused, not
approximated.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from townops.areas.exchange.terms import WIDEST_DEGREES, Column, Fault, Layer
from townops.kernel.coordinates import Crs, from_cgcs2000, metres_between, to_cgcs2000
from townops.kernel.planes import Plane, published, zones_near
from townops.kernel.plausible import IN_DEGREES, SAME_GROUND, Fit, better, fits
from townops.kernel.refusal import Refused

Floats = NDArray[np.float64]
SHIFTED: Final = (Crs.GCJ02, Crs.BD09)
_SAME_DATUM: Final = re.compile(r"china.*2000|cgcs.*2000|wgs.*84|world geodetic system 1984")
WHOLE_FILE: Final = {"coordinates_swapped": "file_swapped", "coordinate_range": "file_metres"}


LATTICE_DIGITS: Final = 7
NOISE: Final = 1e-9  # of a degree: a tenth of a millimetre, what a system and back may differ by


def degrees(at: Floats, crs: str, plane: Plane | None = None) -> Floats:
    """Points (n, 2) of a system in CGCS2000 degrees. Refused as `to_cgcs2000`, `crs_unknown`,
    `crs_needs_plane`."""
    x, y = at[:, 0], at[:, 1]
    if plane:
        return np.column_stack(plane.to_degrees(x, y))
    name = crs.strip().lower()
    if name in SAME_GROUND:
        return np.column_stack(to_cgcs2000(x, y, Crs.CGCS2000))
    if name in SHIFTED or published(name):
        return np.column_stack(to_cgcs2000(x, y, name))
    return np.column_stack(_other(crs).transform(x, y))


def undegrees(at: Floats, crs: str, plane: Plane | None = None) -> Floats:
    """CGCS2000 degrees (n, 2) in another system: the way back of `degrees`, refused like it."""
    x, y = at[:, 0], at[:, 1]
    if plane:
        return np.column_stack(plane.from_degrees(x, y))
    name = crs.strip().lower()
    if name in SAME_GROUND:
        return at
    if name in SHIFTED or published(name):
        return np.column_stack(from_cgcs2000(x, y, name))
    return np.column_stack(_other(crs).transform(x, y, direction="INVERSE"))


def _other(crs: str) -> Transformer:
    """To the degrees of a system's own datum, where that is ours or WGS84, which is taken as ours."""
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise Refused("crs_unknown" if crs else "crs_missing", crs=crs) from error
    ground = system.to_2d().geodetic_crs
    datum = ground.datum.name.replace("_", " ").lower() if ground and ground.datum else ""
    if ground is None or not _SAME_DATUM.search(datum):
        raise Refused("crs_needs_plane", crs=system.name)
    return Transformer.from_crs(system.to_2d(), ground, always_xy=True)


def short_name(crs: str) -> str:
    """A system as "EPSG:4549" or as its name, whatever long definition a file carries."""
    try:
        system = CRS.from_user_input(crs) if len(crs) > 40 else None  # noqa: PLR2004  (a definition, not a name)
    except CRSError:
        return ""
    if system is None:
        return crs
    code = system.to_epsg(min_confidence=70)
    return f"EPSG:{code}" if code else system.name[:40]


def placed(layer: Layer, crs: str, plane: Plane | None = None, *, swapped: bool = False) -> Layer:
    """The layer in CGCS2000 degrees. A row that cannot be there is a fault of its own; when none can, the
    whole is refused with what it looks like: `file_swapped`, `file_metres`."""
    shapes = _turned(layer.shapes) if swapped else layer.shapes
    try:
        moved = _moved(shapes, crs, plane)
        faults: tuple[Fault, ...] = ()
    except Refused as first:
        if first.code.startswith("crs_"):
            raise
        moved, faults = _each(shapes, crs, plane)
        present = np.flatnonzero(~shapely.is_missing(shapes))
        if len(faults) == len(present):
            raise _whole(first, layer.shapes) from first
    wide = tuple(_too_wide(moved))
    moved[[one.row - 1 for one in wide]] = None
    return replace(layer, shapes=moved, faults=(*layer.faults, *faults, *wide))


def _whole(first: Refused, shapes: Column) -> Refused:
    code = WHOLE_FILE.get(first.code)
    at = shapely.get_coordinates(shapes)
    if code is None or (code == "file_metres" and np.abs(at).max() <= IN_DEGREES):
        return first
    return Refused(code, **first.params)


def _turned(shapes: Column) -> Column:
    return np.asarray(shapely.transform(shapes, lambda at: at[:, ::-1]), np.object_)


def _moved(shapes: Column, crs: str, plane: Plane | None) -> Column:
    is_same = plane is None and crs.strip().lower() in SAME_GROUND
    placing = (lambda at: degrees(at, crs)) if is_same else (lambda at: _settled(degrees(at, crs, plane)))
    return np.array(shapely.transform(shapes, placing), np.object_)


def _settled(at: Floats) -> Floats:
    """Without the noise of a conversion: what lies within it of the lattice that borders are kept on came from there, and
    would no longer meet its neighbours that were not converted.
    """
    there = np.round(at, LATTICE_DIGITS)
    return np.where(np.abs(at - there) <= NOISE, there, at)


def _each(shapes: Column, crs: str, plane: Plane | None) -> tuple[Column, tuple[Fault, ...]]:
    moved, faults = shapes.copy(), []
    for row, shape in enumerate(shapes):
        try:
            moved[row] = _moved(np.array([shape], np.object_), crs, plane)[0]
        except Refused as refusal:
            moved[row] = None
            faults.append(Fault(row + 1, refusal.code, refusal.params))
    return moved, tuple(faults)


def _too_wide(shapes: Column) -> Iterator[Fault]:
    """A shape across half the world: two rows of numbers mixed up, or the 180th meridian."""
    west, south, east, north = shapely.bounds(shapes).T
    size = np.maximum(east - west, north - south)
    for row in np.flatnonzero(size > WIDEST_DEGREES):
        yield Fault(int(row) + 1, "shape_too_wide", {"degrees": f"{size[row]:.1f}"})


def suggestions(
    layer: Layer, crs: str, town: shapely.Geometry | None, plane: Plane | None = None
) -> tuple[Fit, ...]:
    """Systems in which the layer lies on the town when it does not as said; nothing when all is well."""
    if town is None:
        return ()
    planes = {plane.name: plane} if plane else {}
    said = plane.name if plane else crs
    at = shapely.get_coordinates(layer.shapes)
    found = better(at, town, said, planes)
    if not found or plane or not said or said.lower() in {*SAME_GROUND, *SHIFTED} or published(said):
        return found
    tried = fits(degrees(at, crs), town)  # a system none of ours: judged by where it leads
    return (
        ()
        if any(one.plausible and one.system == Crs.CGCS2000 and not one.swapped for one in tried)
        else found
    )


def kilometres_off(shapes: Column, town: shapely.Geometry) -> float:
    """How far the nearest shape in degrees lies from a town."""
    present = shapes[~shapely.is_missing(shapes)]
    if not len(present):
        return 0.0
    near = present[int(np.argmin(shapely.distance(present, town)))]
    one, other = shapely.get_coordinates(shapely.shortest_line(near, town)).tolist()
    return metres_between((one[0], one[1]), (other[0], other[1])) / 1000


def likely_plane(town: shapely.Geometry | None) -> str:
    """The plane metres of a town are most likely in."""
    return (zones_near(float(shapely.centroid(town).x)) if town else ("epsg:4549",))[0].upper()

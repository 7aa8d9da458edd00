"""Planes in metres, east first, and the way from them to CGCS2000 and back; offline, without any grid file.

Published: the Gauss-Kruger zones of CGCS2000, EPSG:4491 to 4554 (EPSG:4549 is the three-degree zone round
120°E). A town's own plane is described by a file of four or seven parameters, or by control points known in
both; `read_plane` says how it is written.
"""

import cmath
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from townops.kernel.refusal import Refused

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

SIX_NUMBERED, SIX, THREE_NUMBERED, THREE, _END = (
    4491,
    4502,
    4513,
    4534,
    4555,
)  # first EPSG code of each family
WIDEST: Final = 6.0  # degrees from the middle meridian beyond which a plane is not meant
FOLDS: Final = 4  # rounds that undo seven parameters: each gains five digits and more
TO_LOCAL, FROM_LOCAL = "to_local", "from_local"
WORST_FIT_M: Final = 0.05


class Plane(Protocol):
    """What every plane can do; arrays of one shape in, arrays out."""

    @property
    def name(self) -> str: ...
    def to_degrees(self, east: Array, north: Array) -> Pair: ...
    def from_degrees(self, lng: Array, lat: Array) -> Pair: ...


def meridian(code: int) -> float:
    """Middle meridian of a Gauss-Kruger zone of CGCS2000 by its EPSG code. Refused `unknown_crs`."""
    if SIX_NUMBERED <= code < SIX:
        return 75.0 + 6 * (code - SIX_NUMBERED)
    if SIX <= code < THREE_NUMBERED:
        return 75.0 + 6 * (code - SIX)
    if THREE_NUMBERED <= code < THREE:
        return 75.0 + 3 * (code - THREE_NUMBERED)
    if THREE <= code < _END:
        return 75.0 + 3 * (code - THREE)
    raise Refused("unknown_crs", crs=f"EPSG:{code}", known=("EPSG:4491", "…", "EPSG:4554"))


def zones_near(lng: float) -> tuple[str, ...]:
    """Names of the zones whose middle meridian is near, the three-degree zone without a number first."""
    near = [code for code in range(SIX_NUMBERED, _END) if abs(meridian(code) - lng) <= _reach(code)]
    return tuple(f"epsg:{code}" for code in sorted(near, key=lambda code: (-code, abs(meridian(code) - lng))))


def _reach(code: int) -> float:
    return 3.0 if code < THREE_NUMBERED else 1.6


@dataclass(frozen=True, slots=True)
class GaussPlane:
    """A published Gauss-Kruger zone of CGCS2000."""

    code: int

    @property
    def name(self) -> str:
        return f"epsg:{self.code}"

    def to_degrees(self, east: Array, north: Array) -> Pair:
        lng, lat = _way(self.code).transform(east, north, direction="INVERSE")
        wrong = ~(np.isfinite(lng) & (np.abs(lng - meridian(self.code)) <= WIDEST))
        for index in np.flatnonzero(wrong):
            x, y = float(np.ravel(east)[index]), float(np.ravel(north)[index])
            raise Refused("plane_range", x=x, y=y, crs=self.name.upper(), index=int(index))
        return lng, lat

    def from_degrees(self, lng: Array, lat: Array) -> Pair:
        wrong = np.abs(np.asarray(lng) - meridian(self.code)) > WIDEST
        for index in np.flatnonzero(wrong):
            at, up = float(np.ravel(lng)[index]), float(np.ravel(lat)[index])
            raise Refused("plane_range", x=at, y=up, crs=self.name.upper(), index=int(index))
        east, north = _way(self.code).transform(lng, lat)
        return east, north


@cache
def _way(code: int) -> Transformer:
    return Transformer.from_crs("EPSG:4490", f"EPSG:{code}", always_xy=True)


def published(name: str) -> GaussPlane | None:
    """The zone of a name like "EPSG:4549", None for whatever else it names."""
    authority, _, code = name.strip().lower().partition(":")
    if authority != "epsg" or not code.isascii() or not code.isdigit():
        return None
    return GaussPlane(int(code)) if SIX_NUMBERED <= int(code) < _END else None


@dataclass(frozen=True, slots=True)
class FourPlane:
    """A town's own plane: a published one turned, stretched and shifted. As complex numbers of east + north
    i: local = `shift` + `turn` * published, so the inverse is a division and exact."""

    name: str
    base: GaussPlane
    shift: complex
    turn: complex

    def to_degrees(self, east: Array, north: Array) -> Pair:
        there = (np.asarray(east) + 1j * np.asarray(north) - self.shift) / self.turn
        return self.base.to_degrees(there.real, there.imag)

    def from_degrees(self, lng: Array, lat: Array) -> Pair:
        east, north = self.base.from_degrees(lng, lat)
        there = self.shift + self.turn * (np.asarray(east) + 1j * np.asarray(north))
        return there.real, there.imag


@dataclass(frozen=True, slots=True)
class SevenPlane:
    """A town's own plane on its own ellipsoid: geocentric local = `shift` + `turn` x CGCS2000, then Gauss.

    Heights are unknown on maps and taken as zero; what that costs is undone by iteration, so there and back
    is exact."""

    name: str
    shift: Array
    turn: Array
    figure: str
    projection: str

    def from_degrees(self, lng: Array, lat: Array) -> Pair:
        return self._projected(*self._own(np.asarray(lng, float), np.asarray(lat, float)))

    def to_degrees(self, east: Array, north: Array) -> Pair:
        wanted = _pipeline(self.projection).transform(east, north, direction="INVERSE")
        lng, lat = np.array(wanted[0], float), np.array(wanted[1], float)
        for _ in range(FOLDS):
            there = self._own(lng, lat)
            lng, lat = lng - (there[0] - wanted[0]), lat - (there[1] - wanted[1])
        return lng, lat

    def _own(self, lng: Array, lat: Array) -> Pair:
        cgcs2000, own = _pipeline("+proj=cart +ellps=GRS80"), _pipeline(f"+proj=cart {self.figure}")
        at = np.stack(cgcs2000.transform(lng, lat, np.zeros_like(lng)))
        moved = np.tensordot(self.turn, at, axes=1) + self.shift.reshape((3,) + (1,) * lng.ndim)
        there = own.transform(moved[0], moved[1], moved[2], direction="INVERSE")
        return there[0], there[1]

    def _projected(self, lng: Array, lat: Array) -> Pair:
        east, north = _pipeline(self.projection).transform(lng, lat)
        return east, north


@cache
def _pipeline(definition: str) -> Transformer:
    return Transformer.from_pipeline(definition)


Table = Mapping[str, object]


def read_plane(text: str) -> Plane:
    """A town's own plane from its parameter file (docs/how-to/exchange.md). Refused `plane_file`."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("plane_file", why=f"不是TOML：{error}") from error
    name, kinds = given.get("name"), [kind for kind in ("four", "seven", "control") if kind in given]
    if not isinstance(name, str) or not name.strip():
        raise Refused("plane_file", why="缺少 name")
    if len(kinds) != 1 or not isinstance(given[kinds[0]], dict):
        raise Refused("plane_file", why="[four]、[seven]、[control] 要有且只有一节")
    return READERS[kinds[0]](name.strip(), given[kinds[0]])


def _four(name: str, given: Table) -> FourPlane:
    angle = math.radians(_number(given, "rotation_seconds") / 3600)
    turn = cmath.rect(1 + _number(given, "scale_ppm") * 1e-6, angle)
    shift = complex(_number(given, "east"), _number(given, "north"))
    if _direction(given) == FROM_LOCAL:
        shift, turn = -shift / turn, 1 / turn
    return FourPlane(name, _base(given), shift, turn)


def _control(name: str, given: Table) -> FourPlane:
    points = given.get("points")
    if not isinstance(points, list) or not all(_is_point(point) for point in points):
        raise Refused("plane_file", why="points 的每一行应为四个数：已知平面东、北，本地东、北")
    worst = _number(given, "worst_m") if "worst_m" in given else WORST_FIT_M
    return fit_four(name, _base(given), points, worst_m=worst)


def _is_point(point: object) -> bool:
    return isinstance(point, list) and len(point) == 4 and all(_is_number(one) for one in point)  # noqa: PLR2004


def fit_four(
    name: str, base: GaussPlane, points: Sequence[Sequence[float]], *, worst_m: float = WORST_FIT_M
) -> FourPlane:
    """The plane that fits control points (east, north, local east, local north) best, by least squares.

    Refused `control_few`, and `control_residual` when a point misses by more than `worst_m`.
    """
    known = np.array([complex(point[0], point[1]) for point in points])
    local = np.array([complex(point[2], point[3]) for point in points])
    if len(set(known.tolist())) < 2:  # noqa: PLR2004  (two points fix four parameters)
        raise Refused("control_few", count=len(set(known.tolist())))
    middle, centred = known.mean(), known - known.mean()
    turn = complex(np.vdot(centred, local - local.mean()) / np.vdot(centred, centred))
    shift = complex(local.mean() - turn * middle)
    misses = np.abs(shift + turn * known - local)
    if misses.max() > worst_m:
        raise Refused(
            "control_residual", row=int(misses.argmax()) + 1, metres=f"{misses.max():.3f}", most=worst_m
        )
    return FourPlane(name, base, shift, turn)


def _seven(name: str, given: Table) -> SevenPlane:
    shift = np.array([_number(given, key) for key in ("dx", "dy", "dz")])
    x, y, z = (math.radians(_number(given, key) / 3600) for key in ("rx_seconds", "ry_seconds", "rz_seconds"))
    if _one_of(given, "rotation", ("position_vector", "coordinate_frame")) == "coordinate_frame":
        x, y, z = -x, -y, -z
    turn = (1 + _number(given, "scale_ppm") * 1e-6) * np.array([[1, -z, y], [z, 1, -x], [-y, x, 1]])
    if _direction(given) == FROM_LOCAL:
        turn = np.asarray(np.linalg.inv(turn), np.float64)
        shift = -turn @ shift
    figure = f"+a={_number(given, 'semi_major')!r} +rf={_number(given, 'inverse_flattening')!r}"
    projection = (
        f"+proj=tmerc +lat_0=0 +lon_0={_number(given, 'meridian')!r} +k=1 "
        f"+x_0={_number(given, 'false_east')!r} +y_0={_number(given, 'false_north')!r} {figure}"
    )
    return SevenPlane(name, shift, turn, figure, projection)


def _direction(given: Table) -> str:
    return _one_of(given, "direction", (TO_LOCAL, FROM_LOCAL))


def _one_of(given: Table, key: str, known: tuple[str, ...]) -> str:
    value = given.get(key)
    if not isinstance(value, str) or value not in known:
        raise Refused("plane_file", why=f"{key} 应为 {' 或 '.join(known)}")
    return value


def _base(given: Table) -> GaussPlane:
    plane = published(str(given.get("plane", "")))
    if plane is None:
        raise Refused("plane_file", why='plane 应为CGCS2000高斯平面的编号，如 "epsg:4549"')
    return plane


def _number(given: Table, key: str) -> float:
    value = given.get(key)
    if not _is_number(value):
        raise Refused("plane_file", why=f"{key} 应为数字")
    return float(value)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


READERS: Final[dict[str, Callable[[str, Table], Plane]]] = {
    "four": _four,
    "seven": _seven,
    "control": _control,
}

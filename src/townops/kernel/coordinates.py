"""Coordinate systems a town meets, turned into the one it stores: CGCS2000 (EPSG:4490), degrees, longitude
first.

WGS84 is taken as CGCS2000: they differ by decimetres, less than a phone can tell. GCJ-02 (Amap, Tencent)
and BD-09 (Baidu) have no published inverse; theirs is found by iteration and comes back to 1e-8 degree and
better. Beyond the rectangle round China GCJ-02 is WGS84. A name like "epsg:4549" is a Gauss-Kruger plane in
metres, east before north (`kernel.planes`). Every function takes two floats, or two arrays of one shape.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from townops.kernel.planes import GaussPlane, published
from townops.kernel.refusal import Refused

Array = NDArray[np.float64]
_T = TypeVar("_T", float, Array)

_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323  # Krasovsky, as GCJ-02 uses it
_BAIDU = math.pi * 3000.0 / 180.0
_EXACT, _MOST_ROUNDS = 1e-12, 20
_LONGEST, _HIGHEST = 180.0, 90.0


class Crs(StrEnum):
    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class _Maths(Generic[_T]):
    """The same formulas serve floats (fast for one point) and arrays (fast for many)."""

    sin: Callable[[_T], _T]
    cos: Callable[[_T], _T]
    sqrt: Callable[[_T], _T]
    atan2: Callable[[_T, _T], _T]
    furthest: Callable[[_T], float]
    where_in_china: Callable[[_T, _T, _T, _T], _T]  # (lng, lat, value inside, value outside)


def _inside(lng: float, lat: float, within: float, beyond: float) -> float:
    return within if _WEST <= lng <= _EAST and _SOUTH <= lat <= _NORTH else beyond


def _inside_each(lng: Array, lat: Array, within: Array, beyond: Array) -> Array:
    china = (lng >= _WEST) & (lng <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    return np.where(china, within, beyond)


def _furthest(values: Array) -> float:
    return float(np.max(np.abs(values), initial=0.0))


_ONE: _Maths[float] = _Maths(math.sin, math.cos, math.sqrt, math.atan2, abs, _inside)
_MANY: _Maths[Array] = _Maths(np.sin, np.cos, np.sqrt, np.arctan2, _furthest, _inside_each)


@overload
def to_cgcs2000(lng: float, lat: float, crs: str) -> tuple[float, float]: ...
@overload
def to_cgcs2000(lng: Array, lat: Array, crs: str) -> tuple[Array, Array]: ...
def to_cgcs2000(
    lng: float | Array, lat: float | Array, crs: str
) -> tuple[float, float] | tuple[Array, Array]:
    """(lng, lat) as stored.

    Refused: `unknown_crs`, `coordinate_missing`, `coordinate_range`, `coordinates_swapped`.
    """
    if plane := published(crs):
        return _from_plane(plane, lng, lat)
    known = _crs(crs)
    if isinstance(lng, np.ndarray) or isinstance(lat, np.ndarray):
        longitudes, latitudes = _checked_arrays(lng, lat)
        return _to_stored(_MANY, longitudes, latitudes, known)
    _check(lng, lat)
    return _to_stored(_ONE, lng, lat, known)


@overload
def from_cgcs2000(lng: float, lat: float, crs: str) -> tuple[float, float]: ...
@overload
def from_cgcs2000(lng: Array, lat: Array, crs: str) -> tuple[Array, Array]: ...
def from_cgcs2000(
    lng: float | Array, lat: float | Array, crs: str
) -> tuple[float, float] | tuple[Array, Array]:
    """A stored place in another system, refused like `to_cgcs2000`."""
    plane = published(crs)
    known = Crs.CGCS2000 if plane else _crs(crs)
    if isinstance(lng, np.ndarray) or isinstance(lat, np.ndarray):
        longitudes, latitudes = _checked_arrays(lng, lat)
        if plane:
            return plane.from_degrees(longitudes, latitudes)
        return _from_stored(_MANY, longitudes, latitudes, known)
    _check(lng, lat)
    if plane:
        east, north = plane.from_degrees(np.float64(lng), np.float64(lat))  # type: ignore[arg-type]
        return float(east), float(north)
    return _from_stored(_ONE, lng, lat, known)


def _from_plane(
    plane: GaussPlane, east: float | Array, north: float | Array
) -> tuple[float, float] | tuple[Array, Array]:
    x, y = np.broadcast_arrays(np.asarray(east, np.float64), np.asarray(north, np.float64))
    for index in np.flatnonzero(~(np.isfinite(x) & np.isfinite(y))):
        raise Refused("coordinate_missing", lng=x.flat[index], lat=y.flat[index], index=int(index))
    lng, lat = plane.to_degrees(x, y)
    many = isinstance(east, np.ndarray) or isinstance(north, np.ndarray)
    return (lng, lat) if many else (float(lng), float(lat))


def _crs(name: str) -> Crs:
    try:
        return Crs(name.lower())
    except ValueError:
        raise Refused("unknown_crs", crs=name, known=tuple(Crs)) from None


def _check(lng: float, lat: float, **where: int) -> None:
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise Refused("coordinate_missing", lng=lng, lat=lat, **where)
    turned = _WEST < lat < _EAST and _SOUTH < lng < _NORTH
    if turned or (abs(lat) > _HIGHEST >= abs(lng) and abs(lat) <= _LONGEST):
        raise Refused("coordinates_swapped", lng=lng, lat=lat, suggested_lng=lat, suggested_lat=lng, **where)
    if abs(lng) > _LONGEST or abs(lat) > _HIGHEST:
        raise Refused("coordinate_range", lng=lng, lat=lat, **where)


def _checked_arrays(lng: float | Array, lat: float | Array) -> tuple[Array, Array]:
    """Both as arrays of one shape; a refusal names the first wrong point by its `index` in the flat array."""
    longitudes, latitudes = np.broadcast_arrays(np.asarray(lng, np.float64), np.asarray(lat, np.float64))
    fine = (np.abs(longitudes) <= _LONGEST) & (np.abs(latitudes) <= _HIGHEST)
    turned = (latitudes > _WEST) & (longitudes > _SOUTH) & (longitudes < _NORTH)
    for index in np.flatnonzero(~fine | turned):
        _check(float(longitudes.flat[index]), float(latitudes.flat[index]), index=int(index))
    return longitudes, latitudes


def _to_stored(maths: _Maths[_T], lng: _T, lat: _T, crs: Crs) -> tuple[_T, _T]:
    if crs is Crs.BD09:
        lng, lat = _undone(maths, _gcj_to_baidu, lng, lat)
    if crs in (Crs.BD09, Crs.GCJ02):
        return _undone(maths, _to_gcj, lng, lat)
    return lng, lat


def _from_stored(maths: _Maths[_T], lng: _T, lat: _T, crs: Crs) -> tuple[_T, _T]:
    if crs in (Crs.BD09, Crs.GCJ02):
        lng, lat = _to_gcj(maths, lng, lat)
    return _gcj_to_baidu(maths, lng, lat) if crs is Crs.BD09 else (lng, lat)


def _undone(
    maths: _Maths[_T], moved: Callable[[_Maths[_T], _T, _T], tuple[_T, _T]], lng: _T, lat: _T
) -> tuple[_T, _T]:
    """The point that `moved` brings to (lng, lat): both moves are gentle, so correcting by the miss works."""
    x, y = lng, lat
    for _ in range(_MOST_ROUNDS):
        there = moved(maths, x, y)
        miss_x, miss_y = there[0] - lng, there[1] - lat
        x, y = x - miss_x, y - miss_y
        if max(maths.furthest(miss_x), maths.furthest(miss_y)) < _EXACT:
            break
    return x, y


def _to_gcj(maths: _Maths[_T], lng: _T, lat: _T) -> tuple[_T, _T]:
    x, y = lng - 105.0, lat - 35.0
    phi = lat * (math.pi / 180.0)
    bent = 1.0 - _ECCENTRICITY * maths.sin(phi) * maths.sin(phi)
    per_degree = _AXIS * math.pi / 180.0 / maths.sqrt(bent)
    east = _east_metres(maths, x, y) / (per_degree * maths.cos(phi))
    north = _north_metres(maths, x, y) / (per_degree * (1.0 - _ECCENTRICITY) / bent)
    return maths.where_in_china(lng, lat, lng + east, lng), maths.where_in_china(lng, lat, lat + north, lat)


def _east_metres(maths: _Maths[_T], x: _T, y: _T) -> _T:
    root, sin = maths.sqrt(maths.sqrt(x * x)), maths.sin
    slow = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    wave = 20.0 * sin(x * math.pi) + 40.0 * sin(x * (math.pi / 3))
    wave = wave + 150.0 * sin(x * (math.pi / 12)) + 300.0 * sin(x * (math.pi / 30))
    return slow + (_common_wave(maths, x) + wave) * (2.0 / 3.0)


def _north_metres(maths: _Maths[_T], x: _T, y: _T) -> _T:
    root, sin = maths.sqrt(maths.sqrt(x * x)), maths.sin
    slow = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    wave = 20.0 * sin(y * math.pi) + 40.0 * sin(y * (math.pi / 3))
    wave = wave + 160.0 * sin(y * (math.pi / 12)) + 320.0 * sin(y * (math.pi / 30))
    return slow + (_common_wave(maths, x) + wave) * (2.0 / 3.0)


def _common_wave(maths: _Maths[_T], x: _T) -> _T:
    return 20.0 * maths.sin(x * (6.0 * math.pi)) + 20.0 * maths.sin(x * (2.0 * math.pi))


def _gcj_to_baidu(maths: _Maths[_T], lng: _T, lat: _T) -> tuple[_T, _T]:
    radius = maths.sqrt(lng * lng + lat * lat) + 2e-5 * maths.sin(lat * _BAIDU)
    angle = maths.atan2(lat, lng) + 3e-6 * maths.cos(lng * _BAIDU)
    return radius * maths.cos(angle) + 0.0065, radius * maths.sin(angle) + 0.006


METRES_PER_DEGREE = 111_320.0


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far two points (lng, lat) of one system lie apart; good to 1 % over a few kilometres."""
    east = (other[0] - one[0]) * METRES_PER_DEGREE * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, (other[1] - one[1]) * METRES_PER_DEGREE)

"""Where every order lies, kept in the process as columns: a map of a million counts in memory what a table would be read for.

Read once in a process's life; then only what has a leaf since the last look (unsealed, or sealed later: so nothing that
another process commits late is missed) and what was erased. Every process has its own and finds the same.
"""

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

import numpy as np
import shapely
from django.db import connection
from django.db.models import Case, F, Max, When
from numpy.typing import NDArray

from townops.base import masking
from townops.kernel.drawn import Drawn
from townops.kernel.tiling import Floats, unit_square
from townops.orders import erased
from townops.orders.domain.states import OPEN, State
from townops.orders.models import Order, OrderLeaf
from townops.orders.models.order import UNADOPTED

STATES: Final = tuple(State)
PLACE: Final = {state.value: place for place, state in enumerate(STATES)}
IS_OPEN: Final = np.array([state in OPEN for state in STATES], dtype=np.bool_)
NEVER: Final = np.iinfo(np.int64).max
ASKED: Final = 500
NEARLY: Final = 3e-6  # of the world: more than a masked place is off
READ: Final = 20_000
AFTER: Final = 10.0  # seconds: a process that just started answers pages first
OVERLAP: Final = timedelta(minutes=10)
COLUMNS: Final = ("id", "number", "town_id", "lng", "lat", "state")
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)
Row = tuple[int, str, int, float | None, float | None, str]


@dataclass(frozen=True, slots=True)
class Ground:
    """A row for each order, by its key. Places on the unit square, exact and masked, NaN without a point; `dues` in
    microseconds, NEVER of what has ended.
    """

    ids: Ints
    numbers: NDArray[np.bytes_]
    towns: Ints
    xs: Floats
    ys: Floats
    masked_xs: Floats
    masked_ys: Floats
    kinds: NDArray[np.int8]
    dues: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def seen(self, rows: Ints, *, exact: bool) -> tuple[Floats, Floats]:
        """Where a viewer sees these orders: `exact` for whoever goes there, as long as they are open."""
        clear = IS_OPEN[self.kinds[rows]] & exact
        xs = np.where(clear, self.xs[rows], self.masked_xs[rows])
        return xs, np.where(clear, self.ys[rows], self.masked_ys[rows])

    def within(self, area: Drawn, *, exact: bool) -> Ints:
        """The rows a viewer sees in an area drawn on the map, or on its edge: whoever sees masked places learns no more."""
        corners = np.column_stack(unit_square(*np.array(area).T))
        (west, north), (east, south) = corners.min(axis=0) - NEARLY, corners.max(axis=0) + NEARLY
        xs, ys = self.masked_xs, self.masked_ys
        rows = np.flatnonzero((xs >= west) & (xs <= east) & (ys >= north) & (ys <= south))
        polygon = shapely.Polygon(corners)
        shapely.prepare(polygon)
        inside: Flags = shapely.intersects_xy(polygon, *self.seen(rows, exact=exact))
        return rows[inside]

    def places(self, ids: Ints) -> Ints:
        """The rows of these keys; those it does not know yet are left out."""
        found = np.searchsorted(self.ids, ids)
        known = found < len(self)
        known[known] = self.ids[found[known]] == ids[known]
        return found[known]


NAMES: Final = tuple(Ground.__dataclass_fields__)


@dataclass(slots=True)
class _Kept:
    """What was read, and up to where: the last seal, the unsealed orders by their version, the last look."""

    ground: Ground
    seal: int
    unsealed: dict[int, int] = field(default_factory=dict)
    at: datetime | None = None


_kept: list[_Kept] = []
_lock: Final = threading.Lock()


def current(at: datetime) -> Ground:
    """Every order as it is now."""
    with _lock:
        if not _kept:
            seal = _last_seal()
            _kept.append(_Kept(_read_all(), seal, at=at))
        else:
            _follow(_kept[0], at)
        return _kept[0].ground


def read_ahead() -> None:
    """Read it in the background, after the first pages: the first map finds it there, or waits for the rest of it."""
    later = threading.Timer(AFTER, _ahead)
    later.daemon = True
    later.start()


def _ahead() -> None:
    try:
        current(datetime.now(UTC))
    finally:
        connection.close()


def forget() -> None:
    """Read anew."""
    with _lock:
        _kept.clear()


def _follow(kept: _Kept, at: datetime) -> None:
    last, unsealed = _last_seal(), _unsealed()
    moved = {order for order, seq in unsealed.items() if kept.unsealed.get(order) != seq}
    if last > kept.seal:
        moved |= set(OrderLeaf.objects.filter(seal__gt=kept.seal).values_list("order_id", flat=True))
    moved |= erased.erased_since((kept.at or at) - OVERLAP)
    if moved:
        kept.ground = changed(kept.ground, _read(moved))
    kept.seal, kept.unsealed, kept.at = last, unsealed, at


def _last_seal() -> int:
    newest = OrderLeaf.objects.filter(seal__isnull=False).order_by("-seal").values_list("seal", flat=True)
    return newest[:1].first() or 0


TIMED = Case(When(UNADOPTED, then=None), default=F("due_at"))  # no clock of unadopted history reminds


def _unsealed() -> dict[int, int]:
    rows = OrderLeaf.objects.filter(seal__isnull=True).order_by().values("order_id")
    return dict(rows.annotate(last=Max("seq")).values_list("order_id", "last"))


def _read_all() -> Ground:
    rows = Order.objects.order_by("id").values_list(*COLUMNS).iterator(chunk_size=READ)
    parts = [_ground((), {})]
    while some := tuple(islice(rows, READ)):
        parts.append(_ground(some, {}))
    timed = Order.objects.filter(is_open=True, due_at__isnull=False).exclude(UNADOPTED)
    return _with_dues(_joined(parts), timed.values_list("id", "due_at"))


def _read(orders: Collection[int]) -> Ground:
    parts = [_ground((), {})]
    keys = sorted(orders)
    for start in range(0, len(keys), ASKED):
        rows = (
            Order.objects.filter(id__in=keys[start : start + ASKED])
            .order_by("id")
            .values_list(*COLUMNS, TIMED)
        )
        parts.append(_ground([row[:-1] for row in rows], {row[0]: row[-1] for row in rows if row[-1]}))
    return _joined(parts)


def _ground(rows: Sequence[Row], dues: dict[int, datetime]) -> Ground:
    ids, numbers, towns, lngs, lats, states = zip(*rows, strict=True) if rows else ((),) * 6
    places = np.array([lngs, lats], dtype=np.float64).reshape(2, len(rows))
    masked = np.round(places, masking.POINT_DIGITS)
    found = Ground(
        np.array(ids, dtype=np.int64),
        np.array(numbers, dtype=np.bytes_),
        np.array(towns, dtype=np.int64),
        *unit_square(places[0], places[1]),
        *unit_square(masked[0], masked[1]),
        np.array([PLACE[state] for state in states], dtype=np.int8),
        np.full(len(rows), NEVER, dtype=np.int64),
    )
    return _with_dues(found, dues.items())


def _with_dues(ground: Ground, dues: Iterable[tuple[int, datetime | None]]) -> Ground:
    known = [(order, micros(due)) for order, due in dues if due]
    if known:
        ids, moments = np.array(known, dtype=np.int64).T
        moments = moments[np.isin(ids, ground.ids)]
        places = ground.places(ids)
        ground.dues[places] = np.where(IS_OPEN[ground.kinds[places]], moments, NEVER)
    return ground


def micros(moment: datetime) -> int:
    """Whole microseconds, as due times are compared."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _joined(parts: Sequence[Ground]) -> Ground:
    return Ground(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in NAMES})


def changed(old: Ground, news: Ground) -> Ground:
    """With these rows instead of those of the same keys, and with the new ones; what was handed out before stays as it was."""
    at = np.searchsorted(old.ids, news.ids)
    known: Flags = np.zeros(len(news), dtype=np.bool_)
    within = at < len(old)
    known[within] = old.ids[at[within]] == news.ids[within]
    return Ground(**{name: _changed(getattr(old, name), getattr(news, name), at, known) for name in NAMES})


def _changed(before: NDArray[T], after: NDArray[T], at: Ints, known: Flags) -> NDArray[T]:
    column = before.astype(
        np.promote_types(before.dtype, after.dtype)
    )  # a copy; numbers may be longer than any before
    column[at[known]] = after[known]
    return column if known.all() else np.insert(column, at[~known], after[~known])

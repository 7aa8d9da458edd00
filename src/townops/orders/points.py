"""Where orders lie, for maps: kept for some seconds, so that moving a map asks the database nothing (U12, U29).

Of what has ended, and for whoever has no work at the place, a point is masked as the address is (`privacy`).
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import Case, IntegerField, Value, When

from townops.base import masking
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.tiling import Window, unit_square
from townops.orders import privacy, queries
from townops.orders.access import REVEAL, VIEW_ALL
from townops.orders.domain.clusters import Alone, Cluster, Spots, clustered
from townops.orders.domain.states import State
from townops.orders.narrowing import Filter

MOST: Final = 50_000
FRESH: Final = timedelta(seconds=5)
FRESH_OF_MANY: Final = timedelta(seconds=20)
MANY: Final = 10_000
KEPT: Final = 8
STATES: Final = tuple(State)
_PLACE: Final = {state.value: place for place, state in enumerate(STATES)}
Row = tuple[str, float, float, str, bool, int]


@dataclass(frozen=True, slots=True)
class OnMap:
    """What a window shows; a cluster counts by the states of `STATES`, an order's kind is its place there."""

    alone: Sequence[Alone]
    clusters: Sequence[Cluster]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The places of a filter's orders at one moment. `unplaced`: how many have no point; `more`: older ones are left out;
    `stamp` changes with anything a map could show.
    """

    spots: Spots
    unplaced: int
    more: bool
    stamp: str
    at: datetime

    def within(self, window: Window) -> OnMap:
        return OnMap(*clustered(self.spots, window, kinds=len(STATES)))


Key = tuple[tuple[int, ...], tuple[int, ...], int, bool, bool, Filter]
_kept: OrderedDict[Key, Snapshot] = OrderedDict()
_lock: Final = threading.Lock()
_reading: Final = threading.Lock()  # one at a time: who asks for the same meanwhile finds it read


def snapshot(actor: Actor, wanted: Filter, *, at: datetime) -> Snapshot:
    """Refused(phone_not_on_map, ...) as `queries.find`. Who may see the same shares one."""
    if wanted.phone:
        raise Refused("phone_not_on_map")
    scopes = () if actor.holds(VIEW_ALL) else queries.scopes_of(actor)
    own = actor.person if wanted.person else 0  # 我的 is another list for each
    key = (queries.towns_of(actor), scopes, own, privacy.goes_there(actor), actor.holds(REVEAL), wanted)
    if (found := _fresh(key, at)) is not None:
        return found
    with _reading:
        found = _fresh(key, at)
        return found if found is not None else _keep(key, _read(actor, wanted, at))


def _fresh(key: Key, at: datetime) -> Snapshot | None:
    """What is kept, while it is young enough; many orders are read more rarely."""
    with _lock:
        found = _kept.get(key)
    if found is None:
        return None
    longest = FRESH_OF_MANY if len(found.spots) > MANY else FRESH
    return found if abs(at - found.at) < longest else None


def _keep(key: Key, found: Snapshot) -> Snapshot:
    with _lock:
        _kept[key] = found
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """Read anew what is asked for next."""
    with _lock:
        _kept.clear()


def _read(actor: Actor, wanted: Filter, at: datetime) -> Snapshot:
    rows = queries.every(actor, wanted, at=at)
    late = Case(
        When(is_open=True, due_at__lt=at, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    placed = rows.filter(lng__isnull=False, lat__isnull=False).order_by("-received_at", "-id")
    fields = placed.values_list("number", "lng", "lat", "state", "is_open", late)
    found: list[Row] = list(fields[: MOST + 1])
    unplaced = rows.filter(lng__isnull=True).order_by()[: MOST + 1].count()
    spots = _spots(found[:MOST], exact=privacy.goes_there(actor))
    more = len(found) > MOST
    return Snapshot(spots, unplaced, more, _stamp(spots, unplaced, more), at)


def _spots(rows: Sequence[Row], *, exact: bool) -> Spots:
    numbers, lngs, lats, states, is_open, late = zip(*rows, strict=True) if rows else ((),) * 6
    places = np.array([lngs, lats], dtype=np.float64).reshape(2, len(rows))
    hidden = ~(np.array(is_open, dtype=np.bool_) & exact)
    places[:, hidden] = np.round(places[:, hidden], masking.POINT_DIGITS)
    kinds = np.array([_PLACE[state] for state in states], dtype=np.int8)
    return Spots(numbers, *unit_square(places[0], places[1]), kinds, np.array(late, dtype=np.int8))


def _stamp(spots: Spots, unplaced: int, more: bool) -> str:
    taken = hashlib.blake2b("\n".join(spots.numbers).encode(), digest_size=12)
    for part in (spots.xs, spots.ys, spots.kinds, spots.late):
        taken.update(part.tobytes())
    taken.update(f"{unplaced} {more}".encode())
    return taken.hexdigest()

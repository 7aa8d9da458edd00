"""Where orders lie, for maps: all that the list has under the same filter, kept for some seconds, so that moving a map
asks the database nothing (U12, U29). The filter is asked of the database, the places are those of `ground`.

Of what has ended, and for whoever has no work at the place, a point is masked as the address is (`privacy`).
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.tiling import Window
from townops.orders import ground, privacy, queries
from townops.orders.access import REVEAL, VIEW_ALL
from townops.orders.domain.clusters import Alone, Cluster, Spots, clustered
from townops.orders.ground import STATES, Ground
from townops.orders.narrowing import Filter

FRESH: Final = timedelta(seconds=5)
FRESH_OF_MANY: Final = timedelta(seconds=20)
MANY: Final = 10_000
KEPT: Final = 8
KEPT_SPOTS: Final = 2_000_000  # 35 bytes each


@dataclass(frozen=True, slots=True)
class OnMap:
    """What a window shows; a cluster counts by the states of `STATES`, an order's kind is its place there."""

    alone: Sequence[Alone]
    clusters: Sequence[Cluster]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The places of a filter's orders at one moment. `unplaced`: how many have no point; `stamp` changes with anything a
    map could show.
    """

    spots: Spots
    unplaced: int
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
        while len(_kept) > KEPT or (len(_kept) > 1 and _held() > KEPT_SPOTS):
            _kept.popitem(last=False)
    return found


def _held() -> int:
    return sum(len(one.spots) for one in _kept.values())


def forget() -> None:
    """Read anew what is asked for next."""
    with _lock:
        _kept.clear()
    ground.forget()


def _read(actor: Actor, wanted: Filter, at: datetime) -> Snapshot:
    asked, kinds = _split(replace(wanted, drawn=()))
    keys = queries.every_key(actor, asked, at=at)
    every = ground.current(at)
    seen = np.isin(every.towns, queries.towns_of(actor)) & kinds[every.kinds]
    if keys is not None:
        mine = np.zeros(len(every), dtype=np.bool_)
        mine[every.places(keys)] = True
        seen &= mine
    exact = privacy.goes_there(actor)
    if wanted.drawn:
        queries.check_drawn(actor, wanted.drawn)
        inside = np.zeros(len(every), dtype=np.bool_)
        inside[every.within(wanted.drawn, exact=exact)] = True
        seen &= inside
    return _snapshot(every, seen, at, exact=exact)


def _split(wanted: Filter) -> tuple[Filter, ground.Flags]:
    """What the database is asked, and which kinds are left: where nothing but states is asked, the ground knows them."""
    asked = replace(wanted, states=(), stages=(), open=None)
    if asked != Filter():
        return wanted, np.ones(len(STATES), dtype=np.bool_)
    within = wanted.in_states
    named = np.array([within is None or state.value in within for state in STATES])
    return asked, named & (wanted.open == ground.IS_OPEN if wanted.open is not None else True)


def _snapshot(every: Ground, seen: ground.Flags, at: datetime, *, exact: bool) -> Snapshot:
    rows = np.flatnonzero(seen & ~np.isnan(every.xs))
    kinds = every.kinds[rows]
    spots = Spots(
        every.numbers[rows],
        *every.seen(rows, exact=exact),
        kinds,
        (every.dues[rows] < ground.micros(at)).astype(np.int8),
    )
    unplaced = int(np.count_nonzero(seen)) - len(rows)
    return Snapshot(spots, unplaced, _stamp(spots, unplaced), at)


def _stamp(spots: Spots, unplaced: int) -> str:
    taken = hashlib.blake2b(str(unplaced).encode(), digest_size=12)
    for part in (spots.numbers, spots.xs, spots.ys, spots.kinds, spots.late):
        taken.update(np.ascontiguousarray(part).data)
    return taken.hexdigest()

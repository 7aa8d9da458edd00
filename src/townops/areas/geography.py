"""The identities and shapes of the database as one picture in memory."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from townops.areas.domain.finding import Named
from townops.areas.domain.ground import Ground
from townops.areas.domain.views import AreaView
from townops.areas.models import Area, AreaShape
from townops.areas.stamps import Picture

GROUNDS_KEPT: Final = 4


class Geography:
    """Areas by id and code, who is below whom, and the ground of any day; shapes are read when first asked
    for.
    """

    def __init__(self, areas: Iterable[AreaView], changes: Iterable[date]) -> None:
        self.by_id = {area.id: area for area in areas}
        self.by_code = {area.code: area for area in self.by_id.values()}
        self._children: dict[int | None, list[AreaView]] = {}
        for area in sorted(self.by_id.values(), key=lambda one: one.code):
            self._children.setdefault(area.parent_id, []).append(area)
        self._below: dict[int, frozenset[int]] = {}
        self._named: dict[tuple[int, date], tuple[Named, ...]] = {}
        self._changes = sorted(set(changes))
        self._grounds: OrderedDict[int, Ground] = OrderedDict()
        self._reading = threading.Lock()

    def children(self, area_id: int | None) -> tuple[AreaView, ...]:
        return tuple(self._children.get(area_id, ()))

    def below(self, area_id: int) -> frozenset[int]:
        """Ids of the area and everything under it."""
        if area_id not in self._below:
            under = (self.below(child.id) for child in self.children(area_id))
            self._below[area_id] = frozenset({area_id}).union(*under)
        return self._below[area_id]

    def named(self, town: int, on: date) -> tuple[Named, ...]:
        """居村 and blocks of a town that stand on a day as they are looked for by name, by code; the last day is kept."""
        if (town, on) not in self._named:
            under = sorted((self.by_id[one] for one in self.below(town)), key=lambda area: area.code)
            wanted = (one for one in under if one.kind in {"village", "block"} and one.stands(on))
            kept = {key: names for key, names in self._named.items() if key[1] == on}
            self._named = kept | {(town, on): tuple(map(self._as_named, wanted))}
        return self._named[town, on]

    def _as_named(self, area: AreaView) -> Named:
        above = self.by_id[area.parent_id].name if area.kind == "block" and area.parent_id else ""
        return Named(area.code, area.name, above)

    def ground(self, on: date) -> Ground:
        """Shapes valid on that day. Days between two changes share one ground; the last four stay in
        memory.
        """
        period = bisect_right(self._changes, on)
        ground = self._grounds.get(period)
        if ground is not None:
            return ground
        with self._reading:
            if period not in self._grounds:
                self._grounds[period] = Ground(self.by_id, _wkb_on(on))
            if len(self._grounds) > GROUNDS_KEPT:
                self._grounds.popitem(last=False)
            return self._grounds[period]

    def grounds(self, since: date, until: date) -> list[Ground]:
        """The ground of each time between two days that had its own, the oldest first."""
        return [self.ground(day) for day in (since, *(one for one in self._changes if since < one <= until))]


def _wkb_on(on: date) -> Iterable[tuple[int, bytes]]:
    """PostgreSQL hands out views of memory, which GEOS does not take."""
    rows = shapes_on(on).values_list("area_id", "shape")
    return ((area_id, bytes(shape)) for area_id, shape in rows)


def shapes_on(on: date) -> QuerySet[AreaShape]:
    """Shapes in force on that day, of areas in force on that day."""
    shape = Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gt=on))
    area = Q(area__valid_from__lte=on) & (Q(area__valid_until=None) | Q(area__valid_until__gt=on))
    return AreaShape.objects.filter(shape & area)


def left_on(area_id: int, today: date) -> date | None:
    """The last day until today on which an area lost its ground; also of one that will come back."""
    ended = AreaShape.objects.filter(area=area_id, valid_until__lte=today)
    return ended.order_by("-valid_until").values_list("valid_until", flat=True).first()


def read() -> Geography:
    """Every identity, without shapes."""
    fields = (
        "id", "code", "name", "kind", "block_type", "parent_id", "town",
        "directly_managed", "detached_allowed", "valid_until", "valid_from",
    )  # fmt: skip
    coming = _coming()
    areas = [
        replace(one, since=coming.get(one.id, one.since))
        for one in (AreaView(*row) for row in Area.objects.order_by("code").values_list(*fields))
    ]
    columns = (
        model.objects.order_by().values_list(column, flat=True).distinct()
        for model in (Area, AreaShape)
        for column in ("valid_from", "valid_until")
    )
    return Geography(areas, (day for column in columns for day in column if day is not None))


def _coming() -> dict[int, date]:
    """Areas without ground today that will have some, and from which day: also those that come back."""
    today = timezone.localdate()
    later = AreaShape.objects.filter(valid_from__gt=today).exclude(area__in=shapes_on(today).values("area"))
    return dict(later.order_by("-valid_from").values_list("area", "valid_from"))


picture: Final[Picture[Geography]] = Picture("areas", read)

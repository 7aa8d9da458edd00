"""Registers whose rows have a place are map layers, for whoever sees them in the whole town."""

from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from django.db.models import Count, Max

from townops.base.layers import Kind, Layer, LayerFact, declare
from townops.base.ledger.columns import Column
from townops.base.ledger.saying import Sayer
from townops.kernel.featuresets import FeatureSet

KINDS: Final[dict[str, Kind]] = {"whole": "integer", "number": "number", "yes": "boolean"}
LEAST_ZOOM: Final = 10


def layer(name: str, title: str, permission: str, model: Any, columns: tuple[Column, ...]) -> Layer:
    """Make the layer known; sealed columns stay out of it. What was read is kept until a row changes."""
    told = tuple(one for one in columns if one.kind not in {"sealed", "shape", "degree", "told", "long"})
    facts = tuple(LayerFact(one.name, one.label, KINDS.get(one.kind, "string")) for one in told)
    kept: dict[tuple[int, Any], FeatureSet] = {}

    def read(since: date, until: date) -> FeatureSet:
        rows = model._default_manager.filter(archived_at=None).exclude(lng=None).exclude(lat=None)
        counted = rows.aggregate(count=Count("pk"), last=Max("changed_at"))
        stamp = (counted["count"], counted["last"])
        if stamp not in kept:
            kept.clear()
            kept[stamp] = _set(list(rows.order_by("pk")), told)
        return kept[stamp]

    return declare(Layer(f"register-{name}", title, title, "point", permission, facts, read, LEAST_ZOOM))


def _set(rows: list[Any], columns: tuple[Column, ...]) -> FeatureSet:
    sayer = Sayer(columns, rows)
    places = np.asarray([(row.lng, row.lat) for row in rows], dtype=float).reshape(-1, 2)
    facts = [{one.name: _fact(sayer, row, one) for one in columns} for row in rows]
    return FeatureSet(
        [str(row.pk) for row in rows], np.asarray(shapely.points(places), dtype=np.object_), facts
    )


def _fact(sayer: Sayer, row: Any, column: Column) -> str | int | float | bool | None:
    if column.kind in KINDS:
        value = getattr(row, column.name)
        return float(value) if column.kind == "number" and value is not None else value
    return sayer.cell(row, column)

"""A list of a register narrowed, searched and sorted by what stands in its address, parsed and judged by django-filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import django_filters as filters
from django.db.models import QuerySet
from django.http import QueryDict

from townops.base import search
from townops.base.ledger.columns import Column
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.records import Record
from townops.base.ledger.seeing import Viewer, due_before, expired, visible
from townops.kernel.refusal import Refused

STATES: Final[Mapping[str, str]] = {
    "": "在用", "due": "该核对", "expired": "已过期", "archived": "已归档", "all": "全部",
}  # fmt: skip
SORTABLE: Final = 20_000  # more rows than this are sorted by an indexed column only


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a list: `given` as it stands in the address, `today` for what is due."""

    given: QueryDict
    today: date

    @property
    def q(self) -> str:
        return self.given.get("q", "").strip()[:100]

    @property
    def state(self) -> str:
        return self.given.get("state", "")

    @property
    def sort(self) -> str:
        return self.given.get("sort", "")


def narrowed(ledger: Ledger, viewer: Viewer, wanted: Wanted) -> "QuerySet[Record]":
    """The rows he sees that fit, unsorted. Refused: filter_malformed, query_too_short, reference_unknown."""
    rows = visible(ledger, viewer)
    rows = _in_state(ledger, rows, wanted)
    if wanted.q:
        rows = rows.filter(pk__in=search.matching(ledger.short, wanted.q))
    found = _filterset(ledger)(data=wanted.given, queryset=rows, viewer=viewer)
    if not found.form.is_valid():
        name = next(iter(found.form.errors))
        label = str(found.form.fields[name].label)
        raise Refused("filter_malformed", label=label, value=wanted.given.get(name, "")[:40])
    fitting: QuerySet[Record] = found.qs
    return fitting


def names(ledger: Ledger) -> frozenset[str]:
    """What an address may name to narrow a list by a column."""
    ends = {
        "whole": ("_min", "_max"),
        "number": ("_min", "_max"),
        "day": ("_after", "_before"),
        "moment": ("_after", "_before"),
    }
    return frozenset(one.name + end for one in ledger.filtered for end in ends.get(one.kind, ("",)))


def ordered(ledger: Ledger, rows: "QuerySet[Record]", sort: str) -> "QuerySet[Record]":
    """Sorted by a column ("-name": backwards), then as the register says. Refused("sort_too_many"): narrow first."""
    name = sort.removeprefix("-")
    if name not in {one.name for one in sortable(ledger)}:
        return rows.order_by(*ledger.sorted_by, "pk")
    if not ledger.column(name).indexed and rows.order_by()[: SORTABLE + 1].count() > SORTABLE:
        raise Refused("sort_too_many", most=SORTABLE, label=ledger.column(name).label)
    return rows.order_by(sort, "pk")


def sortable(ledger: Ledger) -> tuple[Column, ...]:
    return tuple(one for one in ledger.every if one.kind not in {"told", "sealed", "shape", "long"})


def _in_state(ledger: Ledger, rows: "QuerySet[Record]", wanted: Wanted) -> "QuerySet[Record]":
    if wanted.state == "all":
        return rows
    if wanted.state == "archived":
        return rows.filter(archived_at__isnull=False)
    if wanted.state == "due":
        return rows.filter(due_before(ledger, wanted.today))
    if wanted.state == "expired":
        return rows.filter(expired(ledger, wanted.today))
    return rows.filter(archived_at=None)


class _Narrowing(filters.FilterSet):  # type: ignore[misc]  # no types of its own
    """The filters of one register; `viewer` says in which town names are looked up."""

    def __init__(self, *args: Any, viewer: Viewer, **options: Any) -> None:
        self.viewer = viewer
        super().__init__(*args, **options)


@cache
def _filterset(ledger: Ledger) -> type[_Narrowing]:
    made = {one.name: _filter(one) for one in ledger.filtered}
    return type(f"{ledger.code}Narrowing", (_Narrowing,), made)


def _filter(column: Column) -> filters.Filter:
    options = {"label": column.label, "field_name": column.name}
    if column.kind == "choice":
        return filters.MultipleChoiceFilter(choices=column.options, **options)
    if column.kind == "yes":
        return filters.ChoiceFilter(choices=(("1", "是"), ("0", "否")), method=_says_yes, **options)
    if column.kind in {"whole", "number"}:
        return filters.RangeFilter(**options)
    if column.kind in {"day", "moment"}:
        options["field_name"] += "__date" if column.kind == "moment" else ""
        return filters.DateFromToRangeFilter(**options)
    if column.kind == "link":
        return _Linked(column, **options)
    return filters.CharFilter(lookup_expr="icontains", **options)


def _says_yes(rows: "QuerySet[Record]", name: str, value: str) -> "QuerySet[Record]":
    return rows.filter(**{name: value == "1"})


class _Linked(filters.CharFilter):  # type: ignore[misc]  # no types of its own
    """Narrows to what is linked to the thing named, or to something below it; "none": to nothing."""

    def __init__(self, column: Column, **options: Any) -> None:
        self._column = column
        super().__init__(**options)

    def filter(self, rows: "QuerySet[Record]", value: str) -> "QuerySet[Record]":
        if not value:
            return rows
        name = self._column.name
        if value == "none":
            return rows.filter(**{f"{name}__isnull": True})
        reference = self._column.reference
        return rows.filter(
            **{f"{name}__in": reference.within(reference.read(value, self.parent.viewer.town))}
        )

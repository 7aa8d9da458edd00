"""The cells of a list: one function a column, so that fifty rows are written without walking a template for each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from townops.console import choices, labels, looks
from townops.console.columns import Column
from townops.orders import api as orders

NOTHING: Final = mark_safe('<span class="muted">—</span>')
UNTIMED: Final = mark_safe('<td class="of-due"><span class="muted">不计时</span></td>')
TAGS: Final = 2  # as many as fit a row on an office screen


@dataclass(frozen=True, slots=True)
class Seen:
    """When the list is looked at, and where 临期 and 严重超期 begin at that moment."""

    now: datetime
    bounds: orders.Lateness


Cell = Callable[[orders.ListRow, Seen], SafeString]


def written(row: orders.ListRow, shown: Iterable[Column], seen: Seen) -> SafeString:
    """The cells of a row after its number."""
    return mark_safe("".join(CELLS[column.code](row, seen) for column in shown))  # noqa: S308  (each escapes its own)


def _title(row: orders.ListRow, _seen: Seen) -> SafeString:
    return format_html(
        '<td class="title" title="{}" translate="no" lang="zh-Hans">{}</td>',
        row.title,
        looks.matter(row.title),
    )


def _state(row: orders.ListRow, _seen: Seen) -> SafeString:
    return format_html('<td class="of-state">{}</td>', looks.state(row.state))


def _due(row: orders.ListRow, seen: Seen) -> SafeString:
    """History that nobody has adopted is not late: none of its clocks reminds."""
    if row.is_unadopted:
        return UNTIMED
    due = looks.due_within(row.due_at, seen.bounds, row.near_at) if row.is_open else NOTHING
    return format_html('<td class="of-due">{}</td>', due)


def _village(row: orders.ListRow, _seen: Seen) -> SafeString:
    return _named(row.village.name if row.village else "", "地点待核实")


def _unit(row: orders.ListRow, _seen: Seen) -> SafeString:
    name = escape(row.unit.name)
    basis = labels.BASES.get(row.basis, (row.basis, ""))[0]
    return format_html('<td class="short" title="{} · {}">{}</td>', name, basis, name)


def _marks(row: orders.ListRow, _seen: Seen) -> SafeString:
    every = looks.row_marks(row)
    shown = "".join(format_html('<span class="tag tag-soon">{}</span> ', one) for one in every[:TAGS])
    more = (
        format_html('<span class="muted" title="{}">…</span>', "、".join(every)) if len(every) > TAGS else ""
    )
    return mark_safe(f'<td class="tags">{shown}{more}</td>')  # noqa: S308  (made of escaped parts)


def _named(name: str, without: str) -> SafeString:
    if not name:
        return format_html('<td class="short"><span class="muted">{}</span></td>', without)
    name = escape(name)
    return format_html('<td class="short" title="{}">{}</td>', name, name)


def _word(word: str) -> SafeString:
    return format_html('<td class="nowrap">{}</td>', word or NOTHING)


CELLS: Final[dict[str, Cell]] = {
    "title": _title,
    "state": _state,
    "stage": lambda row, _seen: _word(looks.stage(row.state)),
    "due": _due,
    "village": _village,
    "unit": _unit,
    "source": lambda row, _seen: _word(choices.source(row.source)),
    "received": lambda row, seen: _word(looks.when(row.received_at, seen.now)),
    "marks": _marks,
    "main": lambda row, _seen: _named(row.main_unit.name if row.main_unit else "", "（无）"),
    "block": lambda row, _seen: _named(row.block.name if row.block else "", "—"),
    "class": lambda row, _seen: _named(
        choices.class_name(row.class_code) if row.class_code else "", "未归类"
    ),
    "severity": lambda row, _seen: _word(labels.CHOICES.get(row.severity, row.severity)),
    "demand": lambda row, _seen: _word(labels.CHOICES.get(row.demand_type, row.demand_type)),
    "external": lambda row, _seen: format_html('<td class="number">{}</td>', row.external_number or NOTHING),
    "outer": lambda row, seen: _word(looks.when(row.outer_due_at, seen.now)),
    "closed": lambda row, seen: _word(looks.when(row.closed_at, seen.now)),
}

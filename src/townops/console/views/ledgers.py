"""台账: which registers there are, and the list of one: narrowed, searched, sorted, with the columns and views somebody likes."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from townops.base import savedviews
from townops.base.ledger import narrowing, seeing
from townops.base.ledger.columns import Column
from townops.base.ledger.declaring import Ledger
from townops.console.doors import Desk, page
from townops.console.given import whole
from townops.console.ledger_tables import LedgerTable, table_of
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

FEW: Final = 300  # picked from a list; more are typed and found by the browser as one types


@dataclass(frozen=True, slots=True)
class Filter:
    """One input of the filters: what stands in it, and what may."""

    column: Column
    values: tuple[str, ...]
    low: str = ""
    high: str = ""
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A register on the front page: its rows in use, those nobody confirmed in time, those past their last day."""

    ledger: Ledger
    count: seeing.Counted
    due: int
    expired: int


def viewer_of(desk: Desk) -> seeing.Viewer:
    return seeing.Viewer(desk.actor, desk.town)


@require_safe
@page()
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every register one sees, by group, with what is due in it."""
    viewer = viewer_of(desk)
    groups: dict[str, list[Shelf]] = {}
    for ledger in seeing.ledgers_for(viewer):
        groups.setdefault(ledger.group, []).append(_shelf(ledger, viewer, desk))
    return render(request, "console/ledger/index.html", {"desk": desk, "parts": groups})


def _shelf(ledger: Ledger, viewer: seeing.Viewer, desk: Desk) -> Shelf:
    rows, today = seeing.visible(ledger, viewer), desk.at.astimezone(SHANGHAI).date()
    due = rows.filter(seeing.due_before(ledger, today)) if ledger.review_every else rows.none()
    late = rows.filter(seeing.expired(ledger, today)) if ledger.expires_on else rows.none()
    in_use = seeing.counted(rows.filter(archived_at=None))
    return Shelf(ledger, in_use, seeing.counted(due).number, seeing.counted(late).number)


@require_safe
@page()
def listing(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The list of one register. A filter that cannot be read is said; nothing is listed then."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    wanted = wanted_of(request.GET, desk)
    shown = _around(ledger, viewer, desk, request.GET) | {"wanted": wanted}
    try:
        rows = narrowing.narrowed(ledger, viewer, wanted)
        table = table_of(
            ledger, rows, shown["chosen"], sort=wanted.sort, page=whole(request.GET.get("page", ""))
        )
    except Refused as refused:
        return render(request, "console/ledger/list.html", shown | {"said": sentence(refused)}, status=400)
    shown |= {"table": table, "count": seeing.counted(rows), "pages": _pages(request.GET, table)}
    return render(request, "console/ledger/list.html", shown)


def wanted_of(given: QueryDict, desk: Desk) -> narrowing.Wanted:
    return narrowing.Wanted(given, desk.at.astimezone(SHANGHAI).date())


def _around(ledger: Ledger, viewer: seeing.Viewer, desk: Desk, given: QueryDict) -> dict[str, Any]:
    kept = savedviews.kept(desk.account, ledger.short, desk.town)
    known = {one.name for one in ledger.every}
    chosen = [one for one in kept.columns if one in known] or [one.name for one in ledger.shown]
    states = [(code, word) for code, word in narrowing.STATES.items() if _is_offered(ledger, code)]
    filters = [_filter(one, given, viewer.town) for one in ledger.filtered]
    used = [one for one in filters if any(one.values) or one.low or one.high]
    return {
        "desk": desk, "now": desk.at, "ledger": ledger, "viewer": viewer, "states": states, "filters": filters,
        "used": len(used), "chosen": chosen, "views": kept.views, "query": _lasting(given),
        "may": {action: viewer.may(ledger, action) for action in ("edit", "import", "export")},
    }  # fmt: skip


def _is_offered(ledger: Ledger, state: str) -> bool:
    return {"due": ledger.review_every is not None, "expired": bool(ledger.expires_on)}.get(state, True)


def _filter(column: Column, given: QueryDict, town: str) -> Filter:
    low, high = ("after", "before") if column.kind in {"day", "moment"} else ("min", "max")
    offered = column.reference.offered(town)[:FEW] if column.kind == "link" else ()
    return Filter(
        column,
        tuple(given.getlist(column.name)),
        given.get(f"{column.name}_{low}", ""),
        given.get(f"{column.name}_{high}", ""),
        offered,
    )


def _lasting(given: QueryDict) -> str:
    """The filter as an address, without the page one stands on."""
    kept = [(name, value) for name, values in given.lists() for value in values if name != "page" and value]
    return urlencode(kept)


def _pages(given: QueryDict, table: LedgerTable) -> dict[str, str]:
    """The addresses of the page before and after."""
    found = {}
    at = table.page
    for name, there in (("before", at.has_previous()), ("after", at.has_next())):
        query = given.copy()
        query["page"] = str(at.number + (1 if name == "after" else -1))
        found[name] = query.urlencode() if there else ""
    return found


@require_POST
@page()
def keep(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Keep the filter one stands under as a view, drop a view, or choose the columns: `do` is view, drop or columns."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    query = request.POST.get("query", "")
    act = request.POST.get("do", "")
    if act == "columns":
        known = {one.name for one in ledger.every}
        chosen = [one for one in request.POST.getlist("column") if one in known]
        savedviews.keep_columns(desk.account, ledger.short, chosen, at=desk.at)
    elif act == "drop":
        name = savedviews.drop(
            desk.account, whole(request.POST.get("view", "")), actor=desk.actor, at=desk.at
        )
        messages.success(request, f"已删除视图“{name}”。")
    else:
        narrowing.narrowed(ledger, viewer, wanted_of(QueryDict(query), desk))
        name, group = request.POST.get("name", ""), desk.town if request.POST.get("shared") else ""
        savedviews.keep(desk.account, ledger.short, name, query, actor=desk.actor, at=desk.at, group=group)
        messages.success(request, f"已存为视图“{' '.join(name.split())}”{'，全镇可见' if group else ''}。")
    return redirect(f"{reverse('console:ledger', args=[code])}?{query}")

"""Many orders at once: steps on what was ticked or on all a filter finds, exports, and how far a batch has come."""

from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.base import batches
from townops.base.canonical import load
from townops.base.models import Batch
from townops.console import bulk, downloads, exporting, filters
from townops.console.doors import SEES, Desk, page
from townops.console.views import listing
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

SHOWN = 500


@require_POST
@page(*SEES)
def act(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One step on many, each with its own result; the same form sent twice is one batch. Refused, the list comes back."""
    try:
        if request.POST.get("do", "") in exporting.KINDS:
            return _export(request, desk, request.POST["do"])
        return _step(request, desk, bulk.asked(request.POST))
    except Refused as refused:
        return listing.again(request, desk, refused)


def _step(request: HttpRequest, desk: Desk, action: bulk.Action) -> HttpResponse:
    facts, items = bulk.facts(desk, request.POST, action), bulk.meant(desk, request.POST)
    if 0 < len(items) <= batches.MOST and bulk.to_confirm(request.POST, len(items)):
        return _confirm(request, desk, action, len(items))
    key = request.POST.get("key", "")
    row = orders.take_many(desk.account, key, action.step, items, actor=desk.actor, at=desk.at, facts=facts)
    return redirect("console:many", row.pk)


def _confirm(request: HttpRequest, desk: Desk, action: bulk.Action, total: int) -> HttpResponse:
    """Nothing is done yet: how many, under which conditions, and what was typed."""
    address = filters.address_of(QueryDict(request.POST.get("query", "")), desk.town)
    shown = {
        "desk": desk, "action": action, "total": total, "address": address, "chips": list(address.chips()),
        "typed": bulk.typed(request.POST, action), "key": request.POST.get("key", ""),
        "beside": bulk.typed_beside(request.POST, action), "queued": total > batches.AT_ONCE,
    }  # fmt: skip
    return render(request, "console/many_sure.html", shown)


def _export(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """All the filter finds, whatever is ticked; small ones are ready at once."""
    query = filters.address_of(QueryDict(request.POST.get("query", "")), desk.town).lasting
    size = orders.export_size(desk.actor, bulk.wanted(desk, request.POST), at=desk.at)
    payload = {"kind": kind, "query": query, "town": desk.town}
    key = request.POST.get("key", "")
    row = batches.ask_whole(bulk.EXPORT_KIND, desk.account, key, payload, size, at=desk.at)
    return redirect("console:many", row.pk)


@require_safe
@page(*SEES)
def progress(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """How far one's batch has come, and what came of each order."""
    row = batches.of(desk.account, number)
    only = request.GET.get("only") == "refused"
    payload = load(row.payload)
    shown = {
        "desk": desk,
        "batch": row,
        "label": bulk.label_of(row.kind, payload.get("step", "")),
        "percent": min(100, 100 * row.done // row.total) if row.total else 100,
        "succeeded": row.done - row.failed,
        "running": row.state in {Batch.State.WAITING, Batch.State.RUNNING},
        "items": batches.results(row, only_refused=only, most=SHOWN),
        "only": only,
        "export": row.kind == bulk.EXPORT_KIND,
        "more": row.total > SHOWN and not only,
    }
    return render(request, "console/many.html", shown)


@require_safe
@page(*SEES)
def latest(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One's batches of the last week."""
    rows = [
        (row, bulk.label_of(row.kind, load(row.payload).get("step", "")))
        for row in batches.recent(desk.account, 50)
    ]
    return render(request, "console/batches.html", {"desk": desk, "rows": rows, "now": desk.at})


@require_POST
@page(*SEES)
def stop(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """After the order it is at; what is done stays done."""
    batches.stop(desk.account, number, at=desk.at)
    messages.success(request, "已要求停止；办完的不撤销。")
    return redirect("console:many", number)


@require_safe
@page(*SEES)
def file(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The file of one's own export, each download journalled."""
    row = batches.of(desk.account, number)
    target = exporting.folder() / Path(row.result).name
    if row.kind != bulk.EXPORT_KIND or row.state != Batch.State.DONE or not target.is_file():
        raise Http404
    exporting.note(row.pk, "download", actor=desk.actor, at=desk.at, rows=row.done)
    kind = target.suffix[1:]
    give = downloads.xlsx if kind == "xlsx" else downloads.csv
    return give(target.read_bytes(), f"工单-{row.created_at.astimezone(SHANGHAI):%Y%m%d}-{row.pk}.{kind}")

"""导出边界: any version, level, system and format as a file; large ones by a job; every one journalled (U8-U11)."""

import json
from pathlib import Path
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.areas import api as areas
from townops.base import batches
from townops.base.models import Batch
from townops.console import borders, labels
from townops.console.doors import Desk, page
from townops.console.exporting import folder
from townops.console.given import COUNTED, day_of, whole
from townops.console.saying import sentence
from townops.console.surveys import SYSTEMS
from townops.console.taking import AT_ONCE, EXPORT, Wanted, note, plane_text, taken_out
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

RIGHT: Final = "areas.export"
GET_AND_POST: Final = ["GET", "HEAD", "POST"]
TYPED: Final = ("version", "on", "level", "system", "other", "form")
GIVEN: Final = {code: word for code, word in SYSTEMS.items() if code}


@require_http_methods(GET_AND_POST)
@page(RIGHT)
def export(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The file at once when it is small, else a job whose file stands in the list."""
    if request.method != "POST":
        return render(request, "console/export.html", _shown(request, desk))
    try:
        wanted = _wanted(request, desk)
        if wanted.size > AT_ONCE:
            payload = {name: getattr(wanted, name) for name in Wanted.__slots__}
            key = request.POST.get("key", "")
            batches.ask_whole(EXPORT, desk.account, key, payload, wanted.size, at=desk.at)
            return redirect("console:export")
        found = wanted.written()
    except Refused as refused:
        shown = _shown(request, desk) | {"said": sentence(refused)}
        return render(request, "console/export.html", shown, status=422)
    note(wanted, found.name, actor=desk.actor, at=desk.at)
    return _file(found.content, found.name, found.media)


def _wanted(request: HttpRequest, desk: Desk) -> Wanted:
    """Refused: form_time_malformed, version_unknown, plane_missing, plane_file."""
    typed = _typed(request)
    version = whole(typed["version"], digits=COUNTED)
    if version:
        areas.version(version)
    on = day_of(request, "on", desk.at.astimezone(SHANGHAI).date()).isoformat()
    plane = request.FILES.get("plane") if typed["system"] == "plane" else None
    if typed["system"] == "plane" and plane is None:
        raise Refused("plane_missing")
    crs = {"other": typed["other"], "plane": "cgcs2000", "": "cgcs2000"}.get(typed["system"], typed["system"])
    text = plane_text(plane.read()) if plane else ""
    return Wanted(desk.town, version, on, typed["level"], typed["form"], crs, text)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip()[:40] for name in TYPED}


def _shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    every = areas.versions_of(desk.town)
    names = {one.id: borders.title(one) for one in every}
    mine = [one for one in batches.recent(desk.account, 20) if one.kind == EXPORT]
    return {
        "desk": desk,
        "now": desk.at,
        "today": desk.at.astimezone(SHANGHAI).date(),
        "typed": {"level": "block", "form": "geojson", "system": "cgcs2000"}
        | {name: value for name, value in _typed(request).items() if value},
        "every": [(one.id, names[one.id], one.note) for one in every],
        "levels": labels.AREA_KINDS.items(),
        "systems": GIVEN.items(),
        "forms": areas.export_forms().items(),
        "key": uuid4().hex,
        "jobs": mine,
        "running": any(one.state in {Batch.State.WAITING, Batch.State.RUNNING} for one in mine),
        "past": [(one, names.get(one.body["version"], one.body["on"])) for one in taken_out(desk.town)],
    }


@require_safe
@page(RIGHT)
def file(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The file of one's own large export."""
    row = batches.of(desk.account, number)
    target = folder() / Path(row.result).name
    if row.kind != EXPORT or row.state != Batch.State.DONE or not target.is_file():
        raise Http404
    wanted = Wanted(**json.loads(row.payload))
    name = row.result.partition("-")[2]
    note(wanted, name, actor=desk.actor, at=desk.at)
    return _file(target.read_bytes(), name, "application/octet-stream")


def _file(content: bytes, name: str, media: str) -> HttpResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": disposition})

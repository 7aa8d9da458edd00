"""导入测绘文件: a file kept first, then its layer, code page, system and columns chosen, tried against a draft, brought in whole."""

import json
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.areas import api as areas
from townops.base import batches
from townops.base.models import Batch
from townops.console import borders, downloads
from townops.console.doors import Desk, page
from townops.console.given import COUNTED, whole
from townops.console.saying import sentence
from townops.console.surveys import IMPORT, Choices, chosen_fields
from townops.console.trying import mark
from townops.kernel.refusal import Refused

DRAFT: Final = "areas.draft"
SHOWN: Final = 100
GET_AND_POST: Final = ["GET", "HEAD", "POST"]
CRASHED: Final = "程序出错，已重试三次。请再导入一次；还不行的，请把文件交给系统管理员。"
RUNNING: Final = (Batch.State.WAITING, Batch.State.RUNNING)


@require_http_methods(GET_AND_POST)
@page(DRAFT)
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Hand in a file; what cannot be opened at all is refused here and not kept."""
    shown = {"desk": desk, "now": desk.at, "uploads": areas.uploads(actor=desk.actor)}
    if request.method != "POST":
        return render(request, "console/survey_start.html", shown)
    try:
        sent = request.FILES.getlist("file")
        if not sent:
            raise Refused("form_file_missing")
        held = areas.keep_upload(desk.town, sent, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return render(request, "console/survey_start.html", shown | {"said": sentence(refused)}, status=422)
    return redirect("console:survey", held.id)


@require_http_methods(GET_AND_POST)
@page(DRAFT)
def survey(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Everything that is chosen for a file on one page: `look` tries it, `take` brings in exactly what was tried."""
    held = areas.upload(number, actor=desk.actor)
    if request.method != "POST":
        return _page(request, desk, held, {})
    try:
        held = _kept(request, desk, held)
        if request.POST.get("do") == "read":
            return _page(request, desk, held, {})
        _needs_note(held)
        if request.POST.get("do") == "take" and request.POST.get("tried") == _mark(held):
            return _taken(request, desk, held)
        trial = areas.try_upload(held.id, held.version, actor=desk.actor)
    except Refused as refused:
        return _page(request, desk, areas.upload(number, actor=desk.actor), {"said": sentence(refused)})
    return _page(request, desk, held, _tried(trial) | {"tried": _mark(held)})


def _kept(request: HttpRequest, desk: Desk, held: areas.UploadView) -> areas.UploadView:
    """What was chosen is remembered before it is judged."""
    typed = chosen_fields(request.POST)
    version = whole(request.POST.get("version", ""), digits=COUNTED)
    mine = version if version in {one.version.id for one in _drafts(desk)} else None
    return areas.keep_choices(
        held.id, typed, version=mine, actor=desk.actor, plane=request.FILES.get("plane")
    )


def _needs_note(held: areas.UploadView) -> None:
    """A fresh draft says why it is made. Refused: version_note_missing."""
    if held.version is None and not held.typed.get("note"):
        raise Refused("version_note_missing")


def _mark(held: areas.UploadView) -> str:
    revision = "" if held.version is None else str(areas.version(held.version).revision)
    return mark({**held.typed, "version": str(held.version), "revision": revision})


def _taken(request: HttpRequest, desk: Desk, held: areas.UploadView) -> HttpResponse:
    """At once when it is short, else by a job whose progress stands on the page."""
    version = _draft(desk, held)
    revision = areas.version(version).revision
    rows = whole(request.POST.get("rows", ""), digits=COUNTED)
    payload = {"upload": held.id, "version": version, "revision": revision, "rows": rows}
    tries = sum(_has_failed(one) for one in _batches(desk, held))  # what failed may be asked for again
    key = f"survey-{held.id}-{version}-{revision}-{mark(dict(held.typed))[:12]}-{tries}"
    if rows > batches.AT_ONCE:
        batches.ask_whole(IMPORT, desk.account, key, payload, rows, at=desk.at)
        return redirect("console:survey", held.id)
    areas.take_upload(held.id, version, based_on=revision, actor=desk.actor, at=desk.at)
    messages.success(request, "已导入草案，一行不少。请看改了什么，再检查。")
    return redirect("console:version", version)


def _draft(desk: Desk, held: areas.UploadView) -> int:
    """The chosen draft, or a fresh one."""
    if held.version is not None:
        return held.version
    made = areas.begin_draft(desk.town, note=held.typed["note"], actor=desk.actor, at=desk.at)
    areas.keep_choices(held.id, held.typed, version=made.id, actor=desk.actor)
    return made.id


def _drafts(desk: Desk) -> list[areas.DraftView]:
    return areas.drafts_of(desk.town, actor=desk.actor)


def _tried(trial: areas.Trial) -> dict[str, object]:
    told = borders.told(trial.comparison) if trial.comparison else {}
    return {
        "trial": trial,
        "errors": [(one, areas.sentence(one)) for one in trial.errors[:SHOWN]],
        "defects": borders.counted(trial.proof) if trial.proof else [],
        **told,
    }


def _page(request: HttpRequest, desk: Desk, held: areas.UploadView, more: dict[str, object]) -> HttpResponse:
    shown: dict[str, object] = {"desk": desk, "now": desk.at, "held": held, "typed": held.typed}
    try:
        choices = Choices(held, areas.glimpse(held, held.typed.get("layer", ""), held.typed.get("page", "")))
        shown |= {"choices": choices, "fields": choices.fields()}
    except Refused as refused:
        more = {"said": sentence(refused)} | more
    running = _running(desk, held)
    shown |= {"drafts": _drafts(desk), "running": running, "failed": _failed(desk, held, running)}
    return render(request, "console/survey.html", shown | more, status=422 if "said" in more else 200)


def _running(desk: Desk, held: areas.UploadView) -> Batch | None:
    """The job that brings this file in, while it runs."""
    last = next(iter(_batches(desk, held)), None)
    return last if last is not None and last.state in RUNNING and not batches.is_lost(last) else None


def _failed(desk: Desk, held: areas.UploadView, running: Batch | None) -> str:
    """Why the last job did not bring it in, "" when it did or there was none."""
    last = next(iter(_batches(desk, held)), None)
    if running is not None or last is None or not _has_failed(last):
        return ""
    return last.result or CRASHED


def _has_failed(row: Batch) -> bool:
    return row.state == Batch.State.FAILED or batches.is_lost(row)


def _batches(desk: Desk, held: areas.UploadView) -> list[Batch]:
    mine = (one for one in batches.recent(desk.account, 20) if one.kind == IMPORT)
    return [one for one in mine if json.loads(one.payload)["upload"] == held.id]


@require_safe
@page(DRAFT)
def errors(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Why the last import failed, and every row that cannot be taken, as a sheet to work through."""
    held = areas.upload(number, actor=desk.actor)
    failed = _failed(desk, held, None)
    rows: list[tuple[object, str, str]] = [("", "", failed)] if failed else []
    try:
        trial = areas.try_upload(number, held.version, actor=desk.actor)
        rows += [(one.row, one.area, areas.sentence(one)) for one in trial.errors]
    except Refused as refused:
        rows.append(("", "", sentence(refused)))
    return downloads.error_sheet(("行号", "编码", "原因"), rows, f"{held.name}-错误.xlsx")


@require_safe
@page(DRAFT)
def changes(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What the file would change in its draft, and what would be wrong then, as layers of a map."""
    trial = _again(desk, number)[1]
    if trial.comparison is None:
        raise Refused("survey_wrong", count=len(trial.errors))
    text = areas.drawn(trial.comparison, trial.proof.defects if trial.proof else ())
    return HttpResponse(
        text, content_type="application/geo+json", headers={"Cache-Control": "private, no-store"}
    )


def _again(desk: Desk, number: int) -> tuple[areas.UploadView, areas.Trial]:
    held = areas.upload(number, actor=desk.actor)
    return held, areas.try_upload(number, held.version, actor=desk.actor)

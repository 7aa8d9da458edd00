"""导入工单: sheets of any source, tried and brought in; what was brought in before, replayed; messages that were refused."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.console.doors import Desk, page
from townops.console.downloads import csv
from townops.console.given import file_of
from townops.console.saying import sentence
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.orders import api as orders

IMPORT: Final = "intake.import"
SHOWN: Final = 100


@require_safe
@page(IMPORT)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "console/imports.html", shown(request, desk))


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """The form with what was typed, what was brought in before, what was refused."""
    words = dict(orders.every_source())
    return {
        "desk": desk,
        "now": desk.at,
        "sources": words.items(),
        "presets": intake.every_preset(),
        "fields": "、".join(intake.FIELDS.values()),
        "typed": {name: request.POST.get(name, "") for name in ("source", "preset", "mapping", "history")},
        "payloads": [(one, words.get(one.source, one.source)) for one in intake.payloads(desk.actor)],
        "refused": intake.refused_messages(),
    }


def _given(request: HttpRequest) -> intake.Delivered:
    content, name = file_of(request)
    return intake.Delivered(
        content,
        name,
        request.POST.get("source", ""),
        request.POST.get("preset", ""),
        intake.mapping_of(request.POST.get("mapping", "").splitlines()),
        "history" if request.POST.get("history") else "live",
    )


@require_POST
@page(IMPORT)
def take_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try a file, or bring it in: at once when it is short, else by a job whose progress stands in the list."""
    more: dict[str, object]
    try:
        given = _given(request)
        if request.POST.get("do") != "import":
            trial = intake.try_file(given, actor=desk.actor)
            more = {"trial": trial, "wrong": trial.wrong[:SHOWN]}
            return render(request, "console/imports.html", shown(request, desk) | more)
        done = intake.start_file(given, actor=desk.actor, at=desk.at)
    except Refused as refused:
        more = {"said": sentence(refused)}
        return render(request, "console/imports.html", shown(request, desk) | more, status=422)
    return _told(request, done)


def _told(request: HttpRequest, done: intake.Summary | None) -> HttpResponse:
    if done is None:
        messages.success(request, "文件较大，已在后台导入，进度见下表（刷新查看）。")
    else:
        messages.success(request, str(done).partition("错误行及原因")[0])
    return redirect("console:imports")


@require_POST
@page(IMPORT)
def replay(request: HttpRequest, desk: Desk, payload: int) -> HttpResponse:
    """Read a kept payload again with today's columns."""
    return _told(request, intake.replay_file(payload, actor=desk.actor, at=desk.at))


@require_safe
@page(IMPORT)
def errors(request: HttpRequest, desk: Desk, payload: int) -> HttpResponse:
    content, name = intake.error_file(payload, actor=desk.actor, at=desk.at)
    return csv(content, name)


@require_POST
@page(IMPORT)
def replay_message(request: HttpRequest, desk: Desk, message: int) -> HttpResponse:
    """Read a refused message again; what still stands against it is said."""
    try:
        received = intake.replay_message(message, actor=desk.actor, at=desk.at)
    except Refused as refused:
        more = {"said": sentence(refused)}
        return render(request, "console/imports.html", shown(request, desk) | more, status=422)
    messages.success(request, f"已成为工单 {received.number}。")
    return redirect("console:imports")

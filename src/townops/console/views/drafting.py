"""编辑边界: one draft on a map, edited together; every operation is saved and proven at once (U8-U11).

The script asks and is answered in JSON; words and repairs are plain forms too.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode
from zlib import crc32

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.areas import api as areas
from townops.base.canonical import dump
from townops.console import basemap, drawing, mapping
from townops.console.doors import SEES, Desk, page
from townops.console.given import COUNTED, whole
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.tiling import read_box, window

EDITS: Final = "areas.draft"
GET_AND_POST: Final = ["GET", "HEAD", "POST"]
CONFLICT: Final = 409
ZOOM: Final = 14  # where the address names none
UNPROCESSABLE: Final = 422
LARGEST: Final = 200_000  # bytes of one operation
A_PAGE: Final = 50
SAFE: Final = "safe"
SIFTED: Final = ("type", "severity", "level", "area")
ACTS: Final[Mapping[str, Callable[..., areas.Edited]]] = {
    "undo": areas.undo_in_editor,
    "redo": areas.redo_in_editor,
}
LEVELS: Final = dict(reversed(drawing.KINDS.items()))
WORDS: Final = ("name", "block_type", "parent", "new_code")
FLAGS: Final = ("detached_allowed", "directly_managed")


@require_safe
@page(EDITS)
def show(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """The map with its tools; without script the list of areas, each with a form for its words."""
    draft = drawing.draft_of(desk, version)
    held = areas.draft_held(draft.id)
    base = basemap.stamp() if desk.may(*SEES, "orders.report") else ""
    asked = request.GET.get("q", "").strip()[:40]
    setup = {
        "id": draft.id,
        "revision": held.revision,
        "box": mapping.extent(desk.town),
        "base": f"/map/base/{{z}}/{{x}}/{{y}}?v={base}" if base else "",
        "blocks_from": drawing.BLOCKS_FROM,
        "exact_from": drawing.EXACT_FROM,
        "parents": [[one.code, one.name, one.kind] for one in held.features.values() if one.kind != "block"],
    }
    shown = {
        "desk": desk,
        "draft": draft,
        "setup": dump(setup),
        "q": asked,
        "found": _named(held, asked),
        "levels": LEVELS,
    }
    shown["choices"] = {"types": dict(areas.block_types()), **drawing.words_of_defects()}
    return render(request, "console/border_draft.html", shown)


def _named(held: areas.Held, asked: str) -> list[areas.Feature]:
    found = (one for one in held.features.values() if asked and (asked in one.code or asked in one.name))
    return sorted(found, key=lambda one: one.code)[:A_PAGE]


@require_safe
@page(EDITS)
def shapes(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """Areas of a window; with `whole` every point of them, whatever the zoom."""
    try:
        draft = drawing.draft_of(desk, version)
        zoom = whole(request.GET.get("z", ""), ZOOM, digits=2)
        shown = window(read_box(request.GET.get("view", "")), zoom)
        text = drawing.collection(areas.draft_held(draft.id), shown, whole="whole" in request.GET)
    except Refused as refused:
        return _refusal(refused)
    return HttpResponse(text, content_type="application/json")


@require_safe
@page(EDITS)
def since(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """What others changed after `revision`, who did, and who is here; the short answer while nothing did."""
    try:
        draft = drawing.draft_of(desk, version)
        known = request.GET.get("revision", "")
        here = drawing.others(desk, draft.id)
        etag = f'"{draft.revision}-{_number(known)}-{crc32("".join(here).encode())}"'
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            return unchanged
        response = HttpResponse(_news(draft.id, _number(known), here), content_type="application/json")
    except Refused as refused:
        return _refusal(refused)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


def _number(text: str) -> int:
    return whole(text, -1, digits=COUNTED)


def _news(version: int, revision: int, here: list[str]) -> str:
    found = areas.changes_since(version, revision)
    who = drawing.names(found.persons)
    told = f'"by":{dump(who)},"here":{dump(here)},{drawing.changes(found.changes)}'
    return f'{{"revision":{found.revision},{told}}}'


@require_POST
@page(EDITS)
def edit(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """One operation: {"operation": {...}, "based_on": revision}; `undo` and `redo` are operations too."""
    try:
        draft = drawing.draft_of(desk, version)
        operation, based_on = _sent(request)
        return _edited(draft.id, operation, based_on, desk)
    except Refused as refused:
        return _refusal(refused)


def _edited(version: int, operation: Mapping[str, object], based_on: int, desk: Desk) -> HttpResponse:
    act = ACTS.get(str(operation.get("do", "")))
    try:
        if act is not None:
            done = act(version, actor=desk.actor, at=desk.at)
        else:
            done = areas.edit_draft(version, operation, based_on=based_on, actor=desk.actor, at=desk.at)
    except Refused as refused:
        if refused.code != "draft_stale":
            raise
        said = dump(sentence(refused))
        text = f'{{"said":{said},"news":{_news(version, based_on, [])}}}'
        return HttpResponse(text, content_type="application/json", status=CONFLICT)
    found = dump(drawing.defects(done.proof.defects, areas.draft_held(version)))
    text = f'{{"revision":{done.revision},"defects":{found},{drawing.changes(done.changes)}}}'
    return HttpResponse(text, content_type="application/json")


def _sent(request: HttpRequest) -> tuple[Mapping[str, object], int]:
    """Refused(operation_malformed)."""
    try:
        given = json.loads(request.body) if len(request.body) <= LARGEST else None
    except ValueError:
        given = None
    match given:
        case {"operation": dict() as operation, "based_on": int() as based_on}:
            return operation, based_on
    raise Refused("operation_malformed", what="JSON")


def _refusal(refused: Refused) -> JsonResponse:
    return JsonResponse({"said": sentence(refused), "code": refused.code}, status=UNPROCESSABLE)


@require_safe
@page(EDITS)
def code(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """A code for a new area of a `kind` below `parent` that nobody ever had."""
    parent, kind = request.GET.get("parent", "")[:32], request.GET.get("kind", "block")
    try:
        draft = drawing.draft_of(desk, version)
        return JsonResponse({"code": areas.suggested_code(draft.id, parent, kind, at=desk.at)})
    except Refused as refused:
        return _refusal(refused)


@require_http_methods(GET_AND_POST)
@page(EDITS)
def words(request: HttpRequest, desk: Desk, version: int, code: str) -> HttpResponse:
    """The words of one area as a plain form."""
    draft = drawing.draft_of(desk, version)
    held = areas.draft_held(draft.id)
    one = held.feature(code)
    shown = {
        "desk": desk,
        "draft": draft,
        "one": one,
        "kind": drawing.KINDS[one.kind],
        "types": areas.block_types(),
        "revision": held.revision,
        "parents": [parent for parent in held.features.values() if _may_hold(parent, one)],
        "typed": {name: getattr(one, name) for name in ("name", "block_type", "parent", *FLAGS)} | {"new_code": one.code},
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "console/border_words.html", shown)
    typed: dict[str, object] = {name: request.POST.get(name, "").strip() for name in WORDS}
    typed |= {name: name in request.POST for name in FLAGS}
    operation = {"do": "words", "code": code, **{name: value for name, value in typed.items() if value != ""}}
    try:
        based_on = _number(request.POST.get("revision", ""))
        areas.edit_draft(draft.id, operation, based_on=based_on, actor=desk.actor, at=desk.at)
    except Refused as refused:
        again = shown | {"typed": typed, "said": sentence(refused)}
        return render(request, "console/border_words.html", again, status=UNPROCESSABLE)
    messages.success(request, "已保存到草案。")
    return redirect("console:border-words", draft.id, typed["new_code"] or code)


def _may_hold(parent: areas.Feature, one: areas.Feature) -> bool:
    above = {"grid": ("town",), "village": ("grid",), "block": ("village",)}
    return parent.kind in above.get(one.kind, ())


@require_safe
@page(EDITS)
def defects(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """All defects of the draft as it is, sifted: for the script whole, for a map as places (`spots`), else a page at a time."""
    draft = drawing.draft_of(desk, version)
    scripted = {"all", "spots"} & request.GET.keys() and "anew" not in request.GET
    revision, proof = areas.proof_of(draft.id) if scripted else areas.prove_anew(draft.id)
    held = areas.draft_held(draft.id)
    if "all" in request.GET:
        return JsonResponse({"revision": revision, "defects": drawing.defects(proof.defects, held)})
    asked = {name: request.GET.get(name, "") for name in SIFTED}
    asked["area"] = asked["area"].strip().partition(" ")[0]
    found = [one for one in proof.defects if _matches(one, asked, held)]
    if "spots" in request.GET:
        return HttpResponse(drawing.spots(found), content_type="application/geo+json")
    number = max(_number(request.GET.get("page", "1")), 1)
    lines = drawing.defects(found[(number - 1) * A_PAGE : number * A_PAGE], held)
    shown = {
        "desk": desk, "draft": draft, "revision": revision, "asked": asked, "count": len(found),
        "whole": len(proof.defects), "lines": lines, "page": number, "more": len(found) > number * A_PAGE,
        "choices": drawing.words_of_defects(), "query": urlencode(asked), "uppers": _uppers(held),
    }  # fmt: skip
    return render(request, "console/border_defects.html", shown)


def _uppers(held: areas.Held) -> list[areas.Feature]:
    """Grids and 居村 of the draft, by code."""
    found = (one for one in held.features.values() if one.kind in ("grid", "village"))
    return sorted(found, key=lambda one: one.code)


def _matches(one: areas.Defect, asked: Mapping[str, str], held: areas.Held) -> bool:
    is_there = not asked["area"] or asked["area"] in drawing.concerned(one, held)
    known = {"type": one.type.value, "severity": one.severity.value, "level": one.level}
    return is_there and all(not asked[name] or asked[name] == value for name, value in known.items())


@require_safe
@page(EDITS)
def defect(request: HttpRequest, desk: Desk, version: int, key: str) -> HttpResponse:
    """Where one defect is."""
    draft = drawing.draft_of(desk, version)
    found = next((one for one in areas.proof_of(draft.id)[1].defects if areas.defect_key(one) == key), None)
    text = drawing.shape_of(found) if found else "null"
    return HttpResponse(f'{{"shape":{text}}}', content_type="application/json")


@require_POST
@page(EDITS)
def mend(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """Repair the defects named by `key`, or with `safe` every one that moves no more than the tolerances."""
    draft = drawing.draft_of(desk, version)
    scripted = "application/json" in request.headers.get("Accept", "")
    try:
        _, before = areas.proof_of(draft.id)
        slight = {areas.defect_key(one) for one in before.defects if one.severity.value == "slight"}
        only = slight if SAFE in request.POST else set(request.POST.getlist("key"))
        done = areas.repair_draft(draft.id, only=only, actor=desk.actor, at=desk.at)
    except Refused as refused:
        if scripted:
            return _refusal(refused)
        messages.warning(request, sentence(refused))
        return redirect("console:border-defects", draft.id)
    mended = len(done.before.defects) - len(done.after.defects)
    said = (
        f"已修复 {mended} 处，改动 {len(done.codes)} 个区域。"
        if done.codes
        else "这里没有能自动修复的，请在图上修改。"
    )
    if scripted:
        return JsonResponse({"revision": done.revision, "said": said})
    messages.success(request, said)
    return redirect("console:border-defects", draft.id)


@require_POST
@page(EDITS)
def turn(request: HttpRequest, desk: Desk, version: int, act: str) -> HttpResponse:
    """Undo or redo without script."""
    draft = drawing.draft_of(desk, version)
    try:
        if act not in ACTS:
            raise Refused("operation_malformed", what=act)
        ACTS[act](draft.id, actor=desk.actor, at=desk.at)
        messages.success(request, "已撤销上一步。" if act == "undo" else "已重做。")
    except Refused as refused:
        messages.warning(request, sentence(refused))
    return redirect("console:border-defects", draft.id)

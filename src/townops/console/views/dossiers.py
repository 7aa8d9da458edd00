"""责任块档案: a block's page with who answers, what is there, photographs and history; 居村 and responsibility grids at theirs (U11)."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.areas import api as areas
from townops.base import attachments, sheets
from townops.console import choices, dossiers, downloads, grounds
from townops.console.doors import Desk, page
from townops.console.given import file_of, whole
from townops.console.saying import sentence
from townops.documents import api as documents
from townops.kernel.refusal import Refused
from townops.people import api as people

VIEW: Final = "areas.view"
KEEP: Final = "areas.dossier"
MOST: Final = 500
FIRST: Final = 100
NEW: Final = "new"
Shown = Callable[[Desk, areas.AreaView], dict[str, object]]
PAGES: Final[Mapping[str, tuple[Shown, str]]] = {
    "block": (dossiers.of_block, "console/dossier.html"),
    "grid": (dossiers.of_grid, "console/dossier.html"),
    "village": (dossiers.of_village, "console/dossier_village.html"),
}


@require_safe
@page(VIEW)
def show(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The page of an area; of the town the map. Refused("area_unknown")."""
    area = grounds.of_town(code, desk.town)
    if area.kind == "town":
        return redirect("console:grid")
    return _page(request, desk, area)


def _page(
    request: HttpRequest, desk: Desk, area: areas.AreaView, more: Mapping[str, object] | None = None
) -> HttpResponse:
    shown, template = PAGES[area.kind]
    return render(request, template, shown(desk, area) | dict(more or {}), status=422 if more else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEP)
def edit(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The whole dossier as one form; a stale one is told what changed, keeps what was typed, and may be sent again."""
    area = grounds.of_town(code, desk.town)
    seq = areas.dossier(area).seq
    shown = {"desk": desk, "area": area, "fields": dossiers.form(area), "over": seq}
    if request.method != "POST":
        if not areas.may_keep(desk.actor, area):
            raise Refused("dossier_outside", name=area.name)
        return render(request, "console/dossier_edit.html", shown)
    typed = {one.name: request.POST.get(one.name, "") for one in areas.fields_of(area.kind)}
    over = whole(request.POST.get("over", ""))
    try:
        areas.put_dossier(area, typed, over=over, actor=desk.actor, at=desk.at)
    except Refused as refused:
        again = shown | {"said": sentence(refused), "over": over, "fields": dossiers.form(area, typed)}
        if refused.code == "dossier_stale":
            typed, newer = dossiers.joined(typed, areas.changed_since(area, over))
            again |= {"fields": dossiers.form(area, typed), "newer": newer, "over": seq, "stale": True}
        return render(request, "console/dossier_edit.html", again, status=422)
    messages.success(request, "档案已保存。")
    return redirect("console:dossier", code)


@require_POST
@page(KEEP)
def confirm(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Looked at, nothing has changed."""
    area = grounds.of_town(code, desk.town)
    try:
        over = whole(request.POST.get("over", ""))
        areas.confirm_dossier(area, over=over, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return _page(request, desk, area, {"said": sentence(refused)})
    messages.success(request, "已确认无变化。")
    return redirect("console:dossier", code)


@require_POST
@page(KEEP)
def photos(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Pictures to add, or (`drop`) one that is no longer shown."""
    area = grounds.of_town(code, desk.town)
    try:
        if drop := whole(request.POST.get("drop", "")):
            areas.drop_photo(area, drop, actor=desk.actor, at=desk.at)
        for sent in request.FILES.getlist("photos"):
            areas.add_photo(area, sent.read(), sent.name or "file", actor=desk.actor, at=desk.at)
    except Refused as refused:
        return _page(request, desk, area, {"said": sentence(refused)})
    return redirect("console:dossier", code)


@require_safe
@page(*dossiers.STAFF)
def photo(request: HttpRequest, desk: Desk, code: str, file: int) -> HttpResponse:
    """One picture. Refused("dossier_photo_unknown")."""
    row = areas.photo(grounds.of_town(code, desk.town), file)
    return HttpResponse(attachments.content_of(row), headers=dict(attachments.headers(row)))


@require_POST
@page(KEEP, dossiers.SUBJECTS)
def subject(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Who answers for the block, and at which post to ask."""
    area = grounds.of_town(code, desk.town)
    try:
        _put_subject(request, desk, area)
    except Refused as refused:
        typed = {name: request.POST.get(name, "") for name in ("kind", "unit")}
        return _page(request, desk, area, {"said": sentence(refused), "typed": typed})
    messages.success(request, "责任主体已更新。")
    return redirect("console:dossier", code)


def _put_subject(request: HttpRequest, desk: Desk, area: areas.AreaView) -> None:
    kind, over = request.POST.get("kind", ""), dossiers.pair(request.POST.get("over", ""))
    known = {one.kind: one for one in people.contacts_of(area.id, desk.at)}
    if kind not in known:
        raise Refused("not_a_block", name=area.name)
    given = request.POST.get("unit", "").strip()
    unit = people.unit(choices.unit_code(given, desk.town), town=desk.town).id if given else over[0]
    post = dossiers.post_of(request.POST.get("post", ""), people.posts_of(unit)) if unit == over[0] else None
    wanted = people.Subject(area.id, kind, unit, post, known[kind].confirmed_on)
    people.put_subject(wanted, over=over, actor=desk.actor, at=desk.at)


@require_POST
@page(dossiers.SUBJECTS)
def phone(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The telephone of a contact of the block, once, for a reason that is journalled."""
    area, person = grounds.of_town(code, desk.town), whole(request.POST.get("person", ""))
    contact = next(
        (one for one in people.contacts_of(area.id, desk.at) if one.person == person and person), None
    )
    try:
        if contact is None:
            raise Refused("person_unknown", code=person)
        seen = people.reveal_phone(
            person, actor=desk.actor, at=desk.at, reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        return _page(request, desk, area, {"said": sentence(refused)})
    shown, template = PAGES[area.kind]
    return render(request, template, shown(desk, area) | {"revealed": {"name": contact.name, "phone": seen}})


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEP)
def sheet(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """All dossiers of a 居村 as a sheet; changed, it is tried (`do` try) or taken in, all of it or nothing."""
    area = grounds.of_town(code, desk.town)
    if request.method != "POST":
        target = BytesIO()
        sheets.write_xlsx(target, *areas.dossier_sheet(areas.blocks_below(area.id)))
        return downloads.xlsx(target.getvalue(), f"{area.name}责任块档案.xlsx")
    return _sheet_taken(request, desk, area, areas.take_dossier_sheet)


def _sheet_taken(
    request: HttpRequest, desk: Desk, area: areas.AreaView, take: Callable[..., areas.Taken]
) -> HttpResponse:
    tried = request.POST.get("do") == "try"
    try:
        content, name = file_of(request)
        taken = take(content, name, desk.town, actor=desk.actor, at=desk.at, only_try=tried)
    except Refused as refused:
        return _page(request, desk, area, {"said": sentence(refused)})
    shown, template = PAGES[area.kind]
    found = shown(desk, area) | {"taken": taken, "tried": tried, "wrong": taken.errors[:FIRST]}
    return render(request, template, found, status=422 if taken.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEP)
def place(request: HttpRequest, desk: Desk, code: str, number: str) -> HttpResponse:
    """A key place of a block as a form; `number` new for a new one."""
    area = grounds.of_town(code, desk.town)
    one = None if number == NEW else areas.place(number)
    shown = {
        "desk": desk, "area": area, "one": one, "typed": dossiers.place_form(one, area),
        "kinds": areas.place_kinds(desk.town), "posts": _contacts(desk, area),
    }  # fmt: skip
    if request.method != "POST":
        if not areas.may_keep(desk.actor, area):
            raise Refused("dossier_outside", name=area.name)
        return render(request, "console/place_edit.html", shown)
    typed = {name: request.POST.get(name, "") for name in areas.PLACE_HEADS}
    try:
        over, known = whole(typed["seq"]), one.number if one else ""
        made = areas.put_place(known, typed, town=desk.town, over=over, actor=desk.actor, at=desk.at)
    except Refused as refused:
        again = shown | {"typed": typed, "said": sentence(refused)}
        return render(request, "console/place_edit.html", again, status=422)
    messages.success(request, f"重点场所 {made.number} 已保存。")
    return redirect("console:dossier", made.block.code)


def _contacts(desk: Desk, area: areas.AreaView) -> list[str]:
    """Posts one may choose: of the units that answer for the block."""
    found = people.contacts_of(area.id, desk.at) if area.kind == "block" else ()
    units = {one.unit.id: one.unit.name for one in found if one.unit}
    return [f"{name}/{post.name}" for unit, name in units.items() for post in people.posts_of(unit)]


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEP)
def places(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """All key places below an area as a sheet; changed, it is tried (`do` try) or taken in, all of it or nothing."""
    area = grounds.of_town(code, desk.town)
    if request.method != "POST":
        target = BytesIO()
        sheets.write_xlsx(target, *areas.place_sheet(areas.blocks_below(area.id)))
        return downloads.xlsx(target.getvalue(), f"{area.name}重点场所.xlsx")
    return _sheet_taken(request, desk, area, areas.take_place_sheet)


@require_safe
@page(*dossiers.STAFF)
def plates(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Signs with the address of the dossier: of one block, or of all blocks of a 居村 or a grid. Refused("plates_none")."""
    area = grounds.of_town(code, desk.town)
    blocks = areas.blocks_below(area.id)
    if not blocks or area.kind == "town":
        raise Refused("plates_none", name=area.name)
    paper = documents.declared("plates")
    sheet = paper.make(
        area, blocks, lambda one: request.build_absolute_uri(reverse("console:dossier", args=[one]))
    )
    made = documents.open_paper(paper, sheet, key=area.code, actor=desk.actor, at=desk.at)
    return downloads.pdf(made.content, f"{paper.label} {area.name}.pdf")


@require_safe
@page(KEEP, dossiers.SUBJECTS, *dossiers.STAFF)
def lacking(request: HttpRequest, desk: Desk) -> HttpResponse:
    """档案缺陷: blocks nobody answers for, nobody can be asked about, or that were not confirmed in time."""
    asked = grounds.asked(request.GET, desk.town)
    kind = request.GET.get("kind", "")
    states = areas.states(areas.blocks_below(asked.narrowed.id), desk.at)
    names = {one.name: one.label for one in areas.needs()} | {"overdue": "超期未复核"}
    wanted = [kind] if kind in names else [one.name for one in areas.needs() if one.grave]
    counts = {name: sum(_lacks(one, name) for one in states) for name in names}
    found = [one for one in states if any(_lacks(one, name) for name in wanted)]
    shown = {
        "desk": desk,
        "kinds": [(name, label, counts[name], name == kind) for name, label in names.items()],
        "chosen": kind if kind in names else "",
        "found": [(one, _village(one)) for one in found[:MOST]],
        "count": len(found),
        "area": asked.area,
        "places": choices.places(desk.town),
        "typed_area": choices.area_said(asked.area),
        "keeps": {one.block.id for one in found[:MOST] if areas.may_keep(desk.actor, one.block)},
    }
    return render(request, "console/dossiers_lacking.html", shown)


def _lacks(one: areas.State, name: str) -> bool:
    return one.overdue if name == "overdue" else any(need.name == name for need in one.missing)


def _village(one: areas.State) -> areas.AreaView:
    return areas.area_by_id(one.block.parent_id or one.block.id)

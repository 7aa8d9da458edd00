"""One row of a register: what it says, what happened to it, what can be done with it; and the form to type it in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.base import attachments
from townops.base.ledger import seeing, telling, writing
from townops.base.ledger.columns import Column
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.reading import read
from townops.base.ledger.saying import Sayer
from townops.base.ledger.taking import explained
from townops.base.ledger.writing import Seen
from townops.console import uploads
from townops.console.doors import STATUS, Desk, page
from townops.console.given import whole
from townops.console.saying import sentence
from townops.console.views.ledgers import FEW, viewer_of
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

LONGEST: Final = 4000
SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the form: what stands in it, what is wrong with it, what may be picked."""

    column: Column
    value: str
    fault: str = ""
    offered: tuple[str, ...] = ()
    hint: str = ""


@require_safe
@page()
def show(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """The row with its panels: fields, map, files, remarks, history."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    return _shown(request, desk, ledger, seeing.row_for(ledger, viewer, number))


def _shown(
    request: HttpRequest, desk: Desk, ledger: Ledger, row: Any, *, status: int = 200, **more: object
) -> HttpResponse:
    viewer = viewer_of(desk)
    sayer = Sayer(ledger.every, [row])
    clear = more.get("clear", {})
    told = telling.history(ledger, row)
    shown = {
        "desk": desk, "now": desk.at, "ledger": ledger, "row": row,
        "name": "、".join(Sayer(ledger.keyed, [row]).cells(row)),
        "facts": [(one, _fact(sayer, row, one, clear)) for one in ledger.every if one.kind != "shape"],
        "has_sealed": any(one.kind == "sealed" and getattr(row, one.name) for one in ledger.every),
        "may": {action: seeing.covers(ledger, viewer, row, action) for action in ("edit", "archive", "reveal")},
        "history": told[:SHOWN], "older": max(0, len(told) - SHOWN),
        "remarks": telling.remarks(ledger, row), "files": attachments.of(ledger.kind, row.pk),
        "due": _due(ledger, row, desk),
        "can_undo": bool(told) and told[0].word in {"修改", "撤回修改"},
    }  # fmt: skip
    response = render(request, "console/ledger/row.html", shown | more, status=status)
    if clear:
        response["Cache-Control"] = "no-store"
    return response


def _fact(sayer: Sayer, row: Any, column: Column, clear: Any) -> str:
    return clear[column.name] if column.name in clear else sayer.cell(row, column)


def _due(ledger: Ledger, row: Any, desk: Desk) -> Any:
    """The day until which the row is believed."""
    believed = seeing.believed_for(ledger, desk.at.astimezone(SHANGHAI).date())
    return row.reviewed_on + believed if believed is not None and row.reviewed_on else None


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def new(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """A row typed in. What is wrong is said at each input, and nothing typed is lost."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    if not viewer.may(ledger, "edit"):
        raise Refused("not_permitted")
    if request.method != "POST":
        return _form(request, desk, ledger, _proposed(ledger, desk))
    typed = _typed(request, ledger)
    try:
        number = writing.add(ledger, typed, viewer=viewer, at=desk.at)
    except Refused as refused:
        return _form(request, desk, ledger, typed, refused=refused)
    messages.success(request, "已登记。")
    if request.POST.get("do") == "again":
        return redirect("console:ledger-new", code)
    return redirect("console:ledger-row", code, number)


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def edit(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """A row changed. Whoever was second is told what changed, and what he typed stays."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    row = seeing.row_for(ledger, viewer, number, "edit")
    if request.method != "POST":
        return _form(request, desk, ledger, _standing(ledger, row), row=row)
    typed = _typed(request, ledger)
    try:
        seen = Seen(number, whole(request.POST.get("seq", "")))
        changed = writing.change(ledger, seen, typed, viewer=viewer, at=desk.at)
    except Refused as refused:
        return _form(request, desk, ledger, typed, row=row, refused=refused)
    messages.success(request, "已保存。" if changed else "没有改动，不用保存。")
    return redirect("console:ledger-row", code, number)


def _proposed(ledger: Ledger, desk: Desk) -> dict[str, str]:
    """What the desk can type for somebody: the defaults of the register, his own unit and 居村."""
    row = ledger.model(town=desk.town)
    unit = next(iter(desk.units), None)
    if unit is not None and ledger.unit_link:
        setattr(row, f"{ledger.unit_link}_id", unit.id)
    if unit is not None and ledger.area_link and unit.area_id:
        setattr(row, f"{ledger.area_link}_id", unit.area_id)
    return _standing(ledger, row)


def _typed(request: HttpRequest, ledger: Ledger) -> dict[str, str]:
    found = {}
    for one in ledger.typed:
        words = request.POST.get(one.name, "").replace("\r\n", "\n").strip()[:LONGEST]
        found[one.name] = words.replace("T", " ") if one.kind == "moment" else words
    return found


def _standing(ledger: Ledger, row: Any) -> dict[str, str]:
    sayer = Sayer(ledger.typed, [row])
    return {one.name: sayer.cell(row, one) for one in ledger.typed}


def _form(
    request: HttpRequest, desk: Desk, ledger: Ledger, typed: Mapping[str, str], *, row: Any = None,
    refused: Refused | None = None,
) -> HttpResponse:  # fmt: skip
    faults = _faults(ledger, typed, desk, row) if refused is not None else {}
    inputs = [
        _input(one, typed.get(one.name, ""), faults.get(one.name, ""), desk.town) for one in ledger.typed
    ]
    shown = {
        "desk": desk, "ledger": ledger, "row": row, "inputs": inputs,
        "said": sentence(refused) if refused is not None and (not faults or refused.code == "row_stale") else "",
        "wrong": len(faults),
        "back": reverse("console:ledger-row", args=[ledger.code, row.pk]) if row else reverse("console:ledger", args=[ledger.code]),
    }  # fmt: skip
    status = 200 if refused is None else STATUS.get(refused.code, 422)
    return render(request, "console/ledger/form.html", shown, status=status)


def _faults(ledger: Ledger, typed: Mapping[str, str], desk: Desk, row: Any) -> dict[str, str]:
    """Every fault at once, at its input."""
    fresh = None if row is None else seeing.row_for(ledger, viewer_of(desk), row.pk)
    found = read(ledger, typed, desk.town, onto=fresh).faults
    return {name: sentence(one) for name, one in found.items()}


def _input(column: Column, value: str, fault: str, town: str) -> Input:
    offered = column.reference.offered(town)[:FEW] if column.kind == "link" else ()
    hint = explained(column) if column.kind in {"shape", "degree"} else ""
    return Input(column, value, fault, offered, hint)


Act = Callable[[HttpRequest, Desk, Ledger, Seen], str]


def _confirm(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    writing.confirm(ledger, seen, viewer=viewer_of(desk), at=desk.at)
    return "已记为今天核对无误。"


def _archive(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    writing.archive(ledger, seen, reason=request.POST.get("reason", ""), viewer=viewer_of(desk), at=desk.at)
    return "已归档，可以随时恢复。"


def _restore(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    writing.restore(ledger, seen, viewer=viewer_of(desk), at=desk.at)
    return "已恢复。"


def _undo(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    writing.undo(ledger, seen, viewer=viewer_of(desk), at=desk.at)
    return "最近一次修改已撤回。"


def _remark(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    telling.remark(ledger, seen.id, request.POST.get("text", ""), viewer=viewer_of(desk), at=desk.at)
    return "备注已添加。"


def _withdraw(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    number = whole(request.POST.get("remark", ""))
    telling.withdraw(ledger, seen.id, number, viewer=viewer_of(desk), at=desk.at)
    return "备注已撤回。"


def _attach(request: HttpRequest, desk: Desk, ledger: Ledger, seen: Seen) -> str:
    seeing.row_for(ledger, viewer_of(desk), seen.id, "edit")
    files, wrong = uploads.take(request, "files", desk)
    hung = telling.attach(ledger, seen.id, [one.pk for one in files], viewer=viewer_of(desk), at=desk.at)
    if wrong is not None:
        raise wrong
    return f"已添加 {hung} 个附件。"


ACTS: Final[Mapping[str, Act]] = {
    "confirm": _confirm, "archive": _archive, "restore": _restore, "undo": _undo, "remark": _remark,
    "withdraw": _withdraw, "attach": _attach,
}  # fmt: skip


@require_POST
@page()
def act(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """Something done with a row; a refusal is said on its page, with what was typed."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    wanted = ACTS.get(request.POST.get("do", ""))
    if wanted is None:
        raise Http404
    try:
        said = wanted(request, desk, ledger, Seen(number, whole(request.POST.get("seq", ""))))
    except Refused as refused:
        row = seeing.row_for(ledger, viewer, number)
        status = STATUS.get(refused.code, 422)
        return _shown(request, desk, ledger, row, status=status, said=sentence(refused), typed=request.POST)
    messages.success(request, said)
    return redirect("console:ledger-row", code, number)


@require_POST
@page()
def reveal(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """Sealed words in the clear, on this page once, for a reason that is journalled."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    row = seeing.row_for(ledger, viewer, number)
    try:
        clear = telling.reveal(ledger, number, request.POST.get("reason", ""), viewer=viewer, at=desk.at)
    except Refused as refused:
        status = STATUS.get(refused.code, 422)
        return _shown(request, desk, ledger, row, status=status, said=sentence(refused), typed=request.POST)
    return _shown(request, desk, ledger, row, clear=clear)


@require_safe
@page()
def file(request: HttpRequest, desk: Desk, code: str, number: int, attachment: int) -> HttpResponse:
    """A file of a row one sees."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    row = seeing.row_for(ledger, viewer, number)
    found = next((one for one in attachments.of(ledger.kind, row.pk) if one.pk == attachment), None)
    if found is None:
        raise Http404
    return HttpResponse(attachments.content_of(found), headers=dict(attachments.headers(found)))

"""Registers by sheet: an empty one to fill in, one brought and tried before anything is written, the list taken out; labels."""

from io import BytesIO
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.base import batches, sheets
from townops.base.ledger import bringing, narrowing, seeing, taking
from townops.base.ledger.declaring import Ledger
from townops.base.models import Batch, SheetUpload
from townops.console import downloads
from townops.console.doors import STATUS, Desk, page
from townops.console.given import whole
from townops.console.ledger_work import APPLY, TRY
from townops.console.saying import sentence
from townops.console.views.ledgers import viewer_of, wanted_of
from townops.documents import api as documents
from townops.kernel.refusal import Refused
from townops.people import api as people

SHOWN: Final = 100
AT_ONCE: Final = 1000  # rows tried while the page waits; more are tried by a job


@require_safe
@page()
def blank(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The empty sheet of a register."""
    ledger = seeing.ledger_for(viewer_of(desk), code)
    return downloads.xlsx(taking.blank(ledger), f"{ledger.title}（空表）.xlsx")


@require_POST
@page()
def export(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The list one stands under as a sheet that may be brought back."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    query = request.POST.get("query", "")
    wanted = wanted_of(QueryDict(query), desk)
    rows = narrowing.ordered(ledger, narrowing.narrowed(ledger, viewer, wanted), "")
    content = taking.book(ledger, rows, viewer=viewer, at=desk.at, asked=query)
    return downloads.xlsx(content, f"{ledger.title} {wanted.today}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def start(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Bring a sheet. POST keeps the file and shows how its heads were understood."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    if not viewer.may(ledger, "import"):
        raise Refused("not_permitted")
    shown: dict[str, Any] = {"desk": desk, "ledger": ledger, "most": bringing.MOST_ROWS}
    if request.method != "POST":
        return render(request, "console/ledger/bring.html", shown)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Refused("form_file_missing")
        number = bringing.bring(
            ledger, sent.read(), sent.name or "", viewer=viewer, account=desk.account, at=desk.at
        )
    except Refused as refused:
        return render(request, "console/ledger/bring.html", shown | {"said": sentence(refused)}, status=422)
    return redirect("console:ledger-sheet", code, number)


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def sheet(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """A sheet on its way in: `do` is match (and try), head, or import."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    row = bringing.upload_for(ledger, desk.account, number)
    if request.method != "POST":
        return _shown(request, desk, ledger, row)
    try:
        going = _do(request, desk, ledger, row)
    except Refused as refused:
        row = bringing.upload_for(ledger, desk.account, number)
        return _shown(
            request, desk, ledger, row, status=STATUS.get(refused.code, 422), said=sentence(refused)
        )
    if going is not None and going.state not in batches.ENDED:
        messages.success(request, "表格较大，正在后台处理，完成后回到这一页看结果。")
    return redirect("console:ledger-sheet", code, number)


def _do(request: HttpRequest, desk: Desk, ledger: Ledger, row: SheetUpload) -> Batch | None:
    act = request.POST.get("do", "")
    if act == "head":
        bringing.match(ledger, row, {}, head=whole(request.POST.get("head", "")))
        return None
    if act == "match":
        heads = [one.name for one in bringing.heads_of(ledger, row)]
        mapping = {head: request.POST.get(f"m{n}", "") for n, head in enumerate(heads)}
        bringing.match(ledger, row, mapping)
        if missing := bringing.lacking(ledger, row):
            raise Refused("sheet_columns_lacking", labels="、".join(missing))
    kind = APPLY if act == "import" else TRY
    size = bringing.size_of(row) if kind == TRY else bringing.writes(row)
    if size <= AT_ONCE:
        _at_once(kind, desk, ledger, row)
        return None
    payload = {"register": ledger.code, "upload": row.pk, "town": desk.town}
    key = f"{kind}-{row.pk}-{desk.at.timestamp():.0f}"
    return batches.ask_whole(kind, desk.account, key, payload, size, at=desk.at)


def _at_once(kind: str, desk: Desk, ledger: Ledger, row: SheetUpload) -> None:
    if kind == TRY:
        bringing.attempt(ledger, row, viewer=viewer_of(desk))
    else:
        bringing.apply(ledger, row, viewer=viewer_of(desk), at=desk.at)


def _shown(
    request: HttpRequest, desk: Desk, ledger: Ledger, row: SheetUpload, *, status: int = 200, said: str = ""
) -> HttpResponse:
    last = batches.latest(desk.account, (f"{TRY}-{row.pk}-", f"{APPLY}-{row.pk}-"))
    shown = {
        "desk": desk, "ledger": ledger, "row": row, "said": said, "state": row.state,
        "heads": bringing.heads_of(ledger, row), "columns": ledger.typed,
        "lacking": bringing.lacking(ledger, row), "counts": bringing.counts_of(row),
        "wrong": bringing.wrong_lines(row, 0, SHOWN), "shown": SHOWN,
        "batch": last if last is not None and last.state not in batches.ENDED else None,
        "failed": last if last is not None and last.state == Batch.State.FAILED else None,
    }  # fmt: skip
    return render(request, "console/ledger/sheet.html", shown, status=status)


@require_safe
@page()
def errors(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """The sheet again with what is wrong in its last column, to be mended and brought again."""
    ledger = seeing.ledger_for(viewer_of(desk), code)
    row = bringing.upload_for(ledger, desk.account, number)
    heads, rows = bringing.corrected(ledger, row, only_wrong="wrong" in request.GET)
    target = BytesIO()
    sheets.write_xlsx(target, heads, rows)
    return downloads.xlsx(target.getvalue(), f"{ledger.title} 待改正.xlsx")


@require_safe
@page()
def label(request: HttpRequest, desk: Desk, code: str, number: int) -> HttpResponse:
    """A label with the address of a row, to be put on the thing itself."""
    viewer = viewer_of(desk)
    ledger = seeing.ledger_for(viewer, code)
    row = seeing.row_for(ledger, viewer, number)
    address = request.build_absolute_uri(reverse("console:ledger-row", args=[code, row.pk]))
    paper = documents.declared("register_label")
    made = documents.open_paper(
        paper, paper.make(ledger, row, address, people.center().name), key=f"{code}-{row.pk}",
        actor=desk.actor, at=desk.at,
    )  # fmt: skip
    return downloads.pdf(made.content, f"{ledger.title} {row}.pdf")

"""上报: what waits for the district, sent by file or by hand, and the district's receipts, answers and lists taken in (X0)."""

from collections import Counter
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.console import labels
from townops.console.doors import Desk, page
from townops.console.downloads import xlsx
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.api import upward

SPEAKS: Final = "orders.upward"
OUTCOMES: Final = {"done": "办成", "known": "已有", "broken": "有错"}
SHOWN: Final = 200


@require_safe
@page(SPEAKS)
def queue(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "console/upward.html", shown(request, desk))


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """What waits, of one source or all; unsent first, oldest first. `sources` only those something waits for."""
    every = upward.waiting(desk.actor, at=desk.at)
    source = request.GET.get("source", "")
    mine = [one for one in every if source in ("", one.source)]
    newest = {one.order: one.seq for one in sorted(every, key=lambda one: one.seq)}
    lines = [(one, newest[one.order] == one.seq, labels.SENT_BY.get(one.how, "")) for one in mine[:SHOWN]]
    counted, unsent = Counter(one.source for one in every), Counter(one.source for one in every if one.unsent)
    return {
        "desk": desk,
        "now": desk.at,
        "source": source,
        "unsent": [line for line in lines if line[0].unsent],
        "sent": [line for line in lines if not line[0].unsent],
        "left_off": max(0, len(mine) - SHOWN),
        "sources": [
            (code, word, counted[code], unsent[code]) for code, word in orders.every_source() if counted[code]
        ],
        "replying": orders.every_source(),
        "hows": upward.HOWS.items(),
        "batches": upward.batches(desk.actor, source)[:10],
    }


def _again(request: HttpRequest, desk: Desk, **more: object) -> HttpResponse:
    status = 422 if "said" in more else 200
    return render(request, "console/upward.html", shown(request, desk) | more, status=status)


@require_POST
@page(SPEAKS)
def mark(request: HttpRequest, desk: Desk, number: str, seq: int) -> HttpResponse:
    """Note one message as sent, its receipt, that it was not sent after all, or have it tried again."""
    try:
        _noted(request, desk, number, seq)
    except Refused as refused:
        return _again(request, desk, said=sentence(refused))
    messages.success(request, f"{number}：已记下。")
    return redirect("console:upward")


def _noted(request: HttpRequest, desk: Desk, number: str, seq: int) -> None:
    """A receipt given with the mark is written after it: the message has gone, whatever becomes of the receipt."""
    what, receipt = request.POST.get("do", ""), request.POST.get("receipt", "").strip()
    if what == "unsent":
        upward.mark_unsent(desk.actor, number, seq, request.POST.get("reason", ""), at=desk.at)
    elif what == "retry":
        upward.retry(desk.actor, number, seq, at=desk.at)
    elif what != "receipt":
        upward.mark_sent(desk.actor, number, seq, request.POST.get("how", ""), at=desk.at)
    if what == "receipt" or (receipt and what == "sent"):
        orders.take_step(number, "receipt_up", actor=desk.actor, at=desk.at, facts={"receipt": receipt})


@require_POST
@page(SPEAKS)
def batch(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything unsent of a source as one file; it stays in the list below, so a lost download loses nothing."""
    try:
        made = upward.make_batch(desk.actor, request.POST.get("source", ""), at=desk.at)
    except Refused as refused:
        return _again(request, desk, said=sentence(refused))
    messages.success(request, f"已生成 {made.name}，共 {made.count} 条，请在“报送文件”中下载并送出。")
    return redirect("console:upward")


@require_safe
@page(SPEAKS)
def batch_file(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    content = upward.batch_file(desk.actor, number, at=desk.at)
    name = next((one.name for one in upward.batches(desk.actor) if one.number == number), f"{number}.xlsx")
    return xlsx(content, name)


@require_POST
@page(SPEAKS)
def answers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take in a list of receipts and answers; `try` only tells what it would do; `broken` gives the wrong rows back."""
    sent, what = request.FILES.get("file"), request.POST.get("do", "")
    if sent is None:
        return _again(request, desk, said="请先选择文件。")
    try:
        report = upward.import_answers(
            desk.actor,
            sent.read(),
            at=desk.at,
            dry_run=what != "import",
            source=request.POST.get("source", ""),
            name=sent.name or "",
        )
    except Refused as refused:
        return _again(request, desk, said=sentence(refused))
    if what == "broken":
        return xlsx(upward.broken_sheet(report), "未能导入的行.xlsx")
    tally: Counter[str] = Counter(one.outcome for one in report.rows)
    return _again(
        request,
        desk,
        report=report,
        tally=[(word, tally[code]) for code, word in OUTCOMES.items()],
        results=_results(report),
    )


@require_POST
@page(SPEAKS)
def compare(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Compare the district's list of one source with ours; changes nothing."""
    sent, source = request.FILES.get("file"), request.POST.get("source", "")
    if sent is None:
        return _again(request, desk, said="请先选择文件。")
    try:
        found = upward.reconcile(desk.actor, sent.read(), source=source, name=sent.name or "")
    except Refused as refused:
        return _again(request, desk, said=sentence(refused))
    return _again(request, desk, differences=found)


def _results(report: upward.ImportReport) -> list[tuple[upward.RowResult, str]]:
    """Every row with its outcome in words, the broken ones first."""
    rows = sorted(report.rows, key=lambda one: one.outcome != "broken")
    return [(one, OUTCOMES[one.outcome]) for one in rows[:SHOWN]]

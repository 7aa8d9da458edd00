"""登记: what somebody told becomes an order, is known already, or begins the next round of one."""

from typing import Final, TypedDict
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from townops.base import crypto, drafts, idempotency
from townops.base.db import write
from townops.base.models import Attachment
from townops.console import choices, labels, uploads
from townops.console.doors import STATUS, Desk, page
from townops.console.saying import sentence
from townops.console.typed import instant, placed, stripped
from townops.console.views.beside import CLASSES, MERGES
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders


class Classed(TypedDict):
    """What a clerk says a report is about."""

    class_code: str
    demand_type: str


DEMANDS: Final = next(need.choices for need in orders.STEPS["classify"].needs if need.name == "demand_type")
FORM: Final = "%Y-%m-%dT%H:%M"
OUTCOMES: Final = {
    "new": "已登记为新工单",
    "known": "这件事已经登记过，没有重复建单",
    "round": "同一编号再次来单，已开始第{round}轮办理",
    "merged": "已登记，并入 {parent} 一起办理",
}
SOURCE_OF: Final = {
    "orders.upward": "hotline",
    "orders.file": "grid",
    "orders.handle_on_spot": "station",
}
DRAFT: Final = "register"
MERGED: Final = "merged"
URGENT: Final = "urgent"
UNTYPED: Final = frozenset({"csrfmiddlewaretoken", "key", "kept_attachments"})


@require_http_methods(["GET", "HEAD", "POST"])
@page("orders.report")
def register(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Whatever is wrong, the form comes back with everything typed and the files already stored."""
    if request.method != "POST":
        return render(request, "console/register.html", _blank(desk))
    files, wrong = uploads.take(request, "attachments", desk)
    try:
        if wrong:
            raise wrong
        received = _once(request, desk, files)
    except Refused as refused:
        intake.keep_refused(_sent(request, desk, files), sentence(refused))
        typed = {name: request.POST.get(name, "") for name in request.POST}
        shown = _blank(desk) | {"typed": typed, "kept": files, "said": sentence(refused)}
        return render(request, "console/register.html", shown, status=STATUS.get(refused.code, 422))
    return _onward(request, desk, received)


def _blank(desk: Desk) -> dict[str, object]:
    now = desk.at.astimezone(SHANGHAI).strftime(FORM)
    sources = orders.sources_for(desk.actor)
    codes = [code for code, _ in sources]
    usual = (source for action, source in SOURCE_OF.items() if desk.may(action) and source in codes)
    chosen = next(usual, next(iter(codes), ""))
    return {
        "desk": desk,
        "sources": sources,
        "numbered": desk.may("orders.report_numbered"),
        "crs": labels.CRS.items(),
        "typed": {"source": chosen, "received_at": now, "crs": "cgcs2000", "key": uuid4().hex},
        "listing": choices.areas_of(desk.town),
        "classing": desk.may(CLASSES),
        "merging": desk.may(MERGES),
        "classes": choices.classes(desk.at) if desk.may(CLASSES) else None,
        "demands": [(code, labels.CHOICES.get(code, code)) for code in DEMANDS],
        "draft": DRAFT,
        "accept": choices.ACCEPT,
        "kept": [],
    }


def drafted(key: str) -> str:
    """The kind of the draft of one form that was opened: two forms at once keep two."""
    return f"{DRAFT}-{key[:32]}"


def _once(request: HttpRequest, desk: Desk, files: list[Attachment]) -> tuple[str, str]:
    """(number, outcome); a double click has one effect: the form carries a key."""
    report = _report(request, desk, files)
    key = f"form-{request.POST.get('key', '')[:64]}"
    typed = sorted((name, one) for name, one in request.POST.items() if name not in UNTYPED)
    digest = crypto.sm3(repr(typed).encode()).hex()
    with write():
        stored = idempotency.remember(desk.actor.person, key, digest, at=desk.at)
        if stored is not None:
            number, _, outcome = stored.body.partition(" ")
            return number, outcome
        received = intake.take_message(_sent(request, desk, files, report), report, town=desk.town)
        if report.severity and received.outcome != "known":
            orders.tell_urgent(received, desk.town, actor=desk.actor, at=desk.at)
        outcome = _joined(request.POST.get("same_as", "").strip(), received, desk)
        drafts.drop(desk.account.pk, drafted(request.POST.get("key", "")))
        idempotency.answer(desk.actor.person, key, status=200, body=f"{received.number} {outcome}")
        uploads.hang([one.pk for one in files], received.number)
    return received.number, outcome


def _joined(parent: str, received: orders.Received, desk: Desk) -> str:
    """同一件事: the report joins the order named, seen by whoever names it; together with the report or not at all."""
    if not parent or received.outcome == "known":
        return received.outcome
    try:
        orders.order_for(desk.actor, parent, at=desk.at)
    except Refused:
        raise Refused("form_same_unknown", number=parent[:16]) from None
    orders.take_step(received.number, "merge", actor=desk.actor, at=desk.at, facts={"parent": parent})
    return f"{MERGED} {parent}"


def _sent(
    request: HttpRequest, desk: Desk, files: list[Attachment], report: orders.IncomingReport | None = None
) -> intake.Sent:
    """The form as it is kept: everything typed, and the point or the 居村 that was meant."""
    cells = {name: str(one) for name, one in request.POST.items() if name not in UNTYPED}
    if "class_code" in cells:
        cells["class_code"] = choices.code_of(cells["class_code"])
    cells["attachments"] = " ".join(str(one.pk) for one in files)
    if report is not None and report.lng is not None:
        cells |= {"lng": str(report.lng), "lat": str(report.lat), "crs": report.crs}
    if report is not None and report.area:
        cells["area"] = report.area
    return intake.Sent(
        intake.form_payload(cells, desk.at), "registration", cells.get("source", ""), desk.actor, desk.at
    )


def _report(request: HttpRequest, desk: Desk, files: list[Attachment]) -> orders.IncomingReport:
    post = stripped(request.POST)
    if not post.get("text"):
        raise Refused("form_text_missing")
    where = placed(post, desk.town)
    return orders.IncomingReport(
        source=post.get("source", ""),
        text=post["text"],
        received_at=instant(post.get("received_at", "")) or desk.at,
        external_number=post.get("external_number", "")[:64],
        place_text=post.get("address", ""),
        lng=where.lng,
        lat=where.lat,
        area=where.area.code if where.area else "",
        crs=post.get("crs", "cgcs2000") if post.get("lng") else "cgcs2000",
        **_classed(post, desk),
        contact_name=post.get("contact_name", "")[:64],
        contact_phone=post.get("contact_phone", "")[:32],
        outer_due_at=instant(post.get("outer_due_at", "")),
        attachments=tuple(one.pk for one in files),
        answers=orders.unpacked(post.get("answers", "")),
        severity=URGENT if post.get("urgent") else "",
    )


def _classed(post: dict[str, str], desk: Desk) -> Classed:
    """What the clerk says it is, if his post classes orders; a demand type where the source is filed by one."""
    if not desk.may(CLASSES):
        return {"class_code": "", "demand_type": ""}
    triple = choices.by_triple(post.get("source", ""), desk.town, desk.at)
    demand = post.get("demand_type", "") if triple else ""
    return {"class_code": choices.code_of(post.get("class_code", "")), "demand_type": demand}


def _onward(request: HttpRequest, desk: Desk, received: tuple[str, str]) -> HttpResponse:
    """To the order where it may be seen, else back to an empty form with the number."""
    number, outcome = received
    try:
        order = orders.order_for(desk.actor, number, at=desk.at)
    except Refused:
        own = desk.may("orders.view_own")
        where = "进展和答复在这里看。" if own else "请记下编号，便于查询。"
        messages.success(request, f"{_told(outcome, '下一')}，编号 {number}。{where}")
        return redirect("console:mine" if own else "console:register")
    told = "，已报值班长" if request.POST.get("urgent") and outcome != "known" else ""
    messages.success(request, f"{_told(outcome, str(order.round))}，编号 {number}{told}。", extra_tags=number)
    return redirect("console:order", number)


def _told(outcome: str, number: str) -> str:
    """What became of the report, in words."""
    what, _, parent = outcome.partition(" ")
    return OUTCOMES[what].format(round=number, parent=parent)

"""操作规程: who does what by when, for each source, as it is in force today or was on another day (U13)."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from townops.console.doors import Desk, page
from townops.console.downloads import pdf
from townops.console.handbook import Handbook, handbook
from townops.console.handbook_drawing import drawing
from townops.documents import api as documents
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders


@require_safe
@page()
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One source; the first one unless another is asked for."""
    day = _day(request, desk)
    sources = orders.flows.sources_at(day)
    if not sources:
        return render(request, "console/handbook.html", {"desk": desk, "day": day, "sources": ()})
    book = _book(request, desk, day)
    shown = {
        "desk": desk,
        "day": day,
        "sources": sources,
        "book": book,
        "drawing": mark_safe(drawing(book)),  # noqa: S308  (ours; every word in it is escaped)
    }
    return render(request, "console/handbook.html", shown)


@require_safe
@page()
def printed(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same as a paper; opening it is journalled."""
    book = _book(request, desk, _day(request, desk))
    of = documents.declared("handbook")
    sheet = of.make(book, desk.town)
    made = documents.open_paper(of, sheet, key=book.number, actor=desk.actor, at=desk.at)
    return pdf(made.content, made.name)


def _book(request: HttpRequest, desk: Desk, day: date) -> Handbook:
    known = orders.flows.sources_at(day)
    source = request.GET.get("source", "") or (known[0][0] if known else "")
    return handbook(source, desk.town, day)


def _day(request: HttpRequest, desk: Desk) -> date:
    """The day asked about, today unless told. Refused("form_day_malformed")."""
    typed = request.GET.get("day", "").strip()
    try:
        return date.fromisoformat(typed) if typed else desk.at.astimezone(SHANGHAI).date()
    except ValueError:
        raise Refused("form_day_malformed", value=typed[:20]) from None

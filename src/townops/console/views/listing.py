"""The one list of orders: the filter is the address, pages go by key; pinned views above, kept views beside."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from townops.base import savedviews
from townops.console import bulk, called, cells, choices, columns, filter_words, filters, labels, pins
from townops.console.doors import SEES, STATUS, Desk, closed, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders

ROWS = 50
PAGE = "orders"
FOLDED = (
    "stage", "mark", "holder", "person", "class", "severity", "demand", "from", "to", "due_from", "due_to", "closed_from",
    "closed_to", "returned", "origin",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@page(*SEES)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A filter that cannot be read keeps what was typed and says what is wrong; a telephone is posted, never in the address."""
    if request.method == "POST":
        return _by_phone(request, desk)
    if digit := request.GET.get("pin", ""):
        return redirect(f"{request.path}?{pins.query_of(desk, digit)}")
    address = filters.address_of(request.GET, desk.town)
    if "" in request.GET.values() and "HX-Request" not in request.headers:
        return redirect(f"{request.path}?{address.query}")
    shown = _around(desk, address)
    try:
        shown |= _found(desk, address)
    except Refused as refused:
        return render(request, "console/orders.html", shown | {"said": sentence(refused)}, status=400)
    response = render(request, "console/orders.html", shown)
    response["HX-Push-Url"] = f"{request.path}?{address.query}"
    return response


def _by_phone(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same filter with the telephone given, sealed; without one, the filter without."""
    if not desk.may("orders.find_by_phone"):
        return closed(request)
    address, phone = filters.address_of(request.GET, desk.town), request.POST.get("phone", "").strip()
    told = called.sealed(phone, desk.at) if phone else ""
    return redirect(f"{request.path}?{address.but(phone=told, cursor='')}")


def again(request: HttpRequest, desk: Desk, refused: Refused) -> HttpResponse:
    """The list from which something was asked for many, with its ticks and words, and why it was not done."""
    address = filters.address_of(QueryDict(request.POST.get("query", "")), desk.town)
    shown = _around(desk, address) | {"said": sentence(refused)}
    try:
        shown |= _found(desk, address)
    except Refused:  # the filter itself cannot be read, which is what was refused
        return render(request, "console/orders.html", shown, status=400)
    shown |= {
        "back": f"{reverse('console:orders')}?{address.query}",
        "ticked": {one.partition(":")[0] for one in request.POST.getlist("row")},
        "whole": request.POST.get("scope") == bulk.WHOLE,
        "actions": [
            (one, bulk.typed(request.POST, one), bulk.typed_beside(request.POST, one))
            for one in bulk.offered(desk)
        ],
    }
    return render(request, "console/orders.html", shown, status=STATUS.get(refused.code, 400))


def _found(desk: Desk, address: filters.Address) -> dict[str, object]:
    """The rows of the page and the ways on."""
    sort, cursor = address.sort, address.one("cursor")
    found = orders.find_orders(desk.actor, address.filter(), at=desk.at, sort=sort, cursor=cursor, limit=ROWS)
    more = address.but(cursor=found.next) if found.next else ""
    return {"page": found, "more": more, "first": address.but(cursor="") if cursor else ""}


def _around(desk: Desk, address: filters.Address) -> dict[str, object]:
    """Everything of the page but the rows."""
    kept = savedviews.kept(desk.account, PAGE, desk.town)
    return {
        "desk": desk,
        "address": address,
        "now": desk.at,
        "seen": cells.Seen(desk.at, orders.lateness(desk.at)),
        "pins": pins.of(desk, address),
        "views": kept.views,
        "columns": columns.chosen(kept.columns),
        "every_column": columns.ALL,
        "as_map": address.but(cursor=""),
        "actions": [(one, "", "") for one in bulk.offered(desk)],
        "may_export": desk.may(bulk.EXPORT),
        "key": secrets.token_hex(16),
        **_choices(desk, address),
    }


def _choices(desk: Desk, address: filters.Address) -> dict[str, object]:
    states = address.all("state")
    return {
        "chips": list(address.chips()),
        "sources": orders.every_source(),
        "looks": [(state.value, look.word) for state, look in orders.LOOKS.items()],
        "stages": list(dict.fromkeys(look.stage for look in orders.LOOKS.values())),
        "lates": filter_words.LATE.items(),
        "marks": labels.MARKS.items(),
        "origins": filter_words.ORIGINS.items(),
        "sorts": [(code, word, address.but(sort=code, cursor="")) for code, word in filters.SORTS.items()],
        "units": choices.units_or_none(desk.town),
        "places": choices.places(desk.town),
        "classes": choices.every_class(desk.at),
        "demands": [
            (code, labels.CHOICES[code])
            for code in ("consult", "help", "complaint", "whistleblow", "suggestion", "praise")
        ],
        "severities": [(code, labels.CHOICES[code]) for code in ("general", "major", "urgent")],
        "word": _words(desk, address),
        "typed": {name: address.one(name) for name in filters.SINGLE} | {"state": ",".join(states)},
        "many": filter_words.states_said(",".join(states)) if len(states) > 1 else "",
        "q": address.one("q"),
        "chosen": {name: address.all(name) for name in filters.LISTS},
        "folded": not any(address.one(name) for name in FOLDED),
    }


def _words(desk: Desk, address: filters.Address) -> dict[str, str]:
    """Codes of the address as they are read and typed."""
    klass = choices.code_of(address.one("class"))
    person = address.one("person")
    return {
        "unit": choices.unit_name(address.one("unit"), desk.town),
        "holder": choices.unit_name(address.one("holder"), desk.town),
        "area": choices.area_said(choices.code_of(address.one("area"))),
        "class": choices.class_of_today(klass) or address.one("class"),
        "person": filter_words.FLAGS.get(("person", person), person),
    }

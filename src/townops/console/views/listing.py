"""The one list of orders: the filter is the address, pages go by key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from townops.console import choices, filters, labels
from townops.console.doors import SEES, Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders

ROWS = 50


@require_safe
@page(*SEES)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A filter that cannot be read keeps what was typed and says what is wrong."""
    address = filters.address_of(request.GET, desk.town)
    if "" in request.GET.values() and "HX-Request" not in request.headers:
        return redirect(f"{request.path}?{address.query}")
    shown: dict[str, object] = {"desk": desk, "address": address, "now": desk.at, **_choices(desk, address)}
    try:
        found = orders.find_orders(
            desk.actor,
            address.filter(),
            at=desk.at,
            sort=address.sort,
            cursor=address.one("cursor"),
            limit=ROWS,
        )
    except Refused as refused:
        return render(request, "console/orders.html", shown | {"said": sentence(refused)}, status=400)
    more = address.but(cursor=found.next) if found.next else ""
    shown |= {"page": found, "more": more, "first": address.but(cursor="") if address.one("cursor") else ""}
    response = render(request, "console/orders.html", shown)
    response["HX-Push-Url"] = f"{request.path}?{address.query}"
    return response


def _choices(desk: Desk, address: filters.Address) -> dict[str, object]:
    states = address.all("state")
    return {
        "chips": list(address.chips()),
        "sources": orders.every_source(),
        "looks": [(state.value, look.word) for state, look in orders.LOOKS.items()],
        "marks": labels.MARKS.items(),
        "sorts": [(code, word, address.but(sort=code, cursor="")) for code, word in filters.SORTS.items()],
        "units": choices.units(desk.town),
        "places": choices.places(desk.town),
        "demands": [
            (code, labels.CHOICES[code])
            for code in ("consult", "help", "complaint", "whistleblow", "suggestion", "praise")
        ],
        "severities": [(code, labels.CHOICES[code]) for code in ("general", "major", "urgent")],
        "word": {
            "unit": choices.unit_name(address.one("unit"), desk.town),
            "holder": choices.unit_name(address.one("holder"), desk.town),
            "area": choices.area_said(choices.code_of(address.one("area"))),
        },
        "typed": {name: address.one(name) for name in filters.SINGLE} | {"state": ",".join(states)},
        "many": filters.states_said(",".join(states)) if len(states) > 1 else "",
        "q": address.one("q"),
        "chosen": {name: address.all(name) for name in filters.LISTS},
        "folded": not any(
            address.one(name)
            for name in ("mark", "holder", "class", "severity", "demand", "from", "to", "phone")
        ),
    }

"""What must I do now: queues of my posts, orders my units hold, what is open and overdue."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.console import queues
from townops.console.doors import Desk, page
from townops.orders import api as orders
from townops.people import api as people

SHOWN = 10


@require_safe
@page()
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open to everybody who signed in; shows what his posts let him see."""
    handed = people.unread(desk.actor.person, desk.at)
    if not desk.sees:
        return render(request, "console/home.html", {"desk": desk, "handed": handed, "now": desk.at})
    mine = queues.held(desk)
    shown = {
        "desk": desk,
        "handed": handed,
        "tiles": [queues.counted(desk, label, address) for label, address in queues.of(desk)],
        "overdue": queues.overdue(desk),
        "states": list(queues.by_state(desk)),
        "mine": mine,
        "page": orders.find_orders(desk.actor, mine.filter(), at=desk.at, sort="due", limit=SHOWN),
        "now": desk.at,
    }
    return render(request, "console/home.html", shown)


@require_POST
@page()
def handed(request: HttpRequest, desk: Desk, handover: int) -> HttpResponse:
    """The successor has read what he took over."""
    people.mark_read(handover, actor=desk.actor, at=desk.at)
    messages.success(request, "交接清单已阅。")
    return redirect("console:home")

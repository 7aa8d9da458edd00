"""What must I do now: queues of my posts, what I answer for, what others did meanwhile, today's figures, who is on."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from townops.base import glances
from townops.console import cells, columns, counting, queues, whoson
from townops.console.doors import Desk, page
from townops.console.filters import Address
from townops.console.views import notices
from townops.orders import api as orders
from townops.people import api as people

SHOWN = 10
COLUMNS = ("title", "state", "due", "village", "marks")


@require_safe
@page()
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open to everybody who signed in; shows what his posts let him see."""
    handed = people.unread(desk.actor.person, desk.at)
    if not desk.sees:
        return render(request, "console/home.html", {"desk": desk, "handed": handed, "now": desk.at})
    mine = queues.held(desk)
    tiles, states, overdue = queues.waiting(desk)
    since = _since(desk, polled="X-Poll" in request.headers)
    shown = {
        "desk": desk,
        "handed": handed,
        "tiles": [one for one in tiles if one.total],
        "idle": [one for one in tiles if not one.total],
        "overdue": overdue,
        "states": states,
        "mine": mine,
        "own": Address(
            (("person", "me"), ("open", "1"), *counting.current(desk), ("sort", "due")), desk.town
        ),
        "page": orders.find_orders(desk.actor, mine.filter(), at=desk.at, sort="due", limit=SHOWN),
        "columns": columns.chosen(COLUMNS),
        "seen": cells.Seen(desk.at, orders.lateness(desk.at)),
        "since": since,
        "changes": orders.changes(desk.actor, since=since, at=desk.at),
        "today": [*queues.today(desk), overdue],
        "on": list(whoson.of(desk)),
        "unread": notices.unread(desk),
        "now": desk.at,
    }
    return render(request, "console/home.html", shown)


def _since(desk: Desk, *, polled: bool) -> datetime:
    """Since when things are new to him: the end of his last spell, or this morning; a page that polls is no look."""
    morning = timezone.localtime(desk.at).replace(hour=0, minute=0, second=0, microsecond=0)
    since = glances.since(desk.account.pk, desk.at, otherwise=morning)
    if not polled:
        glances.look(desk.account.pk, desk.at, since=since)
    return since


@require_POST
@page()
def handed(request: HttpRequest, desk: Desk, handover: int) -> HttpResponse:
    """The successor has read what he took over."""
    people.mark_read(handover, actor=desk.actor, at=desk.at)
    messages.success(request, "交接清单已阅。")
    return redirect("console:home")

"""Whether anything happened since: one cursor for every page, asked every few seconds and answered from one index.

The same question carries who is typing into the page of an order (`X-Order`, `X-Typing`), and the answer who else is, and
how many notices are unread.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from townops.base import crypto, inbox, outbox
from townops.base.canonical import dump
from townops.console import presence
from townops.console.doors import Desk, page


@require_safe
@page()
def live(request: HttpRequest, desk: Desk) -> HttpResponse:
    """304 while nothing did. With X-Poll it is no activity; without, it is how a page says that somebody is there."""
    number = request.headers.get("X-Order", "")
    news: dict[str, object] = {"cursor": outbox.cursor(), "unread": inbox.unread(desk.account.pk)}
    if number:
        news["here"] = presence.heard(desk, number, typing="X-Typing" in request.headers)
    tag = f'"{crypto.sm3(dump(news).encode()).hex()[:16]}"'
    same = request.headers.get("If-None-Match") == tag
    response = HttpResponseNotModified() if same else JsonResponse(news)
    response["ETag"] = tag
    return response

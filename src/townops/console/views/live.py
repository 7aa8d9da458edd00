"""Whether anything happened since: one cursor for every page, asked every few seconds and answered from one index."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from townops.base import outbox
from townops.console.doors import Desk, page


@require_safe
@page()
def live(request: HttpRequest, desk: Desk) -> HttpResponse:
    """304 while nothing did. With X-Poll it is no activity; without, it is how a page says that somebody is there."""
    tag = f'"{outbox.cursor()}"'
    same = request.headers.get("If-None-Match") == tag
    response = HttpResponseNotModified() if same else JsonResponse({"cursor": tag.strip('"')})
    response["ETag"] = tag
    return response

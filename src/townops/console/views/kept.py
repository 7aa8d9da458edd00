"""Drafts of forms: kept while one types, offered on return, gone when sent."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from townops.base import drafts
from townops.console.doors import Desk, page
from townops.console.saying import moment, sentence
from townops.kernel.refusal import Refused

UNKEPT = frozenset({"csrfmiddlewaretoken", "drop"})


@require_http_methods(["GET", "POST"])
@page()
def draft(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """What was kept of this form (204: nothing), with `family` of every form of the kind; posted: keep this instead, or
    drop it.
    """
    account = desk.account.pk
    if request.method == "GET" and "family" in request.GET:
        return JsonResponse({"drafts": [_shown(one, desk) for one in drafts.family(account, kind)]})
    if request.method == "GET":
        found = drafts.find(account, kind)
        if found is None:
            return HttpResponse(status=204)
        return JsonResponse(_shown(found, desk))
    if "drop" in request.POST:
        drafts.drop(account, kind)
        return HttpResponse(status=204)
    cells = {name: str(value) for name, value in request.POST.items() if name not in UNKEPT}
    try:
        drafts.save(account, kind, cells, at=desk.at)
    except Refused as refused:
        return JsonResponse({"said": sentence(refused)}, status=422)
    return JsonResponse({"said": moment(desk.at, desk.at)})


def _shown(kept: drafts.KeptDraft, desk: Desk) -> dict[str, object]:
    return {"kind": kept.kind, "cells": dict(kept.cells), "said": moment(kept.at, desk.at)}

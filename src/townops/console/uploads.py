"""Files given with a form: stored before anything else, so that a refused form has not lost them; shown to whom the order shows."""

import re
from collections.abc import Iterable

from django.http import HttpRequest
from django.http.request import QueryDict

from townops.base import attachments
from townops.base.models import Attachment
from townops.console.doors import Desk
from townops.kernel.refusal import Refused

KEPT = "kept_"
ORDER = "order"
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def take(request: HttpRequest, name: str, desk: Desk) -> tuple[list[Attachment], Refused | None]:
    """Files kept from an earlier try and those sent now; the first refusal, when one was no file we take."""
    found, wrong = kept(request.POST, name, desk), None
    for sent in request.FILES.getlist(name):
        try:
            found.append(attachments.store(sent.read(), sent.name or "file", desk.actor, desk.at))
        except Refused as refused:
            wrong = wrong or refused
    return found, wrong


def kept(post: QueryDict, name: str, desk: Desk) -> list[Attachment]:
    """Files of an earlier try that are still wanted; only one's own, not yet part of anything."""
    numbers = [int(one) for one in post.getlist(KEPT + name) if NUMBER.fullmatch(one)]
    return attachments.own_unattached(numbers, desk.actor.person)


def hang(given: Iterable[int], number: str) -> None:
    """Hang files on their order."""
    if numbers := list(given):
        attachments.attach(numbers, kind=ORDER, key=number)


def by_id(numbers: Iterable[int]) -> dict[int, Attachment]:
    """Attachments by id, in one query."""
    return attachments.by_ids(numbers)

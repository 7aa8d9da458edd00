"""What is read alike on forms that take a file and a day."""

from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest

from townops.console.doors import Desk
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

LONGEST: Final = 18
COUNTED: Final = 9  # digits of what is counted up, such as revisions


def file_of(request: HttpRequest) -> tuple[bytes, str]:
    """(bytes, name) of the one file of a form. Refused("form_file_missing")."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused("form_file_missing")
    return sent.read(), sent.name or ""


def tomorrow(desk: Desk) -> date:
    """The first day anything new may hold."""
    return desk.at.astimezone(SHANGHAI).date() + timedelta(days=1)


def day_of(request: HttpRequest, name: str, otherwise: date) -> date:
    """A day typed into a form. Refused("form_time_malformed")."""
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise Refused("form_time_malformed", value=text[:20]) from None


def whole(given: str, otherwise: int = 0, *, digits: int = LONGEST) -> int:
    """A whole number of at most so many digits (ids are long); `otherwise` for anything else."""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= digits else otherwise

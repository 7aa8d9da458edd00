"""What was tried on a settings page: only exactly that is saved, anything else is tried first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest

from townops.base import crypto
from townops.base.canonical import dump
from townops.console.doors import Desk
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

C = TypeVar("C")
R = TypeVar("R")


def mark(typed: Mapping[str, str]) -> str:
    """A short sign of everything typed; it guards against a slip, not against malice: saving checks all of it again."""
    return crypto.sm3(dump(dict(typed)).encode()).hex()


@dataclass(frozen=True, slots=True)
class Attempt(Generic[C, R]):
    """A change that was published (`made`), or what the page then shows beside the form: what was seen, or why not."""

    change: C | None = None
    made: R | None = None
    shown: Mapping[str, Any] | None = None
    status: int = 200


def attempt(
    request: HttpRequest,
    typed: Mapping[str, str],
    given: Callable[[], C],
    *,
    foresee: Callable[[C], object],
    publish: Callable[[C], R],
) -> Attempt[C, R]:
    """`do=save` publishes exactly what was tried; anything else tries it, and a refusal is said with what was typed."""
    try:
        change = given()
        if request.POST.get("do") == "save" and request.POST.get("tried") == mark(typed):
            return Attempt(change, publish(change))
        shown = {"seen": foresee(change), "tried": mark(typed), "change": change}
        return Attempt(change, None, shown)
    except Refused as refused:
        return Attempt(None, None, {"said": sentence(refused)}, 422)


def settled(name: str, made: people.planned.Planned, desk: Desk) -> str:
    """A change of something by this name was published, in words."""
    if made.starts > desk.at:
        when = made.starts.astimezone(SHANGHAI).date()
        return f"“{name}”的改动已定下，{when} 起生效；生效前可以撤销。"
    return f"“{name}”的改动已生效。"

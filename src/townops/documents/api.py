"""The door to papers: which an order is printed as, and one of them as PDF."""

from dataclasses import dataclass
from datetime import datetime

from townops.base import journal
from townops.base.db import write
from townops.base.papers import Paper, Sheet, get, papers_for
from townops.documents import setting
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

__all__ = ["Paper", "Printed", "Sheet", "declared", "open_paper", "paper", "papers_for"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper as a file."""

    name: str
    content: bytes


def paper(code: str, source: str) -> Paper:
    """Refused("paper_unknown"), also where orders of this source are not printed so."""
    found = get(code)
    if found is None or source not in found.sources:
        raise Refused("paper_unknown")
    return found


def declared(code: str) -> Paper:
    """A paper that is of no order; Refused("paper_unknown")."""
    found = get(code)
    if found is None or found.sources:
        raise Refused("paper_unknown")
    return found


def open_paper(of: Paper, sheet: Sheet, *, key: str, actor: Actor, at: datetime) -> Printed:
    """Set it as PDF; that it was opened is journalled under its order. Refused("paper_fonts_missing")."""
    content = setting.pdf(sheet, printed_by=actor.name, at=at)
    with write():
        body = {"paper": of.code, "number": sheet.number}
        journal.append(kind="paper", key=key, action="open", actor=actor, at=at, body=body)
    return Printed(f"{of.label} {sheet.number}.pdf", content)

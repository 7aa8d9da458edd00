"""The town's own document in the database: versioned, journalled, shown with its slips put right."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from townops.base import journal
from townops.base.db import write
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.standards import recent
from townops.standards.access import EDIT
from townops.standards.catalogues import current
from townops.standards.domain.covering import Coverage, coverage
from townops.standards.domain.document import Paragraph, paragraphs
from townops.standards.models import SourceDocument
from townops.standards.reading import read_document, read_text


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A version of the document as it was loaded."""

    number: int
    name: str
    sha256: str
    loaded_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The version just loaded, and what it means for the catalogue."""

    document: DocumentView
    coverage: Coverage


def load_document(
    content: bytes, *, town: str, name: str, actor: Actor, at: datetime, note: str = ""
) -> Loaded:
    """Keep the document as the next version.

    Refused: `not_permitted`, `document_unchanged`, and as `reading.read_document`.
    """
    may_edit(actor)
    found, text = read_document(content), read_text(content)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with write():
        newest = SourceDocument.objects.filter(town=town).order_by("-number").first()
        if newest is not None and newest.sha256 == sha256:
            raise Refused("document_unchanged", number=newest.number)
        number = newest.number + 1 if newest else 1
        row = SourceDocument.objects.create(
            town=town, number=number, name=name[:200], sha256=sha256, text=text, loaded_at=at, note=note[:200]
        )
        body = {"number": number, "name": row.name, "sha256": sha256, "paragraphs": len(found), "note": note}
        journal.append(kind="standards", key=town, action="load", actor=actor, at=at, body=body)
        transaction.on_commit(recent.forget)
    return Loaded(_view(row), coverage(found, current().items))


def documents(town: str) -> tuple[DocumentView, ...]:
    """Every version, newest first."""
    return tuple(_view(row) for row in SourceDocument.objects.filter(town=town).order_by("-number"))


def loaded(town: str, at: datetime) -> tuple[int, tuple[Paragraph, ...]]:
    """The number and the paragraphs of the document in force then, as they were loaded; 0 and none before there is one."""
    row = SourceDocument.objects.filter(town=town, loaded_at__lte=at).order_by("-number").first()
    return (row.number, paragraphs(row.text, current().terms.plans)) if row is not None else (0, ())


def texts(town: str, at: datetime) -> Mapping[str, Paragraph]:
    """The same by place, with the slips of the source put right."""
    return {one.place: _righted(one) for one in loaded(town, at)[1]}


def may_edit(actor: Actor) -> None:
    """Refused(not_permitted)."""
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT):
        raise Refused("not_permitted", permission=EDIT)


def _righted(one: Paragraph) -> Paragraph:
    text = one.text
    for erratum in current().terms.errata:
        if erratum.place == one.place:
            text = text.replace(erratum.wrong, erratum.right)
    return replace(one, text=text)


def _view(row: SourceDocument) -> DocumentView:
    return DocumentView(row.number, row.name, row.sha256, row.loaded_at, row.note)

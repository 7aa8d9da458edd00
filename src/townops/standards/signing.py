"""Attestations and exemptions: who signed for which duty of whom, on what document, until when; and dated bases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from django.db import transaction
from django.db.models import Q

from townops.base import journal
from townops.base.db import write
from townops.kernel.actors import Actor
from townops.kernel.measured import Basis
from townops.kernel.refusal import Refused
from townops.people import api as people
from townops.standards import recent
from townops.standards.catalogues import current
from townops.standards.documents import may_edit
from townops.standards.domain.judging import Signed
from townops.standards.models import BasisFigure, Signature
from townops.standards.subjects import listed

LONGEST_YEARS: Final = 5
RESIDENTS: Final = "residents"
BASES: Final = {RESIDENTS: ("常住人口", "人"), "households": ("常住户数", "户")}


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody signs: the person who answers for it, the document by name and number, the days it holds."""

    item: str
    subject: str
    signer: int
    document: str
    since: date
    until: date
    reason: str = ""
    attachment: int | None = None


def attest(given: Given, *, town: str, actor: Actor, at: datetime) -> int:
    """Sign that a duty holds. Returns the id.

    Refused: `not_permitted`, `item_unknown`, `item_measured`, `signature_document`, `signature_days`, `person_unknown`.
    """
    item = current().item(given.item)
    if item is not None and not item.attested:
        raise Refused("item_measured", item=given.item)
    return _sign(Signature.Kind.ATTESTED, given, town=town, actor=actor, at=at)


def exempt(given: Given, *, town: str, actor: Actor, at: datetime) -> int:
    """Sign that a duty need not hold, with the reason. Refused: as `attest`, and `exemption_reason`."""
    if not given.reason.strip():
        raise Refused("exemption_reason")
    return _sign(Signature.Kind.EXEMPT, given, town=town, actor=actor, at=at)


def withdraw(signature: int, *, actor: Actor, at: datetime) -> None:
    """Take it back from now on. Refused: `not_permitted`, `signature_unknown`."""
    may_edit(actor)
    with write():
        row = Signature.objects.filter(pk=signature, withdrawn_at=None).first()
        if row is None:
            raise Refused("signature_unknown")
        Signature.objects.filter(pk=row.pk).update(withdrawn_at=at)
        _tell(row, "withdraw", actor, at)


def _sign(kind: Signature.Kind, given: Given, *, town: str, actor: Actor, at: datetime) -> int:
    may_edit(actor)
    _refuse_unsound(given, town, at)
    signer = people.person(given.signer)
    with write():
        row = Signature.objects.create(
            town=town,
            kind=kind,
            item=given.item,
            subject=given.subject,
            signer_id=signer.id,
            document=given.document.strip()[:200],
            attachment_id=given.attachment,
            reason=given.reason.strip()[:300],
            since=given.since,
            until=given.until,
            made_at=at,
        )
        _tell(row, str(kind), actor, at)
    return row.pk


def _refuse_unsound(given: Given, town: str, at: datetime) -> None:
    item = current().item(given.item)
    if item is None:
        raise Refused("item_unknown", item=given.item[:8])
    if given.subject not in {one.code for one in listed(item.subject, town, at) or ()}:
        raise Refused("subject_unknown", subject=given.subject[:40])
    if not given.document.strip():
        raise Refused("signature_document")
    if not given.since <= given.until or given.until.year - given.since.year > LONGEST_YEARS:
        raise Refused("signature_days", longest=LONGEST_YEARS)


def _tell(row: Signature, action: str, actor: Actor, at: datetime) -> None:
    body = {
        "id": row.pk,
        "item": row.item,
        "subject": row.subject,
        "signer": row.signer_id,
        "document": row.document,
        "reason": row.reason,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
    }
    journal.append(kind="standards", key=row.town, action=action, actor=actor, at=at, body=body)
    transaction.on_commit(recent.forget)


Signatures = Mapping[tuple[str, str], Signed]


def signed(town: str, kind: str, at: datetime) -> Signatures:
    """What was signed by then and not taken back, by item and subject; of several the one that holds longest."""
    rows = (
        Signature.objects.filter(town=town, kind=kind, made_at__lte=at)
        .filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))
        .select_related("signer")
        .order_by("until", "id")
    )
    return MappingProxyType(
        {
            (row.item, row.subject): Signed(row.signer.name, row.document, row.since, row.until, row.reason)
            for row in rows
        }
    )


def enter_basis(
    name: str,
    value: float,
    *,
    on: date,
    source: str,
    town: str,
    actor: Actor,
    at: datetime,
    area: int | None = None,
) -> int:
    """Keep a dated figure; a later entry of the same day corrects it. Refused: `not_permitted`, `basis_unknown`,
    `basis_malformed`.
    """
    may_edit(actor)
    if name not in BASES:
        raise Refused("basis_unknown", name=name[:40])
    if not 0 < value < float("inf") or not source.strip():
        raise Refused("basis_malformed")
    with write():
        row = BasisFigure.objects.create(
            town=town, name=name, area_id=area, value=value, on=on, source=source.strip()[:200], made_at=at
        )
        body = {"name": name, "area": area, "value": value, "on": on.isoformat(), "source": row.source}
        journal.append(kind="standards", key=town, action="basis", actor=actor, at=at, body=body)
        transaction.on_commit(recent.forget)
    return row.pk


def bases(town: str, at: datetime, today: date) -> Mapping[int | None, Mapping[str, Basis]]:
    """The figures in force, by area (None: the town) and name: the newest day not after today, as known by then."""
    found: dict[int | None, dict[str, Basis]] = {}
    for row in BasisFigure.objects.filter(town=town, made_at__lte=at, on__lte=today).order_by(
        "on", "made_at"
    ):
        unit = BASES[row.name][1]
        found.setdefault(row.area_id, {})[row.name] = Basis(row.value, unit, row.on, row.source)
    return found

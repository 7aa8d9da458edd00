"""The only door of the catalogue. Orders store a version's id; its number is for people."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from townops.areas import api as areas
from townops.catalogue import changing, store
from townops.catalogue.begin import starting_content
from townops.catalogue.domain.limits import SOURCE_WORDS, UNIT_WORDS, limit_text, read_limit
from townops.catalogue.domain.rows import (
    KINDS,
    Branch,
    Condition,
    Content,
    DemandType,
    Klass,
    Level,
    Severity,
    SourceLimit,
    Status,
    TimeClass,
)
from townops.catalogue.models import CatalogueVersion, ConditionRow
from townops.catalogue.publishing import VersionView, publish_version, refuse_stranger, view_of
from townops.catalogue.sheet_reader import SheetError, read_sheets
from townops.catalogue.sheets import write_sheets
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

__all__ = [
    "KINDS", "SOURCES", "SOURCE_WORDS", "UNIT_WORDS", "Branch", "Condition", "Content", "DemandType", "ImportReport", "Klass", "Level",
    "Severity", "SheetError", "SourceLimit", "Status", "TimeClass", "VersionView", "changing", "check_import", "classes",
    "condition",
    "conditions", "content", "demand_types", "export_version", "import_version", "klass", "limit_text",
    "load_starting", "publish_version", "read_limit", "search", "time_classes", "version", "version_at",
    "versions",
]  # fmt: skip

SOURCES = frozenset(SOURCE_WORDS)
"""Codes of the sources an order may come from."""


@dataclass(frozen=True)
class ImportReport:
    """What a file would change, or has: codes against the newest version. With errors nothing changes."""

    errors: tuple[SheetError, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    identical: bool
    published: VersionView | None = None


def version_at(at: datetime) -> int:
    """Id of the version in force at an instant; Refused("catalogue_missing") before the first one."""
    day = at.astimezone(SHANGHAI).date()
    begun = [number for since, number in _begun.get() if since <= day]
    if not begun:
        raise Refused("catalogue_missing", at=day.isoformat())
    return begun[-1]


def _read_begun() -> tuple[tuple[date, int], ...]:
    """(effective from, id) of every version, oldest first."""
    return tuple(
        CatalogueVersion.objects.order_by("effective_from", "number").values_list("effective_from", "id")
    )


_begun = areas.Picture("catalogue", _read_begun)


def version(version_id: int) -> VersionView:
    """Number and date of a version; Refused("catalogue_version_unknown")."""
    row = CatalogueVersion.objects.filter(id=version_id).first()
    if row is None:
        raise Refused("catalogue_version_unknown", version=version_id)
    return view_of(row)


def versions() -> tuple[VersionView, ...]:
    """Every version, oldest first, those not yet in force included."""
    return tuple(view_of(row) for row in CatalogueVersion.objects.order_by("number"))


def content(version: int) -> Content:
    """Everything a version says."""
    return store.content_of(version)


def klass(code: str, version: int) -> Klass:
    """One class; Refused("class_unknown"). Asks the database only the first time a version is used."""
    found = store.content_of(version).by_code.get(code)
    if found is None:
        raise Refused("class_unknown", code=code)
    return found


def classes(version: int, branch: str | None = None) -> tuple[Klass, ...]:
    """Classes in order of code, of one branch or all."""
    every = store.content_of(version).classes
    return every if branch is None else tuple(one for one in every if one.branch == branch)


def conditions(class_code: str, version: int) -> tuple[Condition, ...]:
    """The 立案条件 rows of a class, none for the hotline branch and for 大类; Refused("class_unknown")."""
    klass(class_code, version)
    return store.content_of(version).by_class.get(class_code, ())


def condition(condition_id: int, *, version: int | None = None) -> Condition:
    """One row by the id an order stores; Refused("condition_unknown"). `version` spares a query."""
    if version is None:
        version = ConditionRow.objects.filter(id=condition_id).values_list("version_id", flat=True).first()
    found = store.content_of(version).by_id.get(condition_id) if version is not None else None
    if found is None:
        raise Refused("condition_unknown", condition=condition_id)
    return found


def demand_types(version: int) -> tuple[DemandType, ...]:
    """诉求类型: 咨询 求助 投诉 举报 建议 表扬."""
    return store.content_of(version).demand_types


def time_classes(version: int) -> tuple[TimeClass, ...]:
    """Reply times of the hotline branch, shortest first."""
    return store.content_of(version).time_classes


def search(q: str, version: int, branch: str | None = None) -> tuple[Klass, ...]:
    """Classes whose name, code or keyword contains every word of `q`; a hit in the name comes first."""
    words = q.lower().split()
    if not words:
        return ()
    hits = (one for one in classes(version, branch) if all(_mentions(one, word) for word in words))
    return tuple(sorted(hits, key=lambda one: not all(word in one.name.lower() for word in words)))


def load_starting(effective_from: date, *, at: datetime) -> VersionView:
    """The catalogue a town starts with, from that day; a town that has one already keeps it."""
    first = CatalogueVersion.objects.order_by("number").first()
    if first is not None:
        return view_of(first)
    nobody = Actor(SYSTEM_PERSON, "系统", ())
    return publish_version(
        starting_content(), effective_from=effective_from, actor=nobody, at=at, note="初始目录，时限待确认"
    )


def export_version(version: int) -> bytes:
    """A version as an xlsx file that `import_version` reads back unchanged."""
    return write_sheets(store.content_of(version))


def check_import(data: bytes) -> ImportReport:
    """Dry run: what a file would change against the newest version, or every error in it."""
    sheets = read_sheets(data)
    newest = CatalogueVersion.objects.order_by("-number").first()
    before = store.content_of(newest.id) if newest else Content((), (), (), ())
    if sheets.errors:
        return ImportReport(sheets.errors, (), (), (), identical=False)
    old, new = _by_code(before), _by_code(sheets.content)
    return ImportReport(
        errors=(),
        added=tuple(code for code in new if code not in old),
        changed=tuple(code for code in new if code in old and new[code] != old[code]),
        removed=tuple(code for code in old if code not in new),
        identical=before.sorted() == sheets.content,
    )


def import_version(
    data: bytes, *, effective_from: date, actor: Actor, at: datetime, note: str = ""
) -> ImportReport:
    """Publish a file as the next version, all or none: with errors, or the same content, nothing is written.

    Refused as `publish_version`, and `sheet_unreadable`.
    """
    refuse_stranger(actor)
    report = check_import(data)
    if report.errors or report.identical:
        return report
    content = read_sheets(data).content
    published = publish_version(content, effective_from=effective_from, actor=actor, at=at, note=note)
    return replace(report, published=published)


def _by_code(content: Content) -> dict[str, object]:
    rows: dict[str, object] = {one.code: one for one in content.classes}
    rows |= {one.code: one for one in content.conditions}
    rows |= {one.code: one for one in content.demand_types}
    return rows | {f"{one.days}": one for one in content.time_classes}


def _mentions(klass: Klass, word: str) -> bool:
    return any(word in text for text in (klass.name.lower(), klass.code.lower(), *klass.keywords))

"""Reads and writes stored versions. A version never changes, so each process reads it once."""

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from townops.catalogue.domain.rows import (
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
    time_class,
)
from townops.catalogue.models import (
    CatalogueVersion,
    ClassRow,
    ConditionRow,
    DemandTypeRow,
    SourceLimitRow,
    TimeClassRow,
)
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

Row = Klass | Condition | DemandType | TimeClass
SEPARATOR = " "


@lru_cache(maxsize=16)
def content_of(version: int) -> Content:
    """Everything a version says; raises Refused("catalogue_version_unknown")."""
    if not CatalogueVersion.objects.filter(id=version).exists():
        raise Refused("catalogue_version_unknown", version=version)
    demands = DemandTypeRow.objects.filter(version_id=version).values_list("code", "name")
    times = TimeClassRow.objects.filter(version_id=version).values_list("days", "name")
    return Content(
        tuple(_klass(row) for row in ClassRow.objects.filter(version_id=version)),
        tuple(_condition(row) for row in _condition_rows(version)),
        tuple(DemandType(code, name) for code, name in demands),
        tuple(time_class(days, name) for days, name in times),
    ).sorted()


def digest(content: Content) -> str:
    """The same for the same content, whatever its ids and order of rows."""
    ordered = content.sorted()
    parts: tuple[Iterable[Row], ...] = (
        ordered.classes, ordered.conditions, ordered.demand_types, ordered.time_classes,
    )  # fmt: skip
    plain = "\n".join(repr(_identity(row)) for part in parts for row in part)
    return hashlib.sha256(plain.encode()).hexdigest()


def save(content: Content, *, number: int, effective_from: date, note: str) -> CatalogueVersion:
    """Write a version and all its rows; the caller has checked it and holds the transaction."""
    version = CatalogueVersion.objects.create(
        number=number, effective_from=effective_from, note=note, digest=digest(content)
    )
    classes = ClassRow.objects.bulk_create([_class_row(one, version.id) for one in content.classes])
    ids = {row.code: row.pk for row in classes}
    conditions = [_condition_row(one, version.id, ids[one.class_code]) for one in content.conditions]
    stored = ConditionRow.objects.bulk_create(conditions)
    SourceLimitRow.objects.bulk_create(
        SourceLimitRow(condition=row, source=extra.source, amount=extra.limit.amount, unit=extra.limit.unit)
        for row, one in zip(stored, content.conditions, strict=True)
        for extra in one.source_limits
    )
    DemandTypeRow.objects.bulk_create(
        DemandTypeRow(version=version, code=one.code, name=one.name) for one in content.demand_types
    )
    TimeClassRow.objects.bulk_create(
        TimeClassRow(version=version, days=one.days, name=one.name) for one in content.time_classes
    )
    return version


def _identity(row: Row) -> tuple[object, ...]:
    hidden = {"id", "class_id", "version"}
    return tuple(value for name, value in vars(row).items() if name not in hidden)


def _condition_rows(version: int) -> list[ConditionRow]:
    rows = ConditionRow.objects.filter(version_id=version).select_related("klass")
    return list(rows.prefetch_related("source_limits"))


def _klass(row: ClassRow) -> Klass:
    return Klass(
        branch=Branch(row.branch), code=row.code, level=Level(row.level), name=row.name, parent=row.parent,
        keywords=tuple(row.keywords.split()), unit=row.unit, fallback=row.fallback,
        needs_power=row.needs_power, time_class=row.time_class, id=row.pk, version=row.version_id,
    )  # fmt: skip


def _condition(row: ConditionRow) -> Condition:
    return Condition(
        class_code=row.klass.code, code=row.code, text=row.text,
        limit=Limit(row.limit_amount, TimeUnit(row.limit_unit)),
        make_safe=Limit(row.safe_amount, TimeUnit(row.safe_unit)) if row.safe_amount else None,
        close_text=row.close_text, main_kind=row.main_kind, fallback=row.fallback,
        assist=tuple(row.assist.split()),
        needs_power=row.needs_power, legal_basis=row.legal_basis, evidence=row.evidence,
        severity=Severity(row.severity), status=Status(row.status), source_limits=_source_limits(row),
        id=row.pk, class_id=row.klass_id, version=row.version_id,
    )  # fmt: skip


def _source_limits(row: ConditionRow) -> tuple[SourceLimit, ...]:
    return tuple(
        SourceLimit(one.source, Limit(one.amount, TimeUnit(one.unit))) for one in row.source_limits.all()
    )


def _class_row(klass: Klass, version: int) -> ClassRow:
    return ClassRow(
        version_id=version, branch=klass.branch, code=klass.code, level=klass.level, parent=klass.parent,
        name=klass.name, keywords=SEPARATOR.join(klass.keywords), unit=klass.unit, fallback=klass.fallback,
        needs_power=klass.needs_power, time_class=klass.time_class,
    )  # fmt: skip


def _condition_row(one: Condition, version: int, klass: int) -> ConditionRow:
    return ConditionRow(
        version_id=version, klass_id=klass, code=one.code, text=one.text,
        limit_amount=one.limit.amount, limit_unit=one.limit.unit,
        safe_amount=one.make_safe.amount if one.make_safe else 0,
        safe_unit=one.make_safe.unit if one.make_safe else "",
        close_text=one.close_text, main_kind=one.main_kind, fallback=one.fallback,
        assist=SEPARATOR.join(one.assist), needs_power=one.needs_power, legal_basis=one.legal_basis,
        evidence=one.evidence, severity=one.severity, status=one.status,
    )  # fmt: skip

"""The catalogue in force: classes with their condition rows (立案条件)."""

from django.http import HttpRequest
from ninja import Query, Router, Schema

from townops.catalogue import api as catalogue
from townops.kernel import workdays
from townops.sharing.rest.callers import Token, caller_of
from townops.sharing.rest.problems import Problem

REPORT = "orders.report"
WRONG = {401: Problem, 403: Problem, 422: Problem}
router = Router(tags=["look-ups"])


class Amount(Schema):
    """A limit: so many units of time."""

    amount: int
    unit: workdays.TimeUnit


class SourceAmount(Amount):
    """The limit for orders of one source."""

    source: str


class Condition(Schema):
    """When to file, until when, when it is solved, whose it is. `code` serves as the fact `condition`."""

    code: str
    text: str
    limit: Amount
    source_limits: list[SourceAmount]
    make_safe: Amount | None
    close_text: str
    main_kind: str
    fallback: str
    assist: list[str]
    needs_power: bool
    legal_basis: str
    evidence: str
    severity: str
    status: str


class Class(Schema):
    """A class; `time_class` in working days (0: none) and `unit` serve the hotline branch."""

    code: str
    name: str
    branch: str
    level: str
    parent: str | None
    unit: str
    fallback: str
    needs_power: bool
    time_class: int
    conditions: list[Condition]


class Classes(Schema):
    """The catalogue version in force now."""

    version: int
    items: list[Class]


class Branch(Schema):
    branch: catalogue.Branch | None = None


@router.get(
    "/classes",
    auth=Token("catalogue.view", REPORT),
    response={200: Classes, **WRONG},
    operation_id="listClasses",
)
def list_classes(request: HttpRequest, asked: Query[Branch]) -> Classes:
    """Classes by code with their conditions."""
    version = catalogue.version_at(caller_of(request).at)
    found = catalogue.classes(version, asked.branch)
    return Classes(
        version=catalogue.version(version).number,
        items=[_class(one, catalogue.conditions(one.code, version)) for one in found],
    )


def _class(one: catalogue.Klass, conditions: tuple[catalogue.Condition, ...]) -> Class:
    return Class(
        code=one.code,
        name=one.name,
        branch=one.branch,
        level=one.level,
        parent=one.parent or None,
        unit=one.unit,
        fallback=one.fallback,
        needs_power=one.needs_power,
        time_class=one.time_class,
        conditions=[_condition(row) for row in conditions],
    )


def _condition(row: catalogue.Condition) -> Condition:
    return Condition(
        code=row.code,
        text=row.text,
        limit=_amount(row.limit),
        source_limits=[
            SourceAmount(source=one.source, amount=one.limit.amount, unit=one.limit.unit)
            for one in row.source_limits
        ],
        make_safe=_amount(row.make_safe) if row.make_safe else None,
        close_text=row.close_text,
        main_kind=row.main_kind,
        fallback=row.fallback,
        assist=list(row.assist),
        needs_power=row.needs_power,
        legal_basis=row.legal_basis,
        evidence=row.evidence,
        severity=row.severity,
        status=row.status,
    )


def _amount(limit: workdays.Limit) -> Amount:
    return Amount(amount=limit.amount, unit=limit.unit)

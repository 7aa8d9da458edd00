"""Registers for machines: which there are, their rows, adding and changing one. Values are words, as in forms and sheets."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from townops.base.ledger import narrowing, seeing, writing
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.saying import Sayer
from townops.base.ledger.writing import Seen
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people
from townops.sharing.rest import once
from townops.sharing.rest.callers import Caller, Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reports import Strict
from townops.sharing.rest.steps import REQUIRED_KEY

LONGEST = 4000
READING = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
WRITING = dict.fromkeys((400, 401, 403, 404, 409, 413, 422), Problem)
Words = Annotated[str, Field(max_length=LONGEST)]
router = Router(tags=["registers"])


class ColumnSeen(Schema):
    """A column: what it is called, what words it takes."""

    name: str
    label: str
    kind: str
    required: bool
    options: list[str]


class RegisterSeen(Schema):
    """A register the caller sees, and what he may do in it."""

    code: str
    title: str
    group: str
    clauses: list[str]
    key: list[str]
    columns: list[ColumnSeen]
    may: list[str]


class RowSeen(Schema):
    """A row in words; sealed texts are masked. `seq` is its version."""

    id: int
    seq: int
    archived: bool
    reviewed_on: str | None
    values: dict[str, str]


class RowPage(Schema):
    """Rows of one page; `next` is its number, none behind the last."""

    items: list[RowSeen]
    next: int | None
    total: int
    total_is_exact: bool


class RowsAsked(Schema):
    """A list as the page asks for it. Every column narrows by its name too: text, choice, link, name_min, name_after …"""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Literal["", "due", "expired", "archived", "all"] = ""
    sort: Annotated[str, Field(max_length=60)] = ""
    page: Annotated[int, Field(ge=1, le=200)] = 1
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class RowTyped(Strict):
    """A new row: words by column."""

    values: dict[str, Words] = Field(max_length=100)


class RowChanged(Strict):
    """`seq`: the version the sender saw; columns that are absent keep what they hold."""

    seq: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    values: dict[str, Words] = Field(max_length=100)


def viewer_of(caller: Caller) -> seeing.Viewer:
    hat = next(iter(caller.actor.hats), None)
    return seeing.Viewer(caller.actor, people.unit_by_id(hat.unit).town if hat else people.first_town())


def _known(request: HttpRequest, caller: Caller) -> None:
    """404 before everything else: register_unknown."""
    named: dict[str, Any] = dict(request.resolver_match.kwargs) if request.resolver_match else {}
    seeing.ledger_for(viewer_of(caller), str(named["code"]))


@router.get(
    "/registers", auth=Token(), response={200: list[RegisterSeen], 401: Problem}, operation_id="listRegisters"
)
def list_registers(request: HttpRequest) -> list[RegisterSeen]:
    """Those the caller sees, with their columns."""
    viewer = viewer_of(caller_of(request))
    return [_register(one, viewer) for one in seeing.ledgers_for(viewer)]


def _register(ledger: Ledger, viewer: seeing.Viewer) -> RegisterSeen:
    columns = [
        ColumnSeen(name=one.name, label=one.label, kind=one.kind, required=one.required, options=[str(word) for _, word in one.options])
        for one in ledger.every
    ]  # fmt: skip
    may = [action for action in ("view", "edit", "archive", "import", "export") if viewer.may(ledger, action)]
    return RegisterSeen(
        code=ledger.code, title=ledger.title, group=ledger.group, clauses=list(ledger.serves),
        key=[one.name for one in ledger.keyed], columns=columns, may=may,
    )  # fmt: skip


@router.get(
    "/registers/{code}", auth=Token(check=_known), response={200: RowPage, **READING}, operation_id="listRows"
)
def list_rows(request: HttpRequest, code: str, asked: Query[RowsAsked]) -> RowPage:
    """Rows of a register, narrowed and sorted."""
    caller = caller_of(request)
    viewer = viewer_of(caller)
    ledger = seeing.ledger_for(viewer, code)
    known = set(RowsAsked.model_fields) | narrowing.names(ledger)
    for name in request.GET:
        if name not in known:
            raise Refused("parameter_unknown", name=name[:40])
    wanted = narrowing.Wanted(request.GET, caller.at.astimezone(SHANGHAI).date())
    rows = narrowing.narrowed(ledger, viewer, wanted)
    count = seeing.counted(rows)
    start = asked.limit * (asked.page - 1)
    found: list[Any] = list(narrowing.ordered(ledger, rows, asked.sort)[start : start + asked.limit + 1])
    page, more = found[: asked.limit], len(found) > asked.limit
    sayer = Sayer(ledger.every, page)
    items = [_row(sayer, one) for one in page]
    return RowPage(
        items=items, next=asked.page + 1 if more else None, total=count.number, total_is_exact=count.exact
    )


def _row(sayer: Sayer, row: Any) -> RowSeen:
    reviewed = row.reviewed_on.isoformat() if row.reviewed_on else None
    values = {one.name: sayer.cell(row, one) for one in sayer.columns}
    return RowSeen(
        id=row.pk, seq=row.seq, archived=row.archived_at is not None, reviewed_on=reviewed, values=values
    )


@router.get(
    "/registers/{code}/{number}",
    auth=Token(check=_known),
    response={200: RowSeen, **READING},
    operation_id="getRow",
)
def get_row(request: HttpRequest, code: str, number: Annotated[int, Field(ge=1, lt=2**63)]) -> RowSeen:
    viewer = viewer_of(caller_of(request))
    ledger = seeing.ledger_for(viewer, code)
    row = seeing.row_for(ledger, viewer, number)
    return _row(Sayer(ledger.every, [row]), row)


@router.post(
    "/registers/{code}", auth=Token(check=_known), response={201: RowSeen, **WRITING}, operation_id="addRow",
    openapi_extra=REQUIRED_KEY,
)  # fmt: skip
def add_row(request: HttpRequest, code: str, body: RowTyped) -> HttpResponse:
    """A new row. The same key and body get the stored answer."""
    caller = caller_of(request)
    viewer = viewer_of(caller)
    ledger = seeing.ledger_for(viewer, code)
    _columns(ledger, body.values)

    def work() -> tuple[int, str]:
        number = writing.add(ledger, body.values, viewer=viewer, at=caller.at)
        return 201, _said(ledger, viewer, number)

    return once.once(request, _key(request), work)


@router.patch(
    "/registers/{code}/{number}", auth=Token(check=_known), response={200: RowSeen, **WRITING}, operation_id="changeRow",
    openapi_extra=REQUIRED_KEY,
)  # fmt: skip
def change_row(
    request: HttpRequest, code: str, number: Annotated[int, Field(ge=1, lt=2**63)], body: RowChanged
) -> HttpResponse:
    """Other words in some columns of a row. Of two at once the second is stale (row_stale)."""
    caller = caller_of(request)
    viewer = viewer_of(caller)
    ledger = seeing.ledger_for(viewer, code)
    _columns(ledger, body.values)

    def work() -> tuple[int, str]:
        writing.change(ledger, Seen(number, body.seq), body.values, viewer=viewer, at=caller.at)
        return 200, _said(ledger, viewer, number)

    return once.once(request, _key(request), work)


def _said(ledger: Ledger, viewer: seeing.Viewer, number: int) -> str:
    row = seeing.row_for(ledger, viewer, number)
    return once.encoded(_row(Sayer(ledger.every, [row]), row).model_dump(mode="json"))


def _key(request: HttpRequest) -> str:
    key = once.key_of(request)
    if key is None:
        raise Refused("key_missing")
    return key


def _columns(ledger: Ledger, values: dict[str, str]) -> None:
    """Refused("column_unknown"): a name that is no column of the form; nothing sent is dropped in silence."""
    known = {one.name for one in ledger.typed}
    for name in values:
        if name not in known:
            raise Refused("column_unknown", name=name[:40], title=ledger.title)

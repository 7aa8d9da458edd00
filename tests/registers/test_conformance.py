"""What holds for every register there is, shipped or declared on the fly: its example goes in, comes out, and is guarded."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.registers.conftest import AT
from tests.registers.hydrants import HYDRANTS
from townops.areas import api as areas
from townops.base import journal, permissions
from townops.base.ledger import bringing, narrowing, taking
from townops.base.ledger.declaring import ACTIONS, ledgers
from townops.base.ledger.linking import BETWEEN
from townops.base.ledger.saying import Sayer
from townops.base.ledger.seeing import Viewer, row_for, visible
from townops.base.ledger.writing import Seen, add, archive, change, restore, undo
from townops.base.models import Account
from townops.console.tests.browser import Browser
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.people import api as people

pytestmark = pytest.mark.django_db
CODES = sorted({*ledgers(), HYDRANTS.code})
FIRST_OF = {
    "people.Unit": lambda town: people.units(town=town)[0].name,
    "areas.Area": lambda town: areas.area(town).name,
}


@pytest.fixture(params=CODES)
def ledger(request, town):
    return ledgers()[request.param]


@pytest.fixture
def viewer(ledger):
    town = areas.towns()[0].code
    held = frozenset(ledger.permission(one) for one in ACTIONS)
    every = held | {one.permission(action) for one in ledgers().values() for action in ACTIONS}
    return Viewer(Actor(1, "试验员", (Hat(0, people.center().id, every),)), town)


@pytest.fixture
def example(viewer):
    """The example row of a register, its links pointing to what there is; what it links to is added first."""

    def of(ledger) -> dict[str, str]:
        row = {name: str(words) for name, words in ledger.example.items()}
        for one in ledger.typed:
            if one.kind == "link" and one.name in row:
                label = one.field.related_model._meta.label
                row[one.name] = FIRST_OF[label](viewer.town) if label in FIRST_OF else linked(label)
        return row

    def linked(label: str) -> str:
        other = next(one for one in ledgers().values() if one.model._meta.label == label)
        number = add(other, of(other), viewer=viewer, at=AT)
        return BETWEEN.join(Sayer(other.keyed, [made := row_for(other, viewer, number)]).cells(made))

    return of


@pytest.fixture
def made(ledger, viewer, example):
    return add(ledger, example(ledger), viewer=viewer, at=AT)


def test_the_example_goes_in_and_is_said_again(ledger, viewer, example):
    typed = example(ledger)
    row = row_for(ledger, viewer, add(ledger, typed, viewer=viewer, at=AT))
    sayer = Sayer(ledger.typed, [row])
    for one in ledger.typed:
        if one.name in typed and one.kind != "sealed":
            assert one.read(sayer.cell(row, one), viewer.town) == one.read(typed[one.name], viewer.town), (
                one.name
            )


def test_a_change_is_journalled_and_taken_back(ledger, viewer, made):
    column = next(
        one
        for one in ledger.typed
        if one not in ledger.keyed and one.kind in {"text", "long", "whole", "number", "yes", "day"}
    )
    before = Sayer([column], []).cell(row_for(ledger, viewer, made), column)
    other = {"whole": "1", "number": "1", "yes": "否" if before == "是" else "是", "day": "2026-10-01"}.get(
        column.kind, "另一个说法"
    )
    if column.kind == "whole" and before == "1":
        other = "2"
    try:
        assert change(ledger, Seen(made, 1), {column.name: other}, viewer=viewer, at=AT)
    except Refused as refused:
        assert refused.code in {"entry_order", "entry_malformed", "entry_missing"}  # the register's own rule
        return
    assert list(journal.history(ledger.kind, made)[-1].body["changed"]) == [column.name]
    undo(ledger, Seen(made, 2), viewer=viewer, at=AT)
    assert Sayer([column], []).cell(row_for(ledger, viewer, made), column) == before


def test_a_row_is_archived_and_restored(ledger, viewer, made):
    archive(ledger, Seen(made, 1), reason="试验", viewer=viewer, at=AT)
    restore(ledger, Seen(made, 2), viewer=viewer, at=AT)
    assert row_for(ledger, viewer, made).archived_at is None


def test_the_same_row_twice_is_refused(ledger, viewer, example):
    typed = example(ledger)
    add(ledger, typed, viewer=viewer, at=AT)
    with pytest.raises(Refused) as refused:
        add(ledger, typed, viewer=viewer, at=AT)
    assert refused.value.code == "row_exists"


def test_what_is_exported_is_imported_without_a_change(ledger, viewer, made):
    content = taking.book(ledger, visible(ledger, viewer), viewer=viewer, at=AT, asked="")
    account = Account.objects.get(username="grid")
    row = bringing.upload_for(
        ledger, account, bringing.bring(ledger, content, "a.xlsx", viewer=viewer, account=account, at=AT)
    )
    counts = bringing.attempt(ledger, row, viewer=viewer)
    assert (counts["same"], counts["wrong"], counts["new"], counts["change"]) == (1, 0, 0, 0), (
        bringing.wrong_lines(row, 0, 1)
    )


def test_the_blank_sheet_names_every_column(ledger, town):
    book = openpyxl.load_workbook(BytesIO(taking.blank(ledger)))
    heads = [str(cell.value).rstrip("*") for cell in book.worksheets[0][1]]
    assert heads == [one.label for one in ledger.typed]
    assert len(set(heads)) == len(heads)


def test_every_filter_can_be_asked(ledger, viewer, made):
    for name in narrowing.names(ledger):
        column = next(one for one in ledger.filtered if name.startswith(one.name))
        value = {
            "day": "2026-01-01",
            "moment": "2026-01-01",
            "whole": "1",
            "number": "1",
            "yes": "1",
            "link": "none",
        }.get(column.kind)
        value = value or (str(column.options[0][0]) if column.kind == "choice" else "一")
        list(narrowing.narrowed(ledger, viewer, narrowing.Wanted(QueryDict(f"{name}={value}"), AT.date())))


def test_nobody_without_its_actions_sees_or_writes_it(ledger, viewer, made, example):
    nobody = Viewer(Actor(2, "旁人", (Hat(0, viewer.actor.hats[0].unit, frozenset()),)), viewer.town)
    assert not visible(ledger, nobody).exists()
    for call in (
        lambda: add(ledger, {}, viewer=nobody, at=AT),
        lambda: change(ledger, Seen(made, 1), {}, viewer=nobody, at=AT),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code in {"not_permitted", "row_unknown"}


def test_its_list_asks_the_same_number_of_questions_however_many_rows(ledger, viewer, made, client):
    system = Viewer(Actor(SYSTEM_PERSON, "系统", ()), viewer.town)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as questions:
            rows = list(
                narrowing.ordered(
                    ledger, narrowing.narrowed(ledger, system, narrowing.Wanted(QueryDict(""), AT.date())), ""
                )[:50]
            )
            sayer = Sayer(ledger.shown, rows)
            [sayer.cells(row) for row in rows]
        return len(questions)

    asked()  # names of areas and units are read once
    first = asked()
    row = row_for(ledger, viewer, made)
    for number in range(5):
        row.pk = None
        for one in ledger.typed:
            if one in ledger.keyed or one.kind in {"day", "moment"}:
                setattr(row, one.name, _other(one, getattr(row, one.name), number + 1))
        row.save(force_insert=True)
    assert asked() == first <= 1 + len(ledger.links)


def _other(column, value, number):
    """Another value of a column, the days of a row moved together."""
    if isinstance(value, str) and column.kind == "text":
        longest = column.field.max_length
        return f"{value[: longest - 2]}{number:02d}"
    if column.kind == "whole":
        return value + number
    return value + timedelta(days=number) if column.kind in {"day", "moment"} and value else value


def test_its_actions_are_declared_and_its_clauses_are_ids(ledger):
    known = permissions.declared()
    assert {ledger.permission(action) for action in ACTIONS} <= set(known)
    assert all(one[0] in "LCSUEVX" and one[1:].isdigit() for one in ledger.serves)


def test_a_guest_is_sent_to_the_door_and_a_stranger_finds_nothing(ledger, client):
    for end in ("", "/new", "/blank", "/import", "/1", "/1/edit", "/1/label"):
        assert client.get(f"/registers/{ledger.code}{end}").status_code == 302
    assert Browser("resident").open(f"/registers/{ledger.code}").status == 404

"""Whatever leads a list, it finds the same; and on SQLite each way goes through the index it is meant for."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.orders import api, leading, paging, queries

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db
BOUNDS = ("FEW", "FEW_OF_OPEN", "MANY", "LISTED")
ALL = 1_000_000
LEADS = (
    (ALL, ALL, ALL, ALL),  # the fewest rows lead
    (0, 0, ALL, ALL),  # words lead what only some see
    (0, 0, 0, ALL),  # a walk past listed keys of the words
    (0, 0, 0, 0),  # a walk that asks each text
)
FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one source": {"sources": ("grid",)},
    "two sources": {"sources": ("grid", "video")},
    "class": {"class_prefix": "C-01"},
    "unit": {"units": ("chengjian",)},
    "word": {"q": "路灯"},
    "long word": {"q": "路灯不亮"},
    "word and source": {"q": "路灯", "sources": ("grid", "hotline")},
    "open": {"open": True},
    "open, word, class": {"open": True, "q": "路灯", "class_prefix": "C-01"},
    "states": {"states": ("handling", "reported", "archived")},
    "four": {"sources": ("grid", "video"), "class_prefix": "C", "q": "路灯", "overdue": False},
}


@pytest.fixture
def lived(town):
    """Orders of several sources and units, some with the word."""
    town.handling()
    town.dispatched(text="井盖缺失")
    town.filed("hotline", user="hotline", external_number="H1")
    town.report("video", user="video", text="路灯歪了")
    town.later(days=1)
    town.report(text="路边的灯不亮")
    town.report()
    api.index_everything()
    return town


def asked(town, user, wanted, sort="-received"):
    return api.find_orders(town.who(user), api.Filter(**wanted), at=town.at, sort=sort)


@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
def test_every_lead_finds_the_same_in_the_same_order(lived, monkeypatch, wanted):
    for user, sort in itertools.product(("shift", "unit", "u_chengjian"), ("-received", "due")):
        seen = set()
        for bounds in LEADS:
            for name, bound in zip(BOUNDS, bounds, strict=True):
                monkeypatch.setattr(leading, name, bound)
            page = asked(lived, user, wanted, sort)
            seen.add((*(row.number for row in page.rows), page.total))
        assert len(seen) == 1


def plan(town, monkeypatch, wanted, *, user="shift", sort="-received", few=0):
    """How SQLite walks the keys of a page; without statistics, as a town that nobody analysed."""
    for name in BOUNDS:
        monkeypatch.setattr(leading, name, few)
    with CaptureQueriesContext(connection) as seen:
        asked(town, user, wanted, sort)
    keys = next(
        query["sql"]
        for query in seen.captured_queries
        if query["sql"].endswith((" LIMIT 10001", " LIMIT 501"))
    )
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + keys.replace("%", "%%"), ())
        return [row[3] for row in cursor.fetchall()]


MANY: dict[str, tuple[dict[str, Any], str, str]] = {
    "everything": ({}, "-received", "order_walk (town_id=?)"),
    "oldest first": ({}, "received", "order_walk (town_id=?)"),
    "three common filters": (
        {"sources": ("grid",), "class_prefix": "C-01", "overdue": False, "open": False},
        "-received",
        "order_walk (town_id=?)",
    ),
    "one filter alone": ({"sources": ("grid",)}, "-received", "order_by_source (town_id=? AND source=?)"),
    "open": ({"open": True, "class_prefix": "C"}, "-received", "order_open (town_id=?)"),
    "one filter alone within days": (
        {"sources": ("grid",), "received_from": MONDAY},
        "-received",
        "order_by_source (town_id=? AND source=? AND received_at>?)",
    ),
    "first due": ({"units": ("chengjian",)}, "due", "order_open_due (town_id=? AND due_at>?)"),
}


@pytest.mark.parametrize(("wanted", "sort", "index"), MANY.values(), ids=MANY)
def test_what_is_common_is_walked_in_the_order_of_the_page_without_reading_rows(
    lived, monkeypatch, wanted, sort, index
):
    if connection.vendor == "sqlite":
        expected = [f"SEARCH orders_order USING COVERING INDEX {index}"]
        assert plan(lived, monkeypatch, wanted, sort=sort) == expected


FEW: dict[str, tuple[dict[str, Any], str, str]] = {
    "class": (
        {"class_prefix": "C-01-37"},
        "shift",
        "SEARCH U0 USING COVERING INDEX order_by_class (town_id=? AND class_code>? AND class_code<?)",
    ),
    "class within days": (
        {"class_prefix": "C-01-37", "received_from": MONDAY, "received_to": MONDAY + timedelta(2)},
        "shift",
        "SEARCH U0 USING COVERING INDEX order_by_class (town_id=? AND class_code>? AND class_code<?)",
    ),
    "unit within days": (
        {"units": ("chengjian",), "open": False, "sources": ("grid",), "received_from": MONDAY},
        "shift",
        "SEARCH U0 USING COVERING INDEX order_by_main (town_id=? AND main_unit_id=? AND received_at>?)",
    ),
    "two units": (
        {"units": ("chengjian", "pingan")},
        "shift",
        "SEARCH U0 USING COVERING INDEX order_by_main (town_id=? AND main_unit_id=?)",
    ),
    "scopes": (
        {"class_prefix": "C"},
        "unit",
        "SEARCH U0 USING COVERING INDEX sqlite_autoindex_orders_orderscope_1 (scope=?)",
    ),
    "words": (
        {"q": "路灯", "sources": ("grid", "hotline")},
        "shift",
        "SEARCH t USING COVERING INDEX base_search_keys (id=? AND kind=?)",
    ),
}


@pytest.mark.parametrize(("wanted", "user", "way"), FEW.values(), ids=FEW)
def test_what_is_rare_is_gathered_by_its_own_index_and_read_by_key(lived, monkeypatch, wanted, user, way):
    if connection.vendor == "sqlite":
        found = plan(lived, monkeypatch, wanted, user=user, few=1_000_000)
        assert found[0] == "SEARCH orders_order USING INTEGER PRIMARY KEY (rowid=?)"
        assert way in found


def test_among_several_filters_the_one_with_the_fewest_rows_leads(town):
    for _ in range(3):
        town.report()
    rare = town.report(source="video", user="video")
    terms = tuple(queries._terms(api.Filter(states=("reported", "closed"), sources=("video",))))
    wanted = leading.Asked(terms, queries.towns_of(town.who("shift")), {}, open=False)
    lead = leading.choose(wanted, ())
    if connection.vendor == "sqlite":
        assert lead.keys is not None
        assert [row["id"] for row in lead.keys] == [town.row(rare).id]


def test_a_phone_number_leads_whatever_else_is_asked(town):
    number = town.report(contact_phone="13800001234")
    town.report()
    api.index_everything()
    wanted = {
        "phone": "138 0000 1234",
        "sources": ("grid",),
        "q": "路灯",
        "received_from": town.at - timedelta(1),
    }
    assert [row.number for row in asked(town, "shift", wanted).rows] == [number]


def test_with_words_a_total_is_exact_for_some_hundreds_only_and_paging_goes_on_beyond(lived, monkeypatch):
    numbers = {row.number for row in asked(lived, "shift", {"q": "路灯"}).rows}
    monkeypatch.setattr(paging, "EXACT_OF_WORDS", 2)
    first = find(lived, limit=2)
    rest = find(lived, limit=2, cursor=first.next)
    assert (first.total, first.exact, rest.total, rest.exact) == (2, False, 2, False)
    assert len(numbers) > 2 and {row.number for row in (*first.rows, *rest.rows)} <= numbers
    assert not {row.number for row in first.rows} & {row.number for row in rest.rows}
    assert asked(lived, "shift", {}).exact


def find(town, **how):
    return api.find_orders(town.who("shift"), api.Filter(q="路灯"), at=town.at, **how)

"""The search index holds no number of a person; a number typed is looked up by its keyed hash."""

import re

import pytest
from django.db import connection

from tests.privacy.desk import reported
from townops.base import db
from townops.base.models import SearchText
from townops.orders import api as orders

PHONE = "13812345678"
IDENTITY = "310115199001011237"
WORDS = f"路灯不亮，请回电１３８ 1234-5678，证件{IDENTITY}，或021-58670123"


@pytest.fixture
def indexed(call):
    number = reported("hotline", "hotline", text=WORDS, place_text=f"北街{PHONE}", external_number="XY-17")
    orders.index_everything()
    return number


def stored():
    """Everything the index keeps, as the tables hold it."""
    kept = "\n".join(SearchText.objects.values_list("text", flat=True))
    if db.is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE VIRTUAL TABLE temp.held USING fts5vocab('main', 'base_search_grams', 'row')"
            )
            cursor.execute("SELECT term FROM temp.held")
            kept += "\n" + "\n".join(row[0] for row in cursor.fetchall())
            cursor.execute("DROP TABLE temp.held")
        return kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unnest(grams) FROM base_searchtext")
        return kept + "\n" + "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("again", [False, True])
def test_the_tables_of_the_index_hold_no_digits_of_a_person(indexed, again):
    if again:
        orders.index_everything()
    kept = stored()
    assert "路灯" in kept
    for number in (PHONE, IDENTITY, "58670123"):
        pieces = {number[i : i + 4] for i in range(len(number) - 3)} - {"1990", "2026", "2611"}
        assert not [one for one in pieces if re.search(rf"(?<!\d){one}|{one}(?!\d)", kept)], number


@pytest.mark.parametrize(
    "typed", [PHONE, "138-1234-5678", "+86 13812345678", IDENTITY, f"路灯 {PHONE}", "021-58670123"]
)
def test_who_may_reveal_finds_an_order_by_a_number_in_its_words(call, indexed, typed):
    for user in ("hotline", "shift", "deputy"):
        found = call(user).get("/orders", q=typed).json()
        assert [one["number"] for one in found["items"]] == [indexed], user
    page = call("hotline").page.get("/orders", {"q": typed}).content.decode()
    assert indexed in page


@pytest.mark.parametrize("user", ["auditor", "grid", "dispatch", "rota_leader"])
def test_nobody_else_can_ask_whether_a_number_is_known(call, indexed, user):
    for typed in (PHONE, "1381", "5678", IDENTITY, "19900101"):
        assert call(user).get("/orders", q=typed).json()["total"] == 0, typed
    assert call(user).get("/orders", q="路灯").json()["total"] == 1


def test_other_words_beside_a_number_must_be_there_too(call, indexed):
    assert call("hotline").get("/orders", q=f"噪声 {PHONE}").json()["total"] == 0
    assert call("hotline").get("/orders", q="13899999999").json()["total"] == 0


def test_numbers_of_orders_are_still_found(call, indexed):
    assert call("auditor").get("/orders", q=indexed).json()["total"] == 1
    assert call("auditor").get("/orders", q="XY-17").json()["total"] == 1

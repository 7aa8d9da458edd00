"""Raw SQL behind the engine's back, for every table under proof, at head, middle and tail. Each must be found."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.races.town import MONDAY, checked, handling, hours, take
from townops.base.models import Seal
from townops.orders import api, proof
from townops.orders.models import (
    Order,
    OrderClock,
    OrderContact,
    OrderEvent,
    OrderLeaf,
    OrderReference,
    OrderScope,
    OrderTask,
    OrderText,
)

pytestmark = pytest.mark.usefixtures("town")

PLACES = ("head", "middle", "tail")
Sealed = tuple[Order, Order]


@pytest.fixture
def sealed(town: None) -> Sealed:
    """An open order with everything on it, and a closed one; three seals."""
    row = handling(contact_phone="10000000009", contact_name="演示某", external_number="T1")
    proof.seal(MONDAY)
    other = take(checked(), "grid", "close", MONDAY, condition="C-01-37.2", outcome="solved")
    proof.seal(MONDAY + hours(1))
    row = take(row, "shift", "remind", MONDAY, message="请尽快")
    proof.seal(MONDAY + hours(2))
    assert api.verify_journal() == []
    return row, other


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "nothing was tampered with"


def found() -> set[str]:
    return {one.reason for one in api.verify_journal()}


def seq_at(place: str, row: Order) -> int:
    return {"head": 1, "middle": row.seq // 2, "tail": row.seq}[place]


COLUMNS = {
    "step": "'accept2'", "person": "999", "unit": "999", "post": "999", "rank": "rank + 1", "from_unit": "999",
    "to_unit": "999", "state": "'edited'", "at": "recorded_at_", "recorded_at": "recorded_at_", "body": "body || ' '",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_an_edited_column_of_an_event(sealed, column, place):
    value = COLUMNS[column].replace("recorded_at_", "'2026-01-01 00:00:00+00:00'")
    change = f"UPDATE orders_orderevent SET {column} = {value} WHERE order_id = %s AND seq = %s"  # noqa: S608
    sql(change, sealed[1].id, seq_at(place, sealed[1]))
    assert "event_edited" in found()


GARBAGE = ("", "x", "{}", '{"calendar": "?"}', '{"area": {"a": 1}}', '{"calendar": 99}')


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("body", [*GARBAGE, "[]", "null"])
def test_a_body_that_makes_no_facts_is_found_and_does_not_stop_the_checker(sealed, body, place):
    OrderEvent.objects.filter(order_id=sealed[1].id, seq=seq_at(place, sealed[1])).update(body=body)
    assert "event_edited" in found()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("column", ["prev", "hash"])
def test_an_edited_link_of_the_chain(sealed, column, place):
    OrderEvent.objects.filter(order_id=sealed[1].id, seq=seq_at(place, sealed[1])).update(
        **{column: b"x" * 32}
    )
    assert found() & {"chain_broken", "event_edited"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", [{"hash": b"x" * 32}, {"seal": None}, {"seal": 2}, None])
def test_an_edited_or_deleted_leaf(sealed, change, place):
    leaf = OrderLeaf.objects.filter(order_id=sealed[0].id, seq=seq_at(place, sealed[0]))
    if change and leaf.filter(**change).exists():
        change = {"seal": 3}
    assert leaf.update(**change) if change else leaf.delete()[0]
    assert any(reason.startswith("seal:") for reason in found())


def test_a_leaf_put_in_by_hand(sealed):
    OrderLeaf.objects.bulk_create([OrderLeaf(order_id=sealed[0].id, seq=sealed[0].seq + 1, hash=b"x" * 32)])
    assert "event_removed" in found()


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "change",
    [
        {"at": MONDAY + timedelta(days=1)},
        {"count": 99},
        {"root": "0" * 64},
        {"mac": "0" * 64},
        {"prev_mac": "0" * 64},
        None,
    ],
)
def test_an_edited_or_deleted_seal(sealed, change, number):
    seal = Seal.objects.filter(chain="orders", number=number)
    assert seal.update(**change) if change else seal.delete()[0]
    assert any(reason.startswith("seal:") for reason in found())


def test_a_seal_put_in_by_hand(sealed):
    last = Seal.objects.get(number=3)
    Seal.objects.create(
        chain="orders", number=4, at=MONDAY, count=0, root="0" * 64, mac="0" * 64, prev_mac=last.mac
    )
    assert any(reason.startswith("seal:") for reason in found())


def projected() -> list[str]:
    """Every column of the order's row but its key."""
    return [field.attname for field in Order._meta.concrete_fields if field.attname != "id"]


BESIDE_THE_FOLD = {
    "number",
    "external_number",
    "title",
    "place_text",
    "lng",
    "lat",
    "shown_salt",
    "point_salt",
}


def changed(name: str, value: object) -> object:
    if name.endswith("_at"):
        return (value or MONDAY) + timedelta(days=3)  # type: ignore[operator]
    if isinstance(value, bool):
        return not value
    if name in {"unit_id", "main_unit_id"}:
        return next(one for one in (3, 4) if one != value)
    if name in {"town_id", "village_id", "block_id"}:
        return Order._meta.get_field("village").related_model.objects.exclude(id=value or 0).last().pk
    if name == "post_id":
        return Order._meta.get_field("post").related_model.objects.exclude(id=value or 0).first().pk
    return f"{value}x"[-8:] if isinstance(value, str) else (value or 0) + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    "name",
    [one for one in projected() if one not in BESIDE_THE_FOLD],
)
def test_an_edited_column_of_the_row(sealed, name):
    row = Order.objects.get(id=sealed[0].id)
    Order.objects.filter(id=row.id).update(**{name: changed(name, getattr(row, name))})
    assert found()


@pytest.mark.parametrize("name", sorted(BESIDE_THE_FOLD))
def test_an_edited_column_beside_the_fold(sealed, name):
    row = Order.objects.get(id=sealed[0].id)
    value = getattr(row, name)
    changed_to: object = 121.5 if name in {"lng", "lat"} else f"{value}改"[-12:]
    if name.endswith("_salt"):
        changed_to = b"x" * 16
    Order.objects.filter(id=row.id).update(**{name: changed_to})
    assert found()


def test_a_row_put_in_by_hand(sealed):
    row = Order.objects.get(id=sealed[0].id)
    row.id = row.pk = 4711
    Order.objects.bulk_create([row])
    assert found()


def test_an_edited_text(sealed):
    for name in ("text", "salt"):
        value = "改过" if name == "text" else b"x" * 16
        text = OrderText.objects.filter(order_id=sealed[0].id, seq=1)
        kept = getattr(text.get(), name)
        text.update(**{name: value})
        assert "text_edited" in found()
        text.update(**{name: kept})
    assert found() == set()


def swap_texts(row: Order) -> None:
    """Two texts of one event change names."""
    event = OrderText.objects.filter(order_id=row.id, name="reason").first()
    assert event
    OrderText.objects.filter(order_id=row.id, seq=event.seq, name="reason").update(name="x")
    OrderText.objects.filter(order_id=row.id, seq=event.seq, name="cited_rule").update(name="reason")
    OrderText.objects.filter(order_id=row.id, seq=event.seq, name="x").update(name="cited_rule")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: OrderText.objects.filter(order_id=row.id, seq=1).delete(),
        lambda row: OrderText.objects.filter(order_id=row.id).update(text="", erased_at=MONDAY),
        swap_texts,
        lambda row: OrderContact.objects.filter(order_id=row.id).delete(),
        lambda row: OrderContact.objects.filter(order_id=row.id).update(phone_hash="0" * 64),
        lambda row: OrderClock.objects.filter(order_id=row.id, is_primary=True).update(due_at=MONDAY),
        lambda row: OrderTask.objects.create(order_id=row.id, no=9, unit=3, round=1),
        lambda row: OrderScope.objects.filter(order_id=row.id).delete(),
        lambda row: OrderReference.objects.filter(order_id=row.id).update(external_number="T2"),
    ],
)
def test_tampering_with_what_stands_beside_the_chain(sealed, tamper):
    row = take(sealed[0], "u_chengjian", "return", MONDAY, reason="不属本单位", cited_rule="职责清单")
    proof.seal(MONDAY)
    assert found() == set()
    tamper(row)
    assert found() != set()

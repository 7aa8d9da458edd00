"""Tampering: whoever changes a row behind the engine's back is found, at head, middle and tail (engine.md section 5)."""

import shutil
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from townops.base import seals
from townops.base.models import Seal
from townops.orders import api, proof
from townops.orders.models import Order, OrderContact, OrderEvent, OrderLeaf, OrderText

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(town, settings):
    """A closed and an open order, sealed; the file outside is this test's alone."""
    shutil.rmtree(settings.DATA / "seals", ignore_errors=True)
    number = town.closed()
    other = town.handling()
    proof.seal(town.later(minutes=1))
    assert api.verify_journal() == []
    return town.row(number), town.row(other)


def reasons() -> set[str]:
    return {one.reason for one in api.verify_journal()}


@pytest.mark.parametrize("place", ["head", "middle", "tail"])
def test_an_edited_event_is_found(sealed, place):
    order = sealed[0]
    seq = {"head": 1, "middle": order.seq // 2, "tail": order.seq}[place]
    OrderEvent.objects.filter(order_id=order.id, seq=seq).update(person=999)
    assert any(
        (one.order, one.seq, one.reason) == (order.id, seq, "event_edited") for one in api.verify_journal()
    )


@pytest.mark.parametrize("place", ["head", "middle", "tail"])
def test_a_deleted_event_is_found(sealed, place):
    order = sealed[0]
    seq = {"head": 1, "middle": order.seq // 2, "tail": order.seq}[place]
    OrderEvent.objects.filter(order_id=order.id, seq=seq).delete()
    assert any(
        (one.order, one.seq, one.reason) == (order.id, seq, "event_removed") for one in api.verify_journal()
    )


def test_an_event_put_in_by_hand_is_found(sealed):
    order = sealed[0]
    last = OrderEvent.objects.get(order_id=order.id, seq=order.seq)
    forged = copy_of(last, seq=order.seq + 1, prev=bytes(last.hash))
    OrderEvent.objects.bulk_create([forged])
    Order.objects.filter(id=order.id).update(seq=order.seq + 1)
    assert "event_inserted" in reasons()
    OrderLeaf.objects.bulk_create([OrderLeaf(order_id=order.id, seq=order.seq + 1, hash=bytes(forged.hash))])
    assert "chain_recomputed" in reasons()


def copy_of(event: OrderEvent, **changes: object) -> OrderEvent:
    names = [field.name for field in OrderEvent._meta.concrete_fields]
    made = OrderEvent(**{name: getattr(event, name) for name in names} | changes)
    made.hash = proof.digest(made)
    return made


def test_a_recomputed_chain_is_found(sealed):
    order = sealed[0]
    events = list(OrderEvent.objects.filter(order_id=order.id).order_by("seq"))
    OrderEvent.objects.filter(order_id=order.id).delete()
    prev = proof.FIRST
    for event in events:
        changed = copy_of(event, prev=prev, person=event.person + (event.seq == 3))
        prev = changed.hash
        OrderEvent.objects.bulk_create([changed])
    assert "chain_recomputed" in reasons()


def test_swapped_chains_are_found(sealed):
    one, other = sealed
    table = OrderEvent._meta.db_table
    with connection.cursor() as cursor:
        for new, old in ((1, one.id), (one.id, other.id), (other.id, 1)):
            cursor.execute(f"UPDATE {table} SET order_id = %s WHERE order_id = %s", [new, old])  # noqa: S608
    assert {"event_edited"} <= reasons()


def test_a_removed_order_is_found_even_with_its_leaves(sealed):
    order = sealed[0]
    for model in (OrderEvent, OrderText):
        model.objects.filter(order_id=order.id).delete()
    Order.objects.filter(id=order.id).delete()
    assert {"event_removed", "order_removed"} <= reasons()
    OrderLeaf.objects.filter(order_id=order.id).delete()
    assert any(reason.startswith("seal:leaf_count_differs") for reason in reasons())


def test_a_removed_seal_is_found(sealed):
    seals.write_out(proof.CHAIN)
    Seal.objects.filter(chain=proof.CHAIN).delete()
    OrderLeaf.objects.update(seal=None)
    assert reasons(), "the file outside still holds it"


def test_an_edited_row_is_found(sealed):
    order = sealed[1]
    Order.objects.filter(id=order.id).update(due_at=order.due_at + timedelta(days=3))
    assert "row_differs:due_at" in reasons()


def test_an_edited_text_is_found_and_an_erased_one_is_not(town, sealed):
    order = sealed[1]
    OrderText.objects.filter(order_id=order.id, name="text").update(text="改过的内容")
    assert "text_edited" in reasons()


def test_erasing_personal_data_keeps_the_chain(town, sealed):
    order = sealed[1]
    api.erase_texts(order.id, actor=town.who("auditor"), at=town.at)
    assert api.verify_journal() == []
    assert not OrderText.objects.filter(order_id=order.id).exclude(text="").exists()


def test_what_was_erased_is_no_longer_found_by_its_words(town):
    number = town.report(text="井盖破损在演示某家门口")
    api.index_everything()

    def found() -> list[str]:
        page = api.find_orders(town.who("hotline"), api.Filter(q="演示某"), at=town.at)
        return [row.number for row in page.rows]

    assert found() == [number]
    api.erase_texts(town.row(number).id, actor=town.who("auditor"), at=town.at)
    assert found() == []


def test_history_does_not_show_what_only_the_proof_needs(town):
    number = town.report("hotline", user="hotline", external_number="S2", attachments=(town.photo(),))
    town.takes("hotline", number, "accept")
    town.takes("hotline", number, "file", **{"demand_type": "help", "class": "H-05-02", "time_class": "5"})
    town.takes("hotline", number, "ask_up", kind="return", reason="不属本镇")
    town.takes("hotline", number, "receipt_up", receipt="H-1")
    first, *_, last = api.events_of(town.who("hotline"), number, at=town.at)
    assert not {"shown", "point", "contact", "flow", "attachments"} & set(first.facts)
    assert (last.facts, len(first.files)) == ({"calendar": last.facts["calendar"]}, 1)


def test_contacts_are_sealed_found_by_hash_and_revealed_with_a_reason(town):
    number = town.report(contact_name="演示某", contact_phone="100 0000 0007")
    stored = OrderContact.objects.get(order_id=town.row(number).id)
    assert b"10000000007" not in bytes(stored.phone)
    found = api.find_orders(town.who("hotline"), api.Filter(phone="10000000007"), at=town.at)
    assert [row.number for row in found.rows] == [number]
    with pytest.raises(Exception, match="reason_missing"):
        api.reveal(town.who("hotline"), number, reason="", at=town.at)
    seen = api.reveal(town.who("hotline"), number, reason="回电核实", at=town.at)
    assert (seen.name, seen.phone) == ("演示某", "10000000007")


def test_an_informant_stays_hidden_from_the_unit_that_handles(town):
    number = town.report("hotline", user="hotline", external_number="S1", contact_phone="10000000008")
    town.takes("hotline", number, "accept")
    town.takes(
        "hotline", number, "file", **{"demand_type": "whistleblow", "class": "H-05-02", "time_class": "5"}
    )
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    with pytest.raises(Exception, match="reporter_hidden"):
        api.reveal(town.who("u_chengjian"), number, reason="联系", at=town.at)


def test_who_was_never_involved_does_not_see_the_order(town):
    number = town.handling()

    def see(user: str) -> object:
        return api.order_for(town.who(user), number, at=town.at)

    assert see("u_chengjian")
    with pytest.raises(Exception, match="order_unknown"):
        see("u_shefa")
    with pytest.raises(Exception, match="order_unknown"):
        see("resident")


def test_the_migration_closes_no_order_before_it_was_received(town):
    row = town.row(town.closed())
    Order.objects.filter(id=row.id).update(closed_at=row.received_at - timedelta(hours=1))
    assert reasons() == {"row_differs:closed_at"}
    step = import_module("townops.orders.migrations.0002_what_is_under_proof")
    step.close_after_receipt(apps, None)
    assert town.row(row.number).closed_at == row.received_at

"""(source, external number) is one order, however the number is spelt (engine.md section 1)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from townops.kernel.refusal import Refused
from townops.orders import registers
from townops.orders.models import Order, OrderReference
from townops.orders.tests.upward_story import asked, brings, compares, outcomes

pytestmark = pytest.mark.django_db
SPELLINGS = ("pd2026-031a", "ＰＤ２０２６－０３１Ａ", "PD2026 -031A", " PD2026-031A　")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_spelt_otherwise_is_the_same_order(town, spelling):
    number = town.report("hotline", external_number="PD2026-031A")
    assert (
        town.report("hotline", external_number=spelling, received_at=town.row(number).received_at) == number
    )
    later = town.later(days=1)
    assert town.report("hotline", external_number=spelling, received_at=later) == number
    assert (Order.objects.count(), town.row(number).round) == (1, 2)


def test_the_order_shows_the_number_as_it_came(town):
    number = town.report("hotline", external_number=" ＰＤ２０２６－031a ")
    assert town.row(number).external_number == "ＰＤ２０２６－031a"
    reference = OrderReference.objects.get()
    assert (reference.external_number, reference.stated) == ("PD2026-031A", "ＰＤ２０２６－031a")
    assert list(registers.breaks()) == []


@pytest.mark.parametrize(
    "edited", [{"external_number": "PD2026-031B"}, {"stated": "pd2026-031b"}, {"stated": ""}]
)
def test_an_edited_reference_is_found_in_either_spelling(town, edited):
    town.report("hotline", external_number="pd2026-031a")
    OrderReference.objects.update(**edited)
    assert {one.reason for one in registers.breaks()} & {"reference_inserted", "reference_removed"}


def test_one_file_with_two_spellings_makes_one_order(town):
    town.report("hotline", external_number="H１", received_at=town.at - timedelta(hours=2))
    assert Order.objects.count() == 1
    assert town.report("hotline", external_number="h1", received_at=town.at - timedelta(hours=1))
    assert (Order.objects.count(), Order.objects.get().round) == (1, 2)


def test_blanks_are_no_number(town):
    first, second = (town.report("hotline", external_number=" 　\u200b") for _ in range(2))
    assert first != second
    assert OrderReference.objects.count() == 0


def test_a_number_that_grows_too_long_is_refused(town):
    with pytest.raises(Refused, match="report_malformed"):
        town.report("hotline", external_number="ﷺ" * 10)


def test_the_districts_lists_may_spell_it_otherwise(town):
    number = asked(town, "Z2026a1")
    assert [one.kind for one in compares(town, [["ｚ2026A1", "办理中", None, 1]]).found] == []
    rows = [["z2026a1", "延期", "不同意", "", "", ""]]
    assert outcomes(brings(town, rows)) == ["done"]
    assert town.row(number).external_number == "Z2026a1"


def test_an_upgrade_puts_what_is_there_into_one_spelling_and_leaves_what_stands_twice(town):
    small, other = (town.report("hotline", external_number=name) for name in ("up-1", "up-2"))
    third = town.report("hotline", external_number="UP-3")
    keys = {number: town.row(number).id for number in (small, other, third)}
    spelt = {small: "up-1", other: "up-3"}  # as an earlier version kept them: up-3 and UP-3 were two orders
    Order.objects.filter(id=keys[other]).update(external_number="up-3")
    for number, stated in spelt.items():
        OrderReference.objects.filter(order_id=keys[number]).update(external_number=stated, stated="")
    import_module("townops.orders.migrations.0013_spellings").in_one_spelling(apps, None)
    found = dict(OrderReference.objects.values_list("order_id", "external_number"))
    assert found == {keys[small]: "UP-1", keys[other]: "up-3", keys[third]: "UP-3"}
    assert list(registers.breaks()) == []
    assert town.report("hotline", external_number="Up-1", received_at=town.row(small).received_at) == small

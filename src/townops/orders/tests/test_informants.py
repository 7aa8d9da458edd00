"""A 举报 once: the informant stays hidden from whoever handles, whatever the order is called later."""

from importlib import import_module

import pytest
from django.apps import apps

from townops.kernel.refusal import Refused
from townops.orders import api, exporting, rebuild, whole
from townops.orders.models import Order

pytestmark = pytest.mark.django_db
PHONE = "13800001234"
TEXT = f"举报某店占道，联系我{PHONE}"


@pytest.fixture
def told(town) -> str:
    """Filed as a 举报, in the hands of 城建, then called a 投诉 by one clerk."""
    number = town.report(
        "hotline", external_number="J-1", text=TEXT, contact_name="演示某", contact_phone=PHONE
    )
    town.takes("hotline", number, "accept")
    town.takes("hotline", number, "file", demand_type="whistleblow", time_class="5", **{"class": "H-05-02"})
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    town.takes("hotline", number, "reclassify", demand_type="complaint", reason="来电人改称投诉")
    assert town.row(number).demand_type == "complaint"
    return number


def hides(town, number: str) -> None:
    """Nothing of the informant reaches the unit, by any door."""
    unit = town.who("u_chengjian")
    seen = whole.whole(unit, number, at=town.at)
    assert PHONE not in repr((seen.order, seen.events, seen.near, seen.before))
    assert seen.contact and seen.contact.hidden and not seen.same
    assert PHONE not in repr(exporting.part(unit, api.Filter(), at=town.at))
    with pytest.raises(Refused, match="reporter_hidden"):
        api.reveal(unit, number, reason="联系诉求人", at=town.at)
    with pytest.raises(Refused, match="reporter_hidden"):
        api.same_reporter(unit, number)


def test_reclassifying_unhides_nobody(town, told):
    hides(town, told)
    assert list(rebuild.breaks([town.row(told).id])) == []


def test_nor_does_the_next_round(town, told):
    town.later(days=1)
    town.report("hotline", external_number="J-1", text=TEXT, contact_phone=PHONE)
    assert (town.row(told).round, town.row(told).informant) == (2, True)
    town.takes("dispatch", told, "dispatch", unit="chengjian", reason="按现场情况")
    hides(town, told)


def test_an_upgrade_finds_those_that_were_called_something_else_since(town, told):
    plain = town.dispatched("hotline")
    Order.objects.update(informant=False)
    import_module("townops.orders.migrations.0012_informants").from_the_events(apps, None)
    assert (town.row(told).informant, town.row(plain).informant) == (True, False)
    assert list(rebuild.breaks([town.row(told).id, town.row(plain).id])) == []

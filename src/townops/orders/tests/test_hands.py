"""To whom an order can be given: only to a unit where somebody could ever take it up."""

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.tests.test_disputes import disputed
from townops.people import api as people

pytestmark = pytest.mark.django_db
NOBODY_THERE = ("public", "system", "lingdaozu", "anweihui")


def refused(town, user: str, number: str, step: str, **facts) -> Refused:
    with pytest.raises(Refused) as met:
        town.takes(user, number, step, **facts)
    return met.value


@pytest.mark.parametrize("unit", NOBODY_THERE)
def test_no_order_is_dispatched_to_a_unit_that_could_never_acknowledge_it(town, unit):
    number = town.filed()
    met = refused(town, "dispatch", number, "dispatch", unit=unit, reason="按现场情况")
    assert (met.code, met.params["name"]) == ("unit_cannot_handle", people.unit(unit).name)
    assert town.row(number).state == "filed"


def test_nor_asked_for_an_opinion_it_could_never_give(town):
    number = town.filed()
    met = refused(
        town,
        "dispatch",
        number,
        "dispatch",
        unit="chengjian",
        reason="按现场情况",
        assisting=["pingan", "public"],
    )
    assert met.code == "unit_cannot_handle"
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况", assisting=["pingan"])


@pytest.mark.parametrize(
    ("returns", "user", "step"), [(2, "deputy", "designate"), (3, "rota_leader", "decide_dispute")]
)
def test_nor_designated_nor_decided(town, returns, user, step):
    number = disputed(town, returns)
    met = refused(town, user, number, step, unit="system", reason="指定")
    assert met.code == "unit_cannot_handle"
    assert town.row(number).state == "returned"


def test_every_unit_that_rules_and_people_give_orders_to_can_take_them_up(town):
    able = {one.code for one in people.units() if api.can_handle(one.id)}
    assert not able & set(NOBODY_THERE)
    assert {"center", "town", "dangzheng", "chengjian", "chengguan"} <= able


def test_a_complaint_about_a_units_conduct_still_goes_to_its_leader(town):
    number = town.report("hotline")
    town.takes("hotline", number, "accept")
    filing = {"demand_type": "complaint", "class": "H-05-02", "time_class": "5"}
    town.takes("hotline", number, "file", conduct_of="chengguan", **filing)
    town.takes("dispatch", number, "dispatch")
    assert town.row(number).unit.code == "town"

"""Who patrols sees what he reported, what is asked of him and what lies in his part of the town; nothing else (U6, section 6)."""

import pytest

from townops.areas import api as areas
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import OrderClock
from townops.orders.rebuild import breaks
from townops.people import api as people
from townops.people.models import Post

pytestmark = pytest.mark.django_db


def sees(town, user: str) -> set[str]:
    found = api.find_orders(town.who(user), api.Filter(), at=town.at).rows
    seen = {row.number for row in found}
    for number in seen:
        api.order_for(town.who(user), number, at=town.at)
    return seen


def part(code: str, area: int) -> None:
    """The post answers for a part of the town from now on."""
    Post.objects.filter(pk=people.post(code).id).update(area=area)
    areas.touch("people")


def reported_at(town, **given) -> tuple[str, int]:
    lng, lat = town.point()
    number = town.report("grid", lng=lng, lat=lat, **given)
    village = town.row(number).village_id
    assert village
    return number, village


def test_a_patroller_sees_his_own_report_and_not_what_his_center_holds(town):
    mine, other = town.report("patrol"), town.report("hotline")
    town.takes("hotline", other, "accept")
    assert sees(town, "patrol") == {mine}
    with pytest.raises(Refused, match="order_unknown"):
        api.order_for(town.who("patrol"), other, at=town.at)
    assert list(breaks([town.row(mine).id])) == []


def test_a_patroller_asked_to_verify_sees_the_order_and_still_sees_it_afterwards(town):
    number = town.report("grid")
    assert sees(town, "patrol") == set()
    town.takes("grid", number, "request_verification", question="是否属实？")
    assert sees(town, "patrol") == {number}
    clock = OrderClock.objects.get(order_id=town.row(number).id, name="verify")
    assert clock.unit == people.center().id
    town.takes("patrol", number, "answer_verification", confirmed=True)
    assert sees(town, "patrol") == {number}
    assert list(breaks([town.row(number).id])) == []


def test_a_patroller_sees_the_part_of_the_town_that_his_post_has(town):
    number, village = reported_at(town)
    elsewhere = town.report("grid")
    assert sees(town, "patrol") == set()
    part("patrol", village)
    assert sees(town, "patrol") == {number}
    part("patrol", areas.area_by_id(village).parent_id or 0)
    assert sees(town, "patrol") == {number}
    assert elsewhere not in sees(town, "patrol")


def test_the_nearest_collector_is_asked(town):
    number, village = reported_at(town)
    others = next(one for one in areas.villages(people.first_town()) if one.id != village)
    part("patrol", others.id)
    town.takes("grid", number, "request_verification", question="是否属实？")
    assert number not in sees(town, "patrol")


def test_a_village_asked_by_name_sees_the_order_and_its_clock_is_the_village_s(town):
    number = town.report("grid")
    village = next(one for one in people.units() if one.kind == "village")
    town.takes("grid", number, "request_verification", question="是否属实？", unit=village.code)
    clock = OrderClock.objects.get(order_id=town.row(number).id, name="verify")
    assert clock.unit == village.id
    assert list(breaks([town.row(number).id])) == []


def test_whoever_handles_for_a_unit_sees_what_it_had_to_do_with_as_before(town):
    number = town.handling()
    assert number in sees(town, "u_chengjian")

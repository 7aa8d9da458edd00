"""The fourth rung: what waits for the command session, who decides it, and the precedent it leaves."""

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.tests.test_query_counts import counted

pytestmark = pytest.mark.django_db
OPERATORS = {"chengguan": "unit"}
CHAIN = ("chengjian", "pingan", "shefa", "chengguan")


def disputed(town, times: int = 4, **given) -> str:
    """Given back so many times; each rung asked another unit."""
    number = town.dispatched(unit=CHAIN[0], **given)
    rungs = (("shift", "dispatch"), ("deputy", "designate"), ("rota_leader", "decide_dispute"))
    for n, unit in enumerate(CHAIN[:times]):
        town.takes(
            OPERATORS.get(unit, f"u_{unit}"), number, "return", reason="不属我单位", cited_rule=f"第{n + 1}条"
        )
        if n + 1 < times:
            user, step = rungs[n]
            reason = {} if step == "dispatch" else {"reason": "按权责清单"}
            town.takes(user, number, step, unit=CHAIN[n + 1], **reason)
    return number


def awaiting(actor) -> list[api.Disputed]:
    """What only the session can settle."""
    return [one for one in api.open_disputes(actor) if one.rung == "session"]


def settled(town, number: str, unit: str = "chengguan") -> api.OrderView:
    return town.takes("main_leader", number, "decide_dispute", unit=unit, reason="指挥调度会议定")


def test_only_the_fourth_dispute_waits_for_the_session_longest_first(town):
    first, _, second = disputed(town), disputed(town, 3), disputed(town)
    found = awaiting(town.who("main_leader"))
    assert [one.number for one in found] == [first, second]
    assert found[0].returns == 4
    assert len(set(found[0].returned_by)) == 4


def test_the_list_is_for_the_main_leader_and_the_center_and_not_for_the_units(town):
    number = disputed(town)
    for user in ("main_leader", "shift", "deputy"):
        assert [one.number for one in awaiting(town.who(user))] == [number]
    with pytest.raises(Refused, match="not_permitted"):
        awaiting(town.who("unit"))


def test_each_dispute_says_who_gave_it_back_why_and_who_settles_it(town):
    wanted = {disputed(town, 4): "session", disputed(town, 3): "decide", disputed(town, 2): "designate"}
    town.dispatched(unit=CHAIN[0])
    found = {one.number: one for one in api.open_disputes(town.who("deputy"))}
    assert {number: one.rung for number, one in found.items()} == wanted
    last = next(one for number, one in found.items() if wanted[number] == "designate")
    assert [(one.reason, one.rule) for one in last.back] == [("不属我单位", "第1条"), ("不属我单位", "第2条")]


def test_what_was_settled_stands_newest_first_and_a_first_redispatch_is_no_settlement(town):
    number = disputed(town)
    settled(town, number)
    found = api.settled_lately(town.who("deputy"))
    assert [one.word for one in found] == ["指挥调度裁定", "轮值领导裁定", "副主任指定"]
    with pytest.raises(Refused, match="not_permitted"):
        api.settled_lately(town.who("unit"))


def test_an_order_that_waits_no_longer_is_not_on_the_list(town):
    number = disputed(town)
    assert settled(town, number).basis == "designated"
    assert awaiting(town.who("shift")) == []


def test_what_the_main_leader_ruled_is_not_given_back_again(town):
    number = disputed(town)
    settled(town, number)
    with pytest.raises(Refused, match="dispute_settled"):
        town.takes("unit", number, "return", reason="不属我单位", cited_rule="第5条")


def test_where_a_source_has_three_rungs_the_leader_in_rotation_speaks_the_last_word(town):
    from datetime import date

    from townops.orders.flows import STARTING, publish, tomllib

    stated = tomllib.loads(STARTING.read_text(encoding="utf-8"))
    row = next(one for one in stated["flow"] if one["source"] == "grid")
    publish(row | {"dispute_rungs": 3}, limits=stated["limits"], effective_from=date(2026, 11, 1))
    number = disputed(town, 3)
    assert awaiting(town.who("shift")) == []
    order = town.takes("rota_leader", number, "decide_dispute", unit="pingan", reason="轮值裁定")
    assert order.responsible.code == "pingan"
    with pytest.raises(Refused, match="dispute_settled"):
        town.takes("u_pingan", number, "return", reason="不属我单位", cited_rule="第4条")


def similar(town, number: str, **changes: object) -> list[api.PrecedentView]:
    return asked_for(town.view(number).value, **changes)


def asked_for(order: api.OrderValue, **changes: object) -> list[api.PrecedentView]:
    asked = {"class_code": order.class_code, "village": order.place.village, "block": order.place.block}
    return api.precedents(town=order.town, **{**asked, **changes})


def test_what_the_session_settles_is_the_first_precedent_of_its_place(town):
    lng, lat = town.point()
    number = disputed(town, lng=lng, lat=lat)
    settled(town, number)
    found = similar(town, number)
    assert (found[0].rung, found[0].near) == ("session", "block")
    assert (found[0].number, found[0].word) == (number, "指挥调度裁定")
    assert [one.rung for one in found] == ["session", "decide", "designate"]


def test_a_precedent_elsewhere_counts_less_and_another_class_not_at_all(town):
    lng, lat = town.point()
    far, here = disputed(town), disputed(town, 3, lng=lng, lat=lat)
    settled(town, far)
    assert similar(town, here)[0].number == here
    assert similar(town, here, class_code="E-04-06") == []
    assert similar(town, here, class_code="") == []


def test_the_list_and_the_precedents_cost_few_statements(town):
    number = disputed(town)
    main_leader, order = town.who("main_leader"), town.view(number).value
    assert len(counted(lambda: api.open_disputes(main_leader))) == 1 + 2 + 2
    assert len(counted(lambda: asked_for(order))) == 2

"""The columns in memory say at any moment what the table says, whoever wrote into it."""

from datetime import timedelta

import numpy as np
import pytest

from townops.orders import api, erasing, ground, proof
from townops.orders.domain.states import State
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def placed(town, **given):
    lng, lat = town.point()
    return town.report(lng=lng, lat=lat, **given)


def columns(found):
    states = [ground.STATES[kind].value for kind in found.kinds]
    return dict(zip(found.ids.tolist(), zip(states, np.isnan(found.xs).tolist(), strict=True), strict=True))


def rows():
    return {
        order: (state, lng is None) for order, state, lng in Order.objects.values_list("id", "state", "lng")
    }


def test_what_came_moved_on_or_was_sealed_since_is_followed(town):
    placed(town)
    assert columns(ground.current(town.at)) == rows()
    for seal in (False, True, True):
        number = placed(town)
        town.report()
        town.takes("grid", number, "accept")
        if seal:
            proof.seal(town.at)
        assert columns(ground.current(town.at)) == rows()


def test_many_and_none_are_columns_too(town):
    assert len(ground.current(town.at)) == 0
    numbers = [placed(town) for _ in range(3)]
    found = ground.current(town.at)
    assert sorted(found.numbers.tolist()) == sorted(number.encode() for number in numbers)
    assert (np.diff(found.ids) > 0).all()


def test_nothing_is_read_again_while_nothing_happens(town, django_assert_num_queries):
    placed(town)
    ground.current(town.at)
    before = ground.current(town.at)
    with django_assert_num_queries(3):  # the last seal, what is unsealed, what was erased
        assert ground.current(town.at) is before


def test_an_erased_place_is_gone_from_the_map_at_once(town):
    number = placed(town)
    town.later(days=1)
    assert len(api.snapshot(town.who("shift"), api.Filter(), at=town.at).spots) == 1
    town.later(seconds=6)
    erasing.erase_texts(town.row(number).id, actor=town.who("shift"), at=town.at)
    found = api.snapshot(town.who("shift"), api.Filter(), at=town.at)
    assert (len(found.spots), found.unplaced) == (0, 1)


def test_due_times_are_those_of_what_is_open(town):
    number = placed(town)
    town.takes("grid", number, "accept")
    row = town.row(number)
    found = ground.current(town.at)
    assert found.dues.tolist() == [ground.micros(row.due_at)]
    assert found.dues[0] < ground.micros(row.due_at + timedelta(microseconds=1))


def test_keys_it_does_not_know_yet_are_left_out(town):
    order = town.row(placed(town)).id
    found = ground.current(town.at)
    assert found.places(np.array([order - 1, order, order + 1])).tolist() == [0]


STATES = (
    {},
    {"open": True},
    {"open": False},
    {"states": ("accepted",)},
    {"stages": ("accept",)},
    {"states": ("bogus",)},
)
ASKED = (
    *STATES,
    {"q": "路灯"},
    {"q": "路灯", "sources": ("grid",)},
    {"open": True, "q": "路灯"},
    {"area": ""},
)


@pytest.mark.parametrize("user", ["shift", "unit", "u_chengjian"])
def test_a_map_counts_what_the_list_counts_under_every_filter(town, user):
    placed(town)
    town.takes("grid", placed(town), "accept")
    town.dispatched()
    town.report(text="井盖缺失")
    api.index_everything()
    assert {one.value for one in State} >= {state for state, _ in rows().values()}
    for wanted in ASKED:
        listed = api.find_orders(town.who(user), api.Filter(**wanted), at=town.at).total
        found = api.snapshot(town.who(user), api.Filter(**wanted), at=town.at)
        assert (wanted, len(found.spots) + found.unplaced) == (wanted, listed)

"""When the watch looks at an order next."""

from datetime import timedelta
from itertools import combinations

import pytest

from townops.orders import api, marks
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def looked(number):
    return api.load_order(Order.objects.get(number=number).id)


def earliest(order, flow, fired):
    found = {}
    for named, _, instant in marks.pending(order, flow, fired):
        found[named.no] = min(instant, found.get(named.no, instant))
    return found


@pytest.mark.parametrize("due_in", [None, timedelta(hours=3), timedelta(minutes=-30)], ids=str)
def test_a_clock_is_looked_at_when_the_first_of_its_marks_is_due_whichever_have_fired(town, due_in):
    given = (
        {}
        if due_in is None
        else {"received_at": town.at - timedelta(hours=1), "outer_due_at": town.at + due_in}
    )
    number = town.handling("hotline", user="hotline", external_number="H1", **given)
    loaded = looked(number)
    order, flow = loaded.value, loaded.flow
    every = [
        (named.no, named.clock.extensions, percent)
        for named in order.clocks
        for percent in marks.percents(named, flow)
    ]
    for many in range(3):
        for fired in map(frozenset, combinations(every, many)):
            assert marks.next_by_clock(order, flow, fired) == earliest(order, flow, fired)

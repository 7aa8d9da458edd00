"""Random lives of orders in a real database, two threads and the watch at work on the same few orders."""

from collections import Counter
from random import Random

import pytest

from tests.races.town import MONDAY, backwards, clear_orders, fresh, hashes, together, wrong
from tests.races.wandering import Time, begun, one_move
from townops.orders import api, proof, store
from townops.orders.models import Order

pytestmark = pytest.mark.usefixtures("town")

ORDERS, MOVES = 3, 12
LOOKS = 6


def live(seed: int, *, back: float = 0.0) -> Counter[str]:
    """One sequence; AssertionError with the seed when anything does not hold. The states met."""
    draw = Random(seed)  # noqa: S311  (chance of a test, not of a key)
    orders = [begun(draw, f"W{seed}-{number}") for number in range(ORDERS)]
    remembered, time = hashes(), Time(MONDAY, back)
    seeds = [draw.randrange(1 << 30) for _ in range(2)]

    def act(number: int) -> None:
        mine = Random(seeds[number])  # noqa: S311
        for _ in range(MOVES):
            one_move(mine, orders, time)

    failed = [one for one in together(lambda: act(0), lambda: act(1)) if isinstance(one, Exception)]
    assert not failed, (seed, failed)
    for _ in range(LOOKS):  # each look takes at most one step on an order
        api.watch(time.at)
    whole(seed, orders, remembered)
    return Counter(fresh(row).state for row in orders)


def whole(seed: int, orders: list[Order], remembered: dict[tuple[int, int], bytes]) -> None:
    rows = [fresh(row) for row in orders]
    found = [what for row in rows for what in (*wrong(row), *backwards(store.load(row)))]
    found += [f"{one.order}: {one.reason}" for one in api.verify_journal()]
    assert not found, (seed, found)
    now = hashes()
    assert {key: now.get(key) for key in remembered} == remembered, seed
    proof.seal(MONDAY)


def lives(seeds: range, *, back: float = 0.0) -> Counter[str]:
    met: Counter[str] = Counter()
    for seed in seeds:
        clear_orders()
        met += live(seed, back=back)
    return met


def test_whatever_two_threads_do_every_order_stays_whole():
    assert len(lives(range(20))) > 6


def test_a_clock_set_back_turns_no_order_and_no_clock_around():
    assert len(lives(range(1000, 1008), back=0.3)) > 3


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_three_hundred_lives_stay_whole(part):
    assert len(lives(range(100 + part * 50, 150 + part * 50))) > 6

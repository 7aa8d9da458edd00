"""How many statements a list, an order, a step and a report cost. More of them is a decision, not an accident."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.orders import api

pytestmark = pytest.mark.django_db

CALENDAR = (
    "base_calendarversion"  # inside the test's own transaction it is read each time, in life once a second
)
STAMPS = "areas_stamp"


def counted(work: Callable[[], object]) -> list[str]:
    """The statements, without savepoints and without what memory answers in life."""
    work()
    with CaptureQueriesContext(connection) as seen:
        work()
    idle = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    statements = [query["sql"] for query in seen.captured_queries]
    return [
        one for one in statements if not one.startswith(idle) and CALENDAR not in one and STAMPS not in one
    ]


def test_a_list_under_one_filter_costs_two_statements(town):
    town.report()
    wanted = api.Filter(sources=("grid",))
    clerk = town.who("shift")
    assert len(counted(lambda: api.find_orders(clerk, wanted, at=town.at))) == 2


@pytest.mark.parametrize("user", ["shift", "unit", "village"])
def test_a_list_under_four_filters_costs_at_most_five_statements_whoever_looks(town, user):
    number = town.filed()
    api.index_everything()
    village = town.view(number).village
    wanted = api.Filter(
        sources=("grid",),
        states=("filed", "closed"),
        area=village.code if village else "",
        class_prefix="C",
        q="路灯",
    )
    looker = town.who(user)
    assert len(counted(lambda: api.find_orders(looker, wanted, at=town.at))) <= 5


def test_the_next_page_costs_one_statement_more(town):
    for _ in range(3):
        town.report()
    clerk = town.who("shift")
    first = api.find_orders(clerk, api.Filter(), at=town.at, limit=2)
    assert (
        len(counted(lambda: api.find_orders(clerk, api.Filter(), at=town.at, limit=2, cursor=first.next)))
        == 3
    )


def test_an_order_costs_four_statements(town):
    number, clerk = town.handling(), town.who("shift")
    assert len(counted(lambda: api.order_for(clerk, number, at=town.at))) == 4


def test_a_report_costs_one_look_and_one_insert_for_each_table(town):
    clerk = town.who("grid")
    town.report()
    numbers = iter(range(10))

    def report() -> None:
        incoming = api.IncomingReport(
            source="grid",
            text="井盖破损",
            received_at=town.at,
            external_number=f"X{next(numbers)}",
            contact_phone="13800001234",
        )
        api.receive_reports([incoming], actor=clerk, at=town.at)

    written = counted(report)
    series = [
        one for one in written if "orders_numberseries" in one
    ]  # taken in blocks of fifty outside a test
    inserts = [one for one in written if "INSERT INTO" in one and one not in series]
    assert (len(inserts), len(written) - len(inserts) - len(series)) == (10, 1)


def test_ten_reports_at_once_cost_no_more_statements_than_two(town):
    clerk = town.who("grid")

    def statements(count: int) -> int:
        made = [api.IncomingReport(source="grid", text="井盖破损", received_at=town.at) for _ in range(count)]
        return len(counted(lambda: api.receive_reports(made, actor=clerk, at=town.at)))

    assert statements(10) <= statements(2)


def test_a_step_reads_an_order_once_before_and_once_after(town):
    number, clerk = town.report(), town.who("shift")
    town.takes("grid", number, "accept")
    at = town.later(minutes=1)
    steps = counted(lambda: api.take_step(number, "remind", actor=clerk, at=at, facts={"message": "请尽快"}))
    reads = [one for one in steps if one.startswith("SELECT")]
    assert (len(reads), len(steps) - len(reads)) == (7, 5)


def test_a_step_writes_only_the_columns_that_changed(town):
    number, clerk = town.report(), town.who("shift")
    town.takes("grid", number, "accept")
    at = town.later(minutes=1)
    steps = counted(lambda: api.take_step(number, "remind", actor=clerk, at=at, facts={"message": "请尽快"}))
    (update,) = [one for one in steps if one.startswith('UPDATE "orders_order"')]
    assert '"reminded"' in update
    assert '"received_at"' not in update
    assert '"state"' not in update


def test_a_later_round_moves_every_scope_of_the_order(town):
    number = town.dispatched("hotline", user="hotline", external_number="H9")
    unit = town.who("u_chengjian")
    later = town.later(days=3)
    town.report("hotline", user="hotline", external_number="H9", received_at=later)
    found = api.find_orders(unit, api.Filter(received_from=later - timedelta(minutes=1)), at=town.at)
    assert [row.number for row in found.rows] == [number]

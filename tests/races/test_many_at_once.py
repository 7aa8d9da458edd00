"""Many decisions in one `write` are the same as one after the other: rows, clocks, tasks, scopes, events."""

import re
import secrets
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.races.town import MONDAY, events, fresh, reported, wrong
from tests.races.wandering import SOURCES, Time, attempts
from townops.kernel.refusal import Refused
from townops.orders import api, store
from townops.orders.drafts import Draft
from townops.orders.models import (
    Order,
    OrderClock,
    OrderEvent,
    OrderFile,
    OrderLink,
    OrderScope,
    OrderTask,
    OrderText,
    Precedent,
    Upward,
)
from townops.orders.steps import beside, draft_step
from townops.orders.write import write

pytestmark = pytest.mark.usefixtures("town")

STEPS = 14
OWN = {
    "order_id",
    "id",
    "number",
    "external_number",
    "recorded_at",
    "made_at",
    "prev",
    "hash",
    "salt",
    "shown_salt",
    "point_salt",
    "answered_at",
}
TABLES = (OrderClock, OrderTask, OrderScope, OrderEvent, OrderText, OrderFile, OrderLink, Precedent, Upward)


def chosen(draw: Random, row: Order) -> list[tuple[str, Any, datetime, dict[str, Any]]]:
    """A life decided step by step and committed one by one; what was taken."""
    taken, time = [], Time(MONDAY)
    for _ in range(STEPS):
        at = time.next(draw)
        for name, actor, facts in attempts(draw, fresh(row), at):
            if name == "merge":
                continue
            try:
                api.take_step(row.number, name, actor=actor, at=at, facts=facts)
            except Refused:
                continue
            taken.append((name, actor, at, facts))
            break
    return taken


def all_at_once(row: Order, taken: list[tuple[str, Any, datetime, dict[str, Any]]]) -> int:
    """The same steps and what they take along, one upon the other, committed by one write; how many."""
    from dataclasses import replace

    loaded, drafts = store.load(row), list[Draft]()
    for name, actor, at, facts in taken:
        step = draft_step(loaded, name, actor=actor, at=at, raw=facts)
        drafts += [step, *beside(step, at)]
        loaded = replace(loaded, value=drafts[-1].decision.after)
    write(drafts, recorded_at=MONDAY)
    return len(drafts)


def stored(row: Order) -> dict[str, list[dict[str, object]]]:
    """Everything stored of an order, without what differs from order to order."""
    found = {
        model.__name__: [plain(one) for one in model.objects.filter(order_id=row.id)] for model in TABLES
    }
    return {"Order": [plain(fresh(row))]} | {name: sorted(rows, key=repr) for name, rows in found.items()}


def plain(one: models.Model) -> dict[str, object]:
    values = {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}
    if isinstance(one, OrderEvent):
        values["body"] = without_digests(one.body)
    return {name: value for name, value in values.items() if name not in OWN}


def without_digests(body: str) -> str:
    """Salted digests and numbers are never the same twice."""
    return re.sub(r'[0-9a-f]{64}|\d{4}[A-Z]\d{6}|"external_number":"\w+",', "", body)


@pytest.mark.parametrize("seed", range(12))
def test_many_at_once_are_one_by_one(seed):
    draw = Random(seed)  # noqa: S311
    source = draw.choice(SOURCES)
    one, other = (reported(source, "shift", text="同一事项") for _ in range(2))
    taken = chosen(draw, one)
    drafts = all_at_once(other, taken)
    assert len(events(one)) == drafts + 1 > 3
    assert wrong(fresh(one)) + wrong(fresh(other)) == []
    single, batch = stored(one), stored(other)
    for table, rows in single.items():
        assert batch[table] == rows, table
    assert api.verify_journal() == []


def test_many_orders_in_one_report_are_as_many_single_ones():
    reports = [
        api.IncomingReport(
            source="grid", text=f"事项{number}", received_at=MONDAY, external_number=f"B{number % 7}"
        )
        for number in range(10)
    ]
    from tests.races.town import who

    made = api.receive_reports(reports, actor=who("grid"), at=MONDAY)
    assert [one.outcome for one in made] == ["new"] * 7 + ["known"] * 3
    assert len({one.number for one in made}) == Order.objects.count() == 7
    single = reported("grid", text="事项0")
    both = [stored(fresh(row)) for row in (Order.objects.get(id=made[0].order), single)]
    both[0]["Order"][0]["title"] = both[1]["Order"][0]["title"]
    both[0]["OrderText"] = both[1]["OrderText"]
    assert both[0] == both[1]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=7))
def test_messages_that_come_again_in_one_file_are_rounds_as_they_are_one_by_one(sent):
    from tests.races.town import who

    def reports(prefix: str) -> list[api.IncomingReport]:
        return [
            api.IncomingReport(
                source="grid",
                text="路灯",
                received_at=MONDAY + timedelta(hours=hour),
                external_number=f"{prefix}{number}",
            )
            for number, hour in sent
        ]

    actor, at, prefix = who("grid"), MONDAY + timedelta(hours=9), secrets.token_hex(4)
    at_once = api.receive_reports(reports(f"{prefix}A"), actor=actor, at=at)
    singly = [api.receive_reports([one], actor=actor, at=at)[0] for one in reports(f"{prefix}B")]
    assert [one.outcome for one in at_once] == [one.outcome for one in singly]
    rounds = [[Order.objects.get(id=one.order).round for one in side] for side in (at_once, singly)]
    assert rounds[0] == rounds[1]

"""What the races are played with: people of the demo town, reports, threads that start together, and what must hold."""

import shutil
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from townops.base.models import Account, Job, OutboxRow, Seal
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import api, numbers, rebuild, rows, store
from townops.orders.domain.order import Order as Value
from townops.orders.domain.settle import primary
from townops.orders.models import Order, OrderClock, OrderEvent, OrderScope, OrderTask
from townops.people import api as people

BUILT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
MONDAY = BUILT
KEPT = {"FlowVersion"}
WAIT = 60.0


def clear_orders() -> None:
    """Every row an order ever made; the town stays."""
    for model in apps.get_app_config("orders").get_models():
        if model.__name__ not in KEPT:
            model._base_manager.all().delete()
    for model in (Seal, OutboxRow, Job):
        model.objects.all().delete()
    shutil.rmtree(settings.DATA / "seals", ignore_errors=True)
    numbers._taken.clear()  # blocks in hand belong to the series just deleted


@cache
def account_of(user: str) -> int:
    return Account.objects.get(username=user).pk


def who(user: str, at: datetime = MONDAY) -> Actor:
    return people.actor_for(account_of(user), at)


def reported(source: str = "grid", user: str = "grid", at: datetime = MONDAY, **given: Any) -> Order:
    """A fresh order's row."""
    facts: dict[str, Any] = {"text": "小区门口路灯不亮", "received_at": at} | given
    report = api.IncomingReport(source=source, **facts)
    made = api.receive_reports([report], actor=who(user, at), at=at)
    return Order.objects.get(id=made[0].order)


def take(row: Order, user: str, step: str, at: datetime, seq: int | None = None, **facts: Any) -> Order:
    """One step through the door; the row as it is afterwards."""
    api.take_step(row.number, step, actor=who(user, at), at=at, facts=facts, seq=seq)
    return fresh(row)


def fresh(row: Order) -> Order:
    return Order.objects.get(id=row.id)


def filed(at: datetime = MONDAY, **given: Any) -> Order:
    row = take(reported(at=at, **given), "grid", "accept", at)
    return take(row, "grid", "file", at, condition="C-01-37.2")


def handling(at: datetime = MONDAY, unit: str = "chengjian", **given: Any) -> Order:
    row = take(filed(at, **given), "dispatch", "dispatch", at, unit=unit, reason="按现场情况")
    return take(row, f"u_{unit}", "acknowledge", at)


def checked(at: datetime = MONDAY) -> Order:
    """An order that only has to be closed."""
    from townops.demo.play import evidence

    row = take(
        handling(at), "u_chengjian", "submit", at, result="已修复", outcome="solved", evidence=[evidence(at)]
    )
    row = take(row, "h_chengjian", "review_unit", at)
    row = take(row, "assess", "review_center", at)
    return take(row, "check", "check", at, passed=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Each in a thread of its own with a connection of its own, started at one moment: its result or its exception."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(WAIT)
            results[number] = act()
        except Exception as error:  # noqa: BLE001  (the outcome is what is tested)
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def codes(results: Iterable[object]) -> list[str]:
    """The refusal code, the name of any other exception, or "done"."""
    return sorted(code_of(one) for one in results)


def code_of(result: object) -> str:
    if isinstance(result, Refused):
        return result.code
    return repr(result) if isinstance(result, Exception) else "done"


def events(row: Order) -> list[OrderEvent]:
    return list(OrderEvent.objects.filter(order_id=row.id).order_by("seq"))


def steps(row: Order) -> list[str]:
    return [event.step for event in events(row)]


def wrong(row: Order) -> list[str]:
    """Everything that does not hold for one stored order."""
    loaded = store.load(row)
    checks = (_row(loaded), _events(row), _clocks(loaded), _tasks(loaded), _scopes(row, loaded))
    return [f"{row.id} {row.state} {row.seq}: {what}" for what in checks if what]


def _row(loaded: store.Loaded) -> str:
    name = rebuild.first_difference(loaded)
    return f"row differs from its fold: {name}" if name else ""


def _events(row: Order) -> str:
    seqs = [event.seq for event in events(row)]
    return "" if seqs == list(range(1, row.seq + 1)) else f"events {seqs}"


def _clocks(loaded: store.Loaded) -> str:
    stored = list(OrderClock.objects.filter(order_id=loaded.row.id).order_by("no"))
    leading = [one.no for one in stored if one.is_primary]
    chief = primary(loaded.value, loaded.flow)
    if leading != ([chief.no] if chief else []):
        return f"primary rows {leading}, should be {chief}"
    if loaded.row.is_open != (len(leading) == 1):
        return f"{len(leading)} primary clocks while open is {loaded.row.is_open}"
    told = [
        (one.no, one.name, one.used, one.paused_at, one.stopped_at, one.due_at, one.unit) for one in stored
    ]
    real = [_told(loaded.value, no) for no in range(len(loaded.value.clocks))]
    return "" if told == real else f"clock rows {told} are not {real}"


def _told(value: Value, place: int) -> tuple[object, ...]:
    named = value.clocks[place]
    clock = named.clock
    return named.no, named.name, clock.used, clock.paused_at, clock.stopped_at, clock.due_at, named.unit


def _tasks(loaded: store.Loaded) -> str:
    stored = OrderTask.objects.filter(order_id=loaded.row.id).order_by("no")
    told = [(task.no, task.unit, task.round, task.done_seq) for task in stored]
    real = sorted((task.no, task.unit, task.round, task.done_seq) for task in loaded.value.tasks)
    return "" if told == real else f"task rows {told} are not {real}"


def _scopes(row: Order, loaded: store.Loaded) -> str:
    """Every unit that ever held or assisted, and the village, may find the order."""
    held = {unit for event in events(row) for unit in (event.from_unit, event.to_unit)}
    involved = held | {task.unit for task in loaded.value.tasks} | {p.unit for p in loaded.value.assisting}
    wanted = {rows.unit_scope(unit) for unit in involved}
    if row.village_id:
        wanted.add(rows.area_scope(row.village_id))
    stored = set(OrderScope.objects.filter(order_id=row.id).values_list("scope", flat=True))
    return "" if wanted <= stored else f"scopes lack {wanted - stored}"


def backwards(loaded: store.Loaded) -> list[str]:
    """Clocks whose stretches do not follow each other, or that have used less than nothing."""
    found = []
    for named in loaded.value.clocks:
        clock = named.clock
        instants = [moment for run in clock.runs for moment in run if moment]
        if any(one > other for one, other in pairwise(instants)) or clock.used < 0:
            found.append(f"{named.name}: {clock}")
        if clock.stopped_at and clock.stopped_at < clock.started_at:
            found.append(f"{named.name} stopped before it started")
    return found


def hashes() -> dict[tuple[int, int], bytes]:
    return {
        (order, seq): bytes(head)
        for order, seq, head in OrderEvent.objects.values_list("order_id", "seq", "hash")
    }


def hours(count: float) -> timedelta:
    return timedelta(hours=count)

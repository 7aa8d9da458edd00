"""Steps by chance through the real door: what somebody might try on an order now, with facts as a form sends them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from typing import Any

from tests.lifecycle.town import LIKING
from tests.races.town import MONDAY, fresh, reported, take, who
from townops.areas import api as areas
from townops.demo.play import evidence
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import api, proof, steps, store, system
from townops.orders.domain.facts import FactType, Need
from townops.orders.domain.order import Order as Value
from townops.orders.domain.steps import HIDDEN, STEPS
from townops.orders.models import Order
from townops.people import api as people

UNITS = ("chengjian", "shefa", "chengguan")
USERS = (
    "shift", "hotline", "hotline2", "grid", "video", "dispatch", "unit", "unit_head", "station", "village", "patrol",
    "check", "assess", "deputy", "director", "rota_leader", "leader", "main_leader", "emergency", "u_chengjian",
    "h_chengjian", "u_shefa", "h_shefa",
)  # fmt: skip
SOURCES = ("grid", "grid", "hotline", "hotline", "patrol", "district", "video")
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=40),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=12),
)
TRIES = 12
SEALING = Lock()


@dataclass
class Time:
    """One clock for all threads, pushed on by chance; `back` now and then sets it back up to an hour."""

    at: datetime
    back: float = 0.0

    def __post_init__(self) -> None:
        self.lock = Lock()

    def next(self, draw: Random) -> datetime:
        with self.lock:
            if draw.random() < self.back:
                return self.at - timedelta(minutes=draw.randrange(1, 60))
            self.at += draw.choices(PAUSES, (40, 30, 20, 8, 2))[0]
            return self.at


def begun(draw: Random, number: str) -> Order:
    """A fresh order of some source, as often as not already with a unit."""
    source, at = draw.choice(SOURCES), MONDAY
    outer = number if source in {"hotline", "district"} else ""
    row = reported(source, "shift", external_number=outer)
    if draw.random() < 0.6 and source != "video":  # must be verified first
        hotline = source == "hotline"
        triple = {"demand_type": "help", "class": "H-05-02", "time_class": "5"}
        clerk = "hotline" if hotline else "grid"
        take(row, clerk, "accept", at)
        take(row, clerk, "file", at, **(triple if hotline else {"condition": "C-01-37.2"}))
        take(row, "dispatch", "dispatch", at, unit=draw.choice(UNITS[:2]), reason="按现场情况")
    return fresh(row)


def possible(value: Value) -> list[str]:
    return [name for name, row in STEPS.items() if value.state in row.sources and name not in HIDDEN]


def attempts(draw: Random, row: Order, at: datetime) -> Iterator[tuple[str, Actor, dict[str, Any]]]:
    """A step this state knows, somebody whose permissions fit, facts of the right types."""
    loaded = store.load(row)
    names = possible(loaded.value)
    liking = [LIKING.get(name, 1 if STEPS[name].target is None else 16) for name in names]
    actors = [who(user, at) for user in USERS]
    for name in draw.choices(names, liking, k=TRIES):
        step = STEPS[name]
        fit = [one for one in actors if any(hat.permissions & step.permissions for hat in one.hats)]
        own = [one for one in fit if loaded.value.main and loaded.value.main.unit in one.units]
        if fit:
            facts = {need.name: raw(draw, loaded.value, need, at) for need in step.needs}
            yield (
                name,
                draw.choice(own or fit),
                {key: value for key, value in facts.items() if value is not None},
            )


def raw(draw: Random, value: Value, need: Need, at: datetime) -> Any:
    """A fact as a form sends it; optional ones are left out half the time."""
    if need.name == "conduct_of" or (not need.required and draw.random() < 0.3):
        return None
    made = {
        FactType.TEXT: "已按规定办理",
        FactType.INT: 80,
        FactType.BOOL: draw.random() < 0.75,
        FactType.INSTANT: (at + timedelta(days=draw.randrange(1, 40))).isoformat(),
        FactType.UNIT: draw.choice(UNITS),
        FactType.CLASS: "H-05-02" if value.source == "hotline" else None,
        FactType.CONDITION: value.standard.condition if value.standard else "C-01-37.2",
        FactType.AREA: draw.choice(areas.areas_of(people.first_town(), "block")[:40]).code,
        FactType.ORDER: another(draw, value),
        FactType.FILE: evidence(at),
        FactType.ENUM: draw.choice(need.choices or ("",)),
    }[FactType(need.type)]
    if value.source == "hotline" and need.type is FactType.CONDITION:
        return None
    return [made] if need.many else made


def another(draw: Random, value: Value) -> str | None:
    others = list(Order.objects.exclude(id=value.id).values_list("number", flat=True))
    return draw.choice(others) if others else None


def try_steps(draw: Random, row: Order, time: Time) -> None:
    """Somebody takes one step, or finds nothing he may do."""
    at = time.next(draw)
    for name, actor, facts in attempts(draw, fresh(row), at):
        try:
            steps.take(fresh(row), name, actor=actor, at=at, raw=facts)
            return
        except Refused:
            continue


def send_again(draw: Random, row: Order, time: Time) -> None:
    at = time.next(draw)
    report = api.IncomingReport(
        source=row.source, text="再次来单", received_at=at, external_number=row.external_number
    )
    try:
        api.receive_reports([report], actor=system.actor(store.load(row).flow.center), at=at)
    except Refused as refused:
        if refused.code not in {"stale_version", "not_a_new_round"}:
            raise


def one_move(draw: Random, orders: list[Order], time: Time) -> None:
    """Mostly a person's step; now and then the watch, a resend, a seal."""
    chance, row = draw.random(), draw.choice(orders)
    if chance < 0.12:
        api.watch(time.next(draw))
    elif chance < 0.15 and row.external_number:
        send_again(draw, row, time)
    elif chance < 0.18:
        with SEALING:  # two sealers at once: test_proof_at_work.py
            proof.seal(time.at)
    else:
        try_steps(draw, row, time)

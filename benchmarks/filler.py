"""Synthetic orders for measuring lists: rows, numbers, scopes and search texts in bulk, no events behind them.

They are as a town's would be after five years (3 % open, most of these from the last weeks; a few units, classes and
villages with much, many with little) and serve lists and counts only: such orders cannot be opened or moved.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Model

from townops.areas import api as areas
from townops.base import search, sql
from townops.base.db import is_sqlite, write
from townops.catalogue import api as catalogue
from townops.kernel.identifiers import new_id
from townops.orders import rows
from townops.orders.models import FlowVersion, Order, OrderNumber, OrderScope
from townops.people import api as people

BATCH: Final = 5000
DAYS: Final = 5 * 365
RECENT: Final = timedelta(days=50)
SOURCES: Final = {
    "hotline": 40, "grid": 30, "patrol": 10, "ejiayuan": 6, "resident": 6, "sensor": 3, "video": 3, "station": 1,
    "leader": 0.5, "district": 0.5,
}  # fmt: skip
OPEN: Final = {
    "handling": 50, "acknowledging": 10, "accepted": 5, "filed": 5, "reported": 5, "unit_review": 5, "checking": 5,
    "center_review": 4, "awaiting_authority": 5, "suspended": 3, "returned": 2, "rework": 1,
}  # fmt: skip
ENDED: Final = {"closed": 8, "archived": 90, "not_filed": 1, "not_accepted": 1}
WORDS: Final = (
    "路灯", "井盖", "积水", "违法搭建", "乱停车", "垃圾", "噪音", "油烟", "树木", "护栏",
    "电梯", "漏水", "施工", "河道", "飞线充电", "破损", "堵塞", "无人处理", "影响通行", "存在隐患",
    "多次反映", "小区门口", "学校附近", "菜场旁", "公交站", "夜间", "居民", "老人", "商铺", "绿化带",
)  # fmt: skip


class Town:
    """What a synthetic order may refer to, with how often."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        town = areas.area(people.first_town())
        self.town = town.id
        self.villages = {
            one.id: areas.areas_of(one.code, "block") for one in areas.areas_of(town.code, "village")
        }
        self.center = people.center().id
        self.units = [unit.id for unit in people.units() if unit.kind not in {"town", "center", "public"}]
        version = catalogue.version_at(datetime.now(UTC))
        self.classes = [one.code for one in catalogue.classes(version)]
        self.flows = dict(FlowVersion.objects.values_list("source", "id"))
        dice.shuffle(self.units)
        dice.shuffle(self.classes)

    def one(self, shares: dict[str, float]) -> str:
        return self.dice.choices(list(shares), list(shares.values()))[0]

    def often(self, found: Sequence[int | str]) -> int | str:
        """The first ones far more often than the last."""
        return found[int(len(found) * self.dice.random() ** 3)]

    def text(self) -> str:
        return "，".join(self.dice.sample(WORDS, 6))


def fill(count: int, *, seed: int = 1, told: Callable[[int], None] = lambda done: None) -> None:
    """Add this many orders, received up to now."""
    town = Town(random.Random(seed))  # noqa: S311
    now = datetime.now(UTC)
    for first in range(0, count, BATCH):
        many = range(first, min(count, first + BATCH))
        received = [now - timedelta(days=DAYS * (1 - (number + 1) / (count + 1))) for number in many]
        store([order(town, moment, now) for moment in received], town)
        told(many.stop)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def order(town: Town, received: datetime, now: datetime) -> Order:
    """One order; open ones are mostly young, one in five of them is late."""
    dice = town.dice
    is_open = dice.random() < (0.85 if now - received < RECENT else 0.008)
    source = town.one(SOURCES)
    village = dice.choice(list(town.villages))
    main = int(town.often(town.units))
    due = (
        now + timedelta(days=dice.uniform(-2, 8))
        if is_open
        else received + timedelta(days=dice.uniform(1, 15))
    )
    return Order(
        id=new_id(int(received.timestamp() * 1000)),
        number=f"S{dice.getrandbits(52):013x}",
        town_id=town.town,
        source=source,
        external_number=f"{received:%Y%m%d}{dice.getrandbits(32):08d}" if source == "hotline" else "",
        flow=town.flows[source],
        origin="demo",
        state=town.one(OPEN if is_open else ENDED),
        seq=6,
        round=1,
        unit_id=main if is_open else town.center,
        basis="rule",
        main_unit_id=main,
        class_code=str(town.often(town.classes)),
        demand_type=dice.choice(("help", "complaint", "consult", "suggestion"))
        if source == "hotline"
        else "",
        time_class=dice.choice(("1", "5", "15")) if source == "hotline" else "",
        severity=dice.choice(("general", "general", "general", "major", "urgent")),
        village_id=village,
        block_id=dice.choice(town.villages[village]).id if town.villages[village] else None,
        title=town.text()[:40],
        received_at=received,
        due_at=due if is_open else None,
        next_mark_at=now + timedelta(days=365) if is_open else None,
        is_open=is_open,
        reworks=int(dice.random() < 0.02),  # noqa: PLR2004
        reopened=int(dice.random() < 0.01),  # noqa: PLR2004
        closed_at=None if is_open else due,
    )


def store(made: list[Order], town: Town) -> None:
    """Everything a list reads."""
    with write():
        put(made)
        put([OrderNumber(number=row.number, order_id=row.id) for row in made])
        put(
            [
                OrderScope(scope=scope, received_at=row.received_at, order_id=row.id)
                for row, scope in scopes(made, town)
            ]
        )
        search.index_many(
            "order", {row.id: f"{row.number}\n{row.external_number}\n{row.title}" for row in made}
        )


def scopes(made: list[Order], town: Town) -> Iterator[tuple[Order, int]]:
    for row in made:
        yield row, rows.unit_scope(town.center)
        yield row, rows.unit_scope(row.main_unit_id or 0)
        yield row, rows.area_scope(row.village_id or 0)


def put(made: Sequence[Model]) -> None:
    """SQLite takes many rows a statement, PostgreSQL a stream."""
    if is_sqlite():
        sql.insert(made)
        return
    fields = [field for field in made[0]._meta.concrete_fields if field.column]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f'COPY "{made[0]._meta.db_table}" ({columns}) FROM STDIN') as stream,
    ):
        for row in made:
            stream.write_row([getattr(row, field.attname) for field in fields])

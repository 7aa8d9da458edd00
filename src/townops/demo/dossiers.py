"""Invents the dossiers of the demo town: plausible, seeded by the code of the block, some incomplete, some overdue."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from townops.areas import api as areas
from townops.demo.town import BUILDER
from townops.kernel.workdays import SHANGHAI

HOUSEHOLDS: Final = {"estate": (180, 1600), "hamlet": (20, 90), "care": (1, 3)}
WORKERS: Final = {
    "firm": (30, 900), "building": (80, 1500), "commerce": (20, 400), "school": (40, 180), "medical": (20, 260), "care": (15, 70),
    "institution": (10, 120), "site": (30, 220),
}  # fmt: skip
PLACES: Final = {
    "commerce": ("消防重点单位", "商场"), "building": ("高层建筑", "大楼"), "care": ("养老机构", "养老院"),
    "medical": ("医疗机构", "卫生站"), "school": ("学校", "校区"), "firm": ("企业仓库", "仓库"),
    "site": ("在建工地", "工地"), "scenic": ("人员密集场所", "游客中心"),
}  # fmt: skip
COMPONENTS: Final = (
    ("0101", "上水井盖"), ("0102", "污水井盖"), ("0103", "雨水井盖"), ("0137", "路灯"), ("0150", "监控电子眼"), ("0305", "垃圾箱"),
    ("0402", "行道树"), ("0212", "路名牌"),
)  # fmt: skip
FORCE: Final = (("社区民警", 2), ("城管队员", 6), ("网格辅助员", 12), ("平安志愿者", 30), ("市场监管", 2))
EQUIPMENT: Final = (("巡逻电动车", 4), ("执法记录仪", 10), ("对讲机", 16), ("应急发电机", 1))


def is_unanswered(code: str) -> bool:
    """A few blocks have nobody registered, so that the list of defects is not empty."""
    return Random(f"who {code}").random() < 0.008


def build_dossiers(town: str, *, at: datetime) -> int:
    """Dossiers of the town's blocks and grids, where there are none; returns how many."""
    serials, today = Serials(town), at.astimezone(SHANGHAI).date()
    found, reviewed = dict[int, dict[str, str]](), dict[int, date]()
    for block in areas.areas_of(town, "block"):
        rng = Random(f"dossier {block.code}")
        if rng.random() < 0.02:
            continue
        found[block.id] = areas.read_dossier(
            "block", dict(_block(block, rng, serials, today)), county=town[:6]
        )
        if rng.random() > 0.02:
            reviewed[block.id] = today - timedelta(days=min(rng.randrange(1, 400), rng.randrange(1, 200)))
    for grid in areas.areas_of(town, "grid"):
        found[grid.id] = areas.read_dossier("grid", _grid(Random(f"force {grid.code}")), county=town[:6])
    areas.enter_places(_places(town), since=today - timedelta(days=365), actor=BUILDER, at=at)
    return areas.enter_dossiers(found, reviewed, actor=BUILDER, at=at)


def _places(town: str) -> Iterator[tuple[areas.AreaView, str, str, str]]:
    """A key place in every block of a type that has such."""
    for block in areas.areas_of(town, "block"):
        lane = Random(f"dossier {block.code}").randrange(10, 900, 2)
        if kind := PLACES.get(block.block_type):
            yield block, kind[0], f"{block.name}{kind[1]}", f"{block.name[:2]}路{lane}弄1号"


class Serials:
    """Codes of components, none twice in a district: each town has a thousand of every class."""

    def __init__(self, town: str) -> None:
        self._county, first = town[:6], int(town[6:9]) * 1000 + 1
        self._next = {kind: count(first) for kind, _ in COMPONENTS}

    def code(self, kind: str) -> str:
        return f"{self._county}{kind}{next(self._next[kind]):06d}"


def _block(block: areas.AreaView, rng: Random, serials: Serials, today: date) -> Iterator[tuple[str, str]]:
    lane, short = rng.randrange(10, 900, 2), block.name[:2]
    if rng.random() > 0.04:
        yield "address", f"{short}路{lane}弄"
        yield "plates", "、".join(f"{lane}弄{number}号" for number in range(1, rng.randrange(2, 7)))
    yield from _people(block.block_type, rng, today)
    lines = []
    for _ in range(rng.randrange(0, 6)):
        code, name = rng.choice(COMPONENTS)
        lines.append(f"{serials.code(code)}，{name}，{short}路{lane}弄口")
    yield "components", "\n".join(lines)


def _people(kind: str, rng: Random, today: date) -> Iterator[tuple[str, str]]:
    if kind in HOUSEHOLDS and rng.random() > 0.05:
        households = rng.randrange(*HOUSEHOLDS[kind])
        residents = int(households * rng.uniform(2.1, 2.9))
        yield "households", str(households)
        yield "residents", str(residents)
        yield "incomers", str(int(residents * rng.uniform(0.1, 0.5)))
        yield "elders", str(int(residents * rng.uniform(0.15, 0.4)))
    if kind in WORKERS:
        yield "workers", str(rng.randrange(*WORKERS[kind]))
    yield "counted_on", today.replace(month=1, day=1).isoformat()


def _grid(rng: Random) -> dict[str, str]:
    def lines(of: tuple[tuple[str, int], ...]) -> str:
        return "\n".join(f"{name}，{max(1, round(amount * rng.uniform(0.7, 1.4)))}" for name, amount in of)

    return {"force": lines(FORCE), "equipment": lines(EQUIPMENT)}

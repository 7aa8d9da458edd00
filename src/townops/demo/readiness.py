"""Invents what the demo town has prepared: seeded by names, with gaps, so that not everything is as it should be."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from townops.areas import api as areas
from townops.base.ledger import bulk
from townops.base.ledger.seeing import Viewer
from townops.demo.town import BUILDER
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

OFFICE: Final = "党政办（应急管理办公室）"
Row = dict[str, str]
MATTERS: Final = (
    "应急值守",
    "隐患排查",
    "风险评估",
    "物资保障",
    "联动处置",
    "现场救援",
    "社会参与",
    "应急征用",
    "舆情应对",
    "灾害救助",
)
SPECIAL: Final = (
    "防汛防台",
    "火灾事故",
    "公共卫生",
    "环境污染",
    "食品安全",
    "安全生产",
    "公用事业",
    "群体性事件",
    "舆情应对",
)  # one of the ten is lacking, and one rule of the eleven
GOODS: Final = (
    ("铁锹", "铁锹", "把", 40), ("灭火器", "灭火器 4kg", "具", 60), ("防洪沙袋", "防洪沙袋 70×40cm", "只", 400),
    ("食品", "压缩饼干", "箱", 20), ("饮用水", "瓶装水 550ml", "箱", 40), ("床", "折叠床", "张", 20), ("布草", "棉被", "条", 30),
)  # fmt: skip


def build_readiness(town: str, *, at: datetime) -> int:
    """Every register of readiness, where it is empty; returns how many rows."""
    invented = _Invented(town, at.astimezone(SHANGHAI).date())
    viewer = Viewer(BUILDER, town)
    made = 0
    for code, rows in invented.registers():
        if bulk.is_empty(code, viewer=viewer):
            for age, some in _by_age(code, rows).items():
                made += bulk.enter(code, some, viewer=viewer, at=at - timedelta(days=age))
    return made


def _by_age(code: str, rows: Iterator[Row]) -> dict[int, list[Row]]:
    """Rows by how many days ago somebody last looked at them; a few are due again."""
    found: dict[int, list[Row]] = {}
    for number, row in enumerate(rows):
        age = Random(f"age {code} {number}").choice((380, 60, 60, 60, 20, 20, 20, 20, 20, 20))
        found.setdefault(age, []).append(row)
    return dict(sorted(found.items(), reverse=True))


class _Invented:
    """Rows in words, as a clerk would type them."""

    def __init__(self, town: str, today: date) -> None:
        self.today = today
        self.year = today.year
        self.town = areas.area(town).name
        self.villages = [one for one in areas.villages(town) if not one.directly_managed]
        self.units = {
            one.area_id: one.name for one in people.units(town=town) if one.kind == "village" and one.area_id
        }

    def registers(self) -> Iterator[tuple[str, Iterator[Row]]]:
        yield "rule", self.rules()
        yield "budget", self.budgets()
        yield "plan", self.plans()
        yield "supply", self.supplies()
        yield "agreement", self.agreements()
        yield "family-kit", self.kits()
        yield "drill", self.drills()
        yield "campaign", self.campaigns()
        yield "flood-facility", self.floods()
        yield "flood-inspection", self.inspections()
        yield "micro-fire-station", self.stations()
        yield "arrival-test", self.arrivals()
        yield "fire-facility", self.fires()
        yield "charging-site", self.charging()
        yield "shelter", self.shelters()

    def _ago(self, *days: int) -> str:
        return (self.today - timedelta(days=Random(f"ago {days}").randrange(*days))).isoformat()

    def _spot(self, name: str) -> Row:
        rng = Random(f"spot {name}")
        return {"lng": f"{121.515 + rng.random() * 0.065:.6f}", "lat": f"{31.338 + rng.random() * 0.045:.6f}"}

    def _unit(self, village: areas.AreaView) -> str:
        return self.units.get(village.id, OFFICE)

    def rules(self) -> Iterator[Row]:
        for number, matter in enumerate(MATTERS, 1):
            yield {
                "name": f"{self.town}{matter}工作制度", "matter": matter, "number": f"高应急〔{self.year}〕{number}号", "unit": OFFICE,
                "issued_on": date(self.year, 1, 10 + number).isoformat(),
            }  # fmt: skip
        for village in self.villages:
            for matter in ("居村管理手册", "居村处置手册")[
                : 1 + (Random(f"rule {village.code}").random() < 0.8)
            ]:
                yield {
                    "name": f"{village.name}{matter[2:]}", "matter": matter, "unit": self._unit(village), "area": village.name,
                    "issued_on": date(self.year, 3, 1).isoformat(),
                }  # fmt: skip

    def budgets(self) -> Iterator[Row]:
        for year in (self.year - 1, self.year):
            for purpose, amount, share in (
                ("应急物资购置", 120, 48),
                ("演练与培训", 36, 12),
                ("防汛设施养护", 210, 0),
            ):
                spent = amount * (1.0 if year < self.year else 0.7)
                yield {
                    "year": str(year), "purpose": purpose, "unit": OFFICE, "amount": str(amount), "for_villages": str(share),
                    "spent": f"{spent:.2f}",
                }  # fmt: skip

    def plans(self) -> Iterator[Row]:
        kinds = [("总体", "总体预案"), *((one, "必备专项预案") for one in SPECIAL), ("其他", "自选专项预案")]
        for topic, kind in kinds:
            name = {"总体": "突发事件总体应急预案", "其他": "大客流应对专项预案"}.get(
                topic, f"{topic}专项应急预案"
            )
            old = topic == "环境污染"  # one is past its revision
            approved = date(self.year - (4 if old else 1), 3, 20)
            yield {
                "name": f"{self.town}{name}", "kind": kind, "topic": topic, "version": f"{approved.year}版", "unit": OFFICE,
                "approved_by": "镇长办公会", "approved_on": approved.isoformat(),
                "review_due": date(approved.year + 3, 3, 20).isoformat(),
            }  # fmt: skip

    def supplies(self) -> Iterator[Row]:
        yield from self._store("镇应急物资仓库", self.town, OFFICE, "镇级", 8)
        for village in self.villages:
            if Random(f"store {village.code}").random() < 0.94:
                yield from self._store(
                    f"{village.name}应急物资库", village.name, self._unit(village), "社区（居村）", 1
                )

    def _store(self, store: str, area: str, unit: str, level: str, times: int) -> Iterator[Row]:
        place = self._spot(store)
        for kind, item, measure, quota in GOODS:
            rng = Random(f"{store} {item}")
            aged = kind in {"食品", "饮用水", "灭火器"}
            expires = self.today + timedelta(days=rng.randrange(-40, 500))
            yield {
                "store": store, "area": area, "unit": unit, "level": level, "kind": kind, "item": item, "counted_in": measure,
                "quota": str(quota * times), "quantity": str(round(quota * times * min(1.0, 0.7 + rng.random()))),
                "expires_on": expires.isoformat() if aged else "",
                "inspected_on": (self.today - timedelta(days=rng.randrange(1, 200))).isoformat(),
                "keeper": "演示保管", "keeper_phone": f"1000{rng.randrange(10**7):07d}", **place,
            }  # fmt: skip

    def agreements(self) -> Iterator[Row]:
        for number, (party, items) in enumerate(
            (
                ("演示超市", "饮用水、方便食品"),
                ("演示建材行", "沙袋、铁锹、编织袋"),
                ("演示租赁公司", "发电机、水泵"),
            ),
            1,
        ):
            ends = self.today + timedelta(days=(-20, 300, 700)[number - 1])
            yield {
                "number": f"XY-{self.year}-{number:02d}", "party": party, "unit": OFFICE, "area": self.town, "items": items,
                "ready_within": "2", "signed_on": date(self.year - 2, 1, 1).isoformat(), "expires_on": ends.isoformat(),
                "phone": f"1000000010{number}",
            }  # fmt: skip

    def kits(self) -> Iterator[Row]:
        for village in self.villages:
            rng = Random(f"kit {village.code}")
            households = rng.randrange(400, 3000)
            yield {
                "year": str(self.year), "area": village.name, "households": str(households),
                "lists": str(round(households * min(1, 0.6 + rng.random()))), "kits": str(round(households * rng.random() * 0.4)),
            }  # fmt: skip

    def drills(self) -> Iterator[Row]:
        whole = {"has_plan": "是", "has_script": "是", "has_evaluation": "是", "has_pictures": "是"}
        counts = {"residents": "60", "firms": "4", "societies": "1", "volunteers": "20"}
        for name, month, parts in (("防汛防台", 5, whole), ("火灾疏散", 9, whole | {"has_script": "否"})):
            day = date(self.year, month, 12)
            if day <= self.today:
                yield {
                    "name": f"{self.year}年{name}综合演练", "scope": "综合演练", "unit": OFFICE, "area": self.town,
                    "planned_for": day.isoformat(), "held_on": day.isoformat(), **counts, **parts,
                }  # fmt: skip
        for village in self.villages:
            held = Random(f"drill {village.code}").choice((0, 1, 2, 2, 2))
            for number in range(held):
                day = date(self.year, 4 + 2 * number, 20)
                yield {
                    "name": f"{village.name}{('疏散', '灭火')[number]}演练", "scope": "居村演练", "unit": self._unit(village),
                    "area": village.name, "planned_for": day.isoformat(),
                    "held_on": day.isoformat() if day <= self.today else "", "residents": "40", **whole,
                }  # fmt: skip

    def campaigns(self) -> Iterator[Row]:
        for kind, month in (("全国防灾减灾日", 5), ("安全生产月", 6), ("进社区", 7), ("进学校", 9)):
            day = date(self.year, month, 12)
            if day <= self.today:
                yield {
                    "name": f"{self.year}年{kind}宣传", "kind": kind, "unit": OFFICE, "area": self.town, "held_on": day.isoformat(),
                    "people_reached": "300", "content": "避险知识、灭火器使用",
                }  # fmt: skip

    def floods(self) -> Iterator[Row]:
        for number, kind in enumerate(("水闸", "水闸", "堤防", "排水管网", "排水管网", "泵站"), 1):
            yield {
                "code": f"FX-{number:03d}", "name": f"{number}号{kind}", "kind": kind, "area": self.town, "unit": OFFICE,
                "sound": "否" if number == 4 else "是", "up_to_standard": "是", **self._spot(f"flood {number}"),
            }  # fmt: skip

    def inspections(self) -> Iterator[Row]:
        for number in range(1, 6):
            broken = number == 4
            yield {
                "facility": f"FX-{number:03d}", "area": self.town, "inspected_on": self._ago(10, 100 + number), "by": "演示管养班组",
                "sound": "否" if broken else "是", "fault": "局部淤堵" if broken else "",
            }  # fmt: skip

    def stations(self) -> Iterator[Row]:
        for village in self.villages:
            rng = Random(f"fire {village.code}")
            people_there = rng.randrange(5, 9)
            yield {
                "name": f"{village.name}微型消防站", "area": village.name, "unit": self._unit(village), "people": str(people_there),
                "trained": str(people_there - (rng.random() < 0.2)), "per_shift": "3", "marked": "是", "ruled": "是",
                "geared": "否" if rng.random() < 0.1 else "是", "managed": "是", "gear": "灭火器、水带、水枪、消火栓扳手、防护服",
                "phone": f"1000{rng.randrange(10**7):07d}", **self._spot(f"fire {village.code}"),
            }  # fmt: skip

    def arrivals(self) -> Iterator[Row]:
        for village in self.villages:
            rng = Random(f"arrival {village.code}")
            called = datetime(self.year, self.today.month, 1, 9, 30) - timedelta(days=rng.randrange(10, 120))  # noqa: DTZ001
            arrived = called + timedelta(seconds=rng.randrange(80, 220))
            yield {
                "station": f"{village.name}微型消防站", "area": village.name, "called_at": called.isoformat(" ", "minutes"),
                "arrived_at": arrived.isoformat(" ", "seconds"), "real": "否",
            }  # fmt: skip

    def fires(self) -> Iterator[Row]:
        for village in self.villages:
            for kind in ("消火栓", "灭火器", "应急照明"):
                rng = Random(f"{kind} {village.code}")
                count = rng.randrange(10, 60)
                yield {
                    "place": f"{village.name}公共部位", "area": village.name, "unit": self._unit(village), "kind": kind,
                    "count": str(count), "sound": str(count - rng.choice((0, 0, 0, 1, 2))), "inspected_on": self._ago(1, 200),
                }  # fmt: skip

    def charging(self) -> Iterator[Row]:
        for number, village in enumerate(self.villages, 1):
            yield {
                "code": f"CD-{number:03d}", "place": f"{village.name}集中车棚", "area": village.name, "unit": self._unit(village),
                "kind": "充电", "sockets": "20", "sound": "是", "inspected_on": self._ago(1, 250), **self._spot(f"cd {village.code}"),
            }  # fmt: skip

    def shelters(self) -> Iterator[Row]:
        schools = ("第一中学", "第二中学", "中心小学", "社区学校", "文体中心", "职业学校")
        for number, name in enumerate(schools, 1):
            rng = Random(f"shelter {name}")
            m2 = rng.randrange(8000, 26000)
            yield {
                "name": f"演示{name}避难场所", "area": self.villages[number].name, "unit": OFFICE, "grade": "Ⅱ类" if m2 > 15000 else "Ⅲ类",
                "address": f"演示路{number}号", "effective_m2": str(m2), "capacity": str(round(m2 / 1.5)),
                "up_to_standard": "否" if number == 5 else "是", "contact": "演示联络", "contact_phone": f"1000000020{number}",
                "key_holder": "演示保管", "key_phone": f"1000000030{number}", "route": "沿演示路向东至校门", **self._spot(name),
            }  # fmt: skip

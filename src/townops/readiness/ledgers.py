"""The registers of readiness: one declaration each."""

from datetime import timedelta
from typing import Any, Final

from townops.base.ledger.declaring import Ledger, ledger
from townops.kernel.refusal import Refused
from townops.readiness.models import (
    Agreement,
    ArrivalTest,
    Budget,
    Campaign,
    ChargingSite,
    Drill,
    FamilyKit,
    FireFacility,
    FloodFacility,
    FloodInspection,
    MicroFireStation,
    Plan,
    Rule,
    Shelter,
    StockMove,
    Supply,
)

PAPERS: Final = "制度、经费与预案"
STORES: Final = "应急物资"
PRACTICE: Final = "演练与宣传"
FACILITIES: Final = "防灾设施"
HALF_YEAR: Final = timedelta(days=183)
YEAR: Final = timedelta(days=366)


@ledger
class RuleLedger(Ledger):
    model = Rule
    group = PAPERS
    serves = ("E2", "V3")
    review_every = YEAR
    expires_on = "valid_until"
    in_order = (("issued_on", "valid_until"),)
    example = {
        "name": "应急值守工作制度", "matter": "应急值守", "number": "高应急〔2026〕1号", "unit": "党政办（应急管理办公室）",
        "issued_on": "2026-01-10",
    }  # fmt: skip


@ledger
class BudgetLedger(Ledger):
    model = Budget
    group = PAPERS
    columns = ("year", "purpose", "unit", "amount", "for_villages", "spent", "used")
    serves = ("E3",)
    example = {
        "year": "2026", "purpose": "应急物资购置", "unit": "党政办（应急管理办公室）", "amount": "120", "for_villages": "48",
        "spent": "36.5",
    }  # fmt: skip


@ledger
class PlanLedger(Ledger):
    model = Plan
    group = PAPERS
    serves = ("E10",)
    review_every = YEAR
    expires_on = "review_due"
    in_order = (("approved_on", "review_due"),)
    example = {
        "name": "高桥镇防汛防台专项应急预案", "kind": "必备专项预案", "topic": "防汛防台", "version": "2026版",
        "unit": "党政办（应急管理办公室）", "approved_by": "镇长办公会", "approved_on": "2026-03-20", "review_due": "2029-03-20",
    }  # fmt: skip


@ledger
class SupplyLedger(Ledger):
    model = Supply
    group = STORES
    columns = ("store", "item", "level", "area", "quota", "quantity", "short", "counted_in", "expires_on")
    serves = ("E11", "V5")
    review_every = HALF_YEAR
    expires_on = "expires_on"
    example = {
        "store": "镇应急物资仓库", "area": "高桥镇", "unit": "党政办（应急管理办公室）", "level": "镇级", "kind": "防洪沙袋",
        "item": "防洪沙袋 70×40cm", "counted_in": "只", "quota": "3000", "quantity": "2800", "inspected_on": "2026-05-20",
        "keeper": "示例甲", "keeper_phone": "10000000001",
    }  # fmt: skip


@ledger
class StockMoveLedger(Ledger):
    model = StockMove
    name = "stock-move"
    group = STORES
    serves = ("E11",)
    sort = ("-moved_on",)
    example = {
        "number": "2026-0001", "supply": "镇应急物资仓库 / 防洪沙袋 70×40cm / 党政办（应急管理办公室）", "area": "高桥镇",
        "kind": "出库", "quantity": "200", "moved_on": "2026-07-08", "reason": "台风防御",
    }  # fmt: skip


@ledger
class AgreementLedger(Ledger):
    model = Agreement
    group = STORES
    serves = ("E11",)
    expires_on = "expires_on"
    in_order = (("signed_on", "expires_on"),)
    example = {
        "number": "XY-2026-01", "party": "示例超市", "unit": "党政办（应急管理办公室）", "area": "高桥镇",
        "items": "饮用水、方便食品", "ready_within": "2", "signed_on": "2026-01-01", "expires_on": "2027-12-31",
        "phone": "10000000002",
    }  # fmt: skip


@ledger
class FamilyKitLedger(Ledger):
    model = FamilyKit
    name = "family-kit"
    group = STORES
    columns = ("year", "area", "households", "lists", "kits", "reached")
    serves = ("E12",)
    example = {"year": "2026", "area": "高桥镇", "households": "1200", "lists": "1150", "kits": "300"}

    def judge(self, record: Any) -> None:
        for name in ("lists", "kits"):
            if (getattr(record, name) or 0) > record.households:
                label = self.column(name).label
                raise Refused("entry_order", label="户数", than=label, column=name)


@ledger
class DrillLedger(Ledger):
    model = Drill
    group = PRACTICE
    columns = ("name", "scope", "unit", "planned_for", "held_on", "lacking")
    serves = ("E13", "V12")
    sort = ("-planned_for",)
    example = {
        "name": "2026年防汛防台综合演练", "scope": "综合演练", "unit": "党政办（应急管理办公室）", "area": "高桥镇",
        "planned_for": "2026-05-12", "held_on": "2026-05-12", "residents": "60", "firms": "4", "societies": "1",
        "volunteers": "20", "has_plan": "是", "has_script": "是", "has_evaluation": "是", "has_pictures": "是",
    }  # fmt: skip


@ledger
class CampaignLedger(Ledger):
    model = Campaign
    group = PRACTICE
    serves = ("E14", "V12")
    sort = ("-held_on",)
    example = {
        "name": "防灾减灾日宣传", "kind": "全国防灾减灾日", "unit": "党政办（应急管理办公室）", "area": "高桥镇",
        "held_on": "2026-05-12", "people_reached": "300", "content": "避险知识、灭火器使用",
    }  # fmt: skip


@ledger
class FloodFacilityLedger(Ledger):
    model = FloodFacility
    name = "flood-facility"
    group = FACILITIES
    serves = ("E15",)
    review_every = HALF_YEAR
    example = {
        "code": "SZ-001", "name": "一号水闸", "kind": "水闸", "area": "高桥镇", "unit": "城建中心（房办）",
        "sound": "是", "up_to_standard": "是", "lng": "121.56", "lat": "31.36",
    }  # fmt: skip


@ledger
class FloodInspectionLedger(Ledger):
    model = FloodInspection
    name = "flood-inspection"
    group = FACILITIES
    serves = ("E15",)
    sort = ("-inspected_on",)
    in_order = (("inspected_on", "mended_on"),)
    example = {
        "facility": "SZ-001", "area": "高桥镇", "inspected_on": "2026-05-08", "by": "管养班组", "sound": "否",
        "fault": "启闭机渗油", "mended_on": "2026-05-11",
    }  # fmt: skip

    def judge(self, record: Any) -> None:
        if not record.sound and not record.fault:
            raise Refused("entry_missing", label=self.column("fault").label, column="fault")


@ledger
class MicroFireStationLedger(Ledger):
    model = MicroFireStation
    name = "micro-fire-station"
    group = FACILITIES
    columns = ("name", "area", "people", "per_shift", "marked", "ruled", "geared", "managed")
    serves = ("E16", "V4")
    review_every = HALF_YEAR
    in_order = (("trained", "people"), ("per_shift", "people"))
    example = {
        "name": "示例居委会微型消防站", "area": "高桥镇", "unit": "党政办（应急管理办公室）", "people": "6", "trained": "6",
        "per_shift": "3", "gear": "灭火器、水带、水枪、消火栓扳手、防护服", "phone": "10000000003", "lng": "121.56", "lat": "31.36",
    }  # fmt: skip


@ledger
class ArrivalTestLedger(Ledger):
    model = ArrivalTest
    name = "arrival-test"
    group = FACILITIES
    columns = ("station", "area", "called_at", "minutes", "real")
    serves = ("E16",)
    sort = ("-called_at",)
    in_order = (("called_at", "arrived_at"),)
    example = {
        "station": "示例居委会微型消防站", "area": "高桥镇", "called_at": "2026-06-01 09:30", "arrived_at": "2026-06-01 09:32",
        "real": "否",
    }  # fmt: skip


@ledger
class FireFacilityLedger(Ledger):
    model = FireFacility
    name = "fire-facility"
    group = FACILITIES
    columns = ("place", "area", "kind", "count", "sound", "share", "inspected_on")
    serves = ("E16",)
    review_every = HALF_YEAR
    in_order = (("sound", "count"),)
    example = {
        "place": "示例广场", "area": "高桥镇", "unit": "党政办（应急管理办公室）", "kind": "灭火器", "count": "40", "sound": "39",
        "inspected_on": "2026-09-30",
    }  # fmt: skip


@ledger
class ChargingSiteLedger(Ledger):
    model = ChargingSite
    name = "charging-site"
    group = FACILITIES
    serves = ("E16",)
    review_every = HALF_YEAR
    example = {
        "code": "CD-001", "place": "一号楼东侧车棚", "area": "高桥镇", "unit": "党政办（应急管理办公室）", "kind": "充电",
        "sockets": "20", "sound": "是", "inspected_on": "2026-09-10", "lng": "121.56", "lat": "31.36",
    }  # fmt: skip


@ledger
class ShelterLedger(Ledger):
    model = Shelter
    group = FACILITIES
    columns = ("name", "area", "grade", "effective_m2", "capacity", "m2_per_head", "up_to_standard")
    serves = ("E17",)
    review_every = HALF_YEAR
    example = {
        "name": "第一中学体育馆", "area": "高桥镇", "unit": "社发办", "grade": "Ⅱ类", "address": "示例路1号",
        "effective_m2": "1200", "capacity": "800", "up_to_standard": "是", "contact": "示例乙", "contact_phone": "10000000004",
        "key_holder": "示例丙", "key_phone": "10000000005", "route": "沿示例路向东至校门", "lng": "121.57", "lat": "31.35",
    }  # fmt: skip

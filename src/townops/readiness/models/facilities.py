"""What stands against flood and fire: facilities and their inspections (E15), micro fire stations, fire facilities, charging (E16)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from townops.base.ledger.columns import told
from townops.base.ledger.records import Record, SealedField

SECONDS = 60


class FloodFacility(Record):
    """A sluice, a dike, a length of drains, a pump."""

    class Kind(models.TextChoices):
        SLUICE = "sluice", "水闸"
        DIKE = "dike", "堤防"
        DRAIN = "drain", "排水管网"
        PUMP = "pump", "泵站"
        OTHER = "other", "其他"

    code = models.CharField("编号", max_length=30)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=8, choices=Kind, db_index=True)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="管养单位")
    sound = models.BooleanField("完好", default=True)
    up_to_standard = models.BooleanField("达标", default=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    note = models.TextField("备注", blank=True)

    class Meta:
        verbose_name = "防汛防台设施"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "code"], name="readiness_flood_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FloodInspection(Record):
    """A facility looked at, and what was found."""

    facility = models.ForeignKey(FloodFacility, models.PROTECT, related_name="+", verbose_name="设施")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    inspected_on = models.DateField("检查日期", db_index=True)
    by = models.CharField("检查人", max_length=40)
    sound = models.BooleanField("完好", default=True)
    fault = models.CharField("故障或薄弱环节", max_length=200, blank=True)
    mended_on = models.DateField("修复日期", null=True, blank=True)

    class Meta:
        verbose_name = "防汛设施检查"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["town", "facility", "inspected_on"], name="readiness_inspection_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.inspected_on}"


class MicroFireStation(Record):
    """A micro fire station: signs, people, rules, gear, order."""

    name = models.CharField("名称", max_length=60)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在居村")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="管理单位")
    people = models.PositiveSmallIntegerField("队员人数")
    trained = models.PositiveSmallIntegerField("受过灭火训练人数", default=0)
    per_shift = models.PositiveSmallIntegerField("每班人数")
    marked = models.BooleanField("标识清晰", default=True)
    ruled = models.BooleanField("制度完善", default=True)
    geared = models.BooleanField("装备齐全", default=True)
    managed = models.BooleanField("管理规范", default=True)
    gear = models.CharField("装备", max_length=200, blank=True)
    phone = SealedField("值守电话", mask="phone", max_length=40, blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "微型消防站"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "name"], name="readiness_station_once")
        ]

    def __str__(self) -> str:
        return self.name


class ArrivalTest(Record):
    """A call to a micro fire station, and when its people were there."""

    station = models.ForeignKey(MicroFireStation, models.PROTECT, related_name="+", verbose_name="微型消防站")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在居村")
    called_at = models.DateTimeField("呼叫时间", db_index=True)
    arrived_at = models.DateTimeField("到场时间")
    real = models.BooleanField("真实火警", default=False)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "到场测试"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "station", "called_at"], name="readiness_arrival_once"),
            models.CheckConstraint(
                condition=Q(arrived_at__gte=F("called_at")), name="readiness_arrival_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.called_at}"

    @told("用时（分钟）")
    def minutes(self) -> float:
        """From the call to the arrival."""
        return round((self.arrived_at - self.called_at).total_seconds() / SECONDS, 1)


class FireFacility(Record):
    """Fire facilities of a place, counted by kind; how many of them are sound."""

    class Kind(models.TextChoices):
        HYDRANT = "hydrant", "消火栓"
        EXTINGUISHER = "extinguisher", "灭火器"
        ALARM = "alarm", "火灾报警"
        SPRINKLER = "sprinkler", "喷淋"
        LIGHT = "light", "应急照明"
        EXIT = "exit", "安全出口"
        WAY = "way", "疏散通道"
        LIFE = "life", "生命通道"

    place = models.CharField("场所", max_length=60)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="管理单位")
    kind = models.CharField("类型", max_length=12, choices=Kind, db_index=True)
    count = models.PositiveIntegerField("总数")
    sound = models.PositiveIntegerField("完好数")
    inspected_on = models.DateField("检查日期")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "消防设施"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "place", "kind", "area"], name="readiness_fire_once"),
            models.CheckConstraint(condition=Q(sound__lte=F("count")), name="readiness_fire_sound"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.kind}"

    @told("完好率")
    def share(self) -> str:
        return f"{100 * self.sound / self.count:.1f}%" if self.count else ""


class ChargingSite(Record):
    """Where electric bicycles are charged or change batteries."""

    class Kind(models.TextChoices):
        CHARGE = "charge", "充电"
        SWAP = "swap", "换电"

    code = models.CharField("编号", max_length=30)
    place = models.CharField("位置", max_length=80)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在居村")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="管理单位")
    kind = models.CharField("类型", max_length=6, choices=Kind, db_index=True)
    sockets = models.PositiveSmallIntegerField("充换电口")
    sound = models.BooleanField("完好", default=True)
    inspected_on = models.DateField("检查日期", null=True, blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "充换电设施"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "code"], name="readiness_charging_once")
        ]

    def __str__(self) -> str:
        return self.code

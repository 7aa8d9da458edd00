"""What is in store: supplies on three levels and in society (E11, V5), agreements with shops and firms, kits of families (E12)."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from townops.base.ledger.columns import told
from townops.base.ledger.records import Record, SealedField
from townops.readiness.models.papers import FIRST_YEAR, LAST_YEAR


class Supply(Record):
    """One kind of thing in one store."""

    class Level(models.TextChoices):
        TOWN = "town", "镇级"
        VILLAGE = "village", "社区（居村）"
        SOCIETY = "society", "社会（企事业单位）"
        AGREED = "agreed", "协议"

    class Kind(models.TextChoices):
        SHOVEL = "shovel", "铁锹"
        EXTINGUISHER = "extinguisher", "灭火器"
        SANDBAG = "sandbag", "防洪沙袋"
        FOOD = "food", "食品"
        WATER = "water", "饮用水"
        BED = "bed", "床"
        LINEN = "linen", "布草"
        RESCUE = "rescue", "其他救援物资"
        LIVING = "living", "其他生活物资"

    store = models.CharField("仓库", max_length=60)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="储备单位")
    level = models.CharField("层级", max_length=8, choices=Level, db_index=True)
    kind = models.CharField("类别", max_length=12, choices=Kind, db_index=True)
    item = models.CharField("品名规格", max_length=60)
    counted_in = models.CharField("计量单位", max_length=8)
    quota = models.PositiveIntegerField("定额")
    quantity = models.PositiveIntegerField("现存")
    expires_on = models.DateField("有效期至", null=True, blank=True, db_index=True)
    inspected_on = models.DateField("最近检查", null=True, blank=True)
    keeper = SealedField("保管人", mask="name", max_length=40, blank=True)
    keeper_phone = SealedField("保管人电话", mask="phone", max_length=40, blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "应急物资"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "store", "item", "unit"], name="readiness_supply_once")
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.item}"

    @told("缺口")
    def short(self) -> int:
        """How many are lacking to the quota."""
        return max(0, self.quota - self.quantity)


class StockMove(Record):
    """Something taken out of a store or put into it."""

    class Kind(models.TextChoices):
        IN = "in", "入库"
        OUT = "out", "出库"
        BACK = "back", "归还"
        WASTE = "waste", "报废"

    number = models.CharField("单号", max_length=30)
    supply = models.ForeignKey(Supply, models.PROTECT, related_name="+", verbose_name="物资")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    kind = models.CharField("类型", max_length=6, choices=Kind, db_index=True)
    quantity = models.PositiveIntegerField("数量", validators=[MinValueValidator(1)])
    moved_on = models.DateField("日期", db_index=True)
    reason = models.CharField("用途", max_length=120)

    class Meta:
        verbose_name = "物资出入库"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "number"], name="readiness_move_once")
        ]

    def __str__(self) -> str:
        return self.number


class Agreement(Record):
    """A shop or firm nearby that delivers when called."""

    number = models.CharField("协议编号", max_length=30)
    party = models.CharField("商户或企业", max_length=60)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="签约单位")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="供应区域")
    items = models.CharField("供应物资", max_length=200)
    ready_within = models.PositiveSmallIntegerField("到货时限（小时）", validators=[MinValueValidator(1)])
    signed_on = models.DateField("签订日期")
    expires_on = models.DateField("有效期至", db_index=True)
    phone = SealedField("联系电话", mask="phone", max_length=40, blank=True)

    class Meta:
        verbose_name = "协议储备"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "number"], name="readiness_agreement_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.party}"


class FamilyKit(Record):
    """How far lists and kits reached the families of a 居村 in a year (E12)."""

    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="居村")
    households = models.PositiveIntegerField("户数")
    lists = models.PositiveIntegerField("发放清单（户）", default=0)
    kits = models.PositiveIntegerField("发放应急包（户）", default=0)
    note = models.TextField("备注", blank=True)

    class Meta:
        verbose_name = "家庭储备推广"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "year", "area"], name="readiness_kit_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.area_id}"

    @told("清单覆盖")
    def reached(self) -> str:
        """Share of the households that have the list."""
        return f"{100 * self.lists / self.households:.0f}%" if self.households else ""

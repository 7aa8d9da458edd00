"""Where people go (E17)."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from townops.base.ledger.columns import told
from townops.base.ledger.records import Record, SealedField


class Shelter(Record):
    """A place that takes people in; `effective_m2` is what counts for the area per resident."""

    class Grade(models.TextChoices):
        FIRST = "first", "Ⅰ类"
        SECOND = "second", "Ⅱ类"
        THIRD = "third", "Ⅲ类"
        PLACE = "place", "安置点"

    name = models.CharField("名称", max_length=60)
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="管理单位")
    grade = models.CharField("类别", max_length=8, choices=Grade, db_index=True)
    address = models.CharField("地址", max_length=120)
    effective_m2 = models.DecimalField(
        "有效面积（m²）", max_digits=10, decimal_places=1, validators=[MinValueValidator(0)]
    )
    capacity = models.PositiveIntegerField("可容纳人数")
    up_to_standard = models.BooleanField("符合设计规范", default=False)
    contact = SealedField("联系人", mask="name", max_length=40, blank=True)
    contact_phone = SealedField("联系电话", mask="phone", max_length=40, blank=True)
    key_holder = SealedField("钥匙保管人", mask="name", max_length=40, blank=True)
    key_phone = SealedField("钥匙保管人电话", mask="phone", max_length=40, blank=True)
    route = models.TextField("疏散路线", blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = "避难场所"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "name"], name="readiness_shelter_once")
        ]

    def __str__(self) -> str:
        return self.name

    @told("人均（m²）")
    def m2_per_head(self) -> Decimal | None:
        """Effective area for each person it takes in."""
        return round(self.effective_m2 / self.capacity, 2) if self.capacity else None

"""Stored versions of the decision table. Rules are written once, with their set, and never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from townops.kernel.identifiers import new_id


class RuleSet(models.Model):
    """In force from a day until the next one's day. Its id is never reused, so caches are keyed by it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField("版本号", unique=True)
    effective_from = models.DateField("生效日期", db_index=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"v{self.number} {self.effective_from}"


class RuleRow(models.Model):
    """One line of the table; an empty column matches everything."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+")
    order = models.PositiveIntegerField("次序")
    name = models.CharField("名称", max_length=60)
    class_prefix = models.CharField("分类", max_length=24, blank=True)
    area = models.ForeignKey("areas.Area", models.PROTECT, null=True, blank=True, related_name="+")
    block_type = models.CharField("责任块类型", max_length=12, blank=True)
    hours = models.CharField("时段", max_length=8, default="any")
    source = models.CharField("来源", max_length=16, blank=True)
    severity = models.CharField("严重程度", max_length=8, blank=True)
    target = models.CharField("派往", max_length=32)
    limit_amount = models.PositiveSmallIntegerField("处置时限", default=0)
    limit_unit = models.CharField("时限单位", max_length=12, blank=True)

    class Meta:
        ordering = ("rule_set_id", "order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule_set", "order"], name="rule_order_in_set"),
            models.CheckConstraint(
                condition=Q(limit_amount=0, limit_unit="") | Q(limit_amount__gte=1) & ~Q(limit_unit=""),
                name="rule_limit_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.name}"

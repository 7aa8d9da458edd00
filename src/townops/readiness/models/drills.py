"""What is practised and taught: drills (E13, V12), campaigns (E14)."""

from typing import ClassVar

from django.db import models

from townops.base.ledger.columns import told
from townops.base.ledger.records import Record


class Drill(Record):
    """A drill that was planned or held. Complete: plan, script, evaluation, and pictures or video."""

    class Scope(models.TextChoices):
        FULL = "full", "综合演练"
        SPECIAL = "special", "专项演练"
        VILLAGE = "village", "居村演练"
        FIRM = "firm", "单位演练"

    name = models.CharField("演练名称", max_length=80)
    scope = models.CharField("范围", max_length=8, choices=Scope, db_index=True)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="组织单位")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    plan = models.ForeignKey(
        "readiness.Plan", models.PROTECT, related_name="+", verbose_name="依据预案", null=True, blank=True
    )
    planned_for = models.DateField("计划日期")
    held_on = models.DateField("举行日期", null=True, blank=True, db_index=True)
    residents = models.PositiveIntegerField("居民人数", default=0, null=True, blank=True)
    firms = models.PositiveIntegerField("企事业单位数", default=0, null=True, blank=True)
    societies = models.PositiveIntegerField("社会组织数", default=0, null=True, blank=True)
    volunteers = models.PositiveIntegerField("志愿者人数", default=0, null=True, blank=True)
    has_plan = models.BooleanField("有方案", default=False)
    has_script = models.BooleanField("有脚本", default=False)
    has_evaluation = models.BooleanField("有评估", default=False)
    has_pictures = models.BooleanField("有影像", default=False)
    findings = models.TextField("发现的问题", blank=True)

    class Meta:
        verbose_name = "应急演练"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["town", "name", "planned_for", "unit"], name="readiness_drill_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def missing_parts(self) -> list[str]:
        """What a complete record still lacks, in words."""
        parts = (
            ("方案", self.has_plan), ("脚本", self.has_script), ("评估", self.has_evaluation), ("影像", self.has_pictures),
        )  # fmt: skip
        return [word for word, has in parts if not has]

    @told("还缺")
    def lacking(self) -> str:
        return "、".join(self.missing_parts()) if self.held_on else "未举行"


class Campaign(Record):
    """Teaching the public (E14): 五进, and the days and months set for it."""

    class Kind(models.TextChoices):
        FIRMS = "firms", "进企业"
        COUNTRY = "country", "进农村"
        ESTATES = "estates", "进社区"
        SCHOOLS = "schools", "进学校"
        HOMES = "homes", "进家庭"
        DISASTER_DAY = "disaster_day", "全国防灾减灾日"
        SAFETY_MONTH = "safety_month", "安全生产月"
        FIRE_MONTH = "fire_month", "消防宣传月"
        OTHER = "other", "其他"

    name = models.CharField("活动名称", max_length=80)
    kind = models.CharField("类型", max_length=12, choices=Kind, db_index=True)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="组织单位")
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    held_on = models.DateField("举行日期", db_index=True)
    people_reached = models.PositiveIntegerField("参加人数", null=True, blank=True)
    content = models.TextField("内容", blank=True)

    class Meta:
        verbose_name = "宣传教育活动"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["town", "name", "held_on", "area"], name="readiness_campaign_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

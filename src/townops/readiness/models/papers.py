"""What is written down beforehand: rules (E2), budgets (E3), plans 1+10+X (E10)."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from townops.base.ledger.columns import told
from townops.base.ledger.records import Record

FIRST_YEAR, LAST_YEAR = 2000, 2100


class Rule(Record):
    """A rule the town works by; the eleven matters are the mandate's own."""

    class Matter(models.TextChoices):
        DUTY = "duty", "应急值守"
        DANGERS = "dangers", "隐患排查"
        RISK = "risk", "风险评估"
        SUPPLIES = "supplies", "物资保障"
        JOINT = "joint", "联动处置"
        RESCUE = "rescue", "现场救援"
        SOCIETY = "society", "社会参与"
        REQUISITION = "requisition", "应急征用"
        OPINION = "opinion", "舆情应对"
        RELIEF = "relief", "灾害救助"
        PERFORMANCE = "performance", "绩效评估"
        MANUAL = "manual", "居村管理手册"
        HANDLING = "handling", "居村处置手册"
        OTHER = "other", "其他"

    name = models.CharField("制度名称", max_length=80)
    matter = models.CharField("事项", max_length=12, choices=Matter, db_index=True)
    number = models.CharField("文号", max_length=60, blank=True)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="制定单位")
    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name="适用居村", null=True, blank=True
    )
    issued_on = models.DateField("印发日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    note = models.TextField("备注", blank=True)

    class Meta:
        verbose_name = "应急制度"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "name", "unit"], name="readiness_rule_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")), name="readiness_rule_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Budget(Record):
    """Money set aside in a year for one purpose; the share of the 居村 is told apart."""

    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    purpose = models.CharField("用途", max_length=80)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="使用单位")
    amount = models.DecimalField(
        "预算（万元）", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    for_villages = models.DecimalField(
        "其中居村（万元）", max_digits=12, decimal_places=2, default=0, blank=True, null=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    spent = models.DecimalField(
        "已支出（万元）",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    note = models.TextField("备注", blank=True)

    class Meta:
        verbose_name = "应急经费"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "year", "purpose", "unit"], name="readiness_budget_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.purpose}"

    @told("执行率")
    def used(self) -> str:
        """Share of the money that was spent."""
        return f"{100 * self.spent / self.amount:.0f}%" if self.spent is not None and self.amount else ""


class Plan(Record):
    """An emergency plan: the one, the ten, and those the town chose (1+10+X), or one of a 居村 or firm."""

    class Kind(models.TextChoices):
        OVERALL = "overall", "总体预案"
        SPECIAL = "special", "必备专项预案"
        CHOSEN = "chosen", "自选专项预案"
        VILLAGE = "village", "居村预案"
        FIRM = "firm", "单位预案"

    class Topic(models.TextChoices):
        OVERALL = "overall", "总体"
        FLOOD = "flood", "防汛防台"
        FIRE = "fire", "火灾事故"
        HEALTH = "health", "公共卫生"
        POLLUTION = "pollution", "环境污染"
        FOOD = "food", "食品安全"
        WORK = "work", "安全生产"
        UTILITY = "utility", "公用事业"
        CROWD = "crowd", "群体性事件"
        TERROR = "terror", "反恐防暴"
        OPINION = "opinion", "舆情应对"
        OTHER = "other", "其他"

    name = models.CharField("预案名称", max_length=80)
    kind = models.CharField("类型", max_length=8, choices=Kind, db_index=True)
    topic = models.CharField("专项", max_length=12, choices=Topic, db_index=True)
    version = models.CharField("版本", max_length=20)
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", verbose_name="编制单位")
    area = models.ForeignKey(
        "areas.Area", models.PROTECT, related_name="+", verbose_name="适用居村", null=True, blank=True
    )
    approved_by = models.CharField("批准", max_length=40, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    review_due = models.DateField("应修订日期", null=True, blank=True)
    revised_after = models.CharField("修订原因", max_length=120, blank=True)
    note = models.TextField("备注", blank=True)

    class Meta:
        verbose_name = "应急预案"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "name", "version", "unit"], name="readiness_plan_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

"""Stored versions of the catalogue. Rows are written once, with their version, and never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from townops.kernel.identifiers import new_id


class CatalogueVersion(models.Model):
    """In force from a day until the next one's day. Its id is never reused, so caches are keyed by it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField("版本号", unique=True)
    effective_from = models.DateField("生效日期", db_index=True)
    note = models.CharField("说明", max_length=200, blank=True)
    digest = models.CharField("内容摘要", max_length=64)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"v{self.number} {self.effective_from}"


class ClassRow(models.Model):
    """大类, 小类 or 子类 of one version."""

    class Branch(models.TextChoices):
        COMPONENT = "component", "部件"
        EVENT = "event", "事件"
        HOTLINE = "hotline", "热线"

    class Level(models.TextChoices):
        LARGE = "large", "大类"
        SMALL = "small", "小类"
        SUB = "sub", "子类"

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="+")
    branch = models.CharField("分支", max_length=10, choices=Branch)
    code = models.CharField("代码", max_length=24)
    level = models.CharField("层级", max_length=6, choices=Level)
    parent = models.CharField("上级代码", max_length=24, blank=True)
    name = models.CharField("名称", max_length=60)
    keywords = models.TextField("关键词", blank=True)
    unit = models.CharField("主责", max_length=32, blank=True)
    fallback = models.CharField("兜底单位", max_length=32, blank=True)
    needs_power = models.BooleanField("需执法权", default=False)
    time_class = models.PositiveSmallIntegerField("时限分类", default=0)

    class Meta:
        ordering = ("version_id", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="class_code_in_version"),
            models.CheckConstraint(
                condition=Q(level="large", parent="") | ~Q(level="large") & ~Q(parent=""),
                name="class_parent_unless_large",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ConditionRow(models.Model):
    """One filing condition of a class: limit, close condition, who is responsible."""

    class Severity(models.TextChoices):
        GENERAL = "general", "一般"
        MAJOR = "major", "重大"
        URGENT = "urgent", "紧急"

    class Status(models.TextChoices):
        TO_CONFIRM = "to_confirm", "待确认"
        CONFIRMED = "confirmed", "已确认"

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="+")
    klass = models.ForeignKey(ClassRow, models.PROTECT, related_name="+", verbose_name="小类")
    code = models.CharField("条件编号", max_length=32)
    text = models.CharField("立案条件", max_length=300)
    limit_amount = models.PositiveSmallIntegerField("处置时限")
    limit_unit = models.CharField("时限单位", max_length=12)
    safe_amount = models.PositiveSmallIntegerField("先行排险时限", default=0)
    safe_unit = models.CharField("排险时限单位", max_length=12, blank=True)
    close_text = models.CharField("结案条件", max_length=300)
    main_kind = models.CharField("主责", max_length=32)
    fallback = models.CharField("兜底单位", max_length=32)
    assist = models.CharField("协办单位", max_length=300, blank=True)
    needs_power = models.BooleanField("需执法权", default=False)
    legal_basis = models.CharField("法规依据", max_length=300, blank=True)
    evidence = models.CharField("采集要求", max_length=300, blank=True)
    severity = models.CharField("严重程度", max_length=8, choices=Severity, default=Severity.GENERAL)
    status = models.CharField("时限状态", max_length=12, choices=Status, default=Status.TO_CONFIRM)

    class Meta:
        ordering = ("version_id", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="condition_code_in_version"),
            models.CheckConstraint(condition=Q(limit_amount__gte=1), name="condition_limit_positive"),
            models.CheckConstraint(
                condition=Q(safe_amount=0, safe_unit="") | Q(safe_amount__gte=1) & ~Q(safe_unit=""),
                name="condition_safe_limit_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class SourceLimitRow(models.Model):
    """Another limit of a condition for orders of one source."""

    condition = models.ForeignKey(ConditionRow, models.PROTECT, related_name="source_limits")
    source = models.CharField("来源", max_length=16)
    amount = models.PositiveSmallIntegerField("处置时限")
    unit = models.CharField("时限单位", max_length=12)

    class Meta:
        ordering = ("condition_id", "source")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["condition", "source"], name="source_limit_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="source_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.amount} {self.unit}"


class DemandTypeRow(models.Model):
    """诉求类型 of one version."""

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="+")
    code = models.CharField("代码", max_length=16)
    name = models.CharField("名称", max_length=20)

    class Meta:
        ordering = ("version_id", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="demand_code_in_version"),
        ]

    def __str__(self) -> str:
        return self.name


class TimeClassRow(models.Model):
    """A reply time of the hotline branch, in hotline working days."""

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField("工作日")
    name = models.CharField("名称", max_length=40)

    class Meta:
        ordering = ("version_id", "days")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "days"], name="time_class_in_version"),
        ]

    def __str__(self) -> str:
        return self.name

"""Area identity and, beside it, versioned shapes. Orders point at the identity, so a new survey rewrites no
order.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Area(models.Model):
    """One town, responsibility grid, village (居村) or responsibility block. `path` is "/1/7/42/": the ids
    from town to self.
    """

    class Kind(models.TextChoices):
        TOWN = "town", "街镇"
        GRID = "grid", "责任网格"
        VILLAGE = "village", "居村"
        BLOCK = "block", "责任块"

    class BlockType(models.TextChoices):
        ESTATE = "estate", "小区"
        HAMLET = "hamlet", "村队组"
        FIRM = "firm", "企业/园区"
        BUILDING = "building", "楼宇"
        COMMERCE = "commerce", "商业体"
        INSTITUTION = "institution", "公共机构"
        SCHOOL = "school", "学校"
        SCENIC = "scenic", "风景区"
        CULTURE = "culture", "文体"
        MEDICAL = "medical", "医疗"
        CARE = "care", "养老"
        SITE = "site", "工地"
        PUBLIC = "public", "公共区域"
        OTHER = "other", "其它"

    town = models.CharField("街镇代码", max_length=12)
    kind = models.CharField("层级", max_length=8, choices=Kind)
    code = models.CharField("编码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=80)
    block_type = models.CharField("责任块类型", max_length=12, choices=BlockType, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    path = models.CharField("路径", max_length=120, blank=True, db_index=True)
    detached_allowed = models.BooleanField("允许插花地", default=False)
    directly_managed = models.BooleanField("直管区", default=False)
    valid_from = models.DateField("启用日期")
    valid_until = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        ordering = ("code",)
        indexes: ClassVar = [models.Index(fields=["town", "kind", "code"], name="area_town_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="block") & ~Q(block_type="") | ~Q(kind="block") & Q(block_type=""),
                name="area_block_has_type",
            ),
            models.CheckConstraint(
                condition=Q(kind="town", parent__isnull=True) | ~Q(kind="town") & Q(parent__isnull=False),
                name="area_parent_unless_town",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="area_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AreaShape(models.Model):
    """The ground an area covers from one day to another: WKB of a (multi)polygon, EPSG:4490, longitude
    first.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="shapes")
    shape = models.BinaryField("图形")
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("终止日期", null=True, blank=True)
    source_crs = models.CharField("来源坐标系", max_length=40)
    accuracy_m = models.FloatField("精度(米)", null=True, blank=True)

    class Meta:
        ordering = ("area_id", "valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["area", "valid_from"], name="shape_once_a_day"),
            models.UniqueConstraint(
                fields=["area"], condition=Q(valid_until__isnull=True), name="shape_one_current"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="shape_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.valid_from}"


class Stamp(models.Model):
    """Says when a picture kept in memory is stale: (value, turn) changes with every change and never comes
    back.
    """

    name = models.CharField(max_length=20, primary_key=True)
    value = models.BigIntegerField()
    turn = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"

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
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
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
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
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


class Version(models.Model):
    """A set of borders: a draft until it is published, never changed afterwards.

    `revision` counts the operations on the draft, `checked` is the revision that was proven, `borders` the stamp of the
    borders it started from; `applied` says that its words hold and open work has changed hands. A dropped draft is kept,
    but nobody works on it.
    """

    town = models.CharField("街镇代码", max_length=12)
    number = models.PositiveIntegerField("版本号", null=True)
    note = models.CharField("说明", max_length=200)
    revision = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(null=True)
    borders = models.CharField(max_length=40, blank=True)
    equals = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("建立时间")
    valid_from = models.DateField("生效日期", null=True)
    applied = models.BooleanField(default=False)
    dropped_at = models.DateTimeField("放弃时间", null=True)

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, valid_from__isnull=True)
                | Q(number__isnull=False, valid_from__isnull=False),
                name="version_published_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town} v{self.number or '-'}"


class VersionArea(models.Model):
    """An area as one version holds it. A removed one stays as `gone`, so that whoever still edits it is told."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    code = models.CharField("编码", max_length=32)
    kind = models.CharField("层级", max_length=8, choices=Area.Kind)
    name = models.CharField("名称", max_length=80)
    block_type = models.CharField("责任块类型", max_length=12, choices=Area.BlockType, blank=True)
    parent = models.CharField("上级编码", max_length=32, blank=True)
    detached_allowed = models.BooleanField(default=False)
    directly_managed = models.BooleanField(default=False)
    shape = models.BinaryField("图形")
    revision = models.PositiveIntegerField()
    gone = models.BooleanField(default=False)

    class Meta:
        ordering = ("code",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="version_area_once")
        ]
        indexes: ClassVar = [models.Index(fields=["version", "revision"], name="version_area_news")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.code}"


class VersionEdit(models.Model):
    """One operation on a draft, kept for undo: canonical JSON of every touched feature before and after."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=4)
    person = models.BigIntegerField()
    at = models.DateTimeField()
    body = models.TextField()

    class Meta:
        ordering = ("revision",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "revision"], name="version_edit_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} r{self.revision}"


class SurveyUpload(models.Model):
    """A survey file as it was handed in, with what its reader chose so far; bytes lie under DATA/surveys/`place`.

    `typed` is canonical JSON of the form: the file and every choice outlive a refusal, a closed tab and a restart.
    """

    town = models.CharField("街镇代码", max_length=12)
    place = models.CharField(max_length=32, unique=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("字节数")
    person = models.BigIntegerField("上传人")
    at = models.DateTimeField("上传时间", db_index=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    typed = models.TextField(default="{}")
    taken_at = models.DateTimeField("导入时间", null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Lineage(models.Model):
    """What became of an area's ground with a version; codes, because they outlive every shape."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    on = models.DateField("日期", db_index=True)
    before = models.CharField("原编码", max_length=32, db_index=True)
    after = models.CharField("现编码", max_length=32)
    how = models.CharField("变化", max_length=8)
    m2 = models.FloatField("面积")
    share = models.FloatField("占原面积")

    class Meta:
        ordering = ("on", "before", "after")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "before", "after"], name="lineage_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1.000001), name="lineage_share"),
        ]

    def __str__(self) -> str:
        return f"{self.before} {self.how} {self.after}"


class Dossier(models.Model):
    """What is known of a block or a responsibility grid beside its borders (责任块档案, U11); `seq` counts its changes."""

    area = models.OneToOneField(Area, models.PROTECT, primary_key=True, related_name="+")
    seq = models.PositiveIntegerField(default=1)
    address = models.CharField("地址", max_length=200, blank=True)
    plates = models.CharField("门牌", max_length=400, blank=True)
    households = models.PositiveIntegerField("户数", null=True)
    residents = models.PositiveIntegerField("常住人口", null=True)
    incomers = models.PositiveIntegerField("来沪人员", null=True)
    elders = models.PositiveIntegerField("60岁及以上", null=True)
    workers = models.PositiveIntegerField("从业人员", null=True)
    counted_on = models.DateField("统计日期", null=True)
    note = models.CharField("备注", max_length=500, blank=True)
    reviewed_on = models.DateField("复核日期", null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.area_id} {self.seq}"


class DossierLine(models.Model):
    """One component, kind of people or piece of equipment of a dossier; `name` is its first cell, a component's
    its code, which exists once.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="lines")
    part = models.CharField("栏目", max_length=12)
    name = models.CharField("编码或名称", max_length=80)
    more = models.CharField("名称或数量", max_length=80, blank=True)
    note = models.CharField("位置或说明", max_length=80, blank=True)

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=["dossier", "part"], name="dossier_line_part")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(part="components"), name="component_once")
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.name}"


class Place(models.Model):
    """A key place (重点场所): a thing at a point of a block, with a post to ask, from one day to another; `seq` counts its changes.

    `post` is the id of a post that people keep; whose block it lies in follows new borders.
    """

    town = models.CharField("街镇代码", max_length=12)
    kind = models.CharField("类别", max_length=20)
    name = models.CharField("名称", max_length=80)
    block = models.ForeignKey(Area, models.PROTECT, related_name="+")
    lng = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    address = models.CharField("地址", max_length=120, blank=True)
    post = models.BigIntegerField("联系岗位", null=True)
    valid_from = models.DateField("启用日期")
    valid_until = models.DateField("停用日期", null=True)
    seq = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=["town", "kind"], name="place_town_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="place_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(lng__isnull=True, lat__isnull=True) | Q(lng__isnull=False, lat__isnull=False),
                name="place_point_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"

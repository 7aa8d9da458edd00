"""Units, posts, persons, appointments. Work points at unit and post; nothing here is rewritten when a
person leaves.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Unit(models.Model):
    """A body that can be asked to do something: department, station, village, firm, committee."""

    class Kind(models.TextChoices):
        TOWN = "town", "镇领导班子"
        CENTER = "center", "城运中心"
        DEPARTMENT = "department", "职能部门"
        OFFICE = "office", "办公室"
        COMMITTEE = "committee", "委员会/领导小组"
        SQUAD = "squad", "执法与驻镇机构"
        STATION = "station", "联勤联动站"
        VILLAGE = "village", "居村"
        ENTERPRISE = "enterprise", "企业"
        PUBLIC = "public", "社会公众"

    town = models.CharField("街镇代码", max_length=12)
    code = models.CharField("代码", max_length=32)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey("areas.Area", models.PROTECT, null=True, blank=True, related_name="+")
    enforcement = models.BooleanField("有执法权", default=False)
    leader_post = models.ForeignKey("Post", models.PROTECT, null=True, blank=True, related_name="+")
    active = models.BooleanField("启用", default=True)
    heir = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("town", "code")
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "code"], name="unit_code_in_town")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A duty of a unit. `filled_by` names the post whose holder holds this one too (兼任), e.g.
    城运应急办主任 = 党政办主任.
    """

    class Rank(models.IntegerChoices):
        STAFF = 0, "经办"
        HEAD = 1, "负责人"
        LEADER = 2, "分管领导"
        MAIN_LEADER = 3, "主要领导"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    code = models.CharField("代码", max_length=32)
    name = models.CharField("名称", max_length=40)
    rank = models.PositiveSmallIntegerField("层级", choices=Rank, default=Rank.STAFF)
    sequence = models.PositiveSmallIntegerField("排序", default=0)
    filled_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey("areas.Area", models.PROTECT, null=True, blank=True, related_name="+")
    active = models.BooleanField("启用", default=True)

    class Meta:
        ordering = ("unit_id", "sequence", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "code"], name="post_code_in_unit")]

    def __str__(self) -> str:
        return self.name


class PostRole(models.Model):
    """A role whoever holds the post has."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    role = models.ForeignKey("base.Role", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "role"], name="post_role_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.role_id}"


class Person(models.Model):
    """A human. The phone is sealed at rest and found by its keyed hash; the account is optional."""

    name = models.CharField("姓名", max_length=40)
    phone = models.BinaryField("电话(密)", blank=True, default=bytes)
    phone_hash = models.CharField("电话摘要", max_length=64, blank=True, db_index=True)
    account = models.OneToOneField("base.Account", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """A person holds a post from `starts` up to, not including, `ends`."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    starts = models.DateTimeField("到任")
    ends = models.DateTimeField("离任", null=True, blank=True)

    class Meta:
        ordering = ("starts", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post", "person"], condition=Q(ends__isnull=True), name="appointment_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="appointment_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.post_id}"


class Delegation(models.Model):
    """During an absence somebody else acts for one appointment; it lapses with the appointment."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="delegations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    starts = models.DateTimeField("起")
    ends = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=80, blank=True)

    class Meta:
        ordering = ("starts", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="delegation_dates_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} -> {self.person_id}"


class BlockSubject(models.Model):
    """Who answers for a block: 处置责任主体, 管理权属主体, 维护责任主体 (U11)."""

    class Kind(models.TextChoices):
        HANDLING = "handling", "处置责任主体"
        OWNERSHIP = "ownership", "管理权属主体"
        MAINTENANCE = "maintenance", "维护责任主体"

    block = models.ForeignKey("areas.Area", models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    contact_post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("终止日期", null=True, blank=True)

    class Meta:
        ordering = ("block_id", "kind", "valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "kind", "valid_from"], name="subject_once_a_day"),
            models.UniqueConstraint(
                fields=["block", "kind"], condition=Q(valid_until__isnull=True), name="subject_one_current"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="subject_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} {self.kind} {self.unit_id}"


class Handover(models.Model):
    """What a successor took over with a post: one note for each appointment, listed at the moment it began."""

    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="+")
    starts = models.DateTimeField("到任")
    listed_at = models.DateTimeField("列出时间", null=True, blank=True)
    read_at = models.DateTimeField("已阅", null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["starts"], condition=Q(listed_at__isnull=True), name="handover_unlisted")
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.starts}"


class HandoverItem(models.Model):
    """One thing that waited at the post then; `role` as `people.open_work` tells it."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="items")
    number = models.CharField("编号", max_length=40, db_index=True)
    title = models.CharField("标题", max_length=120)
    due_at = models.DateTimeField("到期", null=True, blank=True)
    role = models.CharField("关系", max_length=12)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.number


class PlannedChange(models.Model):
    """A change of a unit, a post or a role from a moment on: who wants it and why, and whether it was done."""

    class Subject(models.TextChoices):
        UNIT = "unit", "单位"
        POST = "post", "岗位"
        ROLE = "role", "角色"

    class State(models.TextChoices):
        WAITING = "waiting", "待生效"
        DONE = "done", "已生效"
        WITHDRAWN = "withdrawn", "已撤销"
        REFUSED = "refused", "未能生效"

    subject = models.CharField("对象", max_length=8, choices=Subject)
    key = models.CharField("编号", max_length=64)
    action = models.CharField("改动", max_length=12)
    facts = models.TextField("内容")
    starts = models.DateTimeField("生效")
    note = models.CharField("原因", max_length=200)
    person = models.BigIntegerField("谁")
    name = models.CharField("姓名", max_length=40)
    made_at = models.DateTimeField("提出")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    said = models.CharField("未能生效的原因", max_length=300, blank=True)

    class Meta:
        ordering = ("starts", "id")
        indexes: ClassVar = [
            models.Index(fields=["starts", "id"], condition=Q(state="waiting"), name="planned_waiting"),
            models.Index(fields=["subject", "key"], name="planned_of"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.key} {self.action}"

"""What belongs to an order: clocks, tasks, marks, texts, contacts, files, links, upward messages; flows and numbers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class OrderClock(models.Model):
    """A named clock; the projection of a kernel Clock."""

    pk = models.CompositePrimaryKey("order_id", "no")
    order_id = models.BigIntegerField()
    no = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField()
    amount = models.IntegerField()
    time_unit = models.CharField(max_length=12)
    calendar = models.IntegerField()
    started_at = models.DateTimeField()
    used = models.IntegerField("已用秒数")
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    next_mark_at = models.DateTimeField(null=True)
    unit = models.BigIntegerField()
    post = models.BigIntegerField(null=True)
    is_primary = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.order_id} {self.name}"


class OrderTask(models.Model):
    """An assisting unit's part."""

    pk = models.CompositePrimaryKey("order_id", "no")
    order_id = models.BigIntegerField()
    no = models.PositiveSmallIntegerField()
    unit = models.BigIntegerField()
    round = models.PositiveSmallIntegerField()
    done_seq = models.IntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["unit"], condition=Q(done_seq__isnull=True), name="task_open")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.no}"


class OrderMark(models.Model):
    """A mark that fired: once per order, clock, extension and fraction."""

    pk = models.CompositePrimaryKey("order_id", "clock", "extensions", "percent")
    order_id = models.BigIntegerField()
    clock = models.PositiveSmallIntegerField()
    extensions = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    mac = models.CharField(max_length=64, blank=True, default="")  # empty: fired before marks were proven

    def __str__(self) -> str:
        return f"{self.order_id} {self.percent}%"


class OrderText(models.Model):
    """A free text of an event, outside the chain: the event holds only its salted digest, so it can be erased."""

    pk = models.CompositePrimaryKey("order_id", "seq", "name")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    name = models.CharField(max_length=24)
    salt = models.BinaryField(max_length=16)
    text = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq} {self.name}"


class OrderContact(models.Model):
    """Who reported: sealed at rest, found by keyed hash, one row per round."""

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    name = models.BinaryField(blank=True)
    phone = models.BinaryField(blank=True)
    phone_hash = models.CharField(max_length=64, blank=True)
    salt = models.BinaryField(max_length=16)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["phone_hash"], condition=~Q(phone_hash=""), name="contact_by_phone")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq}"


class OrderFile(models.Model):
    """An attachment given with a step."""

    pk = models.CompositePrimaryKey("order_id", "seq", "attachment")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    attachment = models.BigIntegerField()
    name = models.CharField(max_length=24)

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq} {self.attachment}"


class OrderLink(models.Model):
    """Another order it belongs to: merged child, related."""

    pk = models.CompositePrimaryKey("order_id", "kind", "other")
    order_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    other = models.BigIntegerField()
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.other}"


class Upward(models.Model):
    """A message to the district (X0): nothing is silently unsent; unanswered ones are a queue."""

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    town = models.BigIntegerField()
    source = models.CharField("来源", max_length=12)
    kind = models.CharField("类别", max_length=12)
    round = models.PositiveSmallIntegerField("轮次")
    status = models.CharField("状态", max_length=10)
    made_at = models.DateTimeField("生成时间")
    sent_at = models.DateTimeField("送出时间", null=True)
    sent_by = models.CharField("送出方式", max_length=12, blank=True)
    receipt = models.CharField("回执", max_length=120, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    granted = models.BooleanField("同意", null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["town", "source", "made_at"], condition=~Q(status="answered"), name="upward_waiting"
            ),
            models.Index(
                fields=["order_id"], condition=Q(status="ready") | Q(status="sending"), name="upward_unsent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq} {self.kind}"


class FlowVersion(models.Model):
    """Flow options and limits of a source from a date on; frozen on the orders made under it."""

    id = models.BigIntegerField(primary_key=True)
    source = models.CharField("来源", max_length=12)
    label = models.CharField("名称", max_length=24)
    effective_from = models.DateField("生效日期")
    body = models.TextField("内容")

    def __str__(self) -> str:
        return f"{self.source} {self.effective_from}"


class NumberSeries(models.Model):
    """Where the running numbers of a month and source have got to; taken in blocks."""

    prefix = models.CharField(max_length=8, primary_key=True)
    next = models.IntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.prefix}{self.next}"


class Precedent(models.Model):
    """What a dispute was settled to: feeds dispatch by case (案例派单)."""

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    town = models.BigIntegerField()
    class_code = models.CharField("类别", max_length=24, blank=True)
    village = models.BigIntegerField(null=True)
    block = models.BigIntegerField(null=True)
    unit = models.BigIntegerField("归属单位")
    rung = models.CharField("层级", max_length=16)
    decided_at = models.DateTimeField("裁定时间")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["town", "class_code", "-decided_at"], name="precedent_by_class")
        ]

    def __str__(self) -> str:
        return f"{self.class_code} -> {self.unit}"

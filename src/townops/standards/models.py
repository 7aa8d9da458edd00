"""What the town keeps of its standards: its document, who attested or exempted what, and the dated figures measures rest on."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from townops.kernel.identifiers import new_id


class SourceDocument(models.Model):
    """One version of the town's own document, whole; never changed. `sha256` is of the bytes of `text`."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    town = models.CharField("街镇代码", max_length=12)
    number = models.PositiveIntegerField("版本号")
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("摘要", max_length=64)
    text = models.TextField("全文")
    loaded_at = models.DateTimeField("载入时间")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "标准化文件"
        ordering = ("town", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "number"], name="standards_document_number")
        ]

    def __str__(self) -> str:
        return f"{self.town} v{self.number}"


class Signature(models.Model):
    """Somebody signed for a duty of a subject, on a document that expires: that it holds, or that it need not."""

    class Kind(models.TextChoices):
        ATTESTED = "attested", "签认"
        EXEMPT = "exempt", "豁免"

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    town = models.CharField("街镇代码", max_length=12)
    kind = models.CharField("类别", max_length=8, choices=Kind)
    item = models.CharField("事项", max_length=8)
    subject = models.CharField("对象", max_length=64)
    signer = models.ForeignKey("people.Person", models.PROTECT, related_name="+", verbose_name="签认人")
    document = models.CharField("文件", max_length=200)
    attachment = models.ForeignKey("base.Attachment", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("理由", max_length=300, blank=True)
    since = models.DateField("起")
    until = models.DateField("止")
    made_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "签认"
        ordering = ("made_at", "id")
        indexes: ClassVar = [models.Index(fields=["town", "kind", "item"], name="standards_signed")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="standards_signed_in_order"),
            models.CheckConstraint(
                condition=~Q(kind="exempt") | ~Q(reason=""), name="standards_exempt_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item} {self.subject}"


class BasisFigure(models.Model):
    """A figure of a day that measures are taken against, with who says so: of the town, or of one area."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    town = models.CharField("街镇代码", max_length=12)
    name = models.CharField("名称", max_length=40)
    area = models.ForeignKey("areas.Area", models.PROTECT, null=True, blank=True, related_name="+")
    value = models.FloatField("数值")
    on = models.DateField("统计日期")
    source = models.CharField("出处", max_length=200)
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "基数"
        ordering = ("town", "name", "on", "made_at")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__gt=0), name="standards_basis_positive"),
            models.CheckConstraint(condition=~Q(source=""), name="standards_basis_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"

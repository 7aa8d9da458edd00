"""What registers keep beside their rows: former values, remarks, and sheets on their way in."""

from django.db import models

from townops.base.models.access import Account


class FormerValues(models.Model):
    """What stood in a row of a register before version `seq` was written: words by column, sealed. For taking a change back."""

    kind = models.CharField("台账", max_length=40)
    key = models.BigIntegerField("记录")
    seq = models.PositiveIntegerField("版本")
    values = models.BinaryField()

    class Meta:
        verbose_name = "原值"
        constraints = (
            models.UniqueConstraint(fields=["kind", "key", "seq"], name="base_former_values_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}/{self.seq}"


class Remark(models.Model):
    """What somebody had to say about a thing; never changed, at most withdrawn."""

    kind = models.CharField("对象类别", max_length=40)
    key = models.CharField("对象", max_length=64)
    text = models.CharField("内容", max_length=1000)
    person = models.BigIntegerField("填写人")
    name = models.CharField("姓名", max_length=40)
    at = models.DateTimeField("时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "备注"
        indexes = (models.Index(fields=["kind", "key", "id"], name="base_remark_of"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SheetUpload(models.Model):
    """A sheet somebody brought for a register. The file is kept, sealed, until the batch is forgotten; `mapping` says which head
    is which column, `head` in which row the heads stand.
    """

    class State(models.TextChoices):
        KEPT = "kept", "待对应"
        TRIED = "tried", "已试算"
        DONE = "done", "已导入"
        DROPPED = "dropped", "已放弃"

    kind = models.CharField("台账", max_length=40)
    town = models.CharField("街镇代码", max_length=12)
    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="导入人")
    name = models.CharField("文件名", max_length=200)
    sm3 = models.CharField("摘要", max_length=64)
    head = models.PositiveIntegerField("表头行", default=1)
    mapping = models.TextField("对应", default="[]")
    state = models.CharField("状态", max_length=10, choices=State, default=State.KEPT)
    counts = models.TextField("结果", default="{}")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "导入表格"
        indexes = (models.Index(fields=["kind", "-id"], name="base_sheet_upload_latest"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class SheetLine(models.Model):
    """One row of a sheet as it was read: what it would do, or what is wrong with it. `cells` are sealed."""

    class Fate(models.TextChoices):
        NEW = "new", "新增"
        CHANGE = "change", "修改"
        SAME = "same", "不变"
        WRONG = "wrong", "有误"

    upload = models.ForeignKey(SheetUpload, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField("行号")
    fate = models.CharField("结果", max_length=8, choices=Fate)
    row = models.BigIntegerField("记录", null=True, blank=True)
    seq = models.PositiveIntegerField("版本", default=0)
    cells = models.BinaryField()
    said = models.TextField("说明", default="", blank=True)

    class Meta:
        verbose_name = "导入行"
        constraints = (models.UniqueConstraint(fields=["upload", "number"], name="base_sheet_line_once"),)
        indexes = (models.Index(fields=["upload", "fate", "number"], name="base_sheet_line_fate"),)

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"

"""What a desk keeps: views of a list, and batches of work over many things with their progress."""

from django.db import models

from townops.base.models.access import Account


class SavedView(models.Model):
    """A filter of a page under a name. Without a name it is how an account likes the page: its columns.

    `shared_with`: "" for the owner alone, else the group (a town) whose people see it too.
    """

    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="所有人")
    page = models.CharField("页面", max_length=20)
    name = models.CharField("名称", max_length=40, default="", blank=True)
    query = models.CharField("条件", max_length=2000, default="", blank=True)
    columns = models.CharField("列", max_length=300, default="", blank=True)
    shared_with = models.CharField("共享给", max_length=40, default="", blank=True)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = "常用视图"
        constraints = (
            models.UniqueConstraint(fields=["owner", "page", "name"], name="base_saved_view_once"),
        )
        indexes = (
            models.Index(
                fields=["page", "shared_with"],
                condition=~models.Q(shared_with=""),
                name="base_saved_view_shared",
            ),
        )

    def __str__(self) -> str:
        return f"{self.page} {self.name}"


class Batch(models.Model):
    """One piece of work over many things, asked for by one account: `key` makes the same request twice one batch.

    `total` is known from the start; `cursor` is where work without items stands; `result` names its file, of a failed one it says why.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "出错"

    kind = models.CharField("类别", max_length=40)
    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="发起人")
    key = models.CharField(max_length=64)
    payload = models.TextField(default="{}")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    stop_asked = models.BooleanField("要求停止", default=False)
    total = models.PositiveIntegerField("总数", default=0)
    done = models.PositiveIntegerField("已办", default=0)
    failed = models.PositiveIntegerField("未办成", default=0)
    result = models.CharField("结果文件", max_length=200, default="", blank=True)
    created_at = models.DateTimeField("建立时间")
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "批量"
        constraints = (models.UniqueConstraint(fields=["owner", "key"], name="base_batch_once"),)
        indexes = (models.Index(fields=["created_at"], name="base_batch_by_age"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BatchItem(models.Model):
    """One thing of a batch: `status` "" until its turn, then done or refused, with the code and in words."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    no = models.PositiveIntegerField("序号")
    thing = models.CharField("对象", max_length=64)
    seq = models.IntegerField("版本", null=True, blank=True)
    status = models.CharField("结果", max_length=10, default="", blank=True)
    said = models.CharField("说明", max_length=300, default="", blank=True)
    code = models.CharField("原因", max_length=60, default="", blank=True)

    class Meta:
        verbose_name = "批量明细"
        constraints = (models.UniqueConstraint(fields=["batch", "no"], name="base_batch_item_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.no}"

"""Work to be done later and news to be delivered (architecture 5)."""

from django.db import models


class Job(models.Model):
    """One piece of work.

    Leased, not locked: whoever holds `worker` until `lease_until` runs it; a finished row is deleted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "执行中"
        DEAD = "dead", "已放弃"

    name = models.CharField("名称", max_length=100)
    payload = models.TextField(default="{}")
    schedule = models.CharField("来自计划", max_length=100, default="", blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    run_at = models.DateTimeField("执行时间")
    lease_until = models.DateTimeField("租约", null=True, blank=True)
    worker = models.CharField(max_length=40, default="", blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    last_error = models.TextField("错误", default="", blank=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "任务"
        indexes = (
            models.Index(fields=["run_at", "id"], condition=~models.Q(state="dead"), name="base_job_due"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["schedule"], condition=~models.Q(schedule=""), name="base_job_one_per_schedule"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Schedule(models.Model):
    """The clock of one recurring job; it ticks by itself, however long the job takes or however often it
    fails.
    """

    name = models.CharField("名称", max_length=100, unique=True)
    next_at = models.DateTimeField("下次")
    last_started_at = models.DateTimeField("上次开始", null=True, blank=True)
    last_finished_at = models.DateTimeField("上次完成", null=True, blank=True)
    last_error = models.TextField("错误", default="", blank=True)

    class Meta:
        verbose_name = "计划"

    def __str__(self) -> str:
        return self.name


class OutboxRow(models.Model):
    """One piece of news for one subscriber, written in the transaction of the fact it tells."""

    topic = models.CharField("主题", max_length=100)
    key = models.CharField("对象", max_length=64)
    body = models.TextField()
    subscriber = models.CharField("订阅者", max_length=150, default="", blank=True)
    at = models.DateTimeField("时间")
    next_at = models.DateTimeField("下次投递")
    delivered_at = models.DateTimeField("送达", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("失败次数", default=0)
    last_error = models.TextField("错误", default="", blank=True)

    class Meta:
        verbose_name = "发件"
        indexes = (
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(delivered_at__isnull=True),
                name="base_outbox_due",
            ),
            models.Index(fields=["delivered_at"], name="base_outbox_done"),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class Draft(models.Model):
    """What one account typed into a form of some kind and has not sent; sealed, for it may name a caller."""

    account = models.ForeignKey("base.Account", models.PROTECT, related_name="+", verbose_name="账号")
    kind = models.CharField("表单", max_length=60)
    content = models.BinaryField()
    updated_at = models.DateTimeField("保存时间", db_index=True)

    class Meta:
        verbose_name = "草稿"
        constraints = (models.UniqueConstraint(fields=["account", "kind"], name="base_draft_one_of_a_kind"),)

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"

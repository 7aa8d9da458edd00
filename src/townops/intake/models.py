"""What arrived, byte for byte, and what the classifier suggested (persistence only)."""

from django.db import models

from townops.kernel.identifiers import new_id


class RawPayload(models.Model):
    """Bytes as they came, kept before anything is parsed. The same bytes by the same way are one payload."""

    class State(models.TextChoices):
        STORED = "stored", "已保存"
        PARSING = "parsing", "处理中"
        DONE = "done", "已完成"
        REFUSED = "refused", "无法读取"

    source = models.CharField("来源", max_length=20)
    channel = models.CharField("渠道", max_length=20)
    file_name = models.CharField("文件名", max_length=160, default="", blank=True)
    sm3 = models.CharField("摘要", max_length=64)
    size = models.BigIntegerField("字节数")
    preset = models.CharField("列对照", max_length=20, default="", blank=True)
    mapping = models.TextField("自定列对照", default="", blank=True)
    person = models.BigIntegerField("导入人", default=0)
    rows_total = models.PositiveIntegerField("总行数", default=0)
    origin = models.CharField("性质", max_length=10, default="live")
    received_at = models.DateTimeField("收到时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.STORED)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    made = models.PositiveIntegerField("新建", default=0)
    known = models.PositiveIntegerField("已有", default=0)
    rounds = models.PositiveIntegerField("再次来件", default=0)
    broken = models.PositiveIntegerField("错误行", default=0)
    automatic = models.PositiveIntegerField("自动归类", default=0)
    by_person = models.PositiveIntegerField("待人工归类", default=0)
    error_file = models.CharField("错误文件", max_length=200, default="", blank=True)
    reason = models.CharField("原因", max_length=200, default="", blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "原始数据"
        constraints = (
            models.UniqueConstraint(fields=["source", "channel", "sm3"], name="intake_payload_once"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.file_name} {self.state}"


class Message(models.Model):
    """One message by the interface or the clerk's form, sealed as it came: beside its order, or alone when refused."""

    class State(models.TextChoices):
        TAKEN = "taken", "已成工单"
        REFUSED = "refused", "未受理"

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField("渠道", max_length=20)
    source = models.CharField("来源", max_length=40, default="", blank=True)
    person = models.BigIntegerField("发送人")
    content = models.BinaryField("原文（密）", blank=True)
    received_at = models.DateTimeField("收到时间")
    state = models.CharField("状态", max_length=10, choices=State)
    order_id = models.BigIntegerField("工单", null=True, blank=True, db_index=True)
    reason = models.CharField("原因", max_length=200, default="", blank=True)

    class Meta:
        verbose_name = "原始消息"
        indexes = (
            models.Index(fields=["id"], condition=models.Q(state="refused"), name="intake_message_refused"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at} {self.state}"


class Suggestion(models.Model):
    """What the model thought of an order: the first of three classes, and whether it was sure
    enough to act.
    """

    order_id = models.BigIntegerField("工单", primary_key=True)
    class_code = models.CharField("建议分类", max_length=20, default="", blank=True)
    confidence = models.PositiveSmallIntegerField("把握（百分数）", default=0)
    second_code = models.CharField("第二建议", max_length=20, default="", blank=True)
    second_confidence = models.PositiveSmallIntegerField(default=0)
    third_code = models.CharField("第三建议", max_length=20, default="", blank=True)
    third_confidence = models.PositiveSmallIntegerField(default=0)
    demand_type = models.CharField("推断诉求类型", max_length=12, default="", blank=True)
    demand_confidence = models.PositiveSmallIntegerField(default=0)
    automatic = models.BooleanField("已自动归类", default=False)
    model = models.CharField("模型", max_length=120, default="", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "归类建议"
        indexes = (models.Index(fields=["at"], condition=models.Q(automatic=False), name="intake_by_person"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.class_code}"

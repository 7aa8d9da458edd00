"""What one account is told and where it sits: notices, the moment it last looked, and who is typing into what."""

from django.db import models

from townops.base.models.access import Account


class Notice(models.Model):
    """Something that concerns one account. It names the thing and the event, and holds no words of it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="账号")
    kind = models.CharField("类别", max_length=40)
    thing = models.CharField("对象", max_length=64)
    seq = models.IntegerField("事件")
    by = models.CharField("经办人", max_length=40, default="", blank=True)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        constraints = (
            models.UniqueConstraint(fields=["account", "thing", "seq", "kind"], name="base_notice_once"),
        )
        indexes = (
            models.Index(fields=["account", "-id"], name="base_notice_newest"),
            models.Index(
                fields=["account"], condition=models.Q(read_at__isnull=True), name="base_notice_unread"
            ),
            models.Index(fields=["at"], name="base_notice_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind} {self.thing}"


class Glance(models.Model):
    """When an account last looked at its home page, and since when things are new to it. Overwritten, never listed."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+", verbose_name="账号")
    since = models.DateTimeField("自何时起为新")
    looked_at = models.DateTimeField("上次看")

    class Meta:
        verbose_name = "上次看到"

    def __str__(self) -> str:
        return str(self.account_id)


class Presence(models.Model):
    """Somebody types into the page of a thing. Gone when it expires: it is no record of who was there."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="账号")
    thing = models.CharField("对象", max_length=64)
    name = models.CharField("姓名", max_length=40)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止", db_index=True)

    class Meta:
        verbose_name = "正在处理"
        constraints = (models.UniqueConstraint(fields=["thing", "account"], name="base_presence_once"),)

    def __str__(self) -> str:
        return f"{self.thing} {self.account_id}"

"""Files, working calendars, dated settings and the texts that can be searched."""

from django.db import models


class Attachment(models.Model):
    """One uploaded file; bytes lie under DATA/attachments by digest.

    Refers to what it belongs to by (kind, key).
    """

    kind = models.CharField("对象类别", max_length=40, default="", blank=True)
    key = models.CharField("对象", max_length=64, default="", blank=True)
    sm3 = models.CharField("摘要", max_length=64, db_index=True)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    name = models.CharField("文件名", max_length=200)
    person = models.BigIntegerField("上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "附件"
        indexes = (models.Index(fields=["kind", "key"], name="base_attachment_of"),)

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """One edition of the working calendar; a change makes a new one, old clocks keep theirs."""

    number = models.PositiveIntegerField("版本", unique=True)
    known_from = models.DateField("起")
    known_until = models.DateField("止")
    note = models.CharField("说明", max_length=200, default="", blank=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return str(self.number)


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day that is worked."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "休息"
        MAKEUP = "makeup", "调休上班"

    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="days")
    day = models.DateField("日期")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    label = models.CharField("名称", max_length=40, default="", blank=True)

    class Meta:
        verbose_name = "特殊日"
        constraints = (models.UniqueConstraint(fields=["version", "day"], name="base_calendar_day_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class CalendarWindow(models.Model):
    """One window of a working day in which work time counts."""

    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="windows")
    start = models.TimeField("开始")
    end = models.TimeField("结束")

    class Meta:
        verbose_name = "工作时段"

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


class Setting(models.Model):
    """One value from one moment on; the value before stays readable."""

    key = models.CharField("名称", max_length=100)
    value = models.TextField("值")
    effective_from = models.DateTimeField("生效时间")

    class Meta:
        verbose_name = "参数"
        constraints = (models.UniqueConstraint(fields=["key", "effective_from"], name="base_setting_once"),)

    def __str__(self) -> str:
        return f"{self.key} {self.effective_from}"


class SearchText(models.Model):
    """The text by which one object is found; the bigram index beside it differs by database (migration
    0002).
    """

    kind = models.CharField(max_length=20)
    key = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        verbose_name = "检索"
        constraints = (models.UniqueConstraint(fields=["kind", "key"], name="base_search_once"),)
        indexes = (models.Index(fields=["id", "kind", "key"], name="base_search_keys"),)

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"

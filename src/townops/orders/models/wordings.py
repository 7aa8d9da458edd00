"""Ready-made wordings by version; a change is a new row."""

from typing import ClassVar

from django.db import models


class WordingVersion(models.Model):
    """One version of a template, in force from its date until the next."""

    id = models.BigIntegerField(primary_key=True)
    code = models.CharField("代码", max_length=24)
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=40)
    step = models.CharField("步骤", max_length=24)
    fact = models.CharField("栏目", max_length=24)
    class_prefix = models.CharField("类别", max_length=24, blank=True)
    state = models.CharField("状态", max_length=20, blank=True)
    body = models.TextField("内容")
    effective_from = models.DateField("生效日期")
    offered = models.BooleanField("启用", default=True)
    made_at = models.DateTimeField("修改时间")
    made_by = models.CharField("修改人", max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="wording_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

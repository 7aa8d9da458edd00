"""A register nobody ships: what one model and one declaration bring along."""

from datetime import timedelta
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from townops.base.ledger.columns import told
from townops.base.ledger.declaring import ACTIONS, Ledger, actions, bring_along, check
from townops.base.ledger.records import Record, SealedField
from townops.kernel.refusal import Refused


class Hydrant(Record):
    """A fire hydrant."""

    class Kind(models.TextChoices):
        ABOVE = "above", "地上"
        BELOW = "below", "地下"

    code = models.CharField("编号", max_length=8, validators=[RegexValidator(r"^\d{8}$", "应为8位数字")])
    area = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", verbose_name="所在区域")
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, related_name="+", verbose_name="养护单位", null=True, blank=True
    )
    kind = models.CharField("类型", max_length=6, choices=Kind)
    flow = models.DecimalField(
        "流量（L/s）",
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    built_on = models.DateField("建成日期", null=True, blank=True)
    tested_at = models.DateTimeField("测试时间", null=True, blank=True)
    sound = models.BooleanField("完好", default=True)
    outlets = models.PositiveSmallIntegerField("出口数", default=2, blank=True, null=True)
    keeper_phone = SealedField("养护电话", mask="phone", max_length=40, blank=True)
    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    note = models.TextField("备注", blank=True)

    class Meta:
        app_label = "people"
        verbose_name = "消火栓"
        constraints = (models.UniqueConstraint(fields=["town", "code"], name="hydrant_code_in_town"),)

    def __str__(self) -> str:
        return self.code

    @told("出水")
    def output(self) -> str:
        """How good it is, in words."""
        return "充足" if (self.flow or 0) >= 15 else "不足"


actions("hydrants", "消火栓")
CODES = {action: f"hydrants.{action}" for action in ACTIONS}


class HydrantLedger(Ledger):
    model = Hydrant
    columns = ("code", "area", "kind", "flow", "output", "sound", "built_on", "keeper_phone")
    review_every = timedelta(days=180)
    permissions = CODES
    example = {
        "code": "00012345", "area": "和平村", "kind": "地上", "flow": "20.5", "built_on": "2020-05-01", "sound": "是",
        "keeper_phone": "13800138000", "outlets": "2", "lng": "121.58", "lat": "31.35",
    }  # fmt: skip

    def judge(self, record: Any) -> None:
        if record.kind == "below" and (record.outlets or 0) > 2:
            raise Refused(
                "entry_malformed",
                label="出口数",
                value=record.outlets,
                how="地下栓最多2个出口",
                column="outlets",
            )


HYDRANTS = (
    HydrantLedger()
)  # what `@ledger` does, but for the list of registers: it stands there for the tests of this folder only
check(HYDRANTS)
bring_along(HYDRANTS)

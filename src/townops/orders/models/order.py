"""The order row and what finds it: number, outer reference, scope."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

if TYPE_CHECKING:
    BigInteger = models.BigIntegerField[int, int]
else:
    BigInteger = models.BigIntegerField
OPEN = Q(is_open=True)
UNADOPTED = OPEN & Q(
    origin="history", adopted=False
)  # brought along from elsewhere, and nobody's work until adopted
BROUGHT = ~Q(origin="live")
NEWEST = ("-received_at", "-id")
ASKED = ("state", "source", "unit", "main_unit", "village", "block", "class_code", "is_open")


class OrderKey(BigInteger):
    """A 63-bit key; on SQLite it is the row's own number, so that an order is found without an index between."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Order(models.Model):
    """One row per order, written only by `write`.

    Title, place text and point may be erased: the events hold their digests only, made with the salts kept here.
    A salt that is absent: written before there were digests; an empty one: erased.
    """

    id = OrderKey(primary_key=True)
    number = models.CharField("编号", max_length=16)
    town = models.ForeignKey("areas.Area", models.PROTECT, related_name="+", db_index=False)
    source = models.CharField("来源", max_length=12)
    external_number = models.CharField("上级编号", max_length=64, blank=True)
    flow = models.BigIntegerField("流程版本")
    origin = models.CharField("数据性质", max_length=8)
    state = models.CharField("状态", max_length=20)
    seq = models.IntegerField()
    round = models.PositiveSmallIntegerField("轮次")
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="+", db_index=False)
    basis = models.CharField("责任依据", max_length=12)
    main_unit = models.ForeignKey("people.Unit", models.PROTECT, null=True, related_name="+", db_index=False)
    class_code = models.CharField("类别", max_length=24, blank=True)
    condition = models.BigIntegerField("立案条件", null=True)
    demand_type = models.CharField("诉求类型", max_length=12, blank=True)
    informant = models.BooleanField("举报人不公开", default=False)
    time_class = models.CharField("时限分类", max_length=8, blank=True)
    severity = models.CharField("紧急程度", max_length=8)
    village = models.ForeignKey("areas.Area", models.PROTECT, null=True, related_name="+", db_index=False)
    block = models.ForeignKey("areas.Area", models.PROTECT, null=True, related_name="+", db_index=False)
    lng = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    title = models.CharField("标题", max_length=80)
    place_text = models.CharField("地点", max_length=160, blank=True)
    received_at = models.DateTimeField("接收时间")
    due_at = models.DateTimeField("到期时间", null=True)
    near_at = models.DateTimeField("临期起算", null=True)
    outer_due_at = models.DateTimeField("上级时限", null=True)
    next_mark_at = models.DateTimeField("下次提醒", null=True)
    is_open = models.BooleanField("未结")
    parent = models.BigIntegerField("并入", null=True)
    returns = models.PositiveSmallIntegerField("退单次数", default=0)
    reworks = models.PositiveSmallIntegerField("返工次数", default=0)
    reopened = models.PositiveSmallIntegerField("重办次数", default=0)
    raised = models.PositiveSmallIntegerField("上提层级", default=0)
    reminded = models.PositiveSmallIntegerField("催办次数", default=0)
    supervised = models.PositiveSmallIntegerField("督办次数", default=0)
    incident = models.BooleanField("已转突发事件", default=False)
    adopted = models.BooleanField("已接管", default=False)
    application = models.CharField("待批申请", max_length=12, blank=True)
    result = models.CharField("结果", max_length=12, blank=True)
    satisfaction = models.CharField("满意度", max_length=16, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True)
    shown_salt = models.BinaryField(max_length=16, null=True)
    point_salt = models.BinaryField(max_length=16, null=True)

    class Meta:
        # Every write pays for each of these: one for each filter that leaves few rows, one with every filter's column
        # for what is walked, and what is open in one small index that answers every filter of a desk by itself.
        indexes: ClassVar = [
            models.Index(fields=["town", *NEWEST, *ASKED, "due_at"], name="order_walk"),
            models.Index(fields=["town", *NEWEST, *ASKED, "due_at"], condition=OPEN, name="order_open"),
            models.Index(
                fields=["town", "due_at", "id", "received_at", *ASKED, "raised", "basis", "post", "near_at"],
                condition=OPEN,
                name="order_open_due",
            ),
            models.Index(
                fields=["next_mark_at"], condition=Q(next_mark_at__isnull=False), name="order_watch"
            ),
            models.Index(
                fields=["supervised"], condition=OPEN & Q(supervised__gt=0), name="order_supervised"
            ),
            models.Index(fields=["town"], condition=Q(application="appeal"), name="order_appeal"),
            models.Index(fields=["town"], condition=UNADOPTED, name="order_unadopted"),
            models.Index(fields=["town", "origin", *NEWEST], condition=BROUGHT, name="order_brought"),
            models.Index(
                fields=["town", "closed_at"], condition=Q(closed_at__isnull=False), name="order_closed"
            ),
            models.Index(fields=["town", "state", *NEWEST], name="order_by_state"),
            models.Index(fields=["town", "source", *NEWEST, "state"], name="order_by_source"),
            models.Index(fields=["town", "class_code", *NEWEST], name="order_by_class"),
            models.Index(fields=["town", "main_unit", *NEWEST], name="order_by_main"),
            models.Index(fields=["town", "village", *NEWEST], name="order_by_village"),
            models.Index(fields=["town", "block", *NEWEST], name="order_by_block"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_unadopted(self) -> bool:
        """As UNADOPTED: none of its clocks reminds."""
        return self.is_open and self.origin == "history" and not self.adopted


class OrderNumber(models.Model):
    """The public number, in a table of its own so that orders carry no unique constraint besides the key."""

    number = models.CharField(max_length=16, primary_key=True)
    order_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.number


class OrderReference(models.Model):
    """(source, external number) is one order, whatever round. `external_number` is the comparable spelling; `stated` the
    one that came with the order, where it is another.
    """

    source = models.CharField(max_length=12)
    external_number = models.CharField(max_length=64)
    stated = models.CharField(max_length=64, blank=True, default="")
    town = models.BigIntegerField()
    order_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["town", "external_number", "source"], name="reference_is_one_order"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_id"], condition=~Q(stated=""), name="reference_stated"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_number}"


class OrderScope(models.Model):
    """Who may see an order: one row per unit ever involved and for the village (ids by `scopes`)."""

    pk = models.CompositePrimaryKey("scope", "received_at", "order_id")
    scope = models.BigIntegerField()
    received_at = models.DateTimeField()
    order = models.ForeignKey(
        Order, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="scopes"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["order_id"], name="scope_of_order")]

    def __str__(self) -> str:
        return f"{self.scope} {self.order_id}"

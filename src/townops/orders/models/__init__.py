"""Tables of work orders. The order row is a projection; its events are the truth (engine.md sections 2 and 5).

Children are keyed by (order_id, n) and never addressed alone; no unique constraint on orders besides the key, so that orders and
their children can be spread by order id.
"""

from townops.orders.models.journal import OrderEvent, OrderLeaf
from townops.orders.models.order import Order, OrderNumber, OrderReference, OrderScope
from townops.orders.models.parts import (
    FlowVersion,
    NumberSeries,
    OrderClock,
    OrderContact,
    OrderFile,
    OrderLink,
    OrderMark,
    OrderTask,
    OrderText,
    Precedent,
    Upward,
)
from townops.orders.models.wordings import WordingVersion

__all__ = [
    "FlowVersion",
    "NumberSeries",
    "Order",
    "OrderClock",
    "OrderContact",
    "OrderEvent",
    "OrderFile",
    "OrderLeaf",
    "OrderLink",
    "OrderMark",
    "OrderNumber",
    "OrderReference",
    "OrderScope",
    "OrderTask",
    "OrderText",
    "Precedent",
    "Upward",
    "WordingVersion",
]

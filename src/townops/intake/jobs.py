"""Classification follows creation: the news enqueues a task, the task suggests (engine.md section
6: within 5 s).
"""

from datetime import datetime
from typing import Any

from townops.base.jobs import enqueue, task
from townops.base.outbox import subscriber
from townops.intake import suggesting
from townops.intake.models import Suggestion


@subscriber("orders.created", name="intake.classify")
def order_created(key: str, body: dict[str, Any], at: datetime) -> None:
    """A live order that no import has suggested for yet gets its task; history and demo are
    classed by who makes them.
    """
    order = int(body["order"])
    if body.get("origin") == "live" and not Suggestion.objects.filter(order_id=order).exists():
        enqueue("intake.classify", {"orders": [order]}, run_at=at)


@task("intake.classify")
def classify_orders(payload: dict[str, Any], at: datetime) -> None:
    """Suggest for these orders; bears being run twice."""
    suggesting.settle(suggesting.unclassed(payload["orders"], at), at=at)

"""Classification follows creation: the news enqueues a task, the task suggests (engine.md section
6: within 5 s).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from townops.base.jobs import enqueue, task
from townops.base.outbox import Piece, subscriber
from townops.intake import bringing, files, messages, suggesting


@subscriber("orders.created", name="intake.classify")
def order_created(news: Sequence[Piece]) -> None:
    """Live orders that no import has suggested for yet get a task; history and demo are
    classed by who makes them.
    """
    live = [int(piece.body["order"]) for piece in news if piece.body.get("origin") == "live"]
    seen = suggesting.seen(live)
    if fresh := [order for order in live if order not in seen]:
        enqueue("intake.classify", {"orders": fresh}, run_at=max(piece.at for piece in news))


@task(files.TASK)
def bring_in(payload: dict[str, Any], at: datetime) -> None:
    """Bring in a long file, from where an earlier run stopped."""
    bringing.go_on(payload["payload"], at=at)


@subscriber("orders.erased", name="intake.erased")
def order_erased(news: Sequence[Piece]) -> None:
    """What was erased at the order is erased in the message it came from."""
    messages.forget([int(piece.body["order"]) for piece in news])


@task("intake.classify")
def classify_orders(payload: dict[str, Any], at: datetime) -> None:
    """Suggest for these orders; bears being run twice."""
    suggesting.settle(suggesting.unclassed(payload["orders"], at), at=at)

"""Steps the system takes on many orders: one that somebody stepped meanwhile is read and decided again."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from townops.kernel.refusal import Refused
from townops.orders import store
from townops.orders.domain.decide import Decision
from townops.orders.drafts import upon
from townops.orders.models import Order
from townops.orders.store import Loaded
from townops.orders.write import write

TRIES: Final = 10


def settle(loaded: Loaded, decided: Callable[[Loaded], Decision | None], at: datetime) -> bool:
    """Write what `decided` says of the order as it is now; whether it said anything (None: nothing is left to do)."""
    for _ in range(TRIES):
        decision = decided(loaded)
        if decision is None:
            return False
        try:
            write([upon(loaded, decision)], recorded_at=at)
            return True
        except Refused as refused:
            if refused.code != "stale_version":
                raise
        loaded = store.load(Order.objects.get(id=loaded.row.id))
    raise Refused("stale_version", seq=loaded.value.seq)

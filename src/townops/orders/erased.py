"""What the journal says was erased."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from townops.base import journal

KIND = "order_contact"
ACTION = "erase"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure as the journal tells it: of everything up to event `seq`; None in entries that did not say."""

    at: datetime
    seq: int | None

    def covers(self, seq: int) -> bool:
        return self.seq is None or seq <= self.seq


def erased_since(at: datetime) -> set[int]:
    """Orders erased at this moment or later."""
    return {int(key) for key in journal.keys_since(KIND, at, action=ACTION)}


def erasures(orders: Collection[int]) -> dict[int, list[Erasure]]:
    """What the journal says was erased, by order."""
    found: dict[int, list[Erasure]] = {}
    for entry in journal.entries(KIND, orders, action=ACTION):
        found.setdefault(int(entry.key), []).append(Erasure(entry.at, entry.body.get("seq")))
    return found

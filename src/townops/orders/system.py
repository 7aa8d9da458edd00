"""The system as an actor: it takes only the steps that clocks and files demand."""

from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.orders.domain.flow import Center

PERMISSIONS = frozenset(
    f"orders.{code}" for code in ("system", "report", "classify", "raise", "archive", "close", "upward")
)


def actor(center: Center) -> Actor:
    """The system acting for the center's shift post."""
    return Actor(SYSTEM_PERSON, "系统", (Hat(center.shift_post, center.unit, PERMISSIONS),))

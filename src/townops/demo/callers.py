"""Who calls in the demo town: invented names, numbers that nobody can have, some who call again and again."""

from datetime import datetime
from random import Random
from typing import TypedDict

NAMED = frozenset({"hotline", "resident", "ejiayuan"})
NUMBERED = {"hotline": "RX", "district": "QJ", "ejiayuan": "EJ"}
EAGER, EAGER_SHARE = 12, 0.1
NUMBERS = 3000


class Contact(TypedDict):
    """The caller as a report names him."""

    contact_name: str
    contact_phone: str


def contact(source: str, phone: str, rng: Random) -> Contact:
    """A dozen people make a tenth of the calls; a story may name the number."""
    if source not in NAMED:
        return Contact(contact_name="", contact_phone="")
    number = rng.randrange(EAGER) if rng.random() < EAGER_SHARE else rng.randrange(EAGER, NUMBERS)
    return Contact(contact_name="演示市民", contact_phone=phone or f"100{number:08d}")


def outer_number(source: str, at: datetime, serial: int) -> str:
    """The number the sender gave it; empty where it gives none."""
    letters = NUMBERED.get(source)
    return f"{letters}{at:%y%m%d}{serial:06d}" if letters else ""

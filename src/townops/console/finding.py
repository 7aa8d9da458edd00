"""What the one search looks for beside the words of orders: an exact number, a telephone, places and units by name."""

from typing import Final

from townops.areas import api as areas
from townops.base import contacts, search
from townops.console import choices
from townops.console.doors import Desk
from townops.orders import api as orders
from townops.people import api as people

SHOWN: Final = 8
SHORTEST: Final = 2
PHONE: Final = range(7, 13)  # longer ones are numbers of other registers
SIGNS: Final = frozenset("+-()（）－ 　")


def exactly(desk: Desk, q: str) -> str:
    """The number of the order whose number this is, if he may see it; however the letter was typed."""
    number = search.normal(q).upper()
    return number if number.isalnum() and number in orders.named(desk.actor, [number]) else ""


def telephone(q: str) -> str:
    """The digits, if nothing but a telephone was typed."""
    digits = contacts.bare(q)
    plain = all(sign.isdigit() or sign in SIGNS for sign in q)
    called = [one for one in contacts.find(q) if one.kind == "phone"]
    return digits if plain and (called or len(digits) in PHONE) else ""


def areas_named(desk: Desk, q: str) -> list[areas.AreaView]:
    """Villages and blocks whose name or code holds the words; one more than are shown, if there are more."""
    if len(q) < SHORTEST:
        return []
    lines = choices.found_areas(desk.town, q).lines
    return [areas.area(choices.code_of(line)) for line in lines[: SHOWN + 1]]


def units_named(desk: Desk, q: str) -> list[people.UnitView]:
    """Units whose name holds the words, likewise."""
    if len(q) < SHORTEST:
        return []
    found = (
        one for one in people.units(town=desk.town) if q in one.name and one.code not in choices.NOT_CHOSEN
    )
    return list(found)[: SHOWN + 1]

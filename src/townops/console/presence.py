"""某某正在处理: who else is typing into the page of an order, said to whoever may see the order."""

from typing import Final

from django.utils import timezone

from townops.base import presence
from townops.console.doors import Desk
from townops.orders import api as orders

LONGEST: Final = 16


def heard(desk: Desk, number: str, *, typing: bool) -> list[str]:
    """Note that he types, if he does; who else does, in words. Nothing of an order he may not see."""
    number = number[:LONGEST]
    if not desk.sees or not orders.named(desk.actor, [number]):
        return []
    if typing:
        presence.beat(desk.account.pk, number, name=desk.actor.name, at=desk.at)
    return said(desk, number)


def said(desk: Desk, number: str) -> list[str]:
    """The same for an order known to be his to see."""
    found = presence.others(desk.account.pk, number, at=desk.at)
    return [f"{one.name}正在处理（{timezone.localtime(one.since):%H:%M} 起）" for one in found]

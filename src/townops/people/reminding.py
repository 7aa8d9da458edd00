"""Tells whoever keeps dossiers that blocks of his 居村 wait to be confirmed: once a week while it is so (U11)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.base import inbox
from townops.base.db import write
from townops.base.permissions import permissions_of
from townops.kernel.workdays import SHANGHAI
from townops.people import queries

NOTICE: Final = "areas.review"
KEEP: Final = "areas.dossier"


def remind(at: datetime) -> int:
    """A notice for each keeper and 居村 with blocks that are due; returns how many there are to be told."""
    told = [one for town in areas.towns() for one in _told(town, at)]
    with write():
        inbox.tell(told)
    return len(told)


def _told(town: areas.AreaView, at: datetime) -> Iterator[inbox.Told]:
    waiting = Counter(
        one.block.parent_id
        for one in areas.states(areas.blocks_below(town.id), at)
        if one.overdue or one.soon
    )
    week = at.astimezone(SHANGHAI).date().toordinal() // 7
    for village, accounts in _keepers(town.code, at).items():
        if waiting[village]:
            code = areas.area_by_id(village).code
            for account in accounts:
                yield inbox.Told(account, NOTICE, code, week, "系统", at)


def _keepers(town: str, at: datetime) -> dict[int, set[int]]:
    """Accounts by the 居村 their post is limited to."""
    known, found = queries.directory(), dict[int, set[int]]()
    for unit in queries.units(town=town):
        if unit.kind not in queries.LIMITED or unit.area_id is None:
            continue
        posts = (one.id for one in queries.posts_of(unit.id) if KEEP in permissions_of(one.roles))
        persons = {person for post in posts for person in known.acting(post, at)}
        accounts = {known.persons[one].account_id for one in persons} - {None}
        found.setdefault(unit.area_id, set()).update(one for one in accounts if one)
    return found

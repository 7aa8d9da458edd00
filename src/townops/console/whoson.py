"""Who holds the posts everybody has to reach today: by post, as the appointments say it, with whoever answers for a vacant one.

Rosters say who sits there at this hour; until there are any, this says who holds the post, and claims no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from townops.console.doors import Desk
from townops.kernel.refusal import Refused
from townops.people import api as people

POSTS: Final = ("shift", "hotline", "grid", "video", "dispatch", "town.rota")
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A post with its holders, some by name and `more`; `instead` answers while it is vacant."""

    post: str
    names: tuple[str, ...]
    more: int
    instead: str


def of(desk: Desk) -> Iterator[Held]:
    """The key posts of the town, those it has."""
    known = people.directory()
    for code in POSTS:
        try:
            post = people.post(code, town=desk.town)
        except Refused:  # a town may have made other posts
            continue
        acting = dict.fromkeys(known.acting(post.id, desk.at))
        names = tuple(known.persons[one].name for one in acting)
        instead = "" if names else people.holder(post.unit_id, post.id, desk.at).name
        yield Held(post.name, names[:NAMED], max(0, len(names) - NAMED), instead)

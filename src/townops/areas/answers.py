"""What areas answer to those below who do not know them: how registers say, read and narrow links to an area."""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from townops.areas.domain.views import AreaView
from townops.areas.geography import Geography, picture
from townops.base.ledger import references


def names(ids: Iterable[int]) -> Mapping[int, str]:
    """What each is called; a block with its code, because many are called alike."""
    known = picture.get().by_id
    return {one: called(known[one]) for one in ids if one in known}


def known(town: str) -> Mapping[str, int]:
    """Every word that means one area of the town that stands today: its name as it is said, its code, its bare name when only
    one has it, a 居村 before a block.
    """
    found: dict[str, int] = {}
    for area in sorted(_standing(picture.get(), town), key=lambda one: one.kind == "block"):
        found.setdefault(area.code, area.id)
        found.setdefault(called(area), area.id)
        found.setdefault(area.name, area.id)
    return found


def offered(town: str) -> tuple[str, ...]:
    """The town, its responsibility grids and 居村; blocks are too many to pick from and are typed."""
    return tuple(called(one) for one in _standing(picture.get(), town) if one.kind != "block")


def called(area: AreaView) -> str:
    return f"{area.name} {area.code}" if area.kind == "block" else area.name


def _standing(geography: Geography, town: str) -> list[AreaView]:
    today = timezone.localdate()
    root = geography.by_code.get(town)
    inside = (geography.by_id[one] for one in geography.below(root.id)) if root else iter(())
    return sorted((one for one in inside if one.stands(today)), key=lambda one: one.code)


references.declare(
    "areas.Area",
    references.Reference("区域", names, known, offered, lambda area: picture.get().below(area)),
)

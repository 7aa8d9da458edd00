"""What people answer to those below who do not know them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from townops.areas import api as areas
from townops.base.ledger import references
from townops.base.registry import answers
from townops.kernel.refusal import Refused
from townops.people.loading import follow_import
from townops.people.models import BlockSubject
from townops.people.queries import current_subjects, directory, units

TOLD = 50


@areas.on_borders("people", "责任主体登记")
def on_changed_areas(ids: frozenset[int]) -> areas.Touched:
    """Who answers for blocks whose borders change, by block."""
    rows = BlockSubject.objects.filter(block__in=ids, valid_until=None)
    words = rows.order_by("block__code", "kind").values_list("block__code", "unit__name")[:TOLD]
    return areas.Touched(rows.count(), tuple(f"{code} {unit}" for code, unit in words))


@areas.on_dossiers(
    "people",
    areas.Need("handling", "处置责任主体", 10, grave=True),
    areas.Need("contact", "联系人", 20, grave=True),
    areas.Need("ownership", "管理权属主体", 30),
    areas.Need("maintenance", "维护责任主体", 40),
)
def having(ids: Collection[int], at: datetime) -> dict[str, set[int]]:
    """Blocks with each kind of subject, and those where somebody acts now at the post that the handling subject names."""
    found = dict[str, set[int]]()
    acting, staffed = directory().acting, dict[int, bool]()
    for block, kind, post in current_subjects(ids, at).values_list("block_id", "kind", "contact_post_id"):
        found.setdefault(kind, set()).add(block)
        if kind == BlockSubject.Kind.HANDLING and post is not None:
            if post not in staffed:
                staffed[post] = bool(acting(post, at))
            if staffed[post]:
                found.setdefault("contact", set()).add(block)
    return found


def _reviewed(*, area_id: int, on: date) -> None:
    """Whoever confirms the dossier of a block confirms who answers for it (answers "areas.reviewed")."""
    BlockSubject.objects.filter(block=area_id, valid_until=None).update(confirmed_on=on)


def unit_names(ids: Iterable[int]) -> Mapping[int, str]:
    """Names of units, of those that ended too."""
    known = directory().units
    return {one: known[one].name for one in ids if one in known}


def known_units(town: str) -> Mapping[str, int]:
    """Names and codes of the town's active units."""
    found: dict[str, int] = {}
    for one in units(town=town):
        found.setdefault(one.name, one.id)
        found.setdefault(one.code, one.id)
    return found


references.declare(
    "people.Unit",
    references.Reference(
        "单位",
        unit_names,
        known_units,
        lambda town: tuple(dict.fromkeys(one.name for one in units(town=town))),
        lambda unit: frozenset({unit}),
    ),
)
answers.register("areas.reviewed", _reviewed)
answers.register("areas.imported", follow_import)


def _post(town: str, text: str) -> int:
    """The post that "单位/岗位" names (answers "areas.post"). Refused(place_contact)."""
    unit_name, _, post_name = (part.strip() for part in text.partition("/"))
    known = directory()
    for unit in known.units.values():
        if unit.name == unit_name and unit.town == town:
            for post in known.posts_of.get(unit.id, ()):
                if post.name == post_name:
                    return post.id
    raise Refused("place_contact", contact=text[:40])


def _posts(ids: Collection[int]) -> dict[int, str]:
    """Posts in words, as they are typed (answers "areas.posts")."""
    known = directory()
    found = (known.posts[one] for one in ids if one in known.posts)
    return {one.id: f"{known.units[one.unit_id].name}/{one.name}" for one in found}


answers.register("areas.post", _post)
answers.register("areas.posts", _posts)

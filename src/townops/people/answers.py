"""What people answer to those below who do not know them."""

from collections.abc import Callable, Collection
from datetime import date, datetime

from townops.areas import api as areas
from townops.base.registry import answers
from townops.people.loading import follow_import
from townops.people.models import BlockSubject
from townops.people.queries import directory, subjects_in

TOLD = 50


@areas.on_borders("people", "责任主体登记")
def on_changed_areas(ids: frozenset[int]) -> areas.Touched:
    """Who answers for blocks whose borders change, by block."""
    rows = BlockSubject.objects.filter(block__in=ids, valid_until=None)
    words = rows.order_by("block__code", "kind").values_list("block__code", "unit__name")[:TOLD]
    return areas.Touched(rows.count(), tuple(f"{code} {unit}" for code, unit in words))


def _having(kind: str) -> Callable[[Collection[int], datetime], Collection[int]]:
    return lambda ids, at: {one.block_id for one in subjects_in(ids, at) if one.kind == kind}


def _with_contact(ids: Collection[int], at: datetime) -> Collection[int]:
    """The handling subject names a post, and somebody acts at it now."""
    acting = directory().acting
    posts = {one.contact_post_id for one in subjects_in(ids, at)} - {None}
    staffed = {post for post in posts if post and acting(post, at)}
    handling = (one for one in subjects_in(ids, at) if one.kind == BlockSubject.Kind.HANDLING)
    return {one.block_id for one in handling if one.contact_post_id in staffed}


def _reviewed(*, area_id: int, on: date) -> None:
    """Whoever confirms the dossier of a block confirms who answers for it (answers "areas.reviewed")."""
    BlockSubject.objects.filter(block=area_id, valid_until=None).update(confirmed_on=on)


areas.on_dossiers(areas.Need("handling", "处置责任主体", _having("handling"), grave=True, order=10))
areas.on_dossiers(areas.Need("contact", "联系人", _with_contact, grave=True, order=20))
areas.on_dossiers(areas.Need("ownership", "管理权属主体", _having("ownership"), order=30))
areas.on_dossiers(areas.Need("maintenance", "维护责任主体", _having("maintenance"), order=40))
answers.register("areas.reviewed", _reviewed)
answers.register("areas.imported", follow_import)

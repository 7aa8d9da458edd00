"""The directory as a picture of the database, made anew when an appointment or a unit changes."""

from dataclasses import replace
from typing import Final

from townops.areas.api import Picture
from townops.people.domain.directory import Directory, PersonView, PostView, Span, Tenure, UnitView
from townops.people.models import Appointment, Delegation, Person, Post, PostRole, Unit

NAME: Final = "people"
UNIT = (
    "id",
    "code",
    "name",
    "kind",
    "enforcement",
    "area_id",
    "leader_post_id",
    "parent_id",
    "town",
    "active",
    "heir_id",
)
POST = ("id", "unit_id", "code", "name", "rank", "filled_by_id")


def read() -> Directory:
    """Six queries, whatever the size of the town."""
    return Directory(
        units=[UnitView(*row) for row in Unit.objects.order_by("id").values_list(*UNIT)],
        posts=_posts(),
        persons=[
            PersonView(*row) for row in Person.objects.order_by("id").values_list("id", "name", "account_id")
        ],
        tenures=_tenures(),
    )


def _posts() -> list[PostView]:
    roles: dict[int, list[str]] = {}
    links = PostRole.objects.order_by("role__code").values_list("post_id", "role__code")
    for post_id, role in links:
        roles.setdefault(post_id, []).append(role)
    rows = Post.objects.order_by("unit_id", "sequence", "id").values_list(*POST, "active", "area_id")
    return [
        replace(PostView(*row), roles=tuple(roles.get(row[0], ())), active=active, area_id=area)
        for *row, active, area in rows
    ]


def _tenures() -> list[Tenure]:
    stand_ins: dict[int, list[tuple[int, Span]]] = {}
    for one in Delegation.objects.order_by("starts", "id"):
        stand_ins.setdefault(one.appointment_id, []).append((one.person_id, Span(one.starts, one.ends)))
    return [
        Tenure(
            one.pk, one.post_id, one.person_id, Span(one.starts, one.ends), tuple(stand_ins.get(one.pk, ()))
        )
        for one in Appointment.objects.order_by("starts", "id")
    ]


picture: Final[Picture[Directory]] = Picture(NAME, read)

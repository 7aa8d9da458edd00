"""Views of a page that people keep: their own, and those shared with a group (a town); which columns an account likes.

What is shared is seen by others, so sharing, changing and taking back are journalled. A view is an address that lasts: it
never holds a telephone or identity number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from townops.base import contacts, journal
from townops.base.db import write
from townops.base.models import Account, SavedView
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

MOST: Final = 50
LONGEST_NAME: Final = 20
LONGEST_QUERY: Final = 2000
KIND: Final = "saved_view"


@dataclass(frozen=True, slots=True)
class View:
    """One kept view; `owner` is the account that may change it."""

    id: int
    owner: int
    owner_name: str
    name: str
    query: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What an account finds on a page: views, its own first, and its columns (none: as the page comes)."""

    views: tuple[View, ...]
    columns: tuple[str, ...]


def kept(owner: Account, page: str, group: str) -> Kept:
    """Everything of one page in one statement."""
    shared = Q(shared_with=group) if group else Q(pk__in=[])
    rows = SavedView.objects.filter(Q(owner=owner) | shared, page=page)
    found = sorted(rows.select_related("owner"), key=lambda one: (one.owner_id != owner.pk, one.name))
    columns = next((one.columns for one in found if not one.name and one.owner_id == owner.pk), "")
    views = tuple(_view(one) for one in found if one.name)
    return Kept(views, tuple(columns.split(",")) if columns else ())


def keep(
    owner: Account, page: str, name: str, query: str, *, actor: Actor, at: datetime, group: str = ""
) -> int:
    """Keep a view under a name, for oneself or (with `group`) for all of it; the same name again replaces it.

    Refused: view_name_missing, view_too_long, view_holds_number, views_too_many.
    """
    name = " ".join(name.split())
    _judge(name, query)
    with write():
        mine = SavedView.objects.filter(owner=owner, page=page).exclude(name="")
        before = mine.filter(name=name).first()
        if before is None and mine.count() >= MOST:
            raise Refused("views_too_many", most=MOST)
        row, _ = SavedView.objects.update_or_create(
            owner=owner,
            page=page,
            name=name,
            defaults={"query": query, "shared_with": group, "changed_at": at},
        )
        if group or (before and before.shared_with):
            action = "share" if group else "unshare"
            _note(row, action, actor, at)
        return row.pk


def drop(owner: Account, view: int, *, actor: Actor, at: datetime) -> str:
    """Forget one of one's own views; its name. Refused("view_unknown") alike for absent and another's."""
    with write():
        row = SavedView.objects.filter(pk=view, owner=owner).exclude(name="").first()
        if row is None:
            raise Refused("view_unknown")
        if row.shared_with:
            _note(row, "drop", actor, at)
        name = row.name
        row.delete()
        return name


def keep_columns(owner: Account, page: str, columns: Sequence[str], *, at: datetime) -> None:
    """Remember which columns an account likes on a page; none: as the page comes."""
    with write():
        SavedView.objects.update_or_create(
            owner=owner, page=page, name="", defaults={"columns": ",".join(columns)[:300], "changed_at": at}
        )


def _judge(name: str, query: str) -> None:
    if not name:
        raise Refused("view_name_missing")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise Refused("view_too_long", most=LONGEST_NAME)
    if contacts.find(name) or contacts.find(query):
        raise Refused("view_holds_number")


def _note(row: SavedView, action: str, actor: Actor, at: datetime) -> None:
    body = {"page": row.page, "name": row.name, "query": row.query, "group": row.shared_with}
    journal.append(kind=KIND, key=row.pk, action=action, actor=actor, at=at, body=body)


def _view(row: SavedView) -> View:
    name = row.owner.display_name or row.owner.username
    return View(row.pk, row.owner_id, name, row.name, row.query, bool(row.shared_with))

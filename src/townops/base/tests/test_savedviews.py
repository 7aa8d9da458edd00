"""Views that are kept: one's own, shared ones, columns; what is shared is journalled, numbers of persons are never kept."""

from datetime import UTC, datetime

import pytest

from townops.base import journal, savedviews
from townops.base.models import Account
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, tzinfo=UTC)
ACTOR = Actor(7, "甲", ())


@pytest.fixture
def two():
    return tuple(Account.objects.create(username=name, display_name=name) for name in ("a", "b"))


def keep(owner, name, query="state=filed", **given):
    return savedviews.keep(owner, "orders", name, query, actor=ACTOR, at=AT, **given)


def names(owner, group="T1", page="orders"):
    return [view.name for view in savedviews.kept(owner, page, group).views]


def test_a_view_is_its_owners_and_the_same_name_again_replaces_it(two):
    mine, other = two
    first = keep(mine, "  北片  待派遣 ")
    assert keep(mine, "北片 待派遣", "state=returned") == first
    assert names(mine) == ["北片 待派遣"]
    assert savedviews.kept(mine, "orders", "T1").views[0].query == "state=returned"
    assert names(other) == []


def test_a_shared_view_is_seen_by_its_group_and_every_change_is_journalled(two):
    mine, other = two
    number = keep(mine, "督办", group="T1")
    assert names(other) == ["督办"]
    assert names(other, group="T2") == []
    assert names(other, page="map") == []
    keep(mine, "督办")
    assert names(other) == []
    keep(mine, "督办", group="T1")
    savedviews.drop(mine, number, actor=ACTOR, at=AT)
    told = [entry.action for entry in journal.history("saved_view", number)]
    assert told == ["share", "unshare", "share", "drop"]


def test_nobody_drops_another_ones_view(two):
    mine, other = two
    number = keep(mine, "督办", group="T1")
    with pytest.raises(Refused, match="view_unknown"):
        savedviews.drop(other, number, actor=ACTOR, at=AT)
    assert names(mine) == ["督办"]


def test_columns_are_remembered_for_the_account_alone(two):
    mine, other = two
    savedviews.keep_columns(mine, "orders", ["number", "due"], at=AT)
    savedviews.keep_columns(mine, "orders", ["number"], at=AT)
    assert savedviews.kept(mine, "orders", "T1").columns == ("number",)
    assert savedviews.kept(other, "orders", "T1").columns == ()
    assert names(mine) == []


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("  ", "", "view_name_missing"),
        ("长" * 21, "", "view_too_long"),
        ("名", "q=" + "x" * 2000, "view_too_long"),
        ("名", "q=13812345678", "view_holds_number"),
        ("13812345678", "", "view_holds_number"),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused(two, name, query, code):
    with pytest.raises(Refused, match=code):
        keep(two[0], name, query)


def test_an_account_keeps_so_many_views_and_no_more(two, monkeypatch):
    monkeypatch.setattr(savedviews, "MOST", 2)
    keep(two[0], "一")
    keep(two[0], "二")
    keep(two[0], "二", "state=closed")
    with pytest.raises(Refused, match="views_too_many"):
        keep(two[0], "三")

"""Key places: kept with block, point and post, found by name, followed through new borders, never lost (U9, U11)."""

from datetime import timedelta
from importlib import import_module
from io import BytesIO

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from townops.areas import api
from townops.areas.layers import _read_places
from townops.areas.models import Dossier, DossierLine, Place
from townops.areas.tests.test_dossiers import keeper, refused
from townops.areas.tests.test_versions import split
from townops.base import jobs, journal, sheets
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat

pytestmark = pytest.mark.django_db
EAST, WEST = (121.508, 31.305), (121.502, 31.305)  # in the halves V1001 is split into
HOTEL = {"kind": "宾馆", "name": "高桥宾馆", "block": "V1001"}


def put(number="", over=0, actor=None, **typed):
    return api.put_place(
        number, HOTEL | typed, town="T", over=over, actor=actor or keeper(), at=timezone.now()
    )


def at(point):
    return {"lng": str(point[0]), "lat": str(point[1])}


def test_a_place_is_kept_with_who_and_when_and_shown_at_its_block(town):
    made = put(**at(EAST), address="北街88号")
    again = put(made.number, 1, **at(EAST), address="北街90号")
    assert (made.number, again.seq, again.block.code, again.point) == (made.number, 2, "V1001", EAST)
    (shown,) = api.places_of([api.area("V1001")])
    assert shown == again == api.place(made.number)
    entries = journal.history("place", made.number)
    assert [one.name for one in entries] == ["站长", "站长"]
    assert entries[1].body["changes"] == {"address": ["北街88号", "北街90号"]}
    assert api.dossier_history(api.area("V1001"))[0].note == "宾馆 高桥宾馆"


def test_the_block_is_that_of_the_point(town):
    assert put(**at(EAST), block="").block.code == "V1001"
    told = refused("place_elsewhere", put, name="乙", lng="121.515", lat="31.305")
    assert told == {"there": "乙一队"}
    refused("place_elsewhere", put, name="乙", lng="120", lat="31.305", block="")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"name": " "}, "place_missing"), ({"kind": ""}, "place_missing"), ({"name": "长" * 81}, "place_long"),
        ({"since": "昨天"}, "place_day"), ({"since": "2026-05-01", "until": "2026-04-01"}, "place_days"),
        ({"lng": "121.5"}, "place_point"), ({"lng": "nan", "lat": "31"}, "place_point"), ({"block": "V1"}, "place_block"),
        ({"block": "没有"}, "place_block"), ({"block": ""}, "place_block"), ({"contact": "没有的单位/主任"}, "place_contact"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_kept(town, typed, code):
    refused(code, put, **typed)
    assert not Place.objects.exists()


def test_of_two_at_once_the_second_is_refused_and_nobody_writes_outside_his_area(town):
    made = put()
    put(made.number, 1, address="北街1号")
    refused("place_stale", put, made.number, 1, address="北街2号")
    refused("place_unchanged", put, made.number, 2, address="北街1号")
    refused("dossier_outside", put, name="乙店", block="V2001")
    refused("dossier_outside", put, made.number, 2, block="V2001")
    refused("dossier_outside", put, actor=Actor(3, "居民", ()), name="丙店")
    refused("place_twice", put)
    refused("place_unknown", put, "P000999", 1)
    refused("place_unknown", put, "x; drop", 1)
    assert api.place(made.number).address == "北街1号"


def test_an_ended_place_is_shown_and_found_no_more_but_stays_on_record(town):
    made = put(since="2026-01-01")
    assert [one.name for one in api.find_with_places("T", "高桥宾馆")] == ["高桥宾馆"]
    put(made.number, 1, since="2026-01-01", until=timezone.localdate().isoformat())
    assert api.find_with_places("T", "高桥宾馆") == [] == api.places_of([api.area("V1001")])
    assert api.find_places("T") == [] and api.place(made.number).until == timezone.localdate()
    assert len(api.places_of([api.area("V1001")], ended=True)) == 1
    put()  # the same thing may begin anew


def test_an_address_finds_the_place_with_its_own_point_and_its_block(town):
    put(**at(EAST))
    found = api.find_with_places("T", "高桥宾馆门口")[0]
    assert (found.code, found.above, found.point, found.is_place) == ("V1001", "甲小区", EAST, True)
    assert all(not one.is_place for one in api.find("T", "高桥宾馆门口"))
    assert [one.name for one in api.find_with_places("T", "V1001")] == ["甲小区"]
    assert [one.name for one in api.find_places("T", q="宾馆 高桥")] == ["高桥宾馆"]
    assert api.find_places("T", kind="学校") == [] and api.place_kinds("T") == ["宾馆"]


def test_a_place_follows_new_borders_to_the_block_of_its_point_or_the_largest_part(town):
    here, there = put(**at(EAST)), put(name="西店", **at(WEST))
    nowhere = put(name="无坐标店")
    split()
    jobs.run_due(timezone.now() + timedelta(seconds=2))
    codes = [api.place(one.number).block.code for one in (here, there, nowhere)]
    assert codes[:2] == ["V1004", "V1003"] and codes[2] in {"V1003", "V1004"}
    assert journal.history("place", here.number)[-1].action == "follow"
    seqs = [api.place(one.number).seq for one in (here, there, nowhere)]
    jobs.run_due(timezone.now() + timedelta(minutes=90))
    assert [api.place(one.number).seq for one in (here, there, nowhere)] == seqs


def test_the_layer_shows_where_places_are_and_were(town):
    put(**at(EAST), since="2026-03-01", until="2026-04-01")
    put(name="无坐标店", since="2026-03-01")
    days = [timezone.datetime(2026, month, 15).date() for month in (2, 3, 4)]
    found = [_read_places(day, day) for day in days]
    assert [len(one) for one in found] == [0, 2, 1]
    assert [one["exact"] for one in found[1].facts] == [True, False]


def sheet(rows):
    target = BytesIO()
    sheets.write_xlsx(target, api.PLACE_HEADS.values(), rows)
    return target.getvalue()


def test_a_sheet_goes_out_and_comes_in_whole_or_not_at_all(town):
    made = put(**at(EAST))
    heads, rows = api.place_sheet([api.area("V1001")])
    assert heads == tuple(api.PLACE_HEADS.values())
    changed = [
        tuple("北街8号" if head == "地址" else cell for head, cell in zip(heads, rows[0], strict=True))
    ]
    fresh = ("", "学校", "甲小学", "V1002", "", "", "", "", "", "", "")
    bad = ("", "学校", "", "V1002", "", "", "", "", "", "", "")
    take = lambda given, **words: api.take_place_sheet(  # noqa: E731
        sheet(given), "a.xlsx", "T", actor=keeper(), at=timezone.now(), **words
    )
    assert [one.reason for one in take([*changed, fresh, bad]).errors] == ["重点场所缺少“名称”。"]
    assert take([*changed, fresh], only_try=True).changed == 2 and Place.objects.count() == 1
    assert (take([*changed, fresh]).changed, api.place(made.number).address) == (2, "北街8号")
    _, again = api.place_sheet([api.area("V1001"), api.area("V1002")])
    assert take(again).changed == 0


def test_the_lines_of_dossiers_become_places_and_are_no_longer_lines(town):
    block = api.area("V1001")
    row = Dossier.objects.create(area_id=block.id, reviewed_on=timezone.localdate() - timedelta(days=9))
    for name, more, note in (("宾馆", "高桥宾馆", "北街88号"), ("宾馆", "", "")):
        DossierLine.objects.create(dossier=row, part="places", name=name, more=more, note=note)
    DossierLine.objects.create(dossier=row, part="components", name="3101150137000001", more="路灯")
    import_module("townops.areas.migrations.0006_places").take_lines(apps, None)
    assert [(one.kind, one.name, one.address) for one in api.places_of([block])] == [
        ("宾馆", "高桥宾馆", "北街88号"), ("宾馆", "宾馆", ""),
    ]  # fmt: skip
    assert api.places_of([block])[0].since == row.reviewed_on
    assert [one.part for one in DossierLine.objects.all()] == ["components"]


def test_a_first_survey_enters_places_once(town):
    rows = [(api.area("V1001"), "宾馆", "高桥宾馆", "北街88号")]
    system, today = Actor(SYSTEM_PERSON, "系统", ()), timezone.localdate()
    assert [api.enter_places(rows, since=today, actor=system, at=timezone.now()) for _ in range(2)] == [1, 0]
    narrow = Actor(9, "站长", (Hat(1, 1, frozenset({"areas.dossier"}), areas=frozenset({1})),))
    refused("not_permitted", api.enter_places, rows, since=today, actor=narrow, at=timezone.now())


def test_a_place_of_tomorrow_is_offered_from_tomorrow(town):
    put(since=(timezone.localdate() + timedelta(days=1)).isoformat())
    assert api.find_with_places("T", "高桥宾馆") == []
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert len(api.find_with_places("T", "高桥宾馆")) == 1

"""The border editor's pages: who opens them, what works without script, what the script is told (U8-U11)."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from townops.areas import api as areas
from townops.base.models import Account
from townops.console.tests.browser import Browser
from townops.console.tests.test_doors import ROWS
from townops.people import api as people

pytestmark = pytest.mark.django_db
MAY = {"sysadmin", "director", "deputy", "leader"}
PAGES = (
    "",
    "/shapes?view=121.5,31.3,121.6,31.4&z=12",
    "/since?revision=0",
    "/code?parent=1",
    "/defects",
    "/defects/none",
)


@pytest.fixture
def draft(town):
    director = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    return areas.begin_draft(areas.towns()[0].code, note="边界调整", actor=director, at=timezone.now()).id


@pytest.fixture
def block(draft):
    held = areas.draft_held(draft)
    return next(one for code, one in sorted(held.features.items()) if one.kind == "block")


def client(user="director"):
    found = Client()
    found.force_login(Account.objects.get(username=user))
    return found


def send(draft, operation, based_on=0, user="director"):
    body = json.dumps({"operation": operation, "based_on": based_on})
    return client(user).post(f"/grid/drafts/{draft}/edit", body, content_type="application/json")


def hole(draft, block):
    """A block taken away leaves a gap."""
    return send(draft, {"do": "remove", "code": block.code}).json()


@pytest.mark.parametrize("page", PAGES)
def test_only_who_may_draft_opens_a_page_of_the_editor(draft, page):
    found = {who: client(who).get(f"/grid/drafts/{draft}{page}").status_code for who, *_ in ROWS[:-1]}
    assert {who for who, status in found.items() if status == 200} == MAY
    assert set(found.values()) == {200, 403}
    assert Client().get(f"/grid/drafts/{draft}{page}").status_code == 302


def test_nobody_edits_who_may_not(draft, block):
    assert send(draft, {"do": "remove", "code": block.code}, user="shift").status_code == 403
    assert client("shift").post(f"/grid/drafts/{draft}/mend", {"safe": "1"}).status_code == 403
    assert block.code in areas.draft_held(draft).features


def test_a_draft_that_is_none_is_not_found(draft):
    assert client().get(f"/grid/drafts/{draft + 1}").status_code == 404
    assert client().get(f"/grid/drafts/{draft}/areas/none").status_code == 404


def test_the_page_holds_no_script_of_its_own_and_finds_areas_without_script(draft, block):
    desk = Browser("director").open(f"/grid/drafts/{draft}?q={block.code}")
    assert desk.page.errors == [] and block.name in desk.page.text and "画图需要启用脚本" in desk.page.text


def test_words_are_changed_without_script_and_refused_with_what_was_typed(draft, block):
    desk = Browser("director").open(f"/grid/drafts/{draft}/areas/{block.code}")
    desk.send("保存到草案", name="东街花园")
    assert desk.status == 200 and areas.draft_held(draft).features[block.code].name == "东街花园"
    other = next(code for code in areas.draft_held(draft).features if code != block.code)
    desk.send("保存到草案", name="西街花园", new_code=other)
    assert desk.status == 422 and "已经使用" in desk.page.text and "西街花园" in desk.html
    assert areas.draft_held(draft).features[block.code].name == "东街花园"


def test_a_form_that_is_stale_says_who_has_been_there(draft, block):
    desk = Browser("director").open(f"/grid/drafts/{draft}/areas/{block.code}")
    send(draft, {"do": "words", "code": block.code, "name": "先到花园"}, user="deputy")
    desk.send("保存到草案", name="后到花园")
    assert desk.status == 422 and "已被改动" in desk.page.text and "后到花园" in desk.html
    assert areas.draft_held(draft).features[block.code].name == "先到花园"


def test_defects_are_filtered_mended_and_the_repair_undone_without_script(draft, block):
    hole(draft, block)
    desk = Browser("director").open(f"/grid/drafts/{draft}/defects?type=gap&severity=serious&level=block")
    assert "空缺" in desk.page.text and "共 1 处" in desk.page.text
    desk.send("修复")
    assert "已修复 1 处" in desk.page.text and "没有缺陷" in desk.page.text
    desk.send("撤销上一步")
    assert "共 1 处" in desk.page.text
    desk.open(f"/grid/drafts/{draft}/defects?type=overlap")
    assert "没有符合条件的缺陷" in desk.page.text


def test_defects_are_sifted_by_village_and_the_map_shows_the_same(draft, block):
    hole(draft, block)
    held = areas.draft_held(draft)
    other = next(
        one.code for one in held.features.values() if one.kind == "village" and one.code != block.parent
    )
    counts = []
    for asked in (block.parent, other, held.features[block.parent].parent):
        desk = Browser("director").open(f"/grid/drafts/{draft}/defects?area={asked}")
        spots = desk.client.get(f"/grid/drafts/{draft}/defects?area={asked}&spots=1").json()["features"]
        counts.append(("空缺" in desk.page.text.partition("怎么办")[2], len(spots)))
    assert counts == [(True, 1), (False, 0), (True, 1)]
    desk = Browser("director").open(f"/grid/versions/{draft}")
    desk.send("检查")
    assert "检查没有通过" in desk.page.text
    assert f"/grid/drafts/{draft}/defects?area={block.parent}" in desk.html
    assert f"/grid/drafts/{draft}/defects?severity=serious" in desk.html


def test_new_areas_whose_code_is_not_of_the_scheme_are_said_on_the_page_of_the_draft(draft, block):
    send(draft, {"do": "words", "code": block.code, "new_code": "X-1"})
    text = Browser("director").open(f"/grid/versions/{draft}").page.text
    assert "1 个编码不合规则" in text and "不合规则，应为15位数字" in text


def test_an_operation_is_answered_with_what_changed_and_what_is_wrong_now(draft, block):
    told = hole(draft, block)
    assert told["gone"] == [block.code] and told["revision"] == 1
    assert [one["type"] for one in told["defects"]] == ["gap"]
    key = told["defects"][0]["key"]
    assert client().get(f"/grid/drafts/{draft}/defects/{key}").json()["shape"]["type"] in {
        "Polygon",
        "MultiPolygon",
    }
    assert len(client().get(f"/grid/drafts/{draft}/defects?all=1").json()["defects"]) == 1


def test_a_stale_operation_brings_the_news_along(draft, block):
    send(draft, {"do": "words", "code": block.code, "name": "先到花园"}, user="deputy")
    answer = send(draft, {"do": "words", "code": block.code, "name": "后到花园"})
    told = answer.json()
    assert answer.status_code == 409 and block.code in told["said"]
    assert told["news"]["features"][0]["properties"]["name"] == "先到花园" and len(told["news"]["by"]) == 1


def test_news_are_short_while_nothing_happens(draft, block):
    one = client()
    first = one.get(f"/grid/drafts/{draft}/since?revision=0", headers={"X-Poll": "1"})
    again = one.get(f"/grid/drafts/{draft}/since?revision=0", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    hole(draft, block)
    later = one.get(f"/grid/drafts/{draft}/since?revision=0", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200 and later.json()["gone"] == [block.code]


def test_who_else_has_the_draft_open_is_said(draft):
    client("deputy").get(f"/grid/drafts/{draft}/since?revision=0")
    assert len(client().get(f"/grid/drafts/{draft}/since?revision=0").json()["here"]) == 1


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"operation": 1, "based_on": 0}', '{"operation": {"do": "x"}}']
)
def test_what_cannot_be_read_is_refused_in_words(draft, body):
    answer = client().post(f"/grid/drafts/{draft}/edit", body, content_type="application/json")
    assert answer.status_code == 422 and "没有保存" in answer.json()["said"]


def test_far_off_the_borders_are_simplified_and_blocks_left_out(draft):
    far, near = (
        client()
        .get(f"/grid/drafts/{draft}/shapes?view=121.54,31.34,121.56,31.36&z={zoom}")
        .json()["features"]
        for zoom in (11, 15)
    )
    assert {one["properties"]["kind"] for one in far} == {"town", "grid", "village"}
    assert "block" in {one["properties"]["kind"] for one in near}
    assert len(json.dumps(far)) < len(json.dumps(near))


def test_a_new_code_is_suggested_by_the_scheme(draft, block):
    told = client().get(f"/grid/drafts/{draft}/code?parent={block.parent}").json()
    assert told["code"].startswith(block.parent) and told["code"] not in areas.draft_held(draft).features

"""边界调整 through the pages: a draft begun, looked at, checked, published from a day, moved, given up, and an earlier one had again."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base import journal
from townops.base.models import Account
from townops.console.tests.browser import Browser
from townops.people import api as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town) -> Browser:
    return Browser("director").open("/grid/versions")


def begun(keeper, note="高桥北块更名"):
    keeper.open("/grid/versions").send("建立草案", note=note)
    return int(keeper.at.rsplit("/", 1)[1])


def rename(number, name, at=0):
    """One block of the draft gets another name; returns its code."""
    at_work = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    block = [one for one in areas.features_of(number) if one.kind == "block"][at]
    areas.put_features(
        number, based_on=areas.version(number).revision, features=[replace(block, name=name)], actor=at_work,
        at=timezone.now(),
    )  # fmt: skip
    return block.code


def published(keeper, note="更名", name="新名甲"):
    number = begun(keeper, note)
    code = rename(number, name)
    keeper.open(f"/grid/versions/{number}").send("检查")
    keeper.send("试算").send("确认发布")
    return number, code


def test_a_draft_goes_from_its_note_to_the_borders_of_today(keeper):
    number = begun(keeper)
    assert "没有任何不同" in keeper.page.text
    code = rename(number, "新名甲")
    keeper.open(f"/grid/versions/{number}")
    assert code in keeper.page.text
    assert "更名" in keeper.page.text
    assert "检查通过后才能发布" in keeper.page.text
    keeper.send("检查")
    assert "检查通过" in keeper.page.text
    keeper.send("试算")
    assert "更名 1 个区域" in keeper.page.text
    assert areas.area(code).name != "新名甲"
    keeper.send("确认发布")
    assert "第 2 版已生效" in keeper.page.text
    assert areas.area(code).name == "新名甲"
    assert "现行" in keeper.open("/grid/versions").page.text


def test_a_later_day_is_announced_and_a_day_in_the_past_is_refused(keeper):
    number = begun(keeper)
    rename(number, "新名甲")
    keeper.open(f"/grid/versions/{number}").send("检查")
    later = (timezone.localdate() + timedelta(days=5)).isoformat()
    keeper.send("试算", **{"from": "2020-01-01"})
    assert (keeper.status, "生效日期不能早于今天" in keeper.page.text) == (422, True)
    keeper.send("试算", **{"from": later}).send("确认发布")
    assert f"{later} 起生效" in keeper.page.text
    assert "待生效" in keeper.open("/grid/versions").page.text


def test_a_note_is_asked_for_and_what_was_typed_stays(keeper):
    keeper.send("建立草案", note="   ")
    assert keeper.status == 422


def test_a_broken_draft_is_told_by_type_and_cannot_be_published(keeper):
    number = begun(keeper)
    at_work = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    block = next(one for one in areas.features_of(number) if one.kind == "block")
    areas.put_features(number, based_on=0, removed=[block.code], actor=at_work, at=timezone.now())
    keeper.open(f"/grid/versions/{number}").send("检查")
    assert "检查没有通过，不能发布" in keeper.page.text
    assert "空缺" in keeper.page.text
    assert not keeper.page.offers("试算")


def test_an_outdated_draft_asks_only_about_what_both_changed(keeper):
    mine = begun(keeper, "我的")
    rename(mine, "我的名")
    rename(mine, "另一块", at=1)
    published(keeper, "他们的", "他们的名")
    keeper.open(f"/grid/versions/{mine}").send("移到现行边界上")
    assert "两边都改过" in keeper.page.text
    assert (
        "改名为“我的名”" in keeper.page.text,
        "另一块" in str(keeper.page.form("移到现行边界上").values),
    ) == (
        True,
        False,
    )
    name = next(one for one in keeper.page.form("移到现行边界上").options if one.startswith("keep-"))
    keeper.send("移到现行边界上", **{name: "mine"})
    assert "已移到现行边界上" in keeper.page.text
    assert {"我的名", "另一块"} <= {one.name for one in areas.features_of(mine)}


def test_what_was_moved_by_another_meanwhile_is_not_given_up_unseen(keeper):
    number = begun(keeper)
    keeper.open(f"/grid/versions/{number}")
    rename(number, "别人改的")
    keeper.send("放弃", sure="1")
    assert (keeper.status, "刚被别人改动" in keeper.page.text) == (422, True)
    keeper.send("放弃", sure="1")
    assert keeper.at == "/grid/versions"
    assert keeper.open(f"/grid/versions/{number}").status == 400


def test_ones_own_step_is_taken_back_and_done_again(keeper):
    number = begun(keeper)
    rename(number, "新名甲")
    keeper.open(f"/grid/versions/{number}").send("撤销我的上一步")
    assert "没有任何不同" in keeper.page.text
    keeper.send("重做")
    assert "新名甲" in keeper.page.text


def test_an_earlier_version_is_had_again_and_versions_are_compared(keeper):
    number, code = published(keeper)
    first = next(one for one in areas.versions_of(people.first_town()) if one.number == 1)
    keeper.open(f"/grid/versions/{first.id}").send("试算", note="改错了").send("确认发布")
    assert "第 3 版已生效" in keeper.page.text
    assert areas.area(code).name != "新名甲"
    keeper.open("/grid/versions").send("比较", before=str(first.id), after=str(number))
    assert "新名甲" in keeper.page.text
    found = json.loads(keeper.client.get(f"/grid/versions/{number}/changes?before={first.id}").content)
    assert {one["properties"]["code"] for one in found["features"]} == {code}


def test_versions_stand_newest_first_and_the_comparison_offers_the_oldest_against_the_newest(keeper):
    published(keeper)
    form = keeper.open("/grid/versions").page.form("比较")
    number = {str(one.id): one.number for one in areas.versions_of(people.first_town())}
    assert [number[one] for one in form.options["before"]] == [2, 1]
    assert (number[form.values["before"][0]], number[form.values["after"][0]]) == (1, 2)


def test_lineage_is_corrected_by_who_may_publish_and_a_wrong_share_is_refused(keeper):
    number, code = published(keeper)
    keeper.open(f"/grid/versions/{number}")
    keeper.send("更正", how="moved", share="50")
    assert [(one.how, one.share) for one in areas.lineage_in(number)] == [("moved", 0.5)]
    assert journal.history("borders", people.first_town())[-1].action == "correct"
    keeper.send("更正", how="moved", share="0")
    assert keeper.status == 422
    since = (timezone.localdate() - timedelta(days=3)).isoformat()
    keeper.open(f"/grid/versions?code={code}&since={since}")
    assert "50.0 %" in keeper.page.text


def test_an_unknown_code_or_version_says_so(keeper):
    assert "没有编码为" in keeper.open("/grid/versions?code=X9").page.text
    assert keeper.open("/grid/versions/99999").status == 404


def test_who_drafts_may_not_publish(keeper):
    number = begun(keeper)
    rename(number, "新名甲")
    drafter = Browser("sysadmin").open(f"/grid/versions/{number}").send("检查")
    assert not drafter.page.offers("试算")
    answer = drafter.client.post(f"/grid/versions/{number}", {"do": "publish", "revision": "1"})
    assert answer.status_code in {200, 422}
    assert areas.version(number).number is None

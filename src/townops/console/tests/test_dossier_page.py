"""The dossier at the desk: who may read and write it, nothing typed is lost, what is missing leads to where it is mended."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from townops.areas import api as areas
from townops.base import inbox, journal
from townops.base.models import Account
from townops.base.registry import Registry
from townops.console.tests.browser import Browser, picture
from townops.demo.people import IN_VILLAGE, NAMED
from townops.people import api as people

pytestmark = pytest.mark.django_db
STAFF = {*NAMED, *IN_VILLAGE} - {"resident", "sensor", "district", "security", "auditadmin"}
KEEPERS = {"station", "village", "grid", "deputy", "director"}
NAMERS = {"director", "sysadmin"}


@pytest.fixture
def village(town):
    return areas.villages(town.code)[0]


@pytest.fixture
def block(village):
    return areas.children(village.id)[0]


@pytest.fixture
def elsewhere(town):
    return areas.areas_of(town.code, "block")[-1]


def opened(page):
    """Who gets the page, and how everybody else is turned away."""
    found, away = set(), set()
    for who in (*NAMED, *IN_VILLAGE):
        client = Client()
        client.force_login(Account.objects.get(username=who))
        status = client.get(page).status_code
        found |= {who} if status == 200 else set()
        away |= {status} if status != 200 else set()
    assert Client().get(page).status_code == 302
    assert away <= {403}
    return found


def test_the_pages_of_areas_are_open_to_whoever_sees_areas(town, block, village):
    for one in (block, village, areas.area_by_id(village.parent_id)):
        assert opened(f"/grid/{one.code}") == {*NAMED, *IN_VILLAGE} - {"security", "auditadmin"}


def test_writing_is_open_to_keepers_within_their_own_area(town, block, elsewhere):
    everybody_who_leads = {"leader"} & opened(f"/grid/{block.code}/edit")
    assert opened(f"/grid/{block.code}/edit") - everybody_who_leads == KEEPERS
    assert opened(f"/grid/{elsewhere.code}/edit") - everybody_who_leads == KEEPERS - {"station", "village"}


@pytest.mark.parametrize(
    "what", ["confirm", "subject", "phone", "photos", "edit", "sheet", "places", "places/new"]
)
def test_what_writes_is_closed_to_everybody_else(town, block, elsewhere, what):
    for who in ("unit", "resident", "patrol", "security"):
        assert Browser(who).client.post(f"/grid/{block.code}/{what}").status_code == 403, who
    assert Client().post(f"/grid/{block.code}/{what}").status_code == 302
    before = areas.dossier(elsewhere)
    Browser("station").client.post(
        f"/grid/{elsewhere.code}/{what}", {"address": "北街1号", "kind": "handling"}
    )
    assert areas.dossier(elsewhere) == before and areas.dossier_history(elsewhere) == []


def test_plates_and_defects_are_for_staff(town, block):
    assert opened(f"/grid/{block.code}/plates") == STAFF
    assert opened("/grid/lacking") == STAFF


def test_a_resident_reads_where_it_lies_and_who_answers_and_nothing_else(town, block):
    keeper = Browser("station")
    keeper.open(f"/grid/{block.code}/places/new").send(
        "保存", kind="危险化学品", name="甲库", address="北街1号"
    )
    assert "甲库" in keeper.page.text
    keeper.open(f"/grid/{block.code}/edit").send("保存", address="北街1号")
    text = Browser("resident").open(f"/grid/{block.code}").page.text
    unit = people.contacts_of(block.id, block_time())[0]
    assert unit.unit.name in text
    assert not any(word in text for word in ("危险化学品", "北街1号", unit.name, "历史", "档案状态"))


def test_a_telephone_that_somebody_typed_is_masked_for_others_than_keepers(town, block):
    keeper = Browser("station").open(f"/grid/{block.code}/edit")
    keeper.send("保存", note="门卫13800138777", components="3101150137000001，路灯")
    assert "13800138777" in keeper.page.text
    text = Browser("unit").open(f"/grid/{block.code}").page.text
    assert "13800138777" not in text and text.count("138****8777") == 2 and "3101150137000001" in text


def block_time():
    from django.utils import timezone

    return timezone.now()


def test_a_station_fills_in_confirms_and_the_history_tells_it(town, block):
    keeper = Browser("station").open(f"/grid/{block.code}/edit")
    keeper.send("保存", address="北街1号", components="3101150137000001，路灯")
    assert "档案已保存" in keeper.page.text and "3101150137000001" in keeper.page.text
    keeper.send("确认无变化")
    assert "已确认无变化" in keeper.page.text
    past = keeper.page.text.partition("历史")[2]
    assert all(word in past for word in ("确认无变化", "修改", "地址", "北街1号"))


def test_a_stale_form_is_told_what_changed_keeps_what_was_typed_and_may_be_sent_again(town, block):
    slow = Browser("station").open(f"/grid/{block.code}/edit")
    Browser("grid").open(f"/grid/{block.code}/edit").send("保存", plates="1号、2号", note="边界待核")
    slow.send("保存", address="北街7号", note="门卫电话已换")
    assert slow.status == 422
    assert "改了：门牌、备注" in slow.page.text
    assert slow.page.text.count("两人都改了这一栏") == 1 and "现在是： 边界待核" in slow.page.text
    typed = slow.page.form("核对过了，再次保存").values
    assert [typed[name] for name in ("address", "plates", "note")] == [
        ["北街7号"],
        ["1号、2号"],
        ["门卫电话已换"],
    ]
    slow.send("核对过了，再次保存")
    content = areas.dossier(block).content
    assert [content[name] for name in ("address", "plates", "note")] == [
        "北街7号",
        "1号、2号",
        "门卫电话已换",
    ]


def test_a_wrong_line_names_itself_and_keeps_everything(town, block):
    keeper = Browser("station").open(f"/grid/{block.code}/edit")
    keeper.send("保存", address="北街7号", components="3101150137000001，路灯\n12，井盖")
    assert keeper.status == 422 and "部件编码“12”不对" in keeper.page.text
    assert keeper.page.form("保存").values["address"] == ["北街7号"]


def test_a_stale_confirmation_confirms_nothing(town, block):
    slow = Browser("station").open(f"/grid/{block.code}")
    Browser("grid").open(f"/grid/{block.code}/edit").send("保存", plates="1号")
    slow.send("确认无变化")
    assert slow.status == 422 and areas.dossier(block).reviewed_on is None


def test_photographs_are_added_shown_and_taken_down(town, block):
    keeper = Browser("station").open(f"/grid/{block.code}")
    keeper.send("上传照片", photos=picture())
    (row,) = areas.photos(block)
    address = f"/grid/{block.code}/photos/{row.pk}"
    assert keeper.client.get(address)["Content-Type"] == "image/jpeg"
    assert Browser("resident").client.get(address).status_code == 403
    keeper.send("撤下")
    assert keeper.client.get(address).status_code == 404
    assert [one.action for one in areas.dossier_history(block)] == ["unphoto", "photo"]
    keeper.send("上传照片", photos=("说明.txt", "文字".encode()))
    assert keeper.status == 422 and areas.photos(block) == []


def test_who_answers_is_named_by_whoever_registers_subjects(town, block):
    page = Browser("director").open(f"/grid/{block.code}")
    page.send("保存处置责任主体", unit="城建中心（房办）")
    page.send("保存处置责任主体", post=str(people.posts_of(people.unit("chengjian").id)[0].id))
    one = people.contacts_of(block.id, block_time())[0]
    assert (one.unit.code, one.post.unit_id) == ("chengjian", one.unit.id)
    assert not Browser("station").open(f"/grid/{block.code}").html.count('name="unit"')


def test_a_telephone_is_shown_once_for_a_reason_on_record(town, block):
    page = Browser("director").open(f"/grid/{block.code}")
    masked = people.contacts_of(block.id, block_time())[0]
    assert "100000" not in page.page.text
    page.send("查看", reason="核实门牌")
    assert re.search(r"100\d{8}", page.page.text)
    assert journal.history("person", masked.person)[-1].body == {"reason": "核实门牌"}


def test_what_is_missing_is_listed_and_leads_to_its_place(town, block, village):
    page = Browser("director").open(f"/grid/{block.code}")
    page.send("保存处置责任主体", post="")
    listed = Browser("station").open("/grid/lacking")
    assert f"/grid/{block.code}#who-handling" in listed.html and "去补上" in listed.page.text
    assert block.name in listed.open(f"/grid/lacking?kind=contact&area={village.code}").page.text
    assert block.name not in listed.open("/grid/lacking?kind=handling").page.text


def test_a_village_shows_how_complete_its_blocks_are(town, block, village):
    text = Browser("village").open(f"/grid/{village.code}").page.text
    assert all(word in text for word in ("档案完整", "从未复核", block.name, "党组织书记"))


def test_a_grid_shows_its_force_and_its_workload(town, village, registered):
    grid = areas.area_by_id(village.parent_id)
    clerk = Browser("grid").open(f"/grid/{grid.code}/edit")
    clerk.send("保存", force="社区民警，2\n网格辅助员，3", equipment="巡逻电动车，4")
    text = clerk.page.text
    assert "力量（人） 5" in text and "巡逻电动车" in text and "人均未结" in text


def test_a_reminder_leads_to_the_village(town, village):
    account = Account.objects.get(username="station")
    inbox.tell([inbox.Told(account.pk, "areas.review", village.code, 1, "系统", block_time())])
    keeper = Browser("station").open("/notices")
    assert "责任块待复核" in keeper.page.text and village.name in keeper.page.text
    number = inbox.shelf(account.pk).rows[0].pk
    assert keeper.open(f"/notices/{number}").at == f"/grid/{village.code}"


def test_plates_are_a_paper_for_one_block_and_for_all_of_a_village(town, block, village):
    for one in (block, village):
        response = Browser("station").client.get(f"/grid/{one.code}/plates")
        assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    assert "没有门牌可打印" in Browser("station").open(f"/grid/{village.town}/plates").page.text


def changed(content, change):
    """The sheet with cells changed: {(row, head): value}."""
    book = openpyxl.load_workbook(BytesIO(content))
    page = book.active
    columns = {cell.value: cell.column for cell in page[1]}
    for (row, head), value in change.items():
        page.cell(row, columns[head], value)
    target = BytesIO()
    book.save(target)
    return "档案.xlsx", target.getvalue()


def test_a_village_is_kept_by_a_sheet_all_or_nothing(town, block, village):
    keeper = Browser("village").open(f"/grid/{village.code}")
    content = keeper.client.get(f"/grid/{village.code}/sheet").content
    good = changed(
        content,
        {
            (2, "地址"): "北街1号",
            (3, "户数"): 12,
            (3, "统计日期"): "2026-03-01",
            (3, "部件"): "3101150137000001，路灯\n3101150137000002，路灯",
        },
    )
    keeper.send("检查", file=good)
    assert "会变更 2 行" in keeper.page.text and areas.dossier(block).seq == 0
    keeper.send("写入", file=good)
    second = areas.dossier(areas.children(village.id)[1]).content
    assert areas.dossier(block).content["address"] == "北街1号"
    assert (second["households"], second["components"].count("\n")) == ("12", 1)
    keeper.send("写入", file=changed(content, {(2, "地址"): "北街2号", (4, "户数"): "很多"}))
    assert "3 行有错，一行也没有写入" in keeper.page.text
    assert (
        "门牌" not in keeper.page.text.partition("原因")[2][:60]
        and "“户数”应为不小于0的整数" in keeper.page.text
    )
    assert areas.dossier(block).content["address"] == "北街1号"


def test_key_places_are_registered_changed_found_and_kept_by_a_sheet(town, block, village):
    keeper = Browser("village").open(f"/grid/{block.code}")
    keeper.open(f"/grid/{block.code}/places/new").send("保存", kind="宾馆", name="", address="北街1号")
    assert keeper.status == 422 and "重点场所缺少" in keeper.page.text and "北街1号" in keeper.html
    contact = people.contacts_of(block.id, block_time())[0]
    post = people.posts_of(contact.unit.id)[0]
    keeper.send("保存", kind="宾馆", name="云上宾馆", contact=f"{contact.unit.name}/{post.name}")
    assert "云上宾馆" in keeper.page.text and f"{contact.unit.name}/{post.name}" in keeper.page.text
    (one,) = [one for one in areas.places_of([block]) if one.name == "云上宾馆"]
    keeper.open(f"/grid/{block.code}/places/{one.number}").send("保存", name="云下宾馆")
    assert "云下宾馆" in keeper.page.text
    assert any(
        "云下宾馆" in str(line["label"])
        for line in keeper.client.get("/map/places?q=云下宾馆").json()["places"]
    )
    assert keeper.client.get("/tiles/place/12/0/0.mvt").status_code == 204
    assert Browser("resident").client.get("/tiles/place/12/0/0.mvt").status_code == 400
    page = keeper.open(f"/grid/{village.code}")
    content = keeper.client.get(f"/grid/{village.code}/places").content
    page.send("写入场所", file=("场所.xlsx", content))
    assert "变更 0 行" in keeper.page.text


def test_a_sheet_of_another_village_changes_nothing(town, village, elsewhere):
    keeper = Browser("village").open(f"/grid/{village.code}")
    content = keeper.client.get(f"/grid/{elsewhere.code}/sheet").content
    keeper.send("写入", file=changed(content, {(2, "地址"): "北街1号"}))
    assert "不在您的辖区" in keeper.page.text and areas.dossier(elsewhere).seq == 0
    keeper.send("写入", file=("空.xlsx", b""))
    assert keeper.status == 422


def test_what_other_contexts_hold_there_is_linked_to_whoever_sees_it_and_no_link_is_dead(town, block):
    page = Browser("shift").open(f"/grid/{block.code}")
    assert "这里的工单" in page.page.text and f"/orders?area={block.code}&amp;open=1" in page.html
    assert "这里的工单" not in Browser("resident").open(f"/grid/{block.code}").page.text
    shift = people.actor_for(Account.objects.get(username="shift").pk, timezone.now())
    for _, links in areas.dossier_links(block, actor=shift, at=timezone.now()):
        assert all(reverse(f"console:{one.page}") for one in links)


def test_a_context_adds_its_own_links_and_those_of_a_page_that_is_not_there_are_left_out(
    town, block, monkeypatch
):
    fresh = Registry("links of a dossier")
    monkeypatch.setattr("townops.areas.links._linked", fresh)

    @areas.on_dossier_links("patrols", "巡查", order=20)
    def _patrols(area, actor, at):
        yield areas.DossierLink("本月 3 次", "home", {"area": area.code})
        yield areas.DossierLink("没有的页", "patrols-not-there")

    @areas.on_dossier_links("risks", "风险", order=5)
    def _risks(area, actor, at):
        return [areas.DossierLink("没有的页", "risks-not-there")]

    text = Browser("shift").open(f"/grid/{block.code}").page.text
    assert "巡查" in text and "本月 3 次" in text
    assert "没有的页" not in text and "风险" not in text.partition("本月 3 次")[0][-60:]

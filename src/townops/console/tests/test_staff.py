"""人员与任职 and 角色 through the pages: appointing, ending, standing in, accounts, the workbook, roles."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from townops.base import sheets
from townops.base.models import Account, JournalEntry
from townops.base.permissions import permissions_of
from townops.console.tests.browser import Browser
from townops.people import api as people
from townops.people.workbook import HEADS, PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town) -> Browser:
    return Browser("sysadmin").open("/people")


def holders(code: str) -> list[str]:
    return [people.person(one.person_id).name for one in people.appointments(people.post(code).id)]


def page_of(code: str) -> str:
    return f"/posts/{people.post(code).id}"


def person_page(user: str) -> str:
    found = people.person_of_account(Account.objects.get(username=user).pk)
    return f"/people/{found.id}"


def new_person(keeper: Browser) -> str:
    """Enrolls 王新; returns the one-time password on the page."""
    keeper.open("/people/new").send("新增", name="王新", user="wangxin", phone="10000000077")
    return keeper.page.text.split("一次性密码：")[1].split("。")[0].strip()


def appoint(keeper: Browser, code: str, **typed: str) -> Browser:
    keeper.open(page_of(code)).send("试算任命", note="补缺", **typed)
    return keeper.send("确认任命")


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_change_it(keeper):
    password = new_person(keeper)
    assert Browser("wangxin", password).at == "/password"
    assert password not in keeper.open("/people").html
    account = Account.objects.get(username="wangxin")
    entry = JournalEntry.objects.get(kind="account", key=str(account.pk))
    sysadmin = people.person_of_account(Account.objects.get(username="sysadmin").pk)
    assert (entry.action, entry.person) == ("open", sysadmin.id)


def test_the_list_finds_by_name_unit_role_and_state(keeper):
    shift = (
        people.directory().persons[people.person_of_account(Account.objects.get(username="shift").pk).id].name
    )
    for query in ("q=shift", f"q={shift}", "unit=center&role=shift", "role=shift"):
        assert shift in keeper.open(f"/people?{query}").page.text
    assert shift not in keeper.open("/people?q=nobody-of-this-name").page.text
    assert "没有符合条件的人员" in keeper.page.text
    assert shift not in keeper.open("/people?state=inactive").page.text
    keeper.client.post(person_page("shift"), {"do": "look", "scope": "account", "note": "离岗"})
    keeper.open(person_page("shift")).send("试算停用", scope="account", note="离岗")
    keeper.send("确认停用")
    assert shift in keeper.open("/people?state=inactive").page.text


def test_the_list_asks_the_database_as_often_for_many_as_for_few(keeper):
    def asked(query: str) -> int:
        keeper.open(f"/people?{query}")
        with CaptureQueriesContext(connection) as seen:
            keeper.open(f"/people?{query}")
        return len(seen)

    assert asked("") == asked("q=shift")


def test_an_appointment_from_a_date_a_stand_in_and_the_end_of_it(keeper):
    new_person(keeper)
    appoint(keeper, "center.team", person="wangxin", starts="2026-01-01")
    assert "已任命王新" in keeper.page.text
    assert holders("center.team")[-1] == "王新"
    tenure = people.appointments(people.post("center.team").id)[-1]
    stand_in = {"tenure": str(tenure.id), "stand_in": "shift", "begins": "2026-02-01", "until": "2026-02-08"}
    keeper.send("指定代理", **stand_in, reason="年假")
    assert "2026-02-01 至 2026-02-08" in keeper.page.text
    keeper.send("试算结束", tenure=str(tenure.id), ends="2026-03-01", note="调走")
    assert people.appointments(people.post("center.team").id)[-1].span.ends is None
    keeper.send("确认结束")
    assert people.appointments(people.post("center.team").id)[-1].span.ends is not None
    entries = JournalEntry.objects.filter(kind="post", key=str(tenure.post_id))
    assert set(entries.values_list("action", flat=True)) >= {"appointed", "delegated", "appointment_ended"}
    keeper.open(person_page("wangxin"))
    assert "调走" in keeper.page.text
    assert "以前的任职 1 项" in keeper.page.text


def test_the_trial_says_whose_hands_open_work_comes_into(keeper, registered):
    tenure = next(one for one in people.appointments(people.post("center.grid").id))
    keeper.open(page_of("center.grid")).send("试算结束", tenure=str(tenure.id), note="调走")
    assert "1 件在办工作改由他人负责" in keeper.page.text
    assert registered in keeper.page.text
    assert "北街路口" not in keeper.page.text, "the administrator of accounts reads no orders"
    new_person(keeper)
    keeper.open(page_of("center.grid"))
    keeper.send("试算任命", person="wangxin", instead=str(tenure.id), note="接班")
    assert "1 件在办工作改由他人负责" in keeper.page.text
    assert "王新（" in keeper.page.text
    keeper.send("确认任命")
    assert "接手在办工作 1 件" in keeper.page.text
    assert registered in keeper.open(person_page("wangxin")).page.text


def test_whoever_answers_for_a_vacant_posts_work_is_told_once_and_led_to_it(keeper, registered):
    tenure = people.appointments(people.post("center.grid").id)[0]
    keeper.open(page_of("center.grid")).send("试算结束", tenure=str(tenure.id), note="调走").send("确认结束")
    assert (people.vacancies.tell_due(timezone.now()), people.vacancies.tell_due(timezone.now())) == (1, 0)
    director = Browser("director").open("/notices")
    assert "岗位空缺，工作由您负责" in director.page.text
    assert "网格信息员" in director.page.text
    found = director.html.split("看在办工单")[0].rsplit('href="', 1)[1].split('"')[0]
    assert registered in director.open(found).page.text
    assert "未读" not in director.open("/notices").html.split("<tbody>")[1]


def test_an_appointment_that_lies_ahead_and_an_end_that_lies_ahead_are_taken_back(keeper):
    new_person(keeper)
    appoint(keeper, "center.team", person="wangxin", starts="2099-01-01")
    assert "还没到任" in keeper.page.text
    keeper.send("撤销任命")
    assert "王新" not in holders("center.team")
    tenure = people.appointments(people.post("center.team").id)[0]
    keeper.open(page_of("center.team")).send(
        "试算结束", tenure=str(tenure.id), ends="2099-01-01", note="退休"
    )
    keeper.send("确认结束")
    keeper.send("撤销离任")
    assert people.appointments(people.post("center.team").id)[0].span.ends is None


def test_posts_stand_under_their_units_fifty_a_page_and_are_found_by_several_words(keeper):
    keeper.open("/posts")
    assert "第 1 页，共" in keeper.page.text
    assert keeper.html.count('scope="rowgroup"') > 1
    assert keeper.html.count("任免、代理、修改") + keeper.html.count(">修改</a>") <= 50
    first = keeper.page.text
    keeper.open("/posts?page=2")
    assert "第 2 页，共" in keeper.page.text
    assert keeper.page.text != first
    assert "没有符合条件的岗位" in keeper.open("/posts?page=999").page.text
    keeper.open("/posts?q=城运 队伍管理")
    assert ("队伍管理" in keeper.page.text, "第 1 页，共" in keeper.page.text) == (True, False)


def test_a_telephone_is_masked_until_somebody_says_why_and_then_it_is_journalled(keeper):
    new_person(keeper)
    path = person_page("wangxin")
    keeper.open(path)
    assert ("10000000077" in keeper.html, "联系方式" in keeper.page.text) == (False, True)
    keeper.send("查看", reason="夜间找人")
    assert "10000000077" in keeper.html
    person = people.person_of_account(Account.objects.get(username="wangxin").pk)
    entry = JournalEntry.objects.get(kind="person", key=str(person.id), action="reveal")
    assert "夜间找人" in entry.payload
    assert "查看电话" in keeper.open(path).page.text
    assert "10000000077" not in keeper.html
    refused = keeper.client.post(path, {"do": "phone", "reason": " "})
    assert refused.status_code == 422
    assert "10000000077" not in refused.content.decode()


def test_a_vacancy_is_listed_until_somebody_is_appointed(keeper):
    tenure = people.appointments(people.post("center.build").id)[0]
    assert "系统建设" not in keeper.open("/posts?vacant=1").page.text
    keeper.open(page_of("center.build")).send("试算结束", tenure=str(tenure.id), note="调走")
    keeper.send("确认结束")
    assert "系统建设" in keeper.open("/posts?vacant=1").page.text


def test_a_post_is_added_renamed_and_closed_each_after_a_look(keeper):
    keeper.open("/posts/new?unit=chengjian")
    keeper.send("试算", name="工程监理", roles=["unit_operator"], note="新设")
    assert "工程监理" not in keeper.open("/posts?q=工程监理").page.text.split("清空")[-1]
    keeper.open("/posts/new?unit=chengjian").send(
        "试算", name="工程监理", roles=["unit_operator"], note="新设"
    )
    keeper.send("确认发布")
    made = next(one for one in people.posts_of(people.unit("chengjian").id) if one.name == "工程监理")
    assert made.roles == ("unit_operator",)
    new_person(keeper)
    keeper.open(f"/posts/{made.id}").send("试算任命", person="wangxin", note="补缺")
    assert "权限的变化" in keeper.page.text
    keeper.send("确认任命")
    keeper.send("试算修改", name="监理", roles=[], note="更名")
    assert "谁的权限会变" in keeper.page.text
    keeper.send("确认发布")
    assert (people.post_by_id(made.id).name, people.post_by_id(made.id).roles) == ("监理", ())
    keeper.send("试算撤销", note="合并")
    assert "1 人结束任职" in keeper.page.text
    keeper.send("确认撤销")
    assert not people.post_by_id(made.id).active
    assert made.id not in {one.id for one in people.posts_of(made.unit_id)}


def test_a_change_of_a_post_that_lies_ahead_is_listed_and_withdrawn(keeper):
    keeper.open(page_of("chengjian.operator"))
    keeper.send("试算修改", name="专管员", note="更名", **{"from": "2099-01-01"})
    keeper.send("确认发布")
    assert "待生效的改动" in keeper.open("/posts").page.text
    keeper.send("撤销")
    assert "待生效的改动" not in keeper.page.text


def test_what_is_refused_is_said_and_what_was_typed_stays(keeper):
    keeper.open(page_of("center.team")).send("试算任命", person="niemand", starts="2026-01-01", note="补缺")
    assert (keeper.status, "没有用户名或姓名为“niemand”" in keeper.page.text) == (422, True)
    assert 'value="niemand"' in keeper.html
    other = people.appointments(people.post("center.shift").id)[0]
    sent = {"do": "look", "what": "end", "tenure": other.id, "note": "错"}
    assert keeper.client.post(page_of("center.team"), sent).status_code == 422
    keeper.open(page_of("system.security")).send("试算任命", person="sysadmin", note="补缺")
    assert "不能任命自己" in keeper.page.text
    keeper.send("试算任命", person="auditadmin", note="补缺")
    assert "必须分设" in keeper.page.text


def test_the_last_who_keeps_roles_stays(keeper):
    tenure = people.appointments(people.post("system.security").id)[0]
    keeper.open(page_of("system.security")).send("试算结束", tenure=str(tenure.id), note="调走")
    assert (keeper.status, "没有人能办“角色权限”" in keeper.page.text) == (422, True)
    keeper.open(person_page("security")).send("试算停用", scope="leave", note="调走")
    assert "没有人能办“角色权限”" in keeper.page.text


def test_an_account_is_closed_and_opened_again_with_a_new_password(keeper):
    keeper.open(person_page("patrol")).send("试算停用", scope="account", note="休假")
    assert Account.objects.get(username="patrol").is_active
    keeper.send("确认停用")
    assert not Account.objects.get(username="patrol").is_active
    keeper.open(person_page("sysadmin")).send("试算停用", scope="account", note="休假")
    assert "没有人能办“账号管理”" in keeper.page.text
    keeper.open(person_page("patrol")).send("重新启用并重置密码")
    assert Account.objects.get(username="patrol").is_active
    assert "一次性密码" in keeper.page.text


def test_whoever_leaves_loses_posts_and_account_together_after_a_look(keeper, registered):
    keeper.open(person_page("grid")).send("试算停用", scope="leave", note="调离")
    assert "1 件在办工作改由他人负责" in keeper.page.text
    keeper.send("确认停用")
    assert not Account.objects.get(username="grid").is_active
    person = people.person_of_account(Account.objects.get(username="grid").pk)
    assert people.appointing.lasting(person.id, timezone.now()) == []
    assert "调离" in keeper.page.text


def test_a_locked_name_is_unlocked(keeper):
    visitor = Browser("")
    for _ in range(5):
        visitor.open("/signin").send("登录", username="shift", password="wrong")
    assert "已锁定 1" in keeper.open("/people").page.text
    keeper.open(person_page("shift")).send("解除锁定")
    assert Browser("shift").at == "/"
    assert not keeper.page.offers("解除锁定")


def test_who_keeps_people_but_no_accounts_opens_none(town):
    director = Browser("director").open(person_page("patrol"))
    for button in ("重置密码", "试算停用"):
        assert not director.page.offers(button)
    assert director.client.post("/people/new", {"name": "王新", "user": "wangxin"}).status_code == 403
    for do in ("password", "unlock", "second_factor", "look"):
        sent = {"do": do, "scope": "account", "note": "试"}
        assert director.client.post(person_page("patrol"), sent).status_code == 422
    assert Account.objects.get(username="patrol").is_active
    assert "北街" not in director.html


def test_the_workbook_comes_out_and_goes_in_after_a_check(keeper):
    data = keeper.client.get("/people/workbook/file").content
    rows = sheets.read_book(data, HEADS)[PEOPLE]
    assert any(row.cells["用户名"] == "shift" for row in rows)
    target = BytesIO()
    line = ("wangxin", "王新", "", "center.team", "2026-01-01", "")
    sheets.write_book(target, {PEOPLE: (HEADS[PEOPLE], [line])})
    given = ("人员.xlsx", target.getvalue())
    keeper.open("/people/workbook").send("检查", file=given)
    assert "检查通过，没有写入" in keeper.page.text
    assert not Account.objects.filter(username="wangxin").exists()
    keeper.send("写入", file=given)
    assert "wangxin" in keeper.page.text
    assert holders("center.team")[-1] == "王新"
    keeper.send("写入", file=("人员.xlsx", b"no book"))
    assert keeper.status == 422


def test_a_role_is_changed_after_a_look_at_who_gains_and_loses_what(town):
    keeper = Browser("security").open("/roles/grid_clerk")
    permits = ["orders.view_all", "orders.accept", "orders.dispatch"]
    keeper.send("试算", permits=permits, note="缩减")
    clerk = people.person_of_account(Account.objects.get(username="grid").pk)
    assert "1 人的权限会变" in keeper.page.text
    assert clerk.name in keeper.page.text
    assert "orders.report" in permissions_of(["grid_clerk"])
    keeper.send("确认发布")
    assert permissions_of(["grid_clerk"]) == set(permits)
    keeper.open("/roles/grid_clerk")
    assert "缩减" in keeper.page.text
    keeper.open("/roles/grid_clerk?like=0").send("试算", note="恢复")
    keeper.send("确认发布")
    assert "orders.report" in permissions_of(["grid_clerk"])
    assert "orders.dispatch" not in permissions_of(["grid_clerk"])


def test_administrations_are_never_mixed_and_the_last_keeper_of_roles_stays(town):
    keeper = Browser("security").open("/roles/new")
    keeper.send("试算", code="mixed", name="混合", permits=["base.accounts", "base.roles"], note="试")
    assert (keeper.status, "必须分设" in keeper.page.text) == (422, True)
    keeper.open("/roles/security_admin").send("试算", permits=["base.security"], note="试")
    assert (keeper.status, "没有人能办“角色权限”" in keeper.page.text) == (422, True)
    keeper.open("/roles/grid_clerk").send("试算", permits=["base.roles"], note="试")
    keeper.send("确认发布")
    assert permissions_of(["grid_clerk"]) == {"base.roles"}


def test_a_role_of_tomorrow_is_listed_withdrawn_and_done_by_the_job(town):
    keeper = Browser("security").open("/roles/new")
    typed = {"code": "watcher", "name": "观察员", "permits": ["orders.view_all"], "note": "新设"}
    keeper.send("试算", **typed, **{"from": "2099-01-01"})
    keeper.send("确认发布")
    assert "待生效的改动" in keeper.page.text
    keeper.send("撤销")
    assert "待生效的改动" not in keeper.page.text
    keeper.open("/roles/new").send("试算", **typed, **{"from": "2099-01-01"})
    keeper.send("确认发布")
    people.planned.do_due(datetime(2099, 1, 2, tzinfo=UTC))
    assert permissions_of(["watcher"]) == {"orders.view_all"}


def test_a_role_changed_by_somebody_else_meanwhile_is_looked_at_again(town):
    keeper = Browser("security").open("/roles/grid_clerk")
    Browser("security").open("/roles/grid_clerk").send("试算", name="网格员", note="更名").send("确认发布")
    keeper.send("试算", name="网格信息岗", note="更名")
    assert (keeper.status, "刚由别人改过" in keeper.page.text) == (422, True)
    keeper.send("试算")
    keeper.send("确认发布")
    assert people.dossier.role_names()["grid_clerk"] == "网格信息岗"


def test_roles_are_found_by_name_and_by_permission(town):
    keeper = Browser("security").open("/roles?q=网格信息")
    assert "网格信息员" in keeper.page.text
    assert "热线信息员" not in keeper.page.text
    assert "派遣员" in keeper.open("/roles?permission=orders.dispatch").html.split("<tbody>")[1]
    assert "核查员" not in keeper.html.split("<tbody>")[1]


def test_the_administrators_homes_lead_to_their_work(town):
    assert "/people" in Browser("sysadmin").open("/").html
    assert "/roles" in Browser("security").open("/").html
    assert "verify-journal" in Browser("auditadmin").open("/").html

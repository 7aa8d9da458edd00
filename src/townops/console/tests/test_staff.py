"""人员与任职 and 角色 through the pages: appointing, ending, standing in, accounts, the workbook, roles."""

from io import BytesIO

import pytest

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
    return f"/people/posts/{people.post(code).id}"


def new_person(keeper: Browser) -> str:
    """Enrolls 王新; returns the one-time password on the page."""
    keeper.open("/people").send("新增", name="王新", user="wangxin", phone="10000000077")
    return keeper.page.text.split("一次性密码：")[1].split("。")[0].strip()


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_change_it(keeper):
    password = new_person(keeper)
    assert Browser("wangxin", password).at == "/password"
    assert password not in keeper.open("/people").html
    account = Account.objects.get(username="wangxin")
    entry = JournalEntry.objects.get(kind="account", key=str(account.pk))
    sysadmin = people.person_of_account(Account.objects.get(username="sysadmin").pk)
    assert (entry.action, entry.person) == ("open", sysadmin.id)


def test_an_appointment_from_a_date_a_stand_in_and_the_end_of_it(keeper):
    new_person(keeper)
    keeper.open(page_of("center.team"))
    keeper.send("任命", person="wangxin", starts="2026-01-01")
    assert "已任命王新" in keeper.page.text
    assert holders("center.team")[-1] == "王新"
    keeper.send("指定代理", stand_in="shift", starts="2026-02-01", ends="2026-02-08", reason="年假")
    assert "2026-02-01 至 2026-02-08" in keeper.page.text
    tenure = people.appointments(people.post("center.team").id)[-1]
    keeper.client.post(page_of("center.team"), {"do": "end", "tenure": tenure.id, "ends": "2026-03-01"})
    assert people.appointments(people.post("center.team").id)[-1].span.ends is not None
    actions = JournalEntry.objects.filter(kind="post", key=str(tenure.post_id)).values_list(
        "action", flat=True
    )
    assert set(actions) >= {"appointed", "delegated", "appointment_ended"}


def test_a_vacancy_is_listed_until_somebody_is_appointed(keeper):
    tenure = people.appointments(people.post("center.build").id)[0]
    assert "系统建设" not in keeper.open("/people?vacant=1").page.text
    keeper.client.post(page_of("center.build"), {"do": "end", "tenure": tenure.id})
    assert "系统建设" in keeper.open("/people?vacant=1").page.text


def test_what_is_refused_is_said_and_what_was_typed_stays(keeper):
    keeper.open(page_of("center.team")).send("任命", person="niemand", starts="2026-01-01")
    assert (keeper.status, "没有用户名或姓名为“niemand”" in keeper.page.text) == (422, True)
    assert 'value="niemand"' in keeper.html
    other = people.appointments(people.post("center.shift").id)[0]
    told = keeper.client.post(page_of("center.team"), {"do": "end", "tenure": other.id})
    assert told.status_code == 422
    keeper.open(page_of("system.security")).send("任命", person="sysadmin")
    assert "不能任命自己" in keeper.page.text
    keeper.send("任命", person="auditadmin")
    assert "必须分设" in keeper.page.text


def test_an_account_is_closed_and_opened_again_with_a_new_password(keeper):
    keeper.open("/people").send("停用账号", user="patrol")
    assert not Account.objects.get(username="patrol").is_active
    keeper.send("停用账号", user="sysadmin")
    assert "不能停用自己的账号" in keeper.page.text
    keeper.send("重置密码", user="patrol")
    assert Account.objects.get(username="patrol").is_active
    assert "一次性密码" in keeper.page.text


def test_who_keeps_people_but_no_accounts_opens_none(town):
    director = Browser("director").open("/people")
    assert not director.page.offers("新增")
    assert director.client.post("/people/new", {"name": "王新", "user": "wangxin"}).status_code == 403
    assert director.client.post("/people/account", {"user": "patrol", "do": "disable"}).status_code == 403


def test_the_workbook_comes_out_and_goes_in_after_a_check(keeper):
    data = keeper.client.get("/people/workbook").content
    rows = sheets.read_book(data, HEADS)[PEOPLE]
    assert any(row.cells["用户名"] == "shift" for row in rows)
    target = BytesIO()
    line = ("wangxin", "王新", "", "center.team", "2026-01-01", "")
    sheets.write_book(target, {PEOPLE: (HEADS[PEOPLE], [line])})
    given = ("人员.xlsx", target.getvalue())
    keeper.open("/people").send("检查", file=given)
    assert "检查通过，没有写入" in keeper.page.text
    assert not Account.objects.filter(username="wangxin").exists()
    keeper.send("写入", file=given)
    assert "wangxin" in keeper.page.text
    assert holders("center.team")[-1] == "王新"
    keeper.send("写入", file=("人员.xlsx", b"no book"))
    assert keeper.status == 422


def test_roles_are_saved_by_the_security_administrator_and_never_mixed(town):
    keeper = Browser("security").open("/roles")
    permits = ["orders.view_all", "orders.accept"]
    keeper.send("保存网格信息员", permits=permits)
    assert permissions_of(["grid_clerk"]) == set(permits)
    keeper.send("保存新角色", code="mixed", name="混合", permits=["base.accounts", "base.roles"])
    assert (keeper.status, "必须分设" in keeper.page.text) == (422, True)


def test_the_administrators_homes_lead_to_their_work(town):
    assert "/people" in Browser("sysadmin").open("/").html
    assert "/roles" in Browser("security").open("/").html
    assert "verify-journal" in Browser("auditadmin").open("/").html

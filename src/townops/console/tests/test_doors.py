"""Who may open which page; signing in, out, being locked out, having to change the password, sitting idle too long."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern

from townops.base import accounts
from townops.base.models import Account
from townops.console import doors, urls
from townops.console.tests.browser import Browser
from townops.orders import api as orders
from townops.people.models import Person, Post

pytestmark = pytest.mark.django_db
OPEN_TO_ALL = {"signin", "signin-code", "signout", "language"}
PAGES = (
    "/",
    "/orders",
    "/register",
    "/places",
    "/password",
    "/orders/{number}",
    "/orders/0000X000000",
    "/upward",
    "/session",
    "/mine",
    "/people",
    "/people/workbook",
    "/roles",
    "/catalogue",
    "/dispatch",
    "/imports",
)
TABLE = """
            /    orders register places password the-order no-order upward session mine people workbook roles catalogue dispatch imports
shift       200  200    200      200    200      200       404      200    200     403  403    403      403   200       200      200
hotline     200  200    200      200    200      200       404      200    200     403  403    403      403   200       200      200
hotline2    200  200    200      200    200      200       404      200    200     403  403    403      403   200       200      200
grid        200  200    200      200    200      200       404      403    200     403  403    403      403   200       200      200
video       200  200    200      200    200      200       404      403    200     403  403    403      403   200       200      403
dispatch    200  200    403      200    200      200       404      403    200     403  403    403      403   200       200      403
unit        200  200    200      200    200      404       404      403    403     403  403    403      403   200       403      403
unit_head   200  200    200      200    200      404       404      403    403     403  403    403      403   200       403      403
station     200  200    200      200    200      404       404      403    403     403  403    403      403   200       403      403
village     200  200    200      200    200      404       404      403    403     403  403    403      403   200       403      403
patrol      200  200    200      200    200      404       404      403    403     403  403    403      403   200       403      403
check       200  200    200      200    200      200       404      403    200     403  403    403      403   200       403      403
assess      200  200    403      200    200      200       404      403    200     403  403    403      403   200       200      403
deputy      200  200    200      200    200      200       404      403    200     403  403    403      403   200       200      200
director    200  200    200      200    200      200       404      403    200     403  200    200      403   200       200      403
rota_leader 200  200    200      200    200      200       404      403    200     403  403    403      403   200       403      403
leader      200  200    200      200    200      200       404      403    200     403  200    200      403   200       200      403
main_leader 200  200    200      200    200      200       404      403    200     403  403    403      403   200       403      403
emergency   200  200    200      200    200      200       404      403    200     403  403    403      403   200       403      403
resident    200  403    200      200    200      403       403      403    403     200  403    403      403   403       403      403
sensor      200  403    200      200    200      403       403      403    403     403  403    403      403   403       403      403
district    200  403    200      200    200      403       403      403    403     403  403    403      403   200       403      403
auditor     200  200    403      200    200      200       404      403    200     403  403    403      403   200       200      403
sysadmin    200  403    403      403    200      403       403      403    403     403  200    200      403   403       403      403
security    200  403    403      403    200      403       403      403    403     403  403    403      200   403       403      403
auditadmin  200  403    403      403    200      403       403      403    403     403  403    403      403   403       403      403
nobody      302  302    302      302    302      302       302      302    302     302  302    302      302   302       302      302
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]

MAP_PAGES = (
    "/map",
    "/map/setup",
    "/map/orders?view=121.5,31.2,121.6,31.3&z=12",
    "/map/orders/{number}",
    "/map/near",
    "/map/areas/village?view=121.5,31.2,121.6,31.3&z=12",
    "/map/places",
    "/map/base/1/1/1",
    "/board",
    "/board/dispatch",
)
MAP_TABLE = """
            map setup orders the-order near areas places base board accept
shift       200 200   200    200       200  200   200    404  200   302
hotline     200 200   200    200       200  200   200    404  403   403
hotline2    200 200   200    200       200  200   200    404  403   403
grid        200 200   200    200       200  200   200    404  403   403
video       200 200   200    200       200  200   200    404  403   403
dispatch    200 200   200    200       200  200   200    404  200   302
unit        200 200   200    404       200  200   200    404  403   403
unit_head   200 200   200    404       200  200   200    404  403   403
station     200 200   200    404       200  200   200    404  403   403
village     200 200   200    404       200  200   200    404  403   403
patrol      200 200   200    404       200  200   200    404  403   403
check       200 200   200    200       200  200   200    404  403   403
assess      200 200   200    200       200  200   200    404  403   403
deputy      200 200   200    200       200  200   200    404  403   403
director    200 200   200    200       200  200   200    404  403   403
rota_leader 200 200   200    200       200  200   200    404  403   403
leader      200 200   200    200       200  200   200    404  403   403
main_leader 200 200   200    200       200  200   200    404  403   403
emergency   200 200   200    200       200  200   200    404  403   403
resident    403 200   403    403       403  200   200    404  403   403
sensor      403 200   403    403       403  200   200    404  403   403
district    403 200   403    403       403  200   200    404  403   403
auditor     200 200   200    200       200  200   200    404  403   403
sysadmin    403 200   403    403       403  200   403    404  403   403
security    403 403   403    403       403  403   403    403  403   403
auditadmin  403 403   403    403       403  403   403    403  403   403
nobody      302 302   302    302       302  302   302    302  302   302
"""
MAP_ROWS = [line.split() for line in MAP_TABLE.strip().splitlines()[1:]]


@pytest.fixture
def order(town, registered):
    return registered


@pytest.mark.parametrize(("pages", "rows"), [(PAGES, ROWS), (MAP_PAGES, MAP_ROWS)], ids=["desk", "maps"])
def test_every_page_answers_everybody_as_the_table_says(order, pages, rows):
    found = []
    for who, *_ in rows:
        client = Client()
        if who != "nobody":
            client.force_login(Account.objects.get(username=who))
        found.append([who, *(str(client.get(page.format(number=order)).status_code) for page in pages)])
    assert found == rows


FEW = {
    "/grid/versions": {"deputy", "director", "leader", "sysadmin"},
    "/grid/import": {"deputy", "director", "leader", "sysadmin"},
    "/grid/export": {"deputy", "director", "leader", "sysadmin"},
    "/roles/new": {"security"},
    "/roles/grid_clerk": {"security"},
    "/posts": {"director", "leader", "sysadmin"},
    "/posts/new": {"director", "leader", "sysadmin"},
    "/posts/1": {"director", "leader", "sysadmin"},
    "/people/1": {"director", "leader", "sysadmin"},
    "/people/new": {"sysadmin"},
    "/people/workbook/file": {"director", "leader", "sysadmin"},
    "/units": {"director", "leader", "sysadmin"},
    "/units/new": {"director", "leader", "sysadmin"},
    "/settings": {"deputy", "director", "leader", "sysadmin", "security"},
    "/settings/calendar": {"deputy", "director", "leader"},
    "/settings/tunables": {"deputy", "director", "leader", "security"},
    "/settings/tunables/session.idle_minutes": {"deputy", "director", "leader", "security"},
    "/catalogue/classes/C-01-01": {"deputy", "director", "leader"},
    "/dispatch/rules/new": {"deputy", "director", "leader"},
    "/dispatch/rules/100": {"deputy", "director", "leader"},
    "/settings/flows": {"deputy", "director", "leader"},
    "/settings/flows/grid": {"deputy", "director", "leader"},
    "/wordings": {"deputy", "director", "leader"},
    "/wordings/new": {"deputy", "director", "leader"},
    "/wordings/reply-solved": {"deputy", "director", "leader"},
}


def there(page: str) -> str:
    """The address with the number of the first post or person there is."""
    kind = page.rpartition("/")[0]
    first = {"/posts": Post, "/people": Person}.get(kind) if page.endswith("/1") else None
    return f"{kind}/{first.objects.order_by('pk').values_list('pk', flat=True)[0]}" if first else page


@pytest.mark.parametrize("page", FEW)
def test_a_page_of_few_is_closed_to_everybody_else(order, page):
    found, address = set(), there(page)
    for who, *_ in ROWS[:-1]:
        client = Client()
        client.force_login(Account.objects.get(username=who))
        status = client.get(address).status_code
        assert status in {200, 403}
        found |= {who} if status == 200 else set()
    assert found == FEW[page]


def test_every_address_names_what_opens_it():
    bare = {
        one.name
        for one in urls.urlpatterns
        if isinstance(one, URLPattern) and not hasattr(one.callback, doors.OPENED_BY)
    }
    assert bare == OPEN_TO_ALL


def test_the_table_is_of_every_demo_account(order):
    from townops.demo.people import IN_VILLAGE, NAMED

    for rows in (ROWS, MAP_ROWS):
        assert {row[0] for row in rows} == {*NAMED, *IN_VILLAGE, "nobody"}


def test_five_wrong_passwords_lock_the_name_even_against_the_right_one(town):
    visitor = Browser("")
    for _ in range(5):
        visitor.open("/signin").send("登录", username="shift", password="wrong")
        assert "用户名或密码不对" in visitor.page.text
    visitor.send("登录", username="shift", password="Townops-demo-2026")
    assert "账号已锁定" in visitor.page.text


def test_signing_in_leads_on_to_the_page_asked_for_but_not_out_of_the_house(town):
    visitor = Browser("").open("/orders?open=1")
    assert visitor.send("登录", username="shift", password="Townops-demo-2026").at == "/orders?open=1"
    away = Browser("").open("/signin?next=https://example.org/")
    assert away.send("登录", username="shift", password="Townops-demo-2026").at == "/"


def test_signing_out_closes_the_desk(town):
    visitor = Browser("shift").open("/")
    visitor.send("退出")
    assert visitor.open("/orders").at.startswith("/signin")


def test_a_first_password_is_changed_before_anything_else(town):
    accounts.set_password(Account.objects.get(username="grid"), "First-Pass-2026", must_change=True)
    clerk = Browser("grid", "First-Pass-2026").open("/orders")
    assert clerk.at == "/password"
    clerk.send("保存新密码", old="First-Pass-2026", new="short", again="short")
    assert "密码至少10位" in clerk.page.text
    clerk.send("保存新密码", old="First-Pass-2026", new="Second-Pass-2026", again="Second-Pass-2026")
    assert clerk.open("/orders").status == 200


def test_half_an_hour_without_doing_anything_ends_the_session(town):
    begun = datetime(2026, 11, 23, 3, tzinfo=UTC)
    with time_machine.travel(begun, tick=False) as clock:
        clerk = Browser("grid")
        clock.move_to(begun + timedelta(minutes=29))
        assert clerk.open("/orders").at == "/orders"
        clock.move_to(begun + timedelta(minutes=58))
        assert clerk.open("/orders").at == "/orders"
        clock.move_to(begun + timedelta(minutes=89))
        assert clerk.open("/orders").at.startswith("/signin")


def test_looking_for_news_does_not_keep_a_session_alive(town):
    begun = datetime(2026, 11, 23, 3, tzinfo=UTC)
    with time_machine.travel(begun, tick=False) as clock:
        clerk = Browser("grid")
        for minutes in (20, 31):
            clock.move_to(begun + timedelta(minutes=minutes))
            status = clerk.client.get("/orders", headers={"X-Poll": "1"}).status_code
        assert status == 401
        assert clerk.client.get("/orders").status_code == 302


def test_a_page_with_words_in_it_stays_and_is_told_when_the_session_ended(town, registered):
    response = Client().post(f"/orders/{registered}/steps/accept", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (401, "#notes")
    assert "填写的内容都还在" in response.content.decode()


@pytest.mark.parametrize(
    "page", ["/", "/orders", "/register", "/password", "/signin", "/nothing-here", "the order"]
)
def test_no_page_holds_script_or_style_of_its_own(town, registered, page):
    shown = Browser("shift" if page != "/signin" else "").open(
        page if page != "the order" else f"/orders/{registered}"
    )
    assert shown.page.errors == []


def test_whoever_steps_may_be_asked_for_has_a_word_for_each_fact_and_choice():
    from townops.console import labels

    needs = [need for step in orders.TABLE for need in step.needs]
    assert {need.name for need in needs if need.name not in labels.FACTS} == {"calendar", "child"}
    assert {one for need in needs for one in need.choices if one not in labels.CHOICES} == set()
    assert {
        need.name for need in needs if need.type.value == "bool" and need.name not in labels.YES_NO
    } == set()


# What stands beside the form of registration, the receipt, drafts and the cursor: asked by GET and by POST.
BESIDE = ("GET /live", "GET /drafts/register", "GET /register/{number}/receipt")
BESIDE += ("POST /callers", "POST /register/likely", "POST /register/places", "POST /register/near")
BESIDE += ("POST /register/urgent",)
BESIDE_TABLE = """
            live draft receipt callers likely places near urgent
shift       200  204   200     200     200    200    200    200
hotline     200  204   200     200     200    200    200    200
hotline2    200  204   200     200     200    200    200    200
grid        200  204   200     200     200    200    200    200
video       200  204   200     200     200    200    200    200
dispatch    200  204   200     403     403    200    200    403
unit        200  204   404     200     403    200    200    200
unit_head   200  204   404     200     403    200    200    200
station     200  204   404     200     403    200    200    200
village     200  204   404     200     403    200    200    200
patrol      200  204   404     200     403    200    200    200
check       200  204   200     200     403    200    200    200
assess      200  204   200     403     403    200    200    403
deputy      200  204   200     200     403    200    200    200
director    200  204   200     200     403    200    200    200
rota_leader 200  204   200     200     403    200    200    200
leader      200  204   200     200     403    200    200    200
main_leader 200  204   200     200     403    200    200    200
emergency   200  204   200     200     403    200    200    200
resident    200  204   403     200     403    200    403    200
sensor      200  204   403     200     403    200    403    200
district    200  204   403     200     403    200    403    200
auditor     200  204   200     403     403    200    200    403
sysadmin    200  204   403     403     403    403    403    403
security    200  204   403     403     403    403    403    403
auditadmin  200  204   403     403     403    403    403    403
nobody      302  302   302     302     302    302    302    302
"""
BESIDE_ROWS = [line.split() for line in BESIDE_TABLE.strip().splitlines()[1:]]


def test_what_stands_beside_registration_answers_everybody_as_the_table_says(order):
    found = []
    for who, *_ in BESIDE_ROWS:
        client = Client()
        if who != "nobody":
            client.force_login(Account.objects.get(username=who))
        asked = [one.format(number=order).split() for one in BESIDE]
        got = [(client.get if method == "GET" else client.post)(path).status_code for method, path in asked]
        found.append([who, *map(str, got)])
    assert found == BESIDE_ROWS


# Home's neighbours: the inbox, one search; a notice of nobody's is not there for anybody.
NEIGHBOURS = ("GET /notices", "GET /notices/1", "POST /notices/read", "GET /find", "POST /find")
SEARCHES = {row[0] for row in ROWS if row[2] == "200"}


def test_the_inbox_is_everybodys_own_and_the_search_of_whoever_sees_orders(order):
    for who, *_ in ROWS:
        client = Client()
        if who != "nobody":
            client.force_login(Account.objects.get(username=who))
        asked = [one.split() for one in NEIGHBOURS]
        got = [(client.get if method == "GET" else client.post)(path).status_code for method, path in asked]
        search = [200, 302] if who in SEARCHES else [403, 403]
        assert got == ([200, 404, 302, *search] if who != "nobody" else [302] * 5), who


@pytest.mark.parametrize("page", ["/handbook", "/handbook/paper?source=grid", "/second-factor"])
def test_a_page_for_all_is_open_to_everybody_who_signed_in_and_to_nobody_else(order, page):
    found = {}
    for who, *_ in ROWS:
        client = Client()
        if who != "nobody":
            client.force_login(Account.objects.get(username=who))
        found[who] = client.get(page).status_code
    assert {who for who, status in found.items() if status != 200} == {"nobody"}
    assert found["nobody"] == 302

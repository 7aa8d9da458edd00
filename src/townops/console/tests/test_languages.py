"""The desk in English: every page of every role leaves nothing Chinese but data; Chinese stays what it was."""

import re

import pytest
from django.apps import apps
from django.test import Client

from townops.base.models import Account
from townops.base.speaking import speech
from townops.console.tests.browser import Browser
from townops.console.tests.conftest import town_block
from townops.console.tests.test_doors import FEW, MAP_PAGES, PAGES
from townops.kernel.messages import IS_HAN

pytestmark = pytest.mark.django_db
FURTHER = (
    "/signin",
    "/notices",
    "/many",
    "/find",
    "/handbook",
    "/grid",
    "/grid?form=list&q=1",
    "/grid/lacking?kind=address",
    "/grid/310115104-G1",
    "/grid/310115104-G1/edit",
    "/grid/310115104002",
    "/grid/310115104002001",
    "/grid/310115104002001/edit",
    "/orders/{number}/receipt",
    "/orders?open=1&state=filed",
)
NAMES = {
    "name", "title", "text", "label", "note", "filing", "closing", "filing_text", "closing_text", "close_text", "body",
    "address", "place_text", "file_name", "filename",
}  # fmt: skip
SILENT = re.compile(
    r"<(textarea|script|style)\b.*?</\1>"
    r'|<([a-z]+)\b[^>]*\btranslate="no"[^>]*>.*?</\2>'
    r'|\b(?:value|href|data-(?!words|label)[\w-]+)="[^"]*"',
    re.S,
)
SEEN = re.compile(r"[^<>\"]*[\u3400-\u9fff][^<>\"]*")
FORMS = (
    "区级派发事项表 e家园上报表 一网统管网格案件表 12345热线工单表 "
    "领导交办事项表 巡查发现问题表 居民来信来访登记表 感知设备告警表 "
    "联勤联动站问题登记表 视频巡查问题表 "
)
PLACES = ("北街路口", "北街路口 ", "高桥北街路口井盖缺失，行人有跌落危险", "规-", "流程")


@pytest.fixture
def order(town, registered):
    return registered


def in_english(who):
    client = Client()
    client.cookies["townops_language"] = "en"
    if who:
        client.force_login(Account.objects.get(username=who))
    return client


def data():
    """Names and texts that the town stored, the blanks of its wordings, and Chinese that the English itself quotes."""
    found = set()
    for model in apps.get_models():
        if model.__module__.startswith("townops"):
            fields = [one.attname for one in model._meta.concrete_fields if one.attname in NAMES]
            for field in fields:
                found |= {str(one) for one in model.objects.values_list(field, flat=True) if one}
    english = speech("en").words.values()
    found |= {
        word for said in english for word in re.findall(r"[^\x00-\x7f“”‘’·]+", said) if IS_HAN.search(word)
    }
    return sorted({*found, *FORMS.split(), *PLACES}, key=len, reverse=True)


def left_over(html, known):
    for seen in SEEN.finditer(SILENT.sub("", html)):
        text = rest = " ".join(seen[0].split())
        for one in known:
            rest = rest.replace(one, "") if one in rest else rest
        rest = re.sub(r"\{[^{}]*\}", "", rest)
        if IS_HAN.search(rest):
            yield text


@pytest.mark.parametrize(
    "who",
    ["", "dispatch", "grid", "hotline", "unit", "director", "deputy", "resident", "sysadmin", "security"],
)
def test_every_page_in_english_leaves_only_data_in_chinese(order, who):
    client, known, found = in_english(who), data(), {}
    for page in (*PAGES, *MAP_PAGES, *FEW, *FURTHER):
        answer = client.get(page.format(number=order))
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            left = list(left_over(answer.content.decode(), known))
            found |= {page: left} if left else {}
    assert found == {}


def test_the_switch_is_kept_and_leads_back_to_the_page(order):
    client = Client()
    client.force_login(Account.objects.get(username="grid"))
    assert '<html lang="zh-Hans">' in client.get("/orders").content.decode()
    answer = client.post("/language", {"language": "en", "next": "/orders?open=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/orders?open=1")
    page = client.get("/orders?open=1").content.decode()
    assert '<html lang="en">' in page
    assert "Newest first" in page
    client.post("/language", {"language": "zh-hans", "next": "/"})
    assert "最新收到" in client.get("/orders?open=1").content.decode()


def test_a_browser_that_prefers_english_still_gets_chinese(order):
    page = Client(headers={"Accept-Language": "en-GB,en;q=0.9"}).get("/signin").content.decode()
    assert "登录" in page


def test_what_is_done_in_english_is_stored_and_shown_as_it_was_typed(town):
    clerk = Browser("grid")
    clerk.client.cookies["townops_language"] = "en"
    clerk.open("/register").send("Register", source="grid", text="同意", address="退回", block=town_block())
    page = clerk.open(f"/orders/{clerk.number}").page.text
    assert "同意" in page
    assert "退回" in page
    assert "Agree" not in page
    assert "登记" in Browser("grid").open(f"/orders/{clerk.number}").page.text


def test_a_refusal_is_said_in_english(order):
    answer = in_english("").post("/signin", {"username": "grid", "password": "wrong"})
    assert "Username or password is wrong" in answer.content.decode()


def test_the_title_somebody_typed_is_not_translated(order):
    assert "高桥北街路口井盖缺失" in in_english("grid").get(f"/orders/{order}").content.decode()

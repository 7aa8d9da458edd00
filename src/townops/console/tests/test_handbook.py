"""操作规程 says what runs: every step, every limit in force, on paper too, and as it was on another day."""

import re
from dataclasses import fields, replace
from datetime import date

import pytest
from django.test import Client

from townops.areas import api as areas
from townops.base.journal import history
from townops.base.models import Account
from townops.catalogue import api as catalogue
from townops.console import papers
from townops.console.handbook import handbook
from townops.console.handbook_drawing import TALLEST, drawing, pages
from townops.console.tests.browser import Browser
from townops.documents import setting
from townops.orders import api as orders
from townops.orders.domain.flow import Limits
from townops.orders.domain.states import LOOKS
from townops.orders.domain.steps import TABLE
from townops.people import api as people

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
SOURCES = (
    "hotline", "grid", "ejiayuan", "resident", "station", "patrol", "sensor", "video", "leader", "district",
)  # fmt: skip


def town_code():
    return areas.towns()[0].code


def flow_of(source, day=DAY):
    return orders.flows.flow_now(source, areas.area(town_code()).id, orders.noon(day))


@pytest.mark.parametrize("source", SOURCES)
def test_every_step_the_flow_allows_stands_in_the_handbook_and_no_other(town, source):
    flow, book = flow_of(source), handbook(source, town_code(), DAY)
    allowed = [step.name for step in TABLE if step.when(flow) and step.authority(flow)]
    assert [one.step.name for one in book.steps] == allowed
    of_roles = {one.step.name for _, mine in book.roles for one in mine}
    assert of_roles == set(allowed)
    page = Browser("grid").open(f"/handbook?source={source}&day={DAY}").page.text
    assert [step.label for step in TABLE if step.name in allowed and step.label not in page] == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_step_that_moves_an_order_is_an_arrow_of_the_drawing(town, source):
    book = handbook(source, town_code(), DAY)
    drawn = drawing(book)
    for one in book.steps:
        if one.step.to and one.step.sources:
            assert f">{one.step.label}<" in drawn, one.step.name
    assert "style=" not in drawn
    assert "<script" not in drawn


@pytest.mark.parametrize("source", SOURCES)
def test_every_limit_in_force_stands_in_the_handbook(town, source):
    flow, book = flow_of(source), handbook(source, town_code(), DAY)
    said = {one.code: one.words for one in book.chapter.limits}
    assert list(said) == [one.name for one in fields(Limits)]
    assert said["accept"] == catalogue.limit_text(flow.limits.accept)
    assert said["acknowledge"] == catalogue.limit_text(flow.limits.acknowledge)
    assert all(said.values())
    page = Browser("grid").open(f"/handbook?source={source}&day={DAY}").page.text
    assert [words for words in said.values() if words not in page] == []


def test_every_condition_of_the_catalogue_stands_with_its_limit_for_the_source(town):
    content = catalogue.content(catalogue.version_at(orders.noon(DAY)))
    lines = {one.code: one.limit for one in handbook("grid", town_code(), DAY).classes}
    wanted = {one.code: catalogue.limit_text(one.limit_for("grid")) for one in content.conditions}
    assert set(lines) == set(wanted)
    assert all(lines[code].startswith(limit) for code, limit in wanted.items())
    hotline = {one.code for one in handbook("hotline", town_code(), DAY).classes}
    assert hotline == {
        one.code for one in content.classes if one.branch == "hotline" and (one.time_class or one.unit)
    }


def test_a_rule_of_dispatch_stands_in_the_handbook_of_every_source_it_can_concern(town):
    from townops.dispatch import api as dispatch

    found = dispatch.rule_set_at(orders.noon(DAY))
    rules = dispatch.rules(found.id)
    for source in SOURCES:
        mine = [one.name for one in rules if one.source in ("", source)]
        assert [one.name for one in handbook(source, town_code(), DAY).rules] == mine


def test_who_may_take_a_step_follows_the_roles(town):
    book = handbook("grid", town_code(), DAY)
    accept = next(one for one in book.steps if one.step.name == "accept")
    assert set(accept.who) == {one.name for one in people.roles() if "orders.accept" in one.permissions}
    silent = next(one for one in book.steps if one.step.name == "deem_acknowledged")
    assert "系统" in silent.who


def test_the_handbook_of_a_day_keeps_the_limits_of_that_day(town):
    from townops.orders import flows

    row = {"source": "grid", "label": "网格", "refusal": "one"}
    limits = {"accept": "3 work_hour"}
    body = _limits_of(flow_of("grid")) | limits
    flows.publish(row, limits=body, effective_from=date(2026, 12, 1))
    before, after = (handbook("grid", town_code(), day) for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert (before.chapter.limits[0].words, after.chapter.limits[0].words) == ("2工作时", "3工作时")
    later = Browser("grid").open("/handbook?source=grid&day=2026-12-01")
    assert "流程自 2026-12-01 起" in later.page.text


def _limits_of(flow):
    """The limits of a flow as they are stated in a file."""
    found = {one.name: getattr(flow.limits, one.name) for one in fields(Limits)}
    return {
        name: f"{value.amount} {value.unit.value}"
        if hasattr(value, "unit")
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in found.items()
    }


def test_before_there_was_a_flow_the_page_says_so(town):
    assert "这一天还没有流程" in Browser("grid").open("/handbook?day=2001-01-01").page.text


def test_a_day_or_a_source_nobody_knows_is_refused_in_words(town):
    clerk = Browser("grid").open("/handbook?day=soon")
    assert clerk.status == 400
    assert "soon" in clerk.page.text
    assert "没有来源" in clerk.open("/handbook?source=pigeon").page.text
    assert clerk.status == 400


@pytest.mark.parametrize("source", ["hotline", "station"])
def test_the_handbook_is_a_paper_with_its_drawing(town, source):
    book = handbook(source, town_code(), DAY)
    sheet = papers.handbook(book, town_code())
    assert sheet.number == f"规-{source}-20261120"
    assert len(setting.pictures(sheet, printed_by="演示甲子", at=orders.noon(DAY))) > 1
    said = re.sub(r"\s", "", str(sheet))
    assert all(one.step.label in said for one in book.steps)
    assert all(one.words in said for one in book.chapter.limits)


def test_opening_the_paper_is_journalled(town):
    client = Client()
    client.force_login(Account.objects.get(username="grid"))
    response = client.get(f"/handbook/paper?source=grid&day={DAY}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF")
    assert [one.action for one in history("paper", "规-grid-20261120")] == ["open"]


def test_where_a_step_leads_follows_the_options_of_the_flow(town):
    from townops.orders.domain.flow import Refusal
    from townops.orders.domain.steps import STEPS
    from townops.orders.domain.targets import targets

    flow = flow_of("grid")
    two = replace(flow, options=replace(flow.options, refusal=Refusal.TWO))
    bare = replace(flow, options=replace(flow.options, unit_review=False))
    assert [LOOKS[one].word for one in targets(STEPS["refuse"], flow)] == ["不予受理"]
    assert [LOOKS[one].word for one in targets(STEPS["refuse"], two)] == ["待复核"]
    assert [LOOKS[one].word for one in targets(STEPS["submit"], flow)] == ["待单位审核"]
    assert [LOOKS[one].word for one in targets(STEPS["submit"], bare)] == ["待中心审核"]
    assert [LOOKS[one].word for one in targets(STEPS["reply_up"], flow_of("hotline"))] == ["待上级结案"]


@pytest.mark.parametrize("source", ["hotline", "grid"])
def test_no_drawing_on_paper_is_taller_than_a_sheet_and_no_arrow_is_lost(town, source):
    book = handbook(source, town_code(), DAY)
    on_paper = pages(book)
    heights = [int(re.search(r'viewBox="0 0 1000 (\d+)"', one)[1]) for one in on_paper]
    assert max(heights) <= TALLEST + 20
    arrows = [one.count("marker-end") for one in on_paper]
    assert sum(arrows) == drawing(book).count("marker-end")


def test_where_a_step_is_open_is_said_exactly(town):
    said = {one.step.name: one.since for one in handbook("grid", town_code(), DAY).steps}
    assert said["remind"] == "任一未结状态"
    assert said["resend"] == "任一状态"
    assert said["relocate"] == "除待上级结案、已并案、已移交外的未结状态"
    assert said["accept"] == "待受理"
    assert said["reopen"] == "已结案、已归档"

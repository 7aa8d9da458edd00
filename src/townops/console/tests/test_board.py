"""The dispatch board: what waits, what the rules propose and why, and dispatching one or many, without script."""

import pytest

from townops.console.tests.browser import Browser
from townops.orders.tests.conftest import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(town) -> Story:
    return Story()


def test_the_queue_has_what_waits_for_dispatch_the_first_due_first(story):
    first = story.filed()
    story.later(hours=1)
    second = story.filed(text="花坛破损需要修补")
    waiting = story.report(text="还没有受理的一件事")
    board = Browser("dispatch").open("/board")
    assert "待派遣 2 件" in board.page.text
    assert board.html.index(f'data-number="{first}"') < board.html.index(f'data-number="{second}"')
    assert waiting not in board.html


def test_the_order_looked_at_has_a_proposal_with_its_reasons_in_words(story):
    number = story.filed()
    board = Browser("dispatch").open(f"/board?order={number}")
    assert "建议派遣：" in board.page.text
    assert "条件全部相符，派往" in board.page.text


def test_accepting_dispatches_as_the_rules_propose_and_looks_at_the_next(story):
    first = story.filed()
    second = story.filed(text="花坛破损需要修补")
    board = Browser("dispatch").open("/board")
    board.send("接受建议")
    assert "已派遣 1 件" in board.page.text
    assert story.row(first).state == "acknowledging"
    assert f'id="proposal" aria-label="派遣建议" data-number="{second}"' in board.html


def test_many_are_dispatched_each_with_its_own_result(story):
    good, gone = story.filed(), story.filed(text="花坛破损需要修补")
    rows = [f"{one}:{story.row(one).seq}" for one in (good, gone)]
    story.takes("dispatch", gone, "dispatch")
    board = Browser("dispatch").open("/board")
    said = board.client.post("/board/dispatch", {"order": [*rows, "0000X000000"]}).content.decode()
    assert "已派遣 1 件" in said and "没有办成 2 件" in said
    assert "刚被别人办理过" in said and "找不到工单" in said
    assert story.row(good).state == "acknowledging"


def test_what_was_dispatched_once_is_not_dispatched_again(story):
    number = story.filed()
    board = Browser("dispatch").open("/board")
    form = {"order": f"{number}:{story.row(number).seq}"}
    board.client.post("/board/dispatch", form)
    seq = story.row(number).seq
    board.client.post("/board/dispatch", form)
    assert story.row(number).seq == seq


def test_another_unit_may_be_named_instead_of_the_proposed(story):
    number = story.filed()
    board = Browser("dispatch").open("/board")
    board.send("派遣给该单位", unit=unit_name("chengjian"), reason="现场情况更适合该单位")
    assert story.row(number).main_unit.code == "chengjian"


def test_an_empty_board_says_what_will_come_there(town):
    assert "没有等待派遣的工单" in Browser("dispatch").open("/board").page.text


def test_nobody_without_the_right_dispatches_from_the_board(story):
    number = story.filed()
    answer = Browser("hotline").client.post("/board/dispatch", {"order": number})
    assert answer.status_code == 403
    assert story.row(number).state == "filed"


@pytest.mark.parametrize("page", ["/map?open=1", "/board"])
def test_maps_hold_no_script_or_style_of_their_own(story, page):
    story.filed()
    assert Browser("dispatch").open(page).page.errors == []


def unit_name(code: str) -> str:
    from townops.people import api as people

    return people.unit(code).name


def test_what_waits_for_an_answer_of_the_district_is_dispatched_only_when_asked_again(story):
    number = story.filed("hotline", external_number="T9")
    story.takes("hotline", number, "ask_up", kind="return", reason="不属本镇")
    board = Browser("dispatch").open("/board")
    assert "已向上级申请“退回”，还没有答复" in board.page.text
    said = board.client.post("/board/dispatch", {"order": number}).content.decode()
    assert "已向上级申请“退回”，还没有答复" in said
    assert story.row(number).state == "filed"
    board.send("接受建议", sure=number)
    assert story.row(number).state == "acknowledging"

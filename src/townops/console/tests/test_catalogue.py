"""分类目录: looked at by everybody who handles orders, changed by Excel by those who may."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from townops.base.models import JournalEntry
from townops.catalogue import api as catalogue
from townops.console.tests.browser import Browser
from townops.kernel.workdays import SHANGHAI

pytestmark = pytest.mark.django_db


def edited(row: int, column: int, value: str) -> tuple[str, bytes]:
    """The newest version with one cell of 立案条件 changed."""
    book = openpyxl.load_workbook(BytesIO(catalogue.export_version(catalogue.versions()[-1].id)))
    book["立案条件"].cell(row, column).value = value
    target = BytesIO()
    book.save(target)
    return "目录.xlsx", target.getvalue()


def column(heading: str) -> int:
    from townops.catalogue.sheets import HEADS

    return HEADS["立案条件"].index(heading) + 1


def test_the_classes_of_a_version_stand_with_their_condition_rows(town):
    page = Browser("grid").open("/catalogue")
    version = catalogue.versions()[-1]
    first = catalogue.content(version.id).conditions[0]
    assert f"第 {version.number} 版" in page.page.text
    page.open(f"/catalogue?under={first.class_code}")
    assert first.text in page.page.text
    assert catalogue.limit_text(first.limit) in page.page.text
    assert not page.page.offers("发布")


def test_who_answers_for_a_class_is_said_by_name_and_looking_up_comes_before_importing(town):
    page = Browser("director").open("/catalogue?q=路灯")
    assert "chengjian" not in page.page.text
    assert "城建中心" in page.page.text
    assert page.html.index('id="q"') < page.html.index('id="file"')


def test_a_version_is_fetched_changed_tried_and_published_from_a_day(town):
    keeper = Browser("deputy").open("/catalogue")
    path = next(one for one in keeper.html.split('"') if one.startswith("/catalogue/") and one[11:].isdigit())
    assert catalogue.check_import(keeper.client.get(path).content).identical
    keeper.send("试导", file=edited(2, column("处置时限"), "9工作日"))
    assert "变更 1 行" in keeper.page.text
    assert len(catalogue.versions()) == 1
    day = (timezone.now().astimezone(SHANGHAI) + timedelta(days=3)).date()
    keeper.send("发布", file=edited(2, column("处置时限"), "9工作日"), **{"from": day.isoformat()})
    assert f"自 {day} 起" in keeper.page.text
    assert [one.effective_from for one in catalogue.versions()][-1] == day
    actions = JournalEntry.objects.filter(kind="catalogue").values_list("action", flat=True)
    assert {"export", "publish"} <= set(actions)


def test_errors_are_named_by_row_and_column_and_handed_back_as_a_file(town):
    keeper, wrong = Browser("deputy").open("/catalogue"), edited(2, column("处置时限"), "很快")
    keeper.send("发布", file=wrong)
    assert "有 1 处错误，不能发布" in keeper.page.text
    assert len(catalogue.versions()) == 1
    keeper.open("/catalogue")
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = keeper.client.post("/catalogue/import", {"do": "errors", "file": SimpleUploadedFile(*wrong)})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][1:3] == [2, "处置时限"]


def test_a_day_gone_by_is_refused_in_words(town):
    keeper = Browser("deputy").open("/catalogue")
    keeper.send("发布", file=edited(2, column("处置时限"), "9工作日"), **{"from": "2020-01-01"})
    assert keeper.status == 422
    assert "生效" in keeper.page.text


def test_who_may_only_look_changes_nothing(town):
    assert Browser("grid").client.post("/catalogue/import", {"do": "publish"}).status_code == 403
    assert Browser("resident").open("/catalogue").status == 403

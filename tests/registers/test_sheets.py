"""Sheets into a register and out of it: tried first, all or nothing, the same file twice changes nothing."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from tests.registers.conftest import AT
from tests.registers.hydrants import Hydrant
from townops.base import sheets
from townops.base.ledger import bringing, taking
from townops.base.ledger.seeing import row_for, visible
from townops.base.ledger.writing import Seen, add, change
from townops.base.models import Account
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
HEADS = ["编号", "所在区域", "类型", "流量（L/s）", "建成日期", "完好", "养护电话"]


@pytest.fixture
def account(town):
    return Account.objects.get(username="grid")


@pytest.fixture
def brought(hydrants, seen_by, account):
    """A sheet that was brought and tried; and by whom."""

    def bring(content: bytes, name: str = "消火栓.xlsx", viewer=None):
        viewer = viewer or seen_by()
        number = bringing.bring(hydrants, content, name, viewer=viewer, account=account, at=AT)
        row = bringing.upload_for(hydrants, account, number)
        return row, bringing.attempt(hydrants, row, viewer=viewer)

    return bring


def xlsx(*rows, heads=HEADS) -> bytes:
    book = openpyxl.Workbook()
    for row in (heads, *rows):
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def faults(row) -> list[str]:
    return [f"{one.number} {one.said}" for one in bringing.wrong_lines(row, 0, 100)]


def test_a_sheet_is_tried_then_imported_and_again_changes_nothing(hydrants, seen_by, brought, villages):
    content = xlsx(
        ["00000001", villages[0], "地上", 20.5, "2020-05-01", "是", "13800138000"],
        ["00000002", villages[1], "地下", 3, "2021/1/2", "否", ""],
    )
    row, counts = brought(content)
    assert (counts["new"], counts["wrong"]) == (2, 0)
    assert not Hydrant.objects.exists()
    bringing.apply(hydrants, row, viewer=seen_by(), at=AT)
    assert Hydrant.objects.count() == 2
    _, counts = brought(content)
    assert counts == {"new": 0, "change": 0, "same": 2, "wrong": 0}


def test_what_was_exported_comes_back_as_it_is(hydrants, seen_by, brought, typed):
    viewer = seen_by()
    add(hydrants, typed(note="=1+1"), viewer=viewer, at=AT)
    add(hydrants, typed(code="00000002", keeper_phone="", built_on="", flow=""), viewer=viewer, at=AT)
    content = taking.book(hydrants, visible(hydrants, viewer), viewer=viewer, at=AT, asked="全部")
    assert "13800138000" not in str(list(sheets.read(content)))
    _, counts = brought(content)
    assert counts == {"new": 0, "change": 0, "same": 2, "wrong": 0}


def test_a_masked_cell_is_never_written_back_even_when_its_row_changed(hydrants, seen_by, brought, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    content = taking.book(hydrants, visible(hydrants, viewer), viewer=viewer, at=AT, asked="全部")
    change(hydrants, Seen(number, 1), {"keeper_phone": "13900139000"}, viewer=viewer, at=AT)
    _row, counts = brought(content)
    assert counts["same"] == 1
    assert row_for(hydrants, viewer, number).seq == 2


def test_a_guarded_cell_of_a_csv_comes_back_without_its_guard(hydrants, seen_by, brought, typed):
    viewer = seen_by()
    add(hydrants, typed(note="-看不清"), viewer=viewer, at=AT)
    rows = taking.rows_of(hydrants, visible(hydrants, viewer), hydrants.typed)
    content = sheets.csv_bytes([one.label for one in hydrants.typed], rows)
    assert "'-看不清".encode() in content
    assert brought(content, "消火栓.csv")[1]["same"] == 1


def test_one_wrong_row_keeps_every_row_out(hydrants, seen_by, brought, villages):
    row, counts = brought(xlsx(["00000001", villages[0], "地上"], ["2", "不存在村", "空中"], heads=HEADS[:3]))
    assert (counts["new"], counts["wrong"]) == (1, 1)
    with pytest.raises(Refused) as refused:
        bringing.apply(hydrants, row, viewer=seen_by(), at=AT)
    assert refused.value.code == "sheet_wrong"
    assert not Hydrant.objects.exists()
    said = faults(row)[0]
    assert all(words in said for words in ("3 ", "丢了开头的 0", "不存在村", "空中"))


def test_the_sheet_comes_back_with_what_is_wrong_and_mended_goes_in(hydrants, seen_by, brought, villages):
    row, _ = brought(xlsx(["2", villages[0], "地上"], heads=HEADS[:3]))
    heads, rows = bringing.corrected(hydrants, row)
    assert heads == [*HEADS[:3], "问题"]
    mended = [["00000002", *line[1:]] for line in rows]
    row, counts = brought(xlsx(*mended, heads=heads))
    assert (counts["new"], counts["wrong"]) == (1, 0)


def test_heads_below_a_title_are_found(hydrants, brought, villages):
    book = openpyxl.Workbook()
    book.active.append(["高桥镇消火栓台账"])
    book.active.merge_cells("A1:C1")
    book.active.append(["填表人", "", "日期"])
    book.active.append([" 编 号* ", "所在区域", "类型"])
    book.active.append(["00000001", villages[0], "地上"])
    target = BytesIO()
    book.save(target)
    assert brought(target.getvalue())[1]["new"] == 1


def test_a_strange_head_is_matched_by_hand(hydrants, seen_by, account, villages):
    viewer = seen_by()
    content = xlsx(["00000001", villages[0], "地上"], heads=["栓号", "村居", "类型"])
    row = bringing.upload_for(
        hydrants, account, bringing.bring(hydrants, content, "a.xlsx", viewer=viewer, account=account, at=AT)
    )
    with pytest.raises(Refused) as refused:
        bringing.attempt(hydrants, row, viewer=viewer)
    assert refused.value.params["labels"] == "编号、所在区域"
    bringing.match(hydrants, row, {"栓号": "code", "村居": "area", "类型": "kind"})
    assert bringing.attempt(hydrants, row, viewer=viewer)["new"] == 1


def test_one_column_is_not_taken_from_two_heads(hydrants, seen_by, account, villages):
    content = xlsx(["00000001", villages[0], "地上"], heads=["栓号", "编号", "类型"])
    viewer = seen_by()
    row = bringing.upload_for(
        hydrants, account, bringing.bring(hydrants, content, "a.xlsx", viewer=viewer, account=account, at=AT)
    )
    with pytest.raises(Refused) as refused:
        bringing.match(hydrants, row, {"栓号": "code", "编号": "code"})
    assert refused.value.code == "sheet_column_twice"


def test_a_key_twice_in_one_sheet_names_the_other_row(brought, villages):
    row, counts = brought(
        xlsx(["00000001", villages[0], "地上"], ["00000001", villages[1], "地下"], heads=HEADS[:3])
    )
    assert counts["wrong"] == 1
    assert "第 2 行" in faults(row)[0]


def test_a_row_changed_after_the_trial_stops_the_import(hydrants, seen_by, brought, typed):
    viewer = seen_by()
    number = add(hydrants, typed(), viewer=viewer, at=AT)
    row, counts = brought(xlsx(["00012345", typed()["area"], "地下"], heads=HEADS[:3]))
    assert counts["change"] == 1
    change(hydrants, Seen(number, 1), {"note": "别人改的"}, viewer=viewer, at=AT)
    with pytest.raises(Refused) as refused:
        bringing.apply(hydrants, row, viewer=viewer, at=AT)
    assert refused.value.code == "sheet_stale"
    assert row_for(hydrants, viewer, number).kind == "above"


def test_an_import_reaches_no_further_than_ones_post(seen_by, brought, villages):
    row, counts = brought(
        xlsx(["00000001", villages[1], "地上"], heads=HEADS[:3]), viewer=seen_by(village=villages[0])
    )
    assert counts["wrong"] == 1
    assert "范围" in faults(row)[0]


def test_one_sheet_is_imported_once(hydrants, seen_by, brought, villages):
    row, _ = brought(xlsx(["00000001", villages[0], "地上"], heads=HEADS[:3]))
    bringing.apply(hydrants, row, viewer=seen_by(), at=AT)
    with pytest.raises(Refused) as refused:
        bringing.apply(hydrants, row, viewer=seen_by(), at=AT)
    assert refused.value.code == "sheet_done"


def test_the_blank_sheet_with_its_example_is_a_sheet_that_can_be_imported(hydrants, brought, villages):
    book = openpyxl.load_workbook(BytesIO(taking.blank(hydrants)))
    page = book.worksheets[0]
    page.cell(2, 2).value = villages[0]
    target = BytesIO()
    book.save(target)
    assert brought(target.getvalue())[1]["new"] == 1


def test_a_file_that_is_no_sheet_is_refused_before_anything_is_kept(hydrants, seen_by, account):
    for content, code in (
        (b"", "sheet_empty"),
        (b"%PDF-1.7\0", "sheet_type"),
        (b"PK\x03\x04....", "sheet_unreadable"),
    ):
        with pytest.raises(Refused) as refused:
            bringing.bring(hydrants, content, "a", viewer=seen_by(), account=account, at=AT)
        assert refused.value.code == code


def test_nobody_takes_over_a_row_of_another_village_by_naming_its_key(
    seen_by, hydrants, brought, typed, villages
):
    number = add(hydrants, typed(area=villages[1]), viewer=seen_by(), at=AT)
    mine = seen_by(village=villages[0])
    row, counts = brought(xlsx(["00012345", villages[0], "地下"], heads=HEADS[:3]), viewer=mine)
    assert (counts["wrong"], counts["change"]) == (1, 0)
    assert "范围" in faults(row)[0]
    assert row_for(hydrants, seen_by(), number).kind == "above"


def test_who_lost_the_right_since_the_trial_imports_nothing(hydrants, seen_by, brought, villages):
    row, _ = brought(xlsx(["00000001", villages[0], "地上"], heads=HEADS[:3]))
    with pytest.raises(Refused) as refused:
        bringing.apply(hydrants, row, viewer=seen_by("view", "edit"), at=AT)
    assert refused.value.code == "not_permitted"
    assert not Hydrant.objects.exists()


def test_a_sheet_that_was_brought_is_gone_after_its_week(hydrants, account, brought, villages):
    row, _ = brought(xlsx(["00000001", villages[0], "地上"], heads=HEADS[:3]))
    assert bringing.forget(AT + timedelta(days=6)) == 0
    assert bringing.forget(AT + timedelta(days=8)) == 1
    with pytest.raises(Refused):
        bringing.upload_for(hydrants, account, row.pk)
    assert not bringing._path(row).exists()

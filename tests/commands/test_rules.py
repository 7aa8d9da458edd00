"""`catalogue` and `dispatch`: out as Excel, in again, with errors named and nothing half done."""

from pathlib import Path

import openpyxl
import pytest

from townops.catalogue import api as catalogue
from townops.commands.__main__ import main
from townops.dispatch import api as dispatch

pytestmark = pytest.mark.django_db


def change(path: Path, sheet: str | None, heading: str, value: str) -> None:
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.active
    heads = [cell.value for cell in page[1]]
    page.cell(2, heads.index(heading) + 1).value = value
    book.save(path)


def test_the_catalogue_goes_out_and_comes_back_as_a_new_version(standing_town, tmp_path, capsys):
    path = tmp_path / "c.xlsx"
    assert main(["catalogue", "export", str(path)]) == 0
    assert main(["catalogue", "import", str(path)]) == 0
    assert len(catalogue.versions()) == 1
    change(path, "立案条件", "处置时限", "9工作日")
    assert main(["catalogue", "import", str(path), "--dry-run"]) == 0
    assert "变更 1 行" in capsys.readouterr().out
    assert len(catalogue.versions()) == 1
    assert main(["catalogue", "import", str(path), "--note", "改时限"]) == 0
    assert [one.note for one in catalogue.versions()][-1] == "改时限"


def test_errors_are_named_and_written_where_asked(standing_town, tmp_path, capsys):
    path, errors = tmp_path / "c.xlsx", tmp_path / "errors.xlsx"
    main(["catalogue", "export", str(path)])
    change(path, "立案条件", "处置时限", "很快")
    assert main(["catalogue", "import", str(path), "--errors", str(errors)]) == 1
    assert "处置时限" in capsys.readouterr().out
    assert openpyxl.load_workbook(errors).active.cell(2, 3).value == "处置时限"
    assert len(catalogue.versions()) == 1


def test_the_rules_go_out_and_come_back_as_a_new_set(standing_town, tmp_path, capsys):
    path = tmp_path / "d.xlsx"
    assert main(["dispatch", "export", str(path)]) == 0
    change(path, None, "名称", "改过的名称")
    assert main(["dispatch", "import", str(path)]) == 0
    assert "未结工单 0 件" in capsys.readouterr().out
    assert dispatch.rules(dispatch.rule_sets()[-1].id)[0].name == "改过的名称"
    change(path, None, "派往", "没有的单位")
    assert main(["dispatch", "import", str(path)]) == 1
    assert len(dispatch.rule_sets()) == 2

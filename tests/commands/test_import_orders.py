"""`import-orders`: any source's sheet, by preset or by a mapping of one's own."""

import pytest

from townops.commands.__main__ import main
from townops.commands.shell import Unusable
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def written(tmp_path, text: str):
    path = tmp_path / "rows.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_sheet_of_any_source_becomes_orders_and_broken_rows_are_named(standing_town, tmp_path, capsys):
    rows = "告警编号,告警内容,告警时间\nW-1,水位超限,2026-03-02 03:12:45\nW-2,水位超限,很早\n"
    path = written(tmp_path, rows)
    assert main(["import-orders", str(path), "--source", "sensor", "--dry-run"]) == 1
    assert "第3行" in capsys.readouterr().out
    assert not Order.objects.exists()
    assert main(["import-orders", str(path), "--source", "sensor"]) == 1
    assert "新建1件" in capsys.readouterr().out
    assert (Order.objects.get().source, Order.objects.get().external_number) == ("sensor", "W-1")


def test_a_mapping_and_history_are_taken(standing_town, tmp_path):
    path = written(tmp_path, "何事,何时\n护栏缺损,2019-03-02 07:45\n")
    options = ["--map", "内容=何事", "--map", "received_at=何时", "--history"]
    assert main(["import-orders", str(path), "--source", "patrol", *options]) == 0
    assert Order.objects.get().origin == "history"


def test_a_source_nobody_knows_is_unusable(standing_town, tmp_path):
    path = written(tmp_path, "内容,时间\nx,2026-03-02\n")
    with pytest.raises(Unusable):
        main(["import-orders", str(path), "--source", "mars"])

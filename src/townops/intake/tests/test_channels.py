"""Channels read what makers send: good fixtures whole, broken ones row by row with reasons."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from townops.intake import channels
from townops.intake.channels import sheet
from townops.intake.channels.registration import payload
from townops.intake.domain.report import Broken, Report, Usable, moment, place
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

FOLDER = Path(channels.__file__).parent


def read(channel: str, content: bytes, source: str = "hotline", name: str = "x.csv") -> list[Usable | Broken]:
    return list(channels.named(channel).read(content, source, name))


def fixture(channel: str, name: str) -> bytes:
    return (FOLDER / channel / "fixtures" / name).read_bytes()


def reports(rows: list[Usable | Broken]) -> list[Report]:
    return [row.report for row in rows if isinstance(row, Usable)]


def reasons(rows: list[Usable | Broken]) -> list[tuple[int, str]]:
    return [(row.row, row.reason.code) for row in rows if isinstance(row, Broken)]


def source_of(name: str) -> str:
    return name.partition("_")[2].partition(".")[0] or "hotline"


ALL = [(folder.name, file.name) for folder in FOLDER.iterdir() for file in sorted(folder.glob("fixtures/*"))]


def test_every_channel_has_a_good_and_a_broken_fixture() -> None:
    for name in channels.every():
        kinds = {file.partition("_")[0].partition(".")[0] for folder, file in ALL if folder == name}
        assert kinds == {"good", "broken"}, name


@pytest.mark.parametrize(("channel", "name"), [one for one in ALL if one[1].startswith("good")])
def test_a_good_fixture_is_reports_only(channel: str, name: str) -> None:
    rows = read(channel, fixture(channel, name), source_of(name), name)
    assert rows
    assert not reasons(rows)
    assert all(one.text.strip() and one.received_at.utcoffset() for one in reports(rows))


@pytest.mark.parametrize(("channel", "name"), [one for one in ALL if one[1].startswith("broken")])
def test_a_broken_fixture_names_its_broken_rows(channel: str, name: str) -> None:
    assert reasons(read(channel, fixture(channel, name), source_of(name), name))


def test_one_broken_row_of_the_board_stops_no_other() -> None:
    rows = read("board", fixture("board", "broken.csv"))
    assert [code for _, code in reasons(rows)] == ["time_malformed", "number_missing", "text_missing"]
    assert [one.external_number for one in reports(rows)] == ["9000006"]


def test_the_board_puts_its_title_on_the_first_line_and_drops_the_tabs() -> None:
    first = reports(read("board", fixture("board", "good.csv")))[0]
    assert first.text == "甲路路灯不亮\n甲路东段的路灯坏了一周。"
    assert first.received_at == datetime(2019, 2, 28, 11, 25, 5, tzinfo=SHANGHAI)
    assert first.extra == {"user": "U1", "against": "0", "likes": "3"}


def test_a_hotline_sheet_keeps_the_districts_due_time_and_the_caller() -> None:
    first, second = reports(read("sheet", fixture("sheet", "good_hotline.csv")))
    assert first.outer_due_at == datetime(2026, 3, 9, 17, 0, tzinfo=SHANGHAI)
    assert (first.contact.name, first.contact.phone) == ("甲某", "13900000001")
    assert second.received_at == datetime(2026, 3, 2, 10, 30, tzinfo=SHANGHAI)


def test_a_point_of_ejiayuan_is_in_the_coordinates_of_map_services() -> None:
    (one,) = reports(read("sheet", fixture("sheet", "good_ejiayuan.csv"), "ejiayuan"))
    assert one.place.crs == "gcj02"


def test_a_sheet_without_the_column_of_the_text_is_refused_whole() -> None:
    with pytest.raises(Refused, match="columns_missing"):
        read("sheet", "工单编号,受理时间\nG,2026-03-02 09:00\n".encode())


def test_a_source_without_a_preset_is_refused() -> None:
    with pytest.raises(Refused, match="preset_unknown"):
        read("sheet", b"a,b\n1,2\n", "../hotline")


def test_a_field_nobody_knows_is_refused_by_name() -> None:
    given = json.dumps({"text": "有事", "received_at": "2026-03-02T09:00:00+08:00", "colour": "red"})
    (row,) = read("api", given.encode())
    assert isinstance(row, Broken)
    assert row.reason.params == {"fields": "colour"}


def test_a_clerks_form_without_a_time_was_received_now() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
    (one,) = reports(read("registration", payload({"text": "电梯困人"}, now)))
    assert one.received_at == now


@pytest.mark.parametrize(
    "text",
    [
        "2026/3/2 9:05:07",
        "2026-03-02 09:05:07",
        "2026.3.2 9:05:07",
        "2026年3月2日 9时5分7秒",
        "2026-03-02T01:05:07Z",
    ],
)
def test_times_in_files_are_of_shanghai_unless_they_say_otherwise(text: str) -> None:
    assert moment(text) == datetime(2026, 3, 2, 9, 5, 7, tzinfo=SHANGHAI)
    assert moment("2026-03-02 09:00").utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("text", ["", "昨天", "2026-13-02 09:00", "2026-02-30", "20260302090"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="time_malformed"):
        moment(text)


def test_half_a_point_is_no_place() -> None:
    with pytest.raises(Refused, match="place_half"):
        place("121.5", "", "", "")


def test_every_source_has_a_preset_and_a_good_fixture_of_it() -> None:
    from townops.catalogue.api import SOURCES

    assert {name for name, _ in sheet.every_preset()} == SOURCES
    assert {
        source_of(name) for folder, name in ALL if folder == "sheet" and name.startswith("good")
    } == SOURCES


def test_the_preset_of_another_source_reads_but_gives_its_own_source() -> None:
    known = sheet.reading("video", "grid", {})
    rows = list(sheet.read_as(fixture("sheet", "good_grid.csv"), known, "x.csv"))
    assert {one.source for one in reports(rows)} == {"video"}


def test_a_mapping_names_its_unknown_and_missing_fields() -> None:
    with pytest.raises(Refused, match="mapping_field_unknown"):
        sheet.reading("grid", "", {"颜色": "a"})
    with pytest.raises(Refused, match="mapping_lacks"):
        sheet.reading("grid", "", {"内容": "a"})

"""What the commands refuse, without starting anything."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
from argparse import Namespace
from contextlib import closing
from pathlib import Path

import pytest

from townops.commands import __main__, checking, copies, demo, frontend, running, testing, web
from townops.commands.shell import UNUSABLE, Unusable


def a_database(place: Path) -> None:
    with closing(sqlite3.connect(place)) as file:
        file.execute("CREATE TABLE anything (id INTEGER)")


def test_the_demo_leaves_a_real_town_alone(tmp_path: Path):
    a_database(tmp_path / "townops.sqlite3")
    for fresh in (True, False):
        with pytest.raises(Unusable):
            demo.prepare_folder(tmp_path, fresh=fresh)
    assert (tmp_path / "townops.sqlite3").exists()


def test_an_empty_database_is_nobody_s(tmp_path: Path):
    (tmp_path / "townops.sqlite3").touch()
    demo.prepare_folder(tmp_path, fresh=False)


def test_a_fresh_demo_replaces_a_demo_and_a_broken_one_is_begun_again(tmp_path: Path):
    data = tmp_path / "data"
    for left in ("demo.json", "demo.json.started"):
        data.mkdir()
        (data / "townops.sqlite3").touch()
        (data / left).touch()
        demo.prepare_folder(data, fresh=True)
        assert not data.exists()


def test_what_is_being_served_is_neither_served_again_nor_replaced(tmp_path: Path):
    (tmp_path / "demo.json").touch()
    hold = f"running.hold(Path({str(tmp_path)!r})); print('held', flush=True); input()"
    server = subprocess.Popen(
        [sys.executable, "-c", f"from pathlib import Path; from townops.commands import running; {hold}"],
        env={**os.environ, "PYTHONPATH": str(Path(demo.__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout and server.stdout.readline() == b"held\n"
    try:
        for replaced in (
            lambda: running.hold(tmp_path),
            lambda: demo.prepare_folder(tmp_path, fresh=True),
            lambda: copies.make_room(tmp_path, force=True),
        ):
            with pytest.raises(Unusable, match="正在运行"):
                replaced()
    finally:
        server.communicate(b"\n")
    demo.prepare_folder(tmp_path, fresh=True)
    assert not tmp_path.exists()


def test_a_second_start_keeps_the_demo(tmp_path: Path):
    (tmp_path / "demo.json").touch()
    demo.prepare_folder(tmp_path, fresh=False)
    assert (tmp_path / "demo.json").exists()


def test_a_demo_of_several_towns_says_how_to_sign_in_to_the_others(capsys: pytest.CaptureFixture[str]):
    demo.introduce(8000, 1)
    assert "shift@1" not in capsys.readouterr().out
    demo.introduce(8000, 36)
    said = capsys.readouterr().out
    assert "shift@1" in said
    assert "1 至 35" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "town.example"])  # noqa: S104
def test_the_demo_key_is_not_served_off_loopback(host: str, settings):
    settings.SECRET_KEY = settings.DEMO_SECRET
    with pytest.raises(Unusable):
        web.refuse_unsafe(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_may_use_the_demo_key(host: str, settings):
    settings.SECRET_KEY = settings.DEMO_SECRET
    web.refuse_unsafe(host)


def test_off_loopback_the_names_are_needed(settings, monkeypatch: pytest.MonkeyPatch):
    settings.SECRET_KEY = "own"
    monkeypatch.delenv("TOWNOPS_HOSTS", raising=False)
    with pytest.raises(Unusable):
        web.refuse_unsafe("10.1.2.3")
    monkeypatch.setenv("TOWNOPS_HOSTS", "10.1.2.3")
    web.refuse_unsafe("10.1.2.3")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "files/../../evil"])
def test_a_backup_that_points_elsewhere_is_refused(tmp_path: Path, name: str):
    source = tmp_path / "bad.tar.gz"
    about = json.dumps(copies.manifest("database.sqlite3", with_keys=False)).encode()
    with tarfile.open(source, "w:gz") as archive:
        for member, content in (("manifest.json", about), (name, b"x")):
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    with pytest.raises(Unusable):
        copies.unpack(source, tmp_path / "data")
    assert not (tmp_path / "evil").exists()


def test_what_is_no_backup_is_unusable(tmp_path: Path):
    (tmp_path / "other").write_bytes(b"no archive")
    with pytest.raises(Unusable):
        copies.read_manifest(tmp_path / "other")


@pytest.mark.django_db
def test_an_unknown_command_exits_with_two():
    assert __main__.guarded(["no-such-command"]) == UNUSABLE


@pytest.mark.parametrize(
    "line",
    [
        "demo --port 99999",
        "demo --port x",
        "demo --towns 0",
        "demo --orders -1",
        "serve --port 0",
        "init --town 某镇 --code abc --admin a",
        "init --town 某镇 --code 310115000000 --admin a",
        "import-areas nowhere.gpkg --town T",
        "import-areas nowhere.gpkg --town T --from 2026-13-01",
        "train-hotline nowhere.csv",
        "evaluate_hotline nowhere.csv",
    ],
)
def test_a_senseless_argument_is_answered_in_both_languages(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("TOWNOPS_DATA", str(tmp_path / "data"))
    assert __main__.guarded(line.split()) == UNUSABLE
    chinese, english = capsys.readouterr().err.strip().splitlines()
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert re.search("[a-z]{3}", english)
    assert not (tmp_path / "data").exists()


def report(path: Path, cases: dict[str, str]) -> Path:
    inner = {"passed": "", "failed": "<failure/>", "skipped": '<skipped type="pytest.skip" message="why"/>'}
    rows = "".join(
        f'<testcase classname="t" name="{name}">{inner[is_]}</testcase>' for name, is_ in cases.items()
    )
    path.write_text(f"<testsuites><testsuite>{rows}</testsuite></testsuites>")
    return path


def test_a_test_that_ran_in_another_round_is_not_skipped(tmp_path: Path):
    tally = testing.Tally()
    testing.count(report(tmp_path / "1", {"a": "passed", "b": "skipped", "c": "skipped"}), tally, lost=False)
    testing.count(report(tmp_path / "2", {"a": "passed", "b": "passed", "d": "failed"}), tally, lost=False)
    assert tally.closing_line() == "3 passed, 1 failed, 1 skipped"


def test_a_round_that_could_not_be_held_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tally = testing.Tally()
    testing.count(report(tmp_path / "1", {"a": "passed"}), tally, lost=False)
    testing.count(report(tmp_path / "2", {"a": "skipped"}), tally, lost=True)
    monkeypatch.delenv("CI", raising=False)
    assert (tally.closing_line(), testing.conclude(tally)) == ("1 passed, 0 failed, 1 skipped", 0)
    monkeypatch.setenv("CI", "true")
    assert testing.conclude(tally) == 1


def test_no_test_at_all_is_unusable():
    with pytest.raises(Unusable):
        testing.conclude(testing.Tally())


def test_the_glossary_check_finds_what_is_missing_double_and_unused():
    term = {"zh": "工单", "en": "work order", "code": "order"}
    assert list(checking._incomplete([{"zh": "工单"}])) != []
    assert list(checking._twice([term, term])) != []
    assert list(checking._unused([term], {"orders"})) != []
    assert [
        *checking._incomplete([term]),
        *checking._twice([term]),
        *checking._unused([term], {"order"}),
    ] == []


def test_a_finding_makes_check_exit_with_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(checking, "PARTS", {"good": lambda: [], "bad": lambda: ["found"]})
    before = dict(os.environ)
    try:
        assert checking.run_check(Namespace()) == 1
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_pointers_to_what_is_not_shipped_are_cut():
    css = b'url("./fonts/tabler-icons.woff2")format("woff2"),url("./fonts/tabler-icons.woff?") format("woff")'
    assert frontend.trimmed(css + b"\n//# sourceMappingURL=x.map\n") == css.split(b",")[0] + b"\n"

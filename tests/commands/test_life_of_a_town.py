"""Founding, back-up, restoring and going on, through the real commands on a real file."""

import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.commands.conftest import PROJECT, Town, environment

pytestmark = pytest.mark.slow
FOUNDING = ("init", "--town", "测试镇", "--code", "310115999000", "--admin", "zhang")
WORK_ON = """
import sys, django; django.setup()
from datetime import datetime, timezone
from townops.base import accounts, journal
from townops.kernel.actors import Actor
account = accounts.sign_in("zhang", sys.argv[1])
assert accounts.must_renew(account, datetime.now(timezone.utc))
actor, at = Actor(account.pk, "zhang", ()), datetime.now(timezone.utc)
number = journal.append(kind="town", key="310115999000", action="note", actor=actor, at=at, body={})
assert number > 1, number
assert journal.verify() == []
print("went on")
"""


def password_in(words: str) -> str:
    return words.split("password:")[1].split()[0]


def test_work_goes_on_on_the_restored_copy(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "townops.settings")
    founded = town(*FOUNDING)
    assert founded.returncode == 0, founded.stderr
    assert town("backup", tmp_path / "town.tar.gz").returncode == 0
    assert town("keys", "backup", tmp_path / "keys.json").returncode == 0

    assert town("restore", tmp_path / "town.tar.gz", data="there").returncode == 0
    keyless = town("serve", "--port", "1", data="there")
    assert keyless.returncode == 2
    assert "key" in keyless.stderr
    assert town("keys", "restore", tmp_path / "keys.json", data="there").returncode == 0
    went_on = town(WORK_ON, password_in(founded.stdout), data="there", python=True)
    assert went_on.stdout.endswith("went on\n"), went_on.stderr
    assert town("verify-journal", data="there").returncode == 0


def test_a_town_is_founded_once_and_a_full_folder_is_not_restored_over(town: Town, tmp_path: Path):
    assert town(*FOUNDING).returncode == 0
    assert town(*FOUNDING).returncode == 2
    assert town("demo", "--no-serve", "--fresh").returncode == 2
    assert town("backup", tmp_path / "town.tar.gz", "--with-keys").returncode == 0
    assert town("restore", tmp_path / "town.tar.gz").returncode == 2
    assert town("restore", tmp_path / "town.tar.gz", "--force").returncode == 0
    assert len(list(tmp_path.glob("here.before-*/townops.sqlite3"))) == 1
    assert town("upgrade").returncode == 0


def test_a_backup_without_keys_holds_none(town: Town, tmp_path: Path):
    assert town(*FOUNDING).returncode == 0
    assert town("backup", tmp_path / "town.tar.gz").returncode == 0
    with tarfile.open(tmp_path / "town.tar.gz") as archive:
        names = archive.getnames()
    assert "database.sqlite3" in names
    assert not [name for name in names if "key" in name]
    assert (tmp_path / "town.tar.gz").stat().st_mode & 0o077 == 0


def test_a_reset_password_lets_its_owner_in_and_is_journalled(town: Town, tmp_path: Path):
    assert town(*FOUNDING).returncode == 0
    reset = town("password", "zhang")
    assert reset.returncode == 0, reset.stderr
    script = "import sys, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'townops.settings'" + WORK_ON
    assert town(script, password_in(reset.stdout), python=True).stdout == "went on\n"
    assert town("password", "nobody").returncode == 2
    assert town("token", "nobody").returncode == 2


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_leaves_nothing_behind(town: Town, tmp_path: Path, told: signal.Signals):
    assert town(*FOUNDING).returncode == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "townops.commands", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment(tmp_path / "here"), cwd=PROJECT)
    try:
        assert answer(f"http://127.0.0.1:{port}/healthz") == b"ok"
        worker = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[-1])
    finally:
        server.send_signal(told)
        server.wait(30)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def answer(address: str) -> bytes:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310  (our own)
                return bytes(response.read())
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")

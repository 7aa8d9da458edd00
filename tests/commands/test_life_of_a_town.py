"""Founding, back-up, restoring and going on, through the real commands on a real file."""

import os
import shutil
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
START = """
import sys, django; django.setup()
from datetime import datetime, timezone
from townops.base import accounts, attachments, crypto, journal, search
from townops.base.models import Account
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.orders import api as orders
from townops.people import api as people
at, system = datetime.now(timezone.utc), Actor(SYSTEM_PERSON, "test", ())
def clerk():
    return people.actor_for(Account.objects.get(username="clerk").pk, at)
def report(text, **more):
    told = orders.IncomingReport(source="hotline", text=text, received_at=at, **more)
    return orders.receive_reports([told], actor=clerk(), at=at)[0].number
"""
SIGN_IN = """
account = accounts.sign_in("zhang", sys.argv[1])
assert accounts.must_renew(account, at)
number = journal.append(kind="town", key="310115999000", action="note", actor=system, at=at, body={})
assert number > 1, number
assert journal.verify() == []
print("went on")
"""
WORK = """
file = attachments.store(b"what was seen", "seen.txt", clerk(), at)
number = report("路灯不亮", contact_name="王某", contact_phone="10000000001", attachments=(file.pk,))
attachments.attach([file.pk], kind="order", key=number)
orders.index_everything()
print(number)
"""
WORK_ON = """
number = sys.argv[1]
row = orders.take_step(number, "accept", actor=clerk(), at=at)
assert row.state == "accepted", row.state
shown = orders.reveal(clerk(), number, reason="回访核实", at=at)
assert (shown.name, shown.phone) == ("王某", "10000000001"), shown
order = orders.find_orders(clerk(), orders.Filter(q="路灯不亮"), at=at).rows
assert [one.number for one in order] == [number], order
(file,) = attachments.of("order", number)
assert attachments.content_of(file) == b"what was seen"
assert report("路灯又不亮") != number
print("went on")
"""


def founded(town: Town, data: str = "here") -> str:
    """A town with a hotline clerk; returns the administrator's one-time password."""
    made = town(*FOUNDING, data=data)
    assert made.returncode == 0, made.stderr
    assert town("account", "add", "clerk", "--name", "李某", "--by", "zhang", data=data).returncode == 0
    assert town("appoint", "center.hotline", "clerk", "--by", "zhang", data=data).returncode == 0
    return password_in(made.stdout)


def script(town: Town, body: str, *arguments: str, data: str = "here") -> str:
    """Run Python in a town; its words, or a failure with its errors."""
    ran = town(START + body, *arguments, data=data, python=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture(autouse=True)
def settings_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "townops.settings")


def password_in(words: str) -> str:
    return words.split("password:")[1].split()[0]


def test_work_goes_on_on_the_restored_copy(town: Town, tmp_path: Path):
    password = founded(town)
    number = script(town, WORK)
    assert town("backup", tmp_path / "town.tar.gz").returncode == 0
    assert town("keys", "backup", tmp_path / "keys.json").returncode == 0

    assert town("restore", tmp_path / "town.tar.gz", data="there").returncode == 0
    assert town("keys", "restore", tmp_path / "keys.json", data="there").returncode == 0
    assert script(town, WORK_ON, number, data="there") == "went on"
    assert script(town, SIGN_IN, password, data="there") == "went on"
    assert town("verify-journal", data="there").returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "serve --port 1",
        "verify-journal",
        "token zhang",
        "account disable clerk",
        "keys backup k.json",
        "jobs",
    ],
)
def test_without_its_keys_a_restored_town_does_nothing_and_makes_none(town: Town, tmp_path: Path, line: str):
    restored = restored_without_keys(town, tmp_path)
    told = town(*line.split(), data="there")
    assert told.returncode == 2
    assert "./townops keys restore FILE" in told.stderr
    assert "Traceback" not in told.stderr
    assert not restored.exists()


def restored_without_keys(town: Town, tmp_path: Path) -> Path:
    """A town, and a copy of it in "there" that lacks its keys; returns where these would lie."""
    assert town(*FOUNDING).returncode == 0
    assert town("backup", tmp_path / "town.tar.gz").returncode == 0
    assert town("keys", "backup", tmp_path / "keys.json").returncode == 0
    assert town("restore", tmp_path / "town.tar.gz", data="there").returncode == 0
    return tmp_path / "there" / "keys"


def test_no_python_in_a_restored_town_makes_keys_and_none_is_founded_in_it(town: Town, tmp_path: Path):
    keys = restored_without_keys(town, tmp_path)
    assert town(
        "shell", "-c", "from townops.base import crypto; crypto.seal('x', 'y')", data="there"
    ).returncode
    refused = town("init", "--town", "另一镇", "--code", "310115888000", "--admin", "li", data="there")
    assert refused.returncode == 2
    assert "keys restore" in refused.stderr
    assert not keys.exists()


def test_the_right_keys_replace_wrong_ones_and_another_town_s_change_nothing(town: Town, tmp_path: Path):
    keys = restored_without_keys(town, tmp_path)
    assert town(*FOUNDING, data="else").returncode == 0
    assert town("keys", "backup", tmp_path / "others.json", data="else").returncode == 0
    assert town("keys", "restore", tmp_path / "others.json", data="there").returncode == 2
    assert not list(keys.glob("*.key"))

    shutil.copytree(tmp_path / "else" / "keys", keys, dirs_exist_ok=True)  # as an earlier version made them
    wrong = (keys / "journal.key").read_text()
    assert town("verify-journal", data="there").returncode == 2
    assert town("keys", "restore", tmp_path / "others.json", data="there").returncode == 2
    assert (keys / "journal.key").read_text() == wrong
    assert town("keys", "restore", tmp_path / "keys.json", data="there").returncode == 0
    assert [path.read_text() for path in keys.glob("replaced-*/journal.key")] == [wrong]
    assert town("verify-journal", data="there").returncode == 0
    assert town("keys", "restore", tmp_path / "keys.json", data="there").returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        *("serve --port 1", "jobs", "verify-journal", "token a", "password a", "backup b.tar.gz", "upgrade"),
        *("keys backup k.json", "import-hotline f.csv", "people export p.xlsx", "role list"),
    ],
)
def test_where_no_town_is_every_command_says_so_and_leaves_nothing(town: Town, tmp_path: Path, line: str):
    (tmp_path / "f.csv").write_text("x")
    told = town(*line.split())
    assert told.returncode == 2
    assert "./townops init" in told.stderr
    assert "There is no town" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]


def older(app: str) -> str:
    return f"""
from django.core.management import call_command
if "{app}" != "base":
    call_command("migrate", "base", verbosity=0)
call_command("migrate", "{app}", "{FIRST[app]}", verbosity=0)
from townops.base import startup
from townops.base.models import Account, SearchText
from django.contrib.auth.hashers import make_password
startup.check_keys()
Account.objects.create(username="zhang", password=make_password("Older-Pass-2026"))
if "{app}" == "base":  # before there was an index
    SearchText.objects.create(kind="order", key=7, text="旧版本里的路灯")
else:
    search.index("order", 7, "旧版本里的路灯")
journal.append(kind="town", key="310115999000", action="found", actor=system, at=at, body={{}})
print("made")
"""


UPGRADED = """
from django.db import transaction
assert accounts.sign_in("zhang", "Older-Pass-2026")
assert search.keys("order", "路灯") == [7]
assert journal.append(kind="town", key="310115999000", action="note", actor=system, at=at, body={}) == 2
assert journal.verify() == []
from townops.commands import founding
founding.make_area("测试镇", "310115999000", on=at.date())
founding.load_starting_data("310115999000", at)
made = people.enroll("李某", "clerk", actor=system, at=at)
people.appoint(people.post("hotline").id, made.person_id, starts=at, actor=system, at=at)
number = report("路灯不亮")
assert orders.take_step(number, "accept", actor=clerk(), at=datetime.now(timezone.utc)).state == "accepted"
print("went on")
"""


def first_migrations() -> dict[str, str]:
    """Of every context with more than one migration the first."""
    folders = sorted((PROJECT / "src" / "townops").glob("*/migrations"))
    found = {folder.parent.name: sorted(path.stem for path in folder.glob("0*.py")) for folder in folders}
    return {app: names[0] for app, names in found.items() if len(names) > 1}


FIRST = first_migrations()


@pytest.mark.parametrize("app", FIRST)
def test_a_database_of_an_older_version_is_refused_upgraded_and_worked_on(
    town: Town, tmp_path: Path, app: str
):
    (tmp_path / "here").mkdir()
    assert script(town, older(app)) == "made"
    stale = town("token", "zhang")
    assert stale.returncode == 2
    assert "./townops upgrade" in stale.stderr
    upgraded = town("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert len(list((tmp_path / "here" / "backups").glob("before-upgrade-*.tar.gz"))) == 1
    assert script(town, UPGRADED) == "went on"
    assert town("verify-journal").returncode == 0


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
    assert script(town, SIGN_IN, password_in(reset.stdout)) == "went on"
    assert town("password", "nobody").returncode == 2
    assert town("token", "nobody").returncode == 2


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
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
    for _ in range(100):  # a worker whose master was killed has to notice first
        if not Path(f"/proc/{worker}").exists():
            break
        time.sleep(0.1)
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

"""The product installed as a package is the whole product: templates, languages, starting data and what browsers load go with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from townops.commands.shell import PROJECT

READ_BY_NOBODY = {".md"}
BUILD = "import setuptools; setuptools.setup()"
VISIT = """
from townops.commands.shell import start_django
start_django()
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
import townops
assert townops.__file__.startswith({folder!r}), townops.__file__
settings.ALLOWED_HOSTS = ["*"]
call_command("migrate", verbosity=0)
assert finders.find("console/desk.css") and finders.find("console/icons.svg")
from townops.people import api as people
assert people.load_roles() > 20
from townops.orders import api as orders
from townops.catalogue import api as catalogue
from townops.base import calendars
from django.utils import timezone
from datetime import date
calendars.build_first(timezone.now())
catalogue.load_starting(date(2015, 1, 1), at=timezone.now())
orders.load_starting_flows()
client = Client()
assert "登录" in client.get("/signin").content.decode()
client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
assert "Sign in" in client.get("/signin").content.decode()
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel would hold, laid out by the build itself; nothing is written into the project."""
    folder = tmp_path_factory.mktemp("package")
    command = [sys.executable, "-c", BUILD, "-q", "egg_info", "--egg-base", str(folder)]
    command += ["build_py", "--build-lib", str(folder / "lib")]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return folder / "lib"


@pytest.mark.slow
def test_everything_the_product_reads_beside_its_code_is_in_the_package(built: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "src"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    kept = (Path(one) for one in listed.stdout.splitlines())
    wanted = [one for one in kept if "tests" not in one.parts and one.suffix not in READ_BY_NOBODY]
    assert [str(one) for one in wanted if not (built / one.relative_to("src")).is_file()] == []
    assert list(built.rglob("tests")) == []


@pytest.mark.slow
def test_a_town_begins_and_answers_in_both_languages_from_the_package_alone(
    built: Path, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "PYTHONPATH": str(built),
        "TOWNOPS_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "townops.settings",
    }
    script = VISIT.format(folder=str(built))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

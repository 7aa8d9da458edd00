"""A town in a folder (or in the test's PostgreSQL database) worked on by processes of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).parents[2]


@dataclass
class Place:
    """Where the processes find their town."""

    data: Path
    url: str = ""

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("TOWNOPS_", "DATABASE_"))
        }
        env = kept | {
            "TOWNOPS_DATA": str(self.data),
            "DATABASE_URL": self.url,
            "PYTHONPATH": os.pathsep.join([str(PROJECT / "src"), str(PROJECT)]),
        }
        command = [sys.executable, "-m", "tests.races.worker", *map(str, arguments)]
        return subprocess.Popen(
            command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *arguments: object) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err[-2000:]
        return out

    def told(self, *arguments: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments).splitlines()[-1])
        return found


def here(folder: Path) -> Place:
    """A fresh town: a SQLite file in the folder, or the test's own PostgreSQL database."""
    if connection.vendor == "sqlite":
        place = Place(folder)
        place.run("prepare")
        return place
    one = connection.settings_dict
    login = f"{quote(one['USER'])}:{quote(one['PASSWORD'] or '')}@" if one["USER"] else ""
    return Place(Path(settings.DATA), f"postgresql://{login}{one['HOST']}:{one['PORT']}/{one['NAME']}")

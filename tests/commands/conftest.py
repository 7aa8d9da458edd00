"""A town of its own on disk, worked on through the command line as an office would."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
Town = Callable[..., subprocess.CompletedProcess[str]]


def environment(data: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TOWNOPS_", "DATABASE_"))
    }
    return {**kept, "TOWNOPS_DATA": str(data), "PYTHONPATH": str(PROJECT / "src")}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """`town("backup", "file", data="here")` runs one command and gives exit code and words."""

    def run(*arguments: object, data: str = "here", python: bool = False) -> subprocess.CompletedProcess[str]:
        start = ["-c"] if python else ["-m", "townops.commands"]
        command = [sys.executable, *start, *map(str, arguments)]
        return subprocess.run(
            command,
            env=environment(tmp_path / data),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run

"""What every command uses: words to the terminal, programs, Django on demand, the one way to give up."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

PASS: Final = 0
FINDINGS: Final = 1
UNUSABLE: Final = 2
PROJECT: Final = Path(__file__).resolve().parents[3]
Run: TypeAlias = Callable[[Namespace], int]
Commands: TypeAlias = "_SubParsersAction[ArgumentParser]"


class Unusable(Exception):
    """The command cannot go on with what it was given: one sentence in Chinese, one in English. Exit 2."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


def say(line: str = "") -> None:
    """One line to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def add(commands: Commands, name: str, run: Run, text: str) -> ArgumentParser:
    """A subcommand: `run` gets the parsed arguments and returns the exit code."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def start_django() -> None:
    """Load settings and every context. Creates the data folder, which is for the town's eyes only."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townops.settings")
    settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    django.setup()


def data_folder() -> Path:
    """Where this town keeps its data, without loading Django."""
    return Path(os.environ.get("TOWNOPS_DATA") or PROJECT / "data").resolve()


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = PROJECT) -> int:
    """Run a program with our terminal and return its exit code."""
    return subprocess.run([str(part) for part in command], env=env, cwd=cwd, check=False).returncode


def own(*arguments: str, **variables: str) -> int:
    """Run one of our own commands in a process of its own, with these environment variables on top."""
    return run([sys.executable, "-m", "townops.commands", *arguments], env={**os.environ, **variables})

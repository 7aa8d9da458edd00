"""What every command uses: words to the terminal, programs, Django on demand, the one way to give up."""

import os
import sqlite3
import subprocess
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

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
    """Load settings and every context. A sealed database without its keys gets no others, whatever runs."""
    import django
    from django.conf import settings
    from django.db import OperationalError, connection

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townops.settings")
    django.setup()
    from townops.base import startup

    with suppress(OperationalError):  # a server that is not there holds nothing sealed for us
        if connection.vendor != "sqlite" or has_tables(Path(str(settings.DATABASES["default"]["NAME"]))):
            startup.guard_keys()


def make_folder() -> None:
    """The data folder, for the town's eyes only."""
    data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def start_town() -> None:
    """`start_django` for a command that works on a town: one is there, as new as the program, and so are the
    keys it was sealed with.
    """
    require_town()
    refuse_stale()
    from townops.base import startup

    startup.check_keys()
    startup.keep_what_is_loaded()


def require_town() -> None:
    """`start_django`, refused where no town is: nothing is created by looking for one."""
    start_django()
    from django.conf import settings
    from django.db import connection

    from townops.base.db import is_sqlite

    missing = is_sqlite() and not has_tables(Path(str(settings.DATABASES["default"]["NAME"])))
    if missing or "django_migrations" not in connection.introspection.table_names():
        raise Unusable(
            f"{data_folder()} 中还没有本镇数据：新建用 ./townops init 或 ./townops demo，"
            "从备份恢复用 ./townops restore FILE；数据在别处时用 TOWNOPS_DATA 指明。",
            f"There is no town in {data_folder()}: run ./townops init, demo or restore FILE first, "
            "or name its folder with TOWNOPS_DATA.",
        )


def refuse_stale() -> None:
    """A database older than the program is upgraded on purpose, after a backup, not in passing."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unusable(
            "数据库尚未建立或版本较旧：新建用 ./townops init 或 demo，升级用 ./townops upgrade。",
            "The database is missing or older than the program: run ./townops init, demo or upgrade first.",
        )


def has_tables(database: Path) -> bool:
    """Whether an SQLite file is there and holds anything; an empty one is as good as none."""
    if not database.exists() or not database.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as file:
            return bool(file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.DatabaseError:
        return True  # what it is nobody knows: left alone


def port(text: str) -> int:
    """A port number as an argument."""
    return number(text, 1, 65535, "端口", "port")


def number(text: str, lowest: int, highest: int, chinese: str, english: str) -> int:
    """A whole number within bounds, or the reason in both languages."""
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise Unusable(
            f"{chinese}“{text}”不对，应为{lowest}到{highest}之间的整数。",
            f"The {english} {text!r} must be a whole number from {lowest} to {highest}.",
        )
    return int(text)


def day(text: str) -> date:
    """A day as an argument, year-month-day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable(
            f"日期“{text}”不对，应如 2026-03-01。", f"The day {text!r} must read like 2026-03-01."
        ) from None


def data_folder() -> Path:
    """Where this town keeps its data, without loading Django."""
    return Path(os.environ.get("TOWNOPS_DATA") or PROJECT / "data").resolve()


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = PROJECT) -> int:
    """Run a program with our terminal and return its exit code."""
    return subprocess.run([str(part) for part in command], env=env, cwd=cwd, check=False).returncode


def own(*arguments: str, **variables: str) -> int:
    """Run one of our own commands in a process of its own, with these environment variables on top."""
    return run([sys.executable, "-m", "townops.commands", *arguments], env={**os.environ, **variables})

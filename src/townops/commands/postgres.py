"""A PostgreSQL cluster of our own for one round of tests: temporary folder, free port, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from townops.commands.debian import postgresql_program

USER: Final = "townops"
FAST: Final = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=256MB",
)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and give its DATABASE_URL. `CalledProcessError` when it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="townops-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    settings = " ".join(
        f"-c {one}" for one in (*FAST, f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1")
    )
    data = str(folder / "data")
    try:
        initdb = ("-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        _as_postgres("initdb", *initdb, cwd=folder)
        start = (
            "-D",
            data,
            "-w",
            "-t",
            "60",
            "-l",
            str(folder / "log"),
            "-o",
            f"-p {port} {settings}",
            "start",
        )
        _as_postgres("pg_ctl", *start, cwd=folder)
        yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _as_postgres("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres(program: str, *arguments: str, cwd: Path) -> None:
    """The server refuses to run as root: root lends it the account of the package."""
    lend = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*lend, postgresql_program(program) or program, *arguments]
    subprocess.run(command, cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

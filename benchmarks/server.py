"""The shipped server, started as an operator starts it, and what it costs."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from townops.commands.postgres import free_port
from townops.commands.shell import PROJECT

PATIENCE: Final = 120.0
CLIENT: Final = Path(__file__).with_name("client.py")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, its first process, and the seconds from start to the first answer."""

    port: int
    pid: int
    cold: float

    def load(self, requests: list[dict[str, Any]], *, threads: int, seconds: float) -> dict[str, Any]:
        """Run a plan in a process of its own; {"seconds", "samples"}."""
        plan = {"port": self.port, "threads": threads, "seconds": seconds, "requests": requests}
        done = subprocess.run(  # noqa: S603
            [sys.executable, CLIENT], input=json.dumps(plan), capture_output=True, text=True, check=True
        )
        return dict(json.loads(done.stdout))

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """One answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.request(asked["method"], asked["path"], headers={"Authorization": f"Bearer {asked['token']}"})
        return dict(json.loads(link.getresponse().read()))

    def processor_seconds(self) -> float:
        """Seconds of processor the server's processes have used."""
        return sum(_spent(pid) for pid in _family(self.pid))

    def memory(self) -> float:
        """Resident megabytes of the largest process: the web process."""
        return max(_resident(pid) for pid in _family(self.pid))


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Server]:
    """`./townops serve` on a free port until the block ends."""
    port = free_port()
    began = time.monotonic()
    command = [sys.executable, "-m", "townops.commands", "serve", "--port", str(port)]
    child = subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **environment},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(port, child)
        yield Server(port, child.pid, time.monotonic() - began)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)


def _wait(port: int, child: "subprocess.Popen[bytes]") -> None:
    """Until the first page is there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode}")
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", "/signin")
            link.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the server did not answer")


def _family(pid: int) -> list[int]:
    """The process and everything below it."""
    below = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in below.read_text().split()] if below.exists() else []
    return [pid, *(one for child in children for one in _family(child))]


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

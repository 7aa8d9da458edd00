"""`serve` and `jobs`: one web process; jobs are its thread on SQLite, a process beside it on PostgreSQL."""

import hashlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from types import FrameType
from typing import Final

from townops.commands import frontend, running
from townops.commands.shell import (
    PASS,
    Commands,
    Unusable,
    add,
    data_folder,
    port,
    refuse_stale,
    require_town,
    run,
    say,
    start_town,
)

THREADS: Final = 4
PACKED: Final = ("png", "jpg", "gif", "webp", "gz", "br", "woff", "woff2")
PATIENCE: Final = 15.0  # seconds a child gets to finish what it is doing


def register(commands: Commands) -> None:
    serve = add(commands, "serve", serve_town, "启动网页与后台任务 / start web and jobs")
    serve.add_argument("--port", type=port, default=8000)
    serve.add_argument("--host", default="127.0.0.1")
    add(commands, "jobs", run_jobs, "仅启动后台任务（PostgreSQL）/ start the jobs process only")


def serve_town(options: Namespace) -> int:
    """Serve until told to stop. Refuses the demo key off loopback and a database that was not upgraded."""
    require_town()
    refuse_unsafe(options.host)
    refuse_stale()
    refuse_untrusted()
    frontend.bring()
    collect()
    say_address(options.host, options.port)
    return serve(options.host, options.port)


def serve(host: str, port: int) -> int:
    """Start the web process, and the jobs where they are apart. Returns when they have ended."""
    from townops.base.db import is_sqlite

    refuse_taken(host, port)
    if is_sqlite():
        running.hold(data_folder())
        os.environ["TOWNOPS_JOBS"] = "thread"
        os.execv(sys.executable, web_command(host, port))  # noqa: S606
    os.environ.pop("TOWNOPS_JOBS", None)
    return together([web_command(host, port), [sys.executable, "-m", "townops.commands", "jobs"]])


def web_command(host: str, port: int) -> list[str]:
    """The web server's command line: one worker process, because one process owns an SQLite file."""
    return [
        *(sys.executable, "-m", "granian", "townops.wsgi:application", "--interface", "wsgi"),
        *("--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", str(THREADS)),
        *("--no-ws", "--http", "1", "--log-level", "warning", "--respawn-failed-workers"),
        *("--workers-kill-timeout", str(int(PATIENCE))),
    ]


def together(commands: list[list[str]]) -> int:
    """Run the processes as one: when told to stop, or when one of them ends, all are ended."""
    children = [subprocess.Popen(command) for command in commands]
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not told and all(child.poll() is None for child in children):
        time.sleep(0.2)
    codes = [_end(child) for child in children]
    return PASS if told else max(map(abs, codes))


def _end(child: "subprocess.Popen[bytes]") -> int:
    if child.poll() is None:
        child.terminate()
    try:
        return child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def run_jobs(_options: Namespace) -> int:
    """Run due jobs until told to stop; what is half done is finished first."""
    start_town()
    from townops.base import jobs

    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _frame: told.append(n))
    jobs.start_thread()
    while not told:
        time.sleep(0.2)
    jobs.stop_thread(PATIENCE)
    return PASS


def refuse_unsafe(host: str) -> None:
    """Off loopback a town needs its own key and the names it is reached by."""
    from django.conf import settings

    if _is_loopback(host):
        return
    if settings.SECRET_KEY == settings.DEMO_SECRET:
        raise Unusable(
            f"演示密钥是公开的，不能对 {host} 提供服务。请先用 ./townops init 建立本镇数据。",
            f"The demo key is public and must not serve {host}. Run ./townops init first.",
        )
    if not os.environ.get("TOWNOPS_HOSTS"):
        raise Unusable(
            "请用 TOWNOPS_HOSTS 写明访问本系统的域名或地址（逗号分隔），例如 TOWNOPS_HOSTS=10.1.2.3。",
            "Set TOWNOPS_HOSTS to the names or addresses this town is reached by (comma separated).",
        )


def refuse_untrusted() -> None:
    """A town with wrong keys, rights nobody can explain or wrong arithmetic is not served."""
    from django.core.exceptions import ImproperlyConfigured

    from townops.base import crypto, startup

    try:
        startup.check()
    except crypto.KeyMissingError:
        raise
    except (RuntimeError, ImproperlyConfigured) as error:
        raise Unusable(f"不能启动：{error}", f"Not started: {error}") from error


def refuse_taken(host: str, port: int) -> None:
    """Say so at once when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unusable(
                f"无法使用 {host}:{port}（{error.strerror}），请用 --port 换一个端口。",
                f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --port.",
            ) from error


def collect() -> None:
    """Gather static files under hashed names when one of them changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = settings.STATIC_ROOT / "stamp"
    wanted = _static_state()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command(
        "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=["NotoSansSC-*"]
    )
    run([sys.executable, "-m", "whitenoise.compress", "--quiet", settings.STATIC_ROOT, *PACKED])
    stamp.write_text(wanted)


def _static_state() -> str:
    from django.contrib.staticfiles.finders import get_finders

    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            seen.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def say_address(host: str, port: int) -> None:
    """Print where the desk is."""
    say(f"地址 / address:  http://{host}:{port}/")

"""Debian packages some tests need: installed when we may, else each such test is skipped with the reason."""

import os
import shutil
from pathlib import Path

from townops.commands.shell import run, say


def provide(package: str) -> str:
    """Make sure the package is there. Returns why it is not, or an empty text."""
    if _is_there(package):
        return ""
    if not may_install():
        return f"{package} is not installed (Debian: apt install {package})"
    say(f"installing {package} ...")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    if _apt(command) and (_apt(["apt-get", "update", "-qq"]) or _apt(command)):
        return f"{package} could not be installed"
    return "" if _is_there(package) else f"{package} was installed but is not found"


def may_install() -> bool:
    """As root on Debian or its children."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def postgresql_program(name: str) -> str | None:
    """A program of the newest PostgreSQL server: Debian keeps them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return shutil.which(name, path=os.pathsep.join(map(str, reversed(versions)))) or shutil.which(name)


def chromium_program() -> str | None:
    """The browser the machine has."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    return next(filter(None, map(shutil.which, names)), mac if Path(mac).exists() else None)


def _is_there(package: str) -> bool:
    if package == "postgresql":
        return postgresql_program("initdb") is not None
    if package == "chromium":
        return chromium_program() is not None
    if package == "fonts-noto-cjk":
        return any(Path("/usr/share/fonts").glob("**/NotoSansCJK*"))
    return Path(f"/var/lib/dpkg/info/{package}.list").exists()


def _apt(command: list[str]) -> int:
    return run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})

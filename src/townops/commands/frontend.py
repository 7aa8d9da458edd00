"""Brings the browser parts once per lock file: npm fetches, what is needed goes to static/vendor."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from townops.commands.shell import PROJECT, Unusable, run, say

FOLDER: Final = PROJECT / "frontend"
MODULES: Final = FOLDER / "node_modules"
VENDOR: Final = PROJECT / "src" / "townops" / "static" / "vendor"
STAMP: Final = VENDOR / "stamp"
TOOLS: Final = FOLDER / "tools"  # for tests alone: never served
NODE_NEEDED: Final = 18
FONTS: Final = "@expo-google-fonts/noto-sans-sc"
FILES: Final = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl.js": "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre-gl-worker.js": "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "fonts/NotoSansSC-Regular.ttf": f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf",
    "fonts/NotoSansSC-Bold.ttf": f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/tabler.txt": "@tabler/core/LICENSE",
    "licences/tabler-icons.txt": "@tabler/icons-webfont/LICENSE",
    "licences/maplibre-gl.txt": "maplibre-gl/LICENSE.txt",
    "licences/echarts.txt": "echarts/LICENSE",
    "licences/noto-sans-sc.txt": f"{FONTS}/LICENSE_FONT",
}
TESTED_WITH: Final = {"axe.min.js": "axe-core/axe.min.js"}


def bring() -> None:
    """Fetch the parts unless those of this very lock file are there. `Unusable` without internet."""
    if STAMP.exists() and STAMP.read_text() == wanted():
        return
    say("正在获取前端组件与中文字体（仅首次或版本变更时）… / fetching browser parts (first time only) ...")
    if run(
        [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=FOLDER,
        env=_npm_env(),
    ):
        raise Unusable(
            "前端组件未能获取：请检查网络，或设置 npm 的镜像源（npm config set registry …）后重试。",
            "Browser parts could not be fetched: check the connection or set an npm mirror, and try again.",
        )
    copy()
    shutil.rmtree(MODULES)
    STAMP.write_text(wanted())


def wanted() -> str:
    """What the parts are made from: changes with a version in the lock file or with the list of files."""
    return hashlib.sha256(
        (FOLDER / "package-lock.json").read_bytes() + repr((FILES, TESTED_WITH)).encode()
    ).hexdigest()


def copy() -> None:
    """Replace static/vendor and the tools of tests by the listed files."""
    for folder, files in ((VENDOR, FILES), (TOOLS, TESTED_WITH)):
        shutil.rmtree(folder, ignore_errors=True)
        for target, source in files.items():
            place = folder / target
            place.parent.mkdir(parents=True, exist_ok=True)
            text = (MODULES / source).read_bytes()
            place.write_bytes(trimmed(text) if place.suffix in (".css", ".js") else text)


def npm() -> list[str | Path]:
    """The machine's npm when its Node is new enough, else one from PyPI inside our environment."""
    found = shutil.which("npm")
    if found and _node_is_new_enough():
        return [found]
    ours = Path(sys.executable).parent / "npm"
    if not ours.exists():
        _install_node()
    return [ours]


def _node_is_new_enough() -> bool:
    try:
        answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        return int(answer.strip().lstrip("v").split(".")[0]) >= NODE_NEEDED
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def _install_node() -> None:
    say("未找到 Node 18 或更高版本，正在从 PyPI 安装… / no Node >= 18 found, installing it from PyPI ...")
    lock = PROJECT / "requirements" / "node.lock"
    if run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]):
        raise Unusable(
            "Node 未能安装：请安装 Node 18 或更高版本，或检查网络后重试。",
            "Node could not be installed: install Node >= 18 or check the connection, and try again.",
        )


def _npm_env() -> dict[str, str]:
    """The user's own npm settings, with the environment's programs first so that npm finds its node."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def trimmed(text: bytes) -> bytes:
    """Drop pointers to what is not shipped (source maps, old font formats); collecting would look for it."""
    lines = text.splitlines(keepends=True)
    kept = b"".join(line for line in lines if b"sourceMappingURL=" not in line[:60])
    return re.sub(rb',url\("\./fonts/tabler-icons\.(?:woff|ttf)\?[^)]*\) format\("\w+"\)', b"", kept)

"""The shipped server over a small demo town of its own, and people who sit down at it with a real browser."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.commands.conftest import PROJECT, environment
from tests.stories.colleague import Colleague
from townops.commands.postgres import free_port
from townops.console.tests.browser import PASSWORD, QUIET

SCREENS = PROJECT / "docs" / "screens"
ORDERS = 300
COLOURS = 128  # enough for a desk, and a third of the bytes
Sit = Callable[..., Any]
Shoot = Callable[[Any, str], None]


def program(*words: str) -> list[str]:
    return [sys.executable, "-m", "townops.commands", *words]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the town answers: built as `./townops demo` builds it, served as `./townops serve` serves it."""
    data = tmp_path_factory.mktemp("town") / "data"
    subprocess.run(program("demo", "--no-serve", "--orders", str(ORDERS)), env=environment(data), check=True)
    port = free_port()
    server = subprocess.Popen(
        program("serve", "--port", str(port)), env=environment(data), start_new_session=True
    )
    try:
        wait(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="module")
def sit(address: str, browser: Any) -> Iterator[Sit]:
    """`sit(user, path)`: a page of somebody who signed in on a computer of his own, the same one when he comes again.

    What a browser complains of fails the module.
    """
    complaints: list[str] = []
    at_desk: dict[tuple[str, int], Any] = {}

    def down(user: str, path: str = "/", width: int = 1366, height: int = 768) -> Any:
        if (user, width) not in at_desk:
            size = {"width": width, "height": height}
            page = browser.new_context(base_url=address, viewport=size, locale="zh-CN").new_page()
            page.set_default_timeout(15_000)
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto("/signin")
            page.fill("#username", user)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("#main")
            at_desk[user, width] = page
        page = at_desk[user, width]
        page.goto(path)
        return page

    yield down
    for page in at_desk.values():
        page.context.close()
    assert [one for one in complaints if "status of 4" not in one] == []


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Shoot:
    """Keep a picture of the page under docs/screens when TOWNOPS_SCREENS=1 asks for new ones, else in a temporary folder."""
    folder = SCREENS if os.environ.get("TOWNOPS_SCREENS") == "1" else tmp_path_factory.mktemp("screens")

    def take(page: Any, name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(300)
        with Image.open(BytesIO(page.screenshot())) as seen:
            seen.convert("RGB").quantize(COLOURS).save(folder / f"{name}.png", optimize=True)

    return take


@pytest.fixture(scope="session")
def colleague(address: str) -> Callable[[str], Colleague]:
    """`colleague(user)`: somebody of the town who does his part elsewhere, without a screen."""
    return cache(lambda user: Colleague(address, user))

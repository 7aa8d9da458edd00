"""Every page by whoever opens it: no serious fault for axe, nothing wider than the window on a phone or at 200 %."""

from pathlib import Path

import pytest

from tests.stories.conftest import PROJECT, Sit

pytestmark = pytest.mark.browser
AXE = PROJECT / "frontend" / "tools" / "axe.min.js"
GRAVE = ("serious", "critical")
ZOOMED = 683  # an office screen at 200 %
PHONE = 390
PAGES = {
    "shift": (
        "/", "/orders?open=1", "/orders?late=overdue&open=1", "/orders?open=1 a", "/map?open=1", "/register", "/upward",
        "/imports", "/catalogue", "/dispatch", "/password", "/notices", "/handbook", "/no-such-page",
    ),
    "dispatch": ("/board", "/orders?state=filed a", "/orders?state=handling a"),
    "unit": ("/", "/orders?state=handling a"),
    "director": ("/people", "/settings", "/settings/calendar"),
    "deputy": ("/session",),
    "resident": ("/", "/mine", "/register"),
    "security": ("/roles", "/"),
    "sysadmin": ("/", "/people"),
}  # fmt: skip
ASKED = [(user, path) for user, paths in PAGES.items() for path in paths]


@pytest.fixture(scope="session")
def axe() -> str:
    return Path(AXE).read_text("utf-8")


def opened(sit: Sit, user: str, path: str, **size: int):
    """The page itself, or with " a" the first order of the list."""
    listed, _, first = path.partition(" ")
    page = sit(user, listed, **size)
    if first:
        page.click("#rows td.number a >> nth=0")
        page.wait_for_selector(".order-head")
    page.wait_for_timeout(200)
    return page


@pytest.mark.parametrize(("user", "path"), ASKED)
def test_axe_finds_nothing_serious(sit: Sit, axe: str, user: str, path: str) -> None:
    page = opened(sit, user, path)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    grave = [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    assert grave == []


@pytest.mark.parametrize("width", [PHONE, ZOOMED])
@pytest.mark.parametrize(("user", "path"), ASKED)
def test_nothing_is_wider_than_the_window(sit: Sit, user: str, path: str, width: int) -> None:
    page = opened(sit, user, path, width=width, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

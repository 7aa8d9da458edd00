"""Every page by whoever opens it: no serious fault for axe, nothing wider than the window on a phone or at 200 %."""

from pathlib import Path
from typing import Any

import pytest

from tests.stories.conftest import PROJECT, Sit

pytestmark = pytest.mark.browser
AXE = PROJECT / "frontend" / "tools" / "axe.min.js"
GRAVE = ("serious", "critical")
WIDTHS = [683, 390]  # an office screen at 200 %, a phone
PAGES = {
    "shift": (
        "/", "/orders?open=1", "/orders?late=overdue&open=1", "/orders?open=1 a", "/map?open=1", "/register", "/upward",
        "/imports", "/catalogue", "/dispatch", "/password", "/notices", "/handbook", "/no-such-page",
    ),
    "dispatch": ("/board", "/orders?state=handling a"),
    "unit": ("/", "/orders?state=handling a"),
    "station": (
        "/grid", "/grid?form=list", "/grid/310115104-G1", "/grid/310115104002", "/grid/310115104002005",
        "/grid/310115104002005/edit", "/grid/lacking",
    ),
    "director": (
        "/grid/versions", "/grid/import", "/grid/export",
        "/people", "/people/12", "/posts", "/posts?page=2", "/posts/12", "/posts/new", "/units", "/catalogue?q=路灯",
        "/standards", "/standards?state=not_met", "/standards/U1.1/310115104000", "/standards/U10.5/310115104002",
        "/settings", "/settings/calendar", "/settings/flows", "/settings/flows/hotline", "/settings/tunables",
    ),
    "deputy": ("/session", "/dispatch/rules/new", "/dispatch/rules/10", "/catalogue/classes/H-07-02"),
    "resident": ("/", "/mine", "/register"),
    "security": ("/roles", "/roles/grid_clerk", "/roles/new", "/"),
    "sysadmin": ("/", "/people", "/people/12", "/people/new"),
}  # fmt: skip
ASKED = [(user, path) for user, paths in PAGES.items() for path in paths]


@pytest.fixture(scope="session")
def axe() -> str:
    return Path(AXE).read_text("utf-8")


def opened(sit: Sit, user: str, path: str) -> Any:
    """The page itself, or with " a" the first order of the list."""
    listed, _, first = path.partition(" ")
    page = sit(user, listed)
    if first:
        page.click("#rows td.number a >> nth=0")
        page.wait_for_selector(".order-head")
    page.wait_for_timeout(200)
    return page


def wide(page: Any, width: int) -> int:
    """How wide the page makes itself in a window of this width."""
    page.set_viewport_size({"width": width, "height": 700})
    return int(page.evaluate("document.documentElement.scrollWidth"))


def grave(page: Any, axe: str) -> list[str]:
    """What axe finds serious or critical, with the first signs of the element."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("user", "path"), ASKED)
def test_a_page_has_no_serious_fault_and_fits_a_phone_and_a_zoomed_window(
    sit: Sit, axe: str, user: str, path: str
) -> None:
    page = opened(sit, user, path)
    assert grave(page, axe) == []
    assert [wide(page, width) for width in WIDTHS] == WIDTHS
    page.set_viewport_size({"width": 1366, "height": 768})

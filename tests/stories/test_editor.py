"""Borders edited in a real browser: everybody's border moves, everything is saved at once, nobody overwrites anybody (U8-U11)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.utils import timezone

from tests.stories.conftest import PROJECT
from tests.stories.test_pages_fit_everybody import WIDTHS, grave, wide
from townops.areas import api as areas
from townops.base.models import Account
from townops.console.tests.browser import PASSWORD, QUIET
from townops.console.tests.test_map_in_chromium import DRAWN, SOFTWARE
from townops.kernel.partition.rings import Point, body_of
from townops.people import api as people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = "document.querySelector('[data-border-draft]').border"
AXE = PROJECT / "frontend" / "tools" / "axe.min.js"


@dataclass(frozen=True)
class Ground:
    """A draft of the demo town, a block inside a village with a neighbour, and a point that they and a third share."""

    draft: int
    village: str
    block: str
    neighbour: str
    node: Point

    def held(self) -> dict[str, areas.Feature]:
        return {one.code: one for one in areas.features_of(self.draft)}

    def owners(self, at: Point) -> set[str]:
        return {
            code
            for code, one in self.held().items()
            if list(at) in shapely.get_coordinates(one.geometry).tolist()
        }

    def edge(self) -> tuple[Point, Point]:
        """The common edge of the two that ends in the node."""
        mine, theirs = (body_of(self.held()[code].geometry)[0][0] for code in (self.block, self.neighbour))
        place = mine.index(self.node)
        other = next(at for at in (mine[place - 1], mine[(place + 1) % len(mine)]) if at in theirs)
        return self.node, other


@pytest.fixture
def ground(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Ground:
    from townops.demo.base import build_base

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop in this thread
    build_base(at=timezone.now())
    director = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    draft = areas.begin_draft(areas.towns()[0].code, note="边界调整", actor=director, at=timezone.now())
    return found_in(draft.id)


def found_in(draft: int) -> Ground:
    held = areas.draft_held(draft)
    outline = set(
        map(
            tuple,
            shapely.get_coordinates(
                next(one for one in held.features.values() if one.kind == "town").geometry
            ),
        )
    )
    for code, one in sorted(held.features.items()):
        beside = [piece for piece in held.sheet.children(one.parent) if piece.code != code]
        if one.kind != "block" or len(beside) < 5:
            continue
        for at in body_of(one.geometry)[0][0]:
            owners = [piece.code for piece in beside if at in body_of(piece.shape)[0][0]]
            if len(owners) == 2 and at not in outline and one.geometry.area > 1e-8:
                village = set(body_of(held.features[one.parent].geometry)[0][0])
                if at not in village and area_of(held, owners[0]) > 1e-8:
                    return Ground(draft, one.parent, code, owners[0], at)
    raise AssertionError("no block inside a village")


def area_of(held: areas.Held, code: str) -> float:
    return float(held.features[code].geometry.area)


@dataclass
class Editor:
    """A person at the editor."""

    page: Any
    ground: Ground

    def see(self, *codes: str) -> None:
        """Bring an area into view and choose it."""
        for code in codes:
            self.page.evaluate(f"code => {DESK}.go(code)", code)
            self.page.wait_for_function(
                f"code => {DESK}.chosen === code && {DESK}.area()?.properties.exact", arg=code
            )
        self.still()

    def still(self) -> None:
        self.page.wait_for_function(f"() => {DESK}.map.loaded() && !{DESK}.map.isMoving()")
        self.page.wait_for_timeout(300)

    def at(self, point: Point) -> tuple[float, float]:
        script = f"""at => {{ const map = {DESK}.map, to = map.project(at), box = map.getCanvas().getBoundingClientRect();
            return [box.x + to.x, box.y + to.y]; }}"""
        x, y = self.page.evaluate(script, list(point))
        return x, y

    def drag(self, point: Point, right: float, down: float) -> None:
        x, y = self.at(point)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right / 2, y + down / 2, steps=3)
        self.page.mouse.move(x + right, y + down, steps=3)
        self.page.mouse.up()

    def saved(self, act: Callable[[], object]) -> None:
        """Do something and wait until the draft is one operation further."""
        before = self.revision()
        act()
        self.page.wait_for_function(
            f"before => {DESK}.draft.revision > before && !{DESK}.draft.open", arg=before
        )
        self.still()

    def revision(self) -> int:
        return int(self.page.evaluate(f"{DESK}.draft.revision"))

    def said(self) -> str:
        return str(self.page.inner_text(".map-said"))

    def cut(self, code: str) -> None:
        """Draw a line across a block, from top to bottom, and finish it."""
        west, south, east, north = self.ground.held()[code].geometry.bounds
        middle, high = (west + east) / 2, (north - south) / 20
        self.page.click("text=切开")
        for point in ((middle, north + high), (middle, south - high)):
            self.page.mouse.click(*self.at(point))
        self.page.keyboard.press("Enter")


@pytest.fixture
def sit(ground: Ground, live_server: Any, chromium: str) -> Iterator[Callable[[str], Editor]]:
    """`sit(user)`: somebody opens the draft on a computer of his own; what a browser complains of fails the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        flags = [one for one in QUIET if one != "--disable-gpu"] + SOFTWARE
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)

        def down(user: str = "director") -> Editor:
            size = {"width": 1366, "height": 768}
            page = browser.new_context(base_url=live_server.url, viewport=size, locale="zh-CN").new_page()
            page.set_default_timeout(DRAWN)
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto("/signin")
            page.fill("#username", user)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_selector("#main")
            return opened(page, ground)

        yield down
        browser.close()
    assert [one for one in complaints if "status of 4" not in one] == []


def opened(page: Any, ground: Ground) -> Editor:
    page.goto(f"/grid/drafts/{ground.draft}")
    page.wait_for_selector("[data-border-draft][data-drawn]")
    return Editor(page, ground)


def proven(ground: Ground) -> bool:
    return areas.proof_of(ground.draft)[1].passed


def test_a_point_is_dragged_and_the_neighbours_follow_and_undo_takes_it_back(sit, ground):
    hand = sit()
    before, owners = ground.held(), ground.owners(ground.node)
    assert len(owners) == 3
    hand.see(ground.block)
    hand.saved(lambda: hand.drag(ground.node, 14, 9))
    assert ground.owners(ground.node) == set()
    after = ground.held()
    assert {code for code in after if after[code] != before[code]} == owners and proven(ground)
    hand.saved(lambda: hand.page.keyboard.press("Control+z"))
    assert ground.held() == before
    hand.saved(lambda: hand.page.keyboard.press("Control+y"))
    assert ground.held() == after


def test_a_point_is_added_on_a_border_and_removed_again_by_keys(sit, ground):
    hand = sit()
    before = ground.held()
    hand.see(ground.block)
    one, other = ground.edge()
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
    hand.saved(lambda: hand.drag(middle, 18, 12))
    after = ground.held()
    assert {code for code in after if after[code] != before[code]} == {ground.block, ground.neighbour}
    (fresh,) = set(body_of(after[ground.block].geometry)[0][0]) - set(
        body_of(before[ground.block].geometry)[0][0]
    )
    hand.page.mouse.click(*hand.at(fresh))
    hand.page.wait_for_function(f"() => {DESK}.marked")
    hand.saved(lambda: hand.page.keyboard.press("Delete"))
    assert {code: one.geometry.area for code, one in ground.held().items()} == {
        code: one.geometry.area for code, one in before.items()
    }
    assert proven(ground)


def test_a_block_is_cut_named_and_merged_again(sit, ground, shoot):
    hand = sit()
    hand.see(ground.block)
    count = len(ground.held())
    hand.saved(lambda: hand.cut(ground.block))
    (fresh,) = (
        set(ground.held())
        - {piece.code for piece in areas.draft_held(ground.draft).sheet.pieces.values() if piece.level == 0}
        - set(before_codes(ground))
    )
    assert (
        len(ground.held()) == count + 1 and ground.held()[fresh].parent == ground.village and proven(ground)
    )
    hand.page.wait_for_function(f"code => {DESK}.chosen === code", arg=fresh)
    hand.saved(
        lambda: (
            hand.page.fill("#side-area [name=name]", "西街花园"),
            hand.page.press("#side-area [name=name]", "Tab"),
        )
    )
    assert ground.held()[fresh].name == "西街花园"
    page = hand.page
    shoot(page, "border-editor")
    hand.see(ground.block)
    hand.page.click("text=合并")
    inner = ground.held()[fresh].geometry.representative_point()
    hand.saved(lambda: hand.page.mouse.click(*hand.at((inner.x, inner.y))))
    assert fresh not in ground.held() and len(ground.held()) == count and proven(ground)


def before_codes(ground: Ground) -> set[str]:
    town = areas.towns()[0]
    return {
        area.code for kind in ("grid", "village", "block") for area in areas.areas_of(town.code, kind)
    } | {town.code}


def test_a_border_is_put_along_another_way_and_a_block_is_drawn(sit, ground):
    hand = sit()
    hand.see(ground.block)
    one, other = ground.edge()
    hand.page.click("text=改一段边界")
    hand.page.mouse.click(*hand.at(one))
    hand.page.wait_for_timeout(400)
    hand.page.mouse.click(*hand.at(other))
    (x, y), (u, v) = hand.at(one), hand.at(other)
    hand.page.mouse.click((x + u) / 2 + 12, (y + v) / 2 + 12)
    hand.saved(lambda: hand.page.keyboard.press("Enter"))
    assert proven(ground)
    inner = ground.held()[ground.block].geometry.representative_point()
    x, y = hand.at((inner.x, inner.y))
    known = set(ground.held())
    hand.page.click("text=新画")
    for right, down in ((-14, -12), (14, -12)):
        hand.page.keyboard.down("Alt")
        hand.page.mouse.click(x + right, y + down)
        hand.page.keyboard.up("Alt")
    hand.page.keyboard.down("Alt")
    hand.saved(lambda: hand.page.mouse.dblclick(x, y + 14))
    hand.page.keyboard.up("Alt")
    (fresh,) = set(ground.held()) - known
    assert ground.held()[fresh].parent == ground.village and proven(ground)


def ring(hand: Editor, middle: Point, reach: int) -> None:
    """Three corners round a point, the last with a double click."""
    x, y = hand.at(middle)
    hand.page.keyboard.down("Alt")
    for right, down in ((-reach, -reach), (reach, -reach)):
        hand.page.mouse.click(x + right, y + down)
        hand.page.wait_for_timeout(350)
    hand.page.mouse.dblclick(x, y + reach)
    hand.page.keyboard.up("Alt")


def test_a_village_is_drawn_with_the_blocks_inside_it_or_without_any(sit, ground, shoot):
    hand = sit()
    hand.see(ground.block)
    before = ground.held()
    hand.page.click("[data-level=village]")
    hand.page.click("text=新画")
    assert hand.page.is_visible("text=直管区，不设责任块") and "新居村" in hand.said()
    hand.saved(lambda: ring(hand, ground.node, 60))
    after = ground.held()
    (fresh,) = {code for code, one in after.items() if one.kind == "village"} - set(before)
    below = [one for one in after.values() if one.parent == fresh]
    assert proven(ground) and len(below) >= 3 and after[fresh].parent == before[ground.village].parent
    assert fresh.startswith(areas.towns()[0].code[:9]) and all(
        one.code.startswith(fresh) or one.code in before for one in below
    )
    hand.page.wait_for_function(f"code => {DESK}.chosen === code", arg=fresh)
    assert hand.page.input_value("#side-area [name=new_code]") == fresh
    shoot(hand.page, "border-village")
    hand.saved(lambda: hand.page.keyboard.press("Control+z"))
    assert ground.held() == before
    hand.page.keyboard.press("d")
    hand.page.check("text=直管区，不设责任块")
    hand.saved(lambda: ring(hand, ground.node, 60))
    after = ground.held()
    (fresh,) = {code for code, one in after.items() if one.kind == "village"} - set(before)
    assert proven(ground) and after[fresh].directly_managed
    assert not [one for one in after.values() if one.parent == fresh]


def test_a_refused_operation_says_why_and_changes_nothing(sit, ground):
    hand = sit()
    hand.see(ground.block)
    before = ground.held()
    hand.drag(ground.node, 600, 0)
    hand.page.wait_for_selector(".map-said-bad")
    assert "没有保存" in hand.said() and ground.held() == before


def test_two_people_on_one_draft_see_each_other_and_nobody_is_overwritten(sit, ground):
    anne, bert = sit("director"), sit("deputy")
    anne.see(ground.block)
    bert.see(ground.neighbour)
    bert.page.wait_for_function(
        "() => document.querySelector('[data-here]').textContent.includes('同时在改')"
    )
    bert.page.evaluate(f"{DESK}.draft.look = async () => null")  # he does not hear of it in time
    anne.saved(lambda: anne.drag(ground.node, 14, 9))
    after = ground.held()
    bert.drag(ground.node, -20, -12)
    bert.page.wait_for_selector(".map-said-bad")
    assert ground.held() == after
    assert "刷新" in bert.said() or "移动" in bert.said()
    bert.page.reload()
    bert.page.wait_for_selector("[data-border-draft][data-drawn]")
    bert.see(ground.neighbour)
    anne.saved(lambda: anne.page.keyboard.press("Control+z"))
    bert.page.wait_for_function(f"revision => {DESK}.draft.revision >= revision", arg=anne.revision())
    assert "改了" in bert.said()
    at = list(ground.node)
    assert bert.page.evaluate(
        f"at => JSON.stringify({DESK}.area().geometry).includes(`[${{at[0]}},${{at[1]}}]`)", at
    )


def test_a_closed_tab_loses_neither_what_was_saved_nor_half_a_line(sit, ground):
    hand = sit()
    hand.see(ground.block)
    hand.saved(lambda: hand.drag(ground.node, 14, 9))
    after = ground.held()
    west, _, east, north = after[ground.block].geometry.bounds
    hand.page.click("text=切开")
    hand.page.mouse.click(*hand.at(((west + east) / 2, north + 1e-4)))
    context = hand.page.context
    hand.page.close()
    again = opened(context.new_page(), ground)
    assert ground.held() == after
    assert "上次画到一半的还在" in again.said()
    assert again.page.get_attribute("[data-tool=split]", "aria-pressed") == "true"
    again.page.keyboard.press("Escape")
    assert again.page.get_attribute("[data-tool=select]", "aria-pressed") == "true"


def test_a_hole_left_by_a_deleted_block_is_told_found_in_the_list_mended_and_taken_back(sit, ground, shoot):
    hand = sit()
    hand.see(ground.block)
    hand.saved(lambda: hand.page.click("text=删除这块"))
    hand.page.wait_for_selector(".map-said-bad")
    assert "1 处缺陷" in hand.said()
    hand.page.click("#tab-defects")
    hand.page.wait_for_selector("[data-defects='1']")
    hand.page.click(".border-fault")
    hand.still()
    page = hand.page
    shoot(page, "border-defects")
    hand.saved(lambda: hand.page.click(".border-line >> text=修复"))
    hand.page.wait_for_selector("[data-defects='0']")
    assert proven(ground) and "没有缺陷" in hand.page.inner_text("#side-defects")
    hand.saved(lambda: hand.page.click("[data-do=undo]"))
    hand.page.wait_for_selector("[data-defects='1']")


def test_the_editor_has_no_serious_fault_for_axe_and_its_keys_are_in_the_help(sit, ground):
    hand = sit()
    hand.see(ground.block)
    for tab in ("#tab-area", "#tab-defects"):
        hand.page.click(tab)
        assert grave(hand.page, Path(AXE).read_text("utf-8")) == []
    hand.page.keyboard.press("?")
    assert "撤销、重做自己的操作" in hand.page.inner_text("#keys")
    hand.page.keyboard.press("Escape")
    for path in ("", "/defects", f"/areas/{ground.block}"):
        hand.page.goto(f"/grid/drafts/{ground.draft}{path}")
        assert [wide(hand.page, width) for width in WIDTHS] == WIDTHS
        hand.page.set_viewport_size({"width": 1366, "height": 768})
        assert grave(hand.page, Path(AXE).read_text("utf-8")) == []


def test_points_are_moved_by_keyboard_alone(sit, ground):
    hand = sit()
    hand.see(ground.block)
    before = ground.held()
    hand.page.click(".maplibregl-canvas", position={"x": 5, "y": 600}, trial=True)
    hand.page.focus(".maplibregl-canvas")
    hand.page.keyboard.press("]")
    hand.page.wait_for_function(f"() => {DESK}.marked")
    for _ in range(40):
        if tuple(hand.page.evaluate(f"JSON.parse({DESK}.marked)")) == ground.node:
            break
        hand.page.keyboard.press("]")
    hand.saved(lambda: hand.page.keyboard.press("ArrowRight"))
    assert ground.node not in body_of(ground.held()[ground.block].geometry)[0][0]
    assert ground.held() != before and proven(ground)

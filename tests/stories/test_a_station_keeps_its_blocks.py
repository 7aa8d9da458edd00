"""A station keeps its block's dossier: found on the grid map, filled in while the center does too, confirmed, seen in the village."""

import pytest

from tests.stories.conftest import Shoot, Sit
from tests.stories.hands import photo

pytestmark = pytest.mark.browser


def test_a_station_keeps_its_blocks_dossier(sit: Sit, shoot: Shoot) -> None:
    page = sit("station", "/grid")
    page.wait_for_selector("[data-gridmap][data-drawn]")
    shoot(page, "grid-map")
    page.fill("#grid-form [name=q]", "上炼新村一小区5号")
    page.click("#grid-form button[type=submit]")
    page.click(".grid-side a[data-code]")
    page.click("text=打开档案")
    page.wait_for_selector("text=档案状态")
    address = page.url
    page.set_input_files("[name=photos]", photo())
    page.click("button:has-text('上传照片')")
    page.wait_for_selector(".dossier-photo")
    shoot(page, "grid-dossier")

    page.click(".head a:has-text('修改')")
    page.fill("[name=address]", "上炼路100弄")
    other = sit("grid", f"{address}/edit")
    other.fill("[name=note]", "已请测绘单位复核边界")
    other.fill("[name=address]", "上炼路98弄")
    other.click("button:has-text('保存')")
    other.wait_for_selector("text=档案已保存")
    page.click("button:has-text('保存')")
    page.wait_for_selector("text=核对过了，再次保存")
    assert "改了：地址、备注" in page.inner_text("[role=alert]")
    assert page.input_value("[name=address]") == "上炼路100弄"
    shoot(page, "grid-dossier-stale")
    assert page.input_value("[name=note]") == "已请测绘单位复核边界"
    page.click("button:has-text('再次保存')")
    page.wait_for_selector("text=档案已保存")

    page.click("button:has-text('确认无变化')")
    page.wait_for_selector("text=已确认无变化")
    past = page.inner_text(".dossier-history")
    assert "上炼路100弄" in past and "备注" in past
    page.click(".head .muted a >> nth=-1")
    page.wait_for_selector("text=档案完整")
    assert "上炼新村一小区5号" in page.inner_text("table.rows")


def test_the_map_keeps_its_choice_in_the_address_and_tells_what_is_clicked(sit: Sit) -> None:
    page = sit("station", "/grid")
    page.wait_for_selector("[data-gridmap][data-drawn]")
    page.check("#type-school")
    page.click("a[data-level=village]")
    assert "type=school" in page.url and "level=village" in page.url
    page.wait_for_timeout(1000)
    page.locator(".map-canvas canvas").click()
    page.wait_for_selector("#grid-spot [data-kind=village]")
    code = page.get_attribute("#grid-spot [data-code]", "data-code")
    page.goto(page.url)
    assert page.is_checked("#type-school")
    assert page.get_attribute("#grid-spot [data-code]", "data-code") == code
    assert page.inner_text(".map-tools [aria-current][data-level]") == "居村"

"""The emergency office keeps its registers: types one in, is told what is wrong, finds it again, looks at what is due."""

import pytest

from tests.stories.conftest import Shoot, Sit

pytestmark = pytest.mark.browser


def test_a_shelter_is_typed_in_found_and_confirmed(sit: Sit, shoot: Shoot) -> None:
    page = sit("emergency", "/registers")
    assert "应急物资" in page.inner_text("#main")
    page.goto("/registers/shelter/new")
    for name, words in {
        "name": "演示体育馆",
        "area": "没有这个村",
        "unit": "平安办",
        "address": "演示路9号",
        "effective_m2": "1200",
        "capacity": "800",
    }.items():
        page.fill(f"#c-{name}", words)
    page.select_option("#c-grade", "Ⅲ类")
    page.click("button:text-is('保存')")
    page.wait_for_selector("[data-refused]")
    assert page.input_value("#c-name") == "演示体育馆"
    assert "没有“没有这个村”" in page.inner_text("#main")
    page.fill("#c-area", page.locator("#o-area option").nth(3).get_attribute("value"))
    page.click("button:text-is('保存')")
    page.wait_for_selector("h1:has-text('演示体育馆')")
    page.click("button:text-is('内容没变，今天核对')")
    page.wait_for_selector("li b:text-is('核对无误')")
    shoot(page, "register-row")
    page.goto("/registers/shelter?q=体育馆")
    assert page.locator("table.rows tbody tr").count() == 1
    page.goto("/registers/supply?state=due")
    shoot(page, "register-list")


def test_a_village_sees_its_own_rows_and_no_others(sit: Sit, shoot: Shoot) -> None:
    page = sit("village", "/registers/micro-fire-station")
    assert page.locator("table.rows tbody tr").count() == 1
    page.click("table.rows tbody a >> nth=0")
    page.wait_for_selector("h2:text-is('经过')")
    assert "****" in page.inner_text("#main")

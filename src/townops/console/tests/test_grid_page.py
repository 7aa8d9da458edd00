"""The grid map: counted as the borders are, found by code or name, one address for a choice, a table for whoever has no map."""

import re

import pytest
from django.test import Client

from townops.areas import api as areas
from townops.base.models import Account
from townops.console import grounds
from townops.console.tests.browser import Browser

pytestmark = pytest.mark.django_db
CLOSED_TO = {"security", "auditadmin"}
PAGES = ("/grid", "/grid?form=list", "/grid/{block}/spot")


@pytest.fixture
def block(town):
    return areas.areas_of(town.code, "block")[7]


def figures(html):
    """Blocks and hectares of each type, and of all."""
    rows = re.findall(r'id="type-(\w+)".*?class="num">(\d+)</td><td class="num">([\d.,]+)', html)
    total = re.search(r'合计</th><td class="num">(\d+)</td><td class="num">([\d.,]+)', html)
    return {code: (int(count), float(m2.replace(",", ""))) for code, count, m2 in rows}, total.groups()


def test_the_grid_is_open_to_whoever_may_see_areas_and_closed_to_others(town, block):
    from townops.demo.people import IN_VILLAGE, NAMED

    for who in (*NAMED, *IN_VILLAGE):
        client = Client()
        client.force_login(Account.objects.get(username=who))
        got = {client.get(page.format(block=block.code)).status_code for page in PAGES}
        assert got == ({403} if who in CLOSED_TO else {200}), who
    assert {Client().get(page.format(block=block.code)).status_code for page in PAGES} == {302}


def test_the_figures_are_those_of_the_ground_and_add_up(town):
    of_types, (blocks, hectares) = figures(Browser("shift").open("/grid").html)
    known = areas.areas_of(town.code, "block")
    assert len(of_types) == 14
    assert sum(count for count, _ in of_types.values()) == int(blocks) == len(known)
    ground = areas.sizes()[areas.area(town.code).id] / 10_000
    assert float(hectares.replace(",", "")) == pytest.approx(ground, abs=0.1)
    assert sum(m2 for _, m2 in of_types.values()) == pytest.approx(ground, abs=1)


def test_an_address_carries_the_whole_choice(town, block):
    village = areas.area_by_id(block.parent_id)
    page = Browser("shift").open(
        f"/grid?area={village.code}&type=estate&type=school&at={block.code}&level=village"
    )
    of_types, (blocks, _) = figures(page.html)
    assert int(blocks) == len(areas.children(village.id))
    assert [code for code in of_types if f'id="type-{code}" checked' in page.html] == ["estate", "school"]
    assert f'data-code="{block.code}"' in page.html and 'data-level="village"' in page.html


def test_an_address_of_an_area_that_is_gone_still_opens_the_map(town):
    assert Browser("shift").open("/grid?at=gone").status == 200
    assert "没有编码为" in Browser("shift").open("/grid?area=gone").page.text


def test_a_block_is_found_by_code_and_by_parts_of_its_name(town, block):
    for q in (block.code, block.name[2:]):
        page = Browser("shift").open(f"/grid?q={q}")
        assert f"at={block.code}" in page.html, q
    assert "请换个写法" in Browser("shift").open("/grid?q=没有的").page.text


def test_without_a_map_the_tree_leads_from_grids_to_blocks(town, block):
    village = areas.area_by_id(block.parent_id)
    reader = Browser("auditor").open("/grid?form=list")
    assert all(one.name in reader.page.text for one in areas.areas_of(town.code, "village"))
    reader.open(f"/grid?form=list&area={village.code}")
    assert block.code in reader.page.text
    reader.open(f"/grid?form=list&area={village.code}&type={block.block_type}")
    shown = [one for one in areas.children(village.id) if one.code in reader.page.text]
    assert {one.block_type for one in shown} == {block.block_type}


def test_a_click_tells_what_a_block_is_and_who_answers_for_it(town, block):
    spot = Browser("shift").open(f"/grid/{block.code}/spot")
    assert all(word in spot.page.text for word in (block.name, "处置责任主体", "公顷"))


def test_every_type_of_block_has_a_sign_of_its_own(town):
    assert set(grounds.GLYPHS) == set(dict(areas.block_types()))
    assert len(set(grounds.GLYPHS.values())) == len(grounds.GLYPHS)

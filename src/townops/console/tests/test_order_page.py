"""The page of an order in three columns: what happened, its history, what can be done; and what stands beside it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base.models import Account
from townops.console.tests.browser import Browser, picture
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.models import Order
from townops.people import api as people

pytestmark = pytest.mark.django_db
ANSWER = {"reply": "请到镇社区事务受理服务中心补办", "who": "来电人，电话", "class": "H-05-02"}


def spot():
    """A point of the town with ground east of it."""
    points = [areas.point_within(one.id) for one in areas.areas_of(areas.towns()[0].code, "block")]
    lng, lat = next(one for one in points if areas.locate(one[0] + 0.0015, one[1]).village)
    return round(lng, 5), round(lat, 5)


def reported(text="北街路口井盖缺失", *, east=0.0, placed=True, ago=5):
    """A grid order at the spot, or so many degrees east of it."""
    at = timezone.now()
    lng, lat = (spot()[0] + east, spot()[1]) if placed else (None, None)
    clerk = people.actor_for(Account.objects.get(username="grid").pk, at)
    report = orders.IncomingReport(
        source="grid", text=text, lng=lng, lat=lat, received_at=at - timedelta(minutes=ago)
    )
    return orders.receive_reports([report], actor=clerk, at=at)[0].number


def actor(username):
    return people.actor_for(Account.objects.get(username=username).pk, timezone.now())


def page_of(number, username="grid"):
    return Browser(username).open(f"/orders/{number}")


def test_regions_that_change_refresh_by_themselves_and_forms_do_not(town, registered):
    html = page_of(registered).html
    for region in ("o-head", "o-told", "o-hands", "o-past", "o-held", "o-due"):
        assert f'id="{region}" data-live' in html
    assert "data-live" not in html.partition("<h2>现在可以办")[2].partition("</section>")[0]


def test_what_was_revealed_once_is_not_fetched_again(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="楼道灯不亮", contact_phone="13800001234")
    clerk.send("查看", reason="电话回访")
    assert "13800001234" in clerk.page.text
    assert "data-live" not in clerk.html


def test_who_held_it_how_long_stands_above_the_history(town):
    text = page_of(reported()).page.text
    assert text.index("在谁手里多久") < text.index("经过")
    assert "现在 0 分 100%" in text


def test_a_placed_order_has_a_map_and_one_without_a_point_has_none(town):
    lng, lat = spot()
    assert f'data-townmap="one" data-lng="{lng}" data-lat="{lat}"' in page_of(reported()).html
    assert "data-townmap" not in page_of(reported(placed=False)).html


def test_open_orders_within_250_metres_are_listed_nearest_first(town):
    number = reported()
    farther = reported(east=0.0015)
    nearest = reported(east=0.0005)
    too_far = reported(east=0.004)
    text = page_of(number).page.text.partition("250 米内未结的工单")[2].partition("在谁手里多久")[0]
    assert text.index(nearest) < text.index(farther)
    assert too_far not in text
    assert "48 米" in text


def test_one_click_merges_an_order_into_one_nearby(town):
    parent = reported()
    child = reported("同一个井盖", east=0.0003)
    page = page_of(child).send("确认并入")
    assert Order.objects.get(number=child).state == "merged"
    assert f"主单 待受理 {parent}" in page.page.text
    assert f"并入的单 已并案 {child}" in page_of(parent).page.text


def test_ended_orders_of_the_same_block_are_listed_as_earlier_ones(town):
    earlier, number = reported(ago=50), reported(ago=5)
    orders.take_step(
        earlier, "withdraw", actor=actor("shift"), at=timezone.now(), facts={"reason": "已自行恢复"}
    )
    assert earlier in page_of(number).page.text.partition("同一责任块以前的工单")[2]
    assert "同一责任块以前的工单" not in page_of(earlier).page.text


def test_a_unit_finds_nothing_beside_an_order_that_it_may_not_see(town):
    number = reported()
    found = orders.whole(actor("grid"), number, at=timezone.now())
    assert not found.near
    reported(east=0.0003)
    assert orders.whole(actor("grid"), number, at=timezone.now()).near
    with pytest.raises(Refused):
        orders.whole(actor("unit"), number, at=timezone.now())


def test_internal_notes_and_answers_to_the_reporter_are_told_apart(town, registered):
    clerk = page_of(registered)
    clerk.send("受理", note="请尽快，属重点路段")
    assert '<blockquote class="internal"><span class="tag">内部</span>' in clerk.html
    assert '<li class="has-internal ">' in clerk.html
    caller = Browser("hotline").open("/register")
    caller.send("登记", source="resident", text="社保卡遗失在哪里补办", contact_phone="13800001234")
    caller.open(f"/orders/{caller.number}").send("直接答复", **ANSWER)
    assert '<blockquote class="public"><span class="tag tag-public">对外</span>' in caller.html


def test_pictures_of_the_report_are_links_that_work_without_script(town, registered):
    clerk = page_of(registered)
    clerk.send("补充证据", evidence=picture())
    text = clerk.page.text
    assert "现场照片（1）" in text
    assert 'class="files" data-gallery><a href="/orders/' in clerk.html


def test_a_point_is_shown_as_roughly_as_its_address(town):
    number = reported()
    exact = orders.whole(actor("shift"), number, at=timezone.now()).order
    rough = orders.whole(actor("assess"), number, at=timezone.now()).order
    assert (exact.lng, exact.lat) == spot()
    assert (rough.lng, rough.lat) == tuple(round(one, 3) for one in spot())


def test_the_page_reads_the_order_row_once(town, django_assert_max_num_queries, registered):
    with django_assert_max_num_queries(13) as asked:
        orders.whole(actor("shift"), registered, at=timezone.now())
    rows = [one for one in asked.captured_queries if "orders_ordernumber" in one["sql"]]
    assert len(rows) == 1


def test_a_stale_form_is_refused_with_what_changed_meanwhile(town, registered):
    late, early = page_of(registered), page_of(registered, "shift")
    early.send("受理")
    late.send("不予受理", reason="不属受理范围")
    assert late.status == 409
    said = late.page.text.partition("在您填写期间：")[2].partition("您填写的内容都在下面")[0]
    assert said.startswith(" 受理 演示甲子（城运中心")
    assert "登记" not in said

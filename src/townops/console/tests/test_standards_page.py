"""达标一览: who may see it, what it shows, and that it is quick (U32, V13)."""

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base.models import Account
from townops.console import duty_looks
from townops.console.tests.browser import Browser

pytestmark = pytest.mark.django_db


def test_the_board_shows_every_duty_of_the_town_with_its_state(town):
    page = Browser("director").open("/standards").page
    for words in ("达标一览", "城运应急委正副组长到位", "达标", "无数据来源", "等待会议登记", "责任块全覆盖"):
        assert words in page.text


def test_whoever_has_no_right_to_it_does_not_see_it(town):
    assert Browser("grid").open("/standards").status == 403
    assert "达标一览" not in Browser("grid").open("/").page.text
    assert Browser("village").open("/standards").status == 200


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?state=met", "U1.1", "L1.1"),
        ("?state=no_source", "L1.1", "U1.1"),
        ("?plan=%E5%BA%94%E6%80%A5", "E0.6", "U1.1"),
        ("?unit=%E9%A2%86%E5%AF%BC%E5%B0%8F%E7%BB%84", "L1.1", "U1.1"),
        ("?state=nonsense&plan=x&unit=y&days=z", "U1.1", "没有符合条件"),
        ("?state=exempt", "没有符合条件的事项", "U1.1"),
    ],
)
def test_filters_narrow_it(town, query: str, shown: str, hidden: str):
    page = Browser("director").open(f"/standards{query}").page
    assert shown in page.text
    assert hidden not in page.text


def test_a_duty_tells_value_formula_evidence_and_next_step(town):
    code = areas.towns()[0].code
    page = Browser("director").open(f"/standards/U1.1/{code}").page
    for words in (
        "100 %",
        ">= 100",
        "有人在任的正副职岗位",
        "城运应急委 组长",
        "附件4 二(一)1",
        "还没有载入",
    ):
        assert words in page.text


def test_an_unknown_duty_is_not_found(town):
    assert Browser("director").open("/standards/Z9/nobody").status == 404


def test_the_board_is_judged_once_for_all_who_look_at_it(town, django_assert_max_num_queries):
    director = Browser("director")
    with django_assert_max_num_queries(145):  # whatever the number of duties and subjects
        director.open("/standards")
    with django_assert_max_num_queries(12):
        director.open("/standards")


@pytest.mark.parametrize(
    ("value", "said"), [(None, "—"), (94.999, "94.99"), (95.0, "95"), (0, "0"), (1234.5, "1,234.5")]
)
def test_a_figure_is_never_rounded_up(value: float | None, said: str):
    assert duty_looks.figure(value) == said


def test_the_columns_of_a_filtered_grid_keep_their_order(town):
    from townops.console import duties
    from townops.people import api as people
    from townops.standards import api as standards

    director = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    lines = standards.board(director, town=areas.towns()[0].code, at=timezone.now()).lines
    for table in duties.tables(lines[::-1]):
        row = next((one for one in table.rows if all(one.cells)), None)
        codes = [cell.subject.code for cell in row.cells if cell] if row else []
        assert codes == sorted(codes)

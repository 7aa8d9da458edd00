"""A small town of two villages and four blocks; its units, catalogue and rules from January 2026."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
import shapely

from townops.areas import api as areas
from townops.catalogue import api as catalogue
from townops.dispatch import api
from townops.dispatch.domain.table import Rule
from townops.kernel.actors import Actor, Hat
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

BEGIN = date(2026, 1, 1)
MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
MONDAY_NIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=SHANGHAI)
EDITOR = Actor(7, "规则员", (Hat(1, 1, frozenset({"dispatch.edit", "people.edit"})),))
ROWS = [
    ("T", "试验镇", "town", "", "", (0, 0, 2, 2)),
    ("G1", "一网格", "grid", "T", "", (0, 0, 2, 2)),
    ("V001", "甲居委会", "village", "G1", "", (0, 0, 1, 2)),
    ("V002", "乙村委会", "village", "G1", "", (1, 0, 2, 2)),
    ("V001001", "甲小区", "block", "V001", "estate", (0, 0, 1, 1)),
    ("V001002", "甲学校", "block", "V001", "school", (0, 1, 1, 2)),
    ("V002001", "乙一队", "block", "V002", "hamlet", (1, 0, 2, 1)),
    ("V002002", "乙工地", "block", "V002", "site", (1, 1, 2, 2)),
]
HEADS = ("code", "name", "kind", "parent", "block_type")


def candidate(number: int, row: Sequence[object]) -> areas.Candidate:
    west, south, east, north = row[5]
    shape = shapely.box(121.5 + west / 100, 31.3 + south / 100, 121.5 + east / 100, 31.3 + north / 100)
    cells = {"valid_from": "", "detached_allowed": "", "directly_managed": ""} | dict(
        zip(HEADS, row, strict=False)
    )
    return areas.Candidate(number, cells, shape)


@pytest.fixture
def town(db: None) -> areas.AreaView:
    rows = tuple(candidate(number, row) for number, row in enumerate(ROWS, start=1))
    survey = areas.Survey("试验测量", "T", rows, "EPSG:4490")
    result = areas.take_survey(survey, valid_from=BEGIN, actor=EDITOR, at=MONDAY_MORNING)
    assert result.errors == ()
    people.load_roles()
    people.build_units("T", actor=EDITOR, at=MONDAY_MORNING)
    catalogue.load_starting(BEGIN, at=MONDAY_MORNING)
    return areas.area("T")


@pytest.fixture
def published(town) -> Callable[..., api.RuleSetView]:
    def publish(*rules: Rule) -> api.RuleSetView:
        return api.publish_rules(rules, effective_from=BEGIN, actor=EDITOR, at=MONDAY_MORNING)

    return publish


@pytest.fixture
def order(town) -> api.Query:
    """Rubbish in the housing estate of the first village, found by the grid on a Monday morning."""
    village, block = areas.area("V001"), areas.area("V001001")
    version = catalogue.version_at(MONDAY_MORNING)
    plain = api.Query(
        town_id=town.id, class_code="", condition_id=None, catalogue_version=version, village_id=village.id,
        block_id=block.id, source="grid", severity="general", at=MONDAY_MORNING,
    )  # fmt: skip
    return of_class(plain, "E-01-10")


def of_class(query: api.Query, code: str) -> api.Query:
    """The same order filed under the first condition row of a class."""
    row = catalogue.conditions(code, query.catalogue_version)[0]
    return replace(query, class_code=code, condition_id=row.id, severity=row.severity.value)


def unit(code: str) -> int:
    return people.unit(code).id

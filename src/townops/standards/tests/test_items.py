"""The catalogue is read strictly: what cannot be understood stops start-up."""

from datetime import date

import pytest

from townops.standards.catalogues import FOLDER, current, read
from townops.standards.domain.items import CatalogueError, Every, Modality, Threshold, read_items

GOOD = f"""
[[item]]
id = "E13.2"
source = "应急 三(一)4 13)"
paragraph = "sha256:{"0" * 64}"
duty = "每年演练"
modality = "must"
units = ["城运应急办"]
every = "year"
subject = "town"
measure = "readiness.drills"
passes = ">= 2"
evidence = ["方案"]
"""


def test_a_good_item_is_read():
    (item,) = read_items(GOOD, name="x.toml")
    assert (item.id, item.clause, item.plan) == ("E13.2", "E13", "应急")
    assert (item.modality, item.every) == (Modality.MUST, Every.YEAR)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"must"', '"maybe"'),
        ('"year"', '"weekly"'),
        ('">= 2"', '"about 9"'),
        ('"E13.2"', '"E-13"'),
        ('"readiness.drills"', '"drills"'),
        ("0" * 64, "0" * 63),
        ('passes = ">= 2"\n', ""),
        ('measure = "readiness.drills"\npasses = ">= 2"\n', ""),
        ('evidence = ["方案"]', "evidence = []"),
        ('evidence = ["方案"]', 'evidence = ["方案"]\nattested = true'),
        ('evidence = ["方案"]', 'evidence = ["方案"]\nby = 2023-10-31'),
        ('every = "year"', 'every = "by_date"'),
        ('duty = "每年演练"', 'duty = "每年演练"\nsecret = 1'),
        ('passes = ">= 2"', 'passes = [{ passes = ">= 2", since = 2035-01-01 }]'),
        ("[[item]]", "[[item"),
    ],
)
def test_a_bad_item_is_named(old: str, new: str):
    assert old in GOOD
    with pytest.raises(CatalogueError, match=r"x\.toml"):
        read_items(GOOD.replace(old, new, 1), name="x.toml")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("leading.toml", 'id = "L1.2"', 'id = "L1.1"', "L1.1 stands 2 times"),
        ("leading.toml", '"附件1 (一)"', '"附件9 (一)"', "is in no plan"),
        ("leading.toml", '["领导小组"]', '["不认识的办"]', "unknown units"),
        ("leading.toml", 'subject = "town"', 'subject = "planet"', "unknown subject"),
        ("leading.toml", '["会议纪要"]', '["口头说明"]', "unknown evidence"),
        ("rhythm.toml", "year_starts = 1", "year_starts = 13", "rhythm.toml"),
        ("rhythm.toml", '"06-01"', '"02-30"', "rhythm.toml"),
        ("rhythm.toml", "month = 7, ", "", "no days for"),
        ("terms.toml", "key = ", "name_of = ", "terms.toml"),
    ],
)
def test_a_broken_catalogue_stops_start_up(tmp_path, file: str, old: str, new: str, said: str):
    for path in FOLDER.glob("*.toml"):
        text = path.read_text("utf-8")
        assert path.name != file or old in text
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == file else text, "utf-8")
    with pytest.raises(CatalogueError, match=said):
        read(tmp_path)


@pytest.mark.parametrize(
    ("passes", "value", "held"),
    [
        (">= 2", 2, True),
        (">= 2", 1, False),
        ("<= 10", 10, True),
        ("<= 10", 10.5, False),
        ("= 0", 0, True),
        ("= 0", 1, False),
        ("8..10", 9, True),
        ("8..10", 11, False),
        (">= 1.5", 1.4999, False),
    ],
)
def test_a_threshold_holds_or_not(passes: str, value: float, held: bool):
    assert Threshold(passes=passes).holds(value) is held


def test_the_shelter_area_is_asked_in_two_steps():
    item = current().item("E17.2")
    assert item is not None
    told = [item.threshold_on(day).passes for day in (date(2026, 1, 1), date(2034, 12, 31), date(2035, 1, 1))]
    assert told == [">= 1.5", ">= 1.5", ">= 2"]


def test_every_clause_of_the_requirements_has_an_item():
    clauses = {one.clause for one in current().items}
    wanted = {"X0", *(f"L{n}" for n in range(1, 4)), *(f"C{n}" for n in range(1, 7)), "S1", "S2"}
    wanted |= {f"U{n}" for n in range(33)} | {f"E{n}" for n in range(25)} | {f"V{n}" for n in range(14)}
    assert clauses == wanted


def test_what_the_source_leaves_open_is_a_may_or_a_should():
    by = {one.id: one.modality for one in current().items}
    assert {by[one] for one in ("U16.3", "U18.4", "U18.5", "U19.1", "U6.3", "U6.5", "V0.4", "V12.2")} == {
        "may"
    }
    assert {by[one] for one in ("U6.2", "U18.1", "U19.2", "U19.3", "U20.2")} == {"should"}


def test_every_erratum_stands_in_the_source(source: str):
    from townops.standards.domain.document import paragraphs

    of = {one.place: one.text for one in paragraphs(source, current().terms.plans)}
    assert [one.place for one in current().terms.errata if one.wrong not in of[one.place]] == []

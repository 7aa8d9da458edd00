"""The board of a town: every duty of every subject, as of a day, with what is signed and the dated figures (U32, V13)."""

import json
from datetime import date, datetime, timedelta

import pytest

from townops.areas import api as areas
from townops.base import journal, measuring
from townops.base.models import Account
from townops.commands.__main__ import guarded
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people
from townops.standards import api
from townops.standards.signing import bases
from townops.standards.tests.conftest import MADE_UP

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 12, tzinfo=SHANGHAI)
NOBODY = Actor(SYSTEM_PERSON, "系统", ())


@pytest.fixture
def town(standing_town, db) -> str:
    return people.first_town()


def lines(town: str, at: datetime = AT, item: str = "") -> list[api.Line]:
    found = api.report(NOBODY, town=town, at=at)
    return [one for one in found if item in ("", one.item.id)]


def who(user: str) -> Actor:
    return people.actor_for(Account.objects.get(username=user).pk, AT)


def given(item: str, town: str, **more) -> api.Given:
    signer = people.person_of_account(Account.objects.get(username="director").pk)
    assert signer is not None
    facts = {
        "signer": signer.id,
        "subject": town,
        "document": "高城运〔2026〕1号",
        "since": date(2026, 1, 1),
        "until": date(2027, 6, 30),
    }
    return api.Given(item, **(facts | more))


def test_every_item_stands_on_the_board_for_every_subject(town):
    found = lines(town)
    assert {one.item.id for one in found} == {one.id for one in api.current().items}
    villages = [one for one in areas.villages(town) if not one.directly_managed]
    assert len([one for one in found if one.item.id == "V7.1"]) == len(villages)
    assert len({(one.item.id, one.subject.code) for one in found}) == len(found)


def test_what_nobody_measures_has_no_source_and_says_what_it_waits_for(town):
    (line,) = lines(town, item="L1.1")
    assert (line.state, line.value) == ("no_source", None)
    assert line.why.startswith("等待会议登记")


def test_nothing_is_green_without_records(town):
    for line in lines(town):
        if line.state == "met":
            assert line.value is not None, line.item.id
            assert line.evidence or line.of, line.item.id


def test_posts_filled_are_green_with_the_posts_as_evidence(town):
    (line,) = lines(town, item="U1.1")
    assert (line.state, line.value, line.threshold) == ("met", 100, ">= 100")
    assert {one.kind for one in line.evidence} == {"post"}


def test_as_of_a_day_before_anybody_was_appointed_nobody_is(town):
    (line,) = lines(town, datetime(2014, 6, 1, tzinfo=SHANGHAI), item="U1.1")
    assert (line.state, line.value) == ("not_met", 0)


def test_an_attestation_makes_green_until_it_expires_or_is_taken_back(town):
    assert lines(town, item="E1.3")[0].state == "not_met"
    key = api.attest(given("E1.3", town), town=town, actor=who("director"), at=AT)
    assert lines(town, item="E1.3")[0].state == "met"
    assert lines(town, AT - timedelta(days=1), item="E1.3")[0].state == "not_met"
    assert lines(town, datetime(2027, 7, 1, tzinfo=SHANGHAI), item="E1.3")[0].state == "not_met"
    api.withdraw(key, actor=who("director"), at=AT + timedelta(days=1))
    assert lines(town, AT + timedelta(days=2), item="E1.3")[0].state == "not_met"
    actions = [one.action for one in journal.history("standards", town)]
    assert actions == ["attested", "withdraw"]


def test_an_exemption_needs_a_reason(town):
    with pytest.raises(Refused, match="exemption_reason"):
        api.exempt(given("L1.1", town), town=town, actor=NOBODY, at=AT)
    api.exempt(given("L1.1", town, reason="本镇另有安排"), town=town, actor=NOBODY, at=AT)
    (line,) = lines(town, item="L1.1")
    assert line.state == "exempt"
    assert "本镇另有安排" in line.why


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"item": "E1.1"}, "item_measured"),
        ({"item": "E99"}, "item_unknown"),
        ({"subject": "nobody"}, "subject_unknown"),
        ({"document": " "}, "signature_document"),
        ({"until": date(2025, 1, 1)}, "signature_days"),
        ({"until": date(2099, 1, 1)}, "signature_days"),
        ({"signer": 10**15}, "person_unknown"),
    ],
)
def test_a_signature_that_proves_nothing_is_refused(town, more: dict, code: str):
    facts = {"item": "E1.3"} | more
    with pytest.raises(Refused, match=code):
        api.attest(given(facts.pop("item"), town, **facts), town=town, actor=NOBODY, at=AT)


def test_only_who_may_edit_signs_loads_or_enters_figures(town):
    clerk = who("grid")
    for act in (
        lambda: api.attest(given("E1.3", town), town=town, actor=clerk, at=AT),
        lambda: api.load_document(MADE_UP.encode(), town=town, name="x.md", actor=clerk, at=AT),
        lambda: api.enter_basis(
            "residents", 1, on=date(2025, 12, 31), source="年报", town=town, actor=clerk, at=AT
        ),
        lambda: api.report(clerk, town=town, at=AT),
    ):
        with pytest.raises(Refused, match="not_permitted"):
            act()


def test_a_dated_figure_counts_from_its_day_and_a_correction_from_when_it_was_made(town):
    def enter(value: float, on: date, at: datetime) -> None:
        api.enter_basis("residents", value, on=on, source="统计年报", town=town, actor=NOBODY, at=at)

    def seen(at: datetime) -> float | None:
        found = bases(town, at, api.day_of(at)).get(None, {}).get("residents")
        return found.value if found else None

    enter(180_000, date(2025, 12, 31), AT)
    enter(190_000, date(2026, 12, 31), AT)
    assert seen(AT - timedelta(days=1)) is None
    assert seen(AT) == 180_000
    enter(181_000, date(2025, 12, 31), AT + timedelta(days=1))
    assert (seen(AT), seen(AT + timedelta(days=1))) == (180_000, 181_000)
    with pytest.raises(Refused, match="basis_malformed"):
        enter(0, date(2025, 12, 31), AT)


def test_the_document_is_kept_in_versions_and_its_slips_are_put_right(town, source: str):
    first = api.load_document(source.encode("gb18030"), town=town, name="方案.md", actor=NOBODY, at=AT)
    assert (first.document.number, first.coverage.whole) == (1, True)
    with pytest.raises(Refused, match="document_unchanged"):
        api.load_document(source.encode(), town=town, name="方案.md", actor=NOBODY, at=AT)
    assert "区域运中心" not in api.texts(town, AT)["附件2 (一)"].text
    assert lines(town, item="C3.1")[0].state == "met"
    changed = source.replace("不少于六个月", "不少于十二个月").encode()
    later = AT + timedelta(days=1)
    second = api.load_document(changed, town=town, name="方案.md", actor=NOBODY, at=later)
    assert [one.items[0] for one in second.coverage.changed] == ["U25.1"]
    assert lines(town, later, item="C3.1")[0].state == "not_met"
    assert lines(town, item="C3.1")[0].state == "met"
    assert [one.number for one in api.documents(town)] == [2, 1]


def test_a_document_that_is_not_the_source_is_kept_and_named_uncovered(town):
    made = api.load_document(MADE_UP.encode(), town=town, name="x.md", actor=NOBODY, at=AT)
    assert not made.coverage.whole
    assert lines(town, item="C3.1")[0].state == "not_met"


def test_every_measure_serves_a_clause_and_has_its_twin_in_the_tests():
    from pathlib import Path

    from townops.standards import catalogues

    asked = {one.measure for one in api.current().items}
    assert sorted(set(measuring.measures()) - asked) == []
    folder = Path(catalogues.__file__).parents[1]
    tests = "".join(path.read_text("utf-8") for path in folder.glob("*/tests/test_measures.py"))
    tests += Path(__file__).read_text("utf-8")
    served = {
        name: name.rpartition("_")[0] if name.endswith("_layer") else name for name in measuring.measures()
    }
    own = {"standards.document_loaded"}  # the document's own story above
    assert [name for name in served if name not in own and f'"{name}"' not in tests] == []


def test_the_command_prints_the_board_as_it_was_on_a_day(town, capsys):
    assert guarded(["standards", "report", "--as-of", "2026-11-02", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) > 349
    keys = ["id", "subject", "period", "modality", "state", "value", "threshold", "due", "evidence", "why"]
    assert {tuple(one) for one in found} == {tuple(keys)}
    assert guarded(["standards", "report", "--as-of", "2026-13-02"]) == 2


def test_a_measure_is_asked_once_for_all_its_subjects(town, django_assert_max_num_queries):
    lines(town)
    with django_assert_max_num_queries(140):
        lines(town)


def test_the_command_line_signs_and_enters_figures(town, capsys):
    signed = ["--signer", "director", "--document", "高城运〔2026〕1号", "--until", "2099-01-01"]
    assert guarded(["standards", "attest", "E1.3", *signed]) == 2
    assert "最长5年" in capsys.readouterr().err
    signed[-1] = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011
    assert guarded(["standards", "attest", "E1.3", *signed]) == 0
    assert guarded(["standards", "exempt", "E1.4", *signed, "--reason", "另有安排"]) == 0
    assert guarded(["standards", "attest", "E1.3", *signed, "--by", "grid"]) == 2
    figure = ["standards", "basis", "residents", "180000", "--on", "2025-12-31", "--source", "统计年报"]
    assert guarded(figure) == 0
    assert guarded([*figure[:3], "many", *figure[4:]]) == 2
    now = datetime.now(SHANGHAI)
    states = {one.item.id: one.state for one in lines(town, now)}
    assert (states["E1.3"], states["E1.4"]) == ("met", "exempt")
    assert bases(town, now, now.date())[None]["residents"].value == 180_000

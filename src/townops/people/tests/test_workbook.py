"""The workbook of people: out, in again, all rows or none, each wrong row with its reason."""

from datetime import date
from io import BytesIO

import pytest

from townops.areas import api as areas
from townops.base import accounts, sheets
from townops.base.models import Account, JournalEntry
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.people import api
from townops.people.models import Appointment, Delegation, Person, Unit
from townops.people.tests.conftest import moment
from townops.people.workbook import HEADS, PEOPLE, POSTS, STAND_INS, SUBJECTS, UNITS

AT = moment("2026-06-01 12:00")
CLERK = Actor(7, "系统管理员", (Hat(1, 1, frozenset({"people.edit", "base.accounts"})),))
FIRST_DAY = {
    UNITS: [("wuye", "某某物业公司", "企业", "town", "", "否", "", "是")],
    POSTS: [
        ("wuye", "head", "经理", "负责人", "unit_head", ""),
        ("wuye", "operator", "经办人", "经办", "单位经办人", "wuye.head"),
    ],
    PEOPLE: [
        ("jia", "甲", "10000000001", "wuye.head", "2026-03-01", ""),
        ("jia", "甲", "", "center.shift", "2026-03-01 09:00", "2026-05-01"),
        ("", "乙", "", "chengguan.head", "2026-03-01", ""),
    ],
    STAND_INS: [("chengguan.head", "乙", "jia", "2026-06-01", "2026-06-08", "年假")],
    SUBJECTS: [("V001001", "处置责任主体", "wuye", "wuye.head", "2026-02-01", "2026-03-01")],
}


def book(**changed: list[tuple[str, ...]]) -> bytes:
    """The first day's workbook with other rows in some sheets."""
    rows = FIRST_DAY | {HEADS_BY[name]: lines for name, lines in changed.items()}
    target = BytesIO()
    sheets.write_book(target, {name: (HEADS[name], rows.get(name, ())) for name in HEADS})
    return target.getvalue()


HEADS_BY = {"units": UNITS, "posts": POSTS, "people": PEOPLE, "stand_ins": STAND_INS, "subjects": SUBJECTS}


def take(data: bytes, actor: Actor = CLERK) -> api.ImportResult:
    return api.import_people(data, town="T", actor=actor, at=AT)


def reasons(result: api.ImportResult) -> list[tuple[str, int]]:
    return [(one.sheet, one.row) for one in result.errors]


@pytest.fixture
def ready(town):
    api.load_roles()
    return town


def test_a_first_day_s_workbook_fills_the_town(ready):
    result = take(book())
    assert result.errors == ()
    assert ready.holder("wuye", "operator", "2026-06-01 12:00") == ("甲", 0)
    assert ready.holder("chengguan", "head", "2026-06-02") == ("甲", 0)
    assert ready.holder("chengguan", "head", "2026-06-09") == ("乙", 0)
    assert [one.span.ends for one in api.appointments(api.post("shift").id)] == [moment("2026-05-01")]
    subject = api.subjects_of(areas.area("V001001").id, AT)[0]
    assert (subject.unit_id, subject.confirmed_on) == (api.unit("wuye").id, date(2026, 2, 1))
    assert api.find_by_phone("10000000001") == (api.person_of_account(Account.objects.get().pk).id,)


def test_a_new_account_opens_with_the_one_time_password_told_once(ready):
    (enrolled,) = take(book()).enrolled
    account = accounts.sign_in("jia", enrolled.password, at=AT)
    assert accounts.must_renew(account, AT)
    bodies = "".join(JournalEntry.objects.values_list("payload", flat=True))
    assert enrolled.password not in bodies
    assert "10000000001" not in bodies


def test_the_same_workbook_again_changes_nothing_and_so_does_what_was_exported(ready, tmp_path):
    take(book())
    entries = JournalEntry.objects.count()
    assert (take(book()).changed, take(book()).errors) == (0, ())
    api.export_people(tmp_path / "out.xlsx", town="T")
    again = take((tmp_path / "out.xlsx").read_bytes())
    assert (again.changed, again.errors) == (0, ())
    assert JournalEntry.objects.count() == entries


def test_a_stand_in_that_lapsed_with_its_appointment_comes_back_unchanged(ready, tmp_path):
    take(book())
    ready.ends(api.appointments(api.post("chengguan.head").id)[0].id, "2026-05-15")
    api.export_people(tmp_path / "out.xlsx", town="T")
    again = take((tmp_path / "out.xlsx").read_bytes())
    assert (again.changed, again.errors) == (0, ())


def test_an_export_tells_no_phone(ready, tmp_path):
    take(book())
    api.export_people(tmp_path / "out.xlsx", town="T")
    rows = sheets.read_book((tmp_path / "out.xlsx").read_bytes(), [PEOPLE])[PEOPLE]
    assert {row.cells["电话"] for row in rows} == {""}


def test_one_wrong_row_and_nothing_is_taken_but_every_wrong_row_is_named(ready, tmp_path):
    wrong = book(
        units=[
            ("wuye", "某某物业公司", "公司", "", "", "否", "", "是"),
            ("x y", "名", "企业", "", "", "", "", ""),
        ],
        people=[
            ("jia", "甲", "", "center.shift", "2026-03-01", ""),
            ("jia", "丙", "", "center.shift", "2026-04-01", ""),
            ("yi", "乙", "", "center.nothing", "2026-03-01", ""),
            ("ding", "丁", "", "center.shift", "三月", ""),
            ("wu", "戊", "", "yingjiban.head", "2026-03-01", ""),
        ],
        posts=[],
        stand_ins=[("center.shift", "jia", "jia", "2026-06-01", "2026-06-08", "")],
        subjects=[("V001", "处置责任主体", "chengguan", "", "", "")],
    )
    result = take(wrong)
    assert reasons(result) == [
        (UNITS, 2),
        (UNITS, 3),
        (PEOPLE, 3),
        (PEOPLE, 4),
        (PEOPLE, 5),
        (PEOPLE, 6),
        (STAND_INS, 2),
        (SUBJECTS, 2),
    ]
    assert not Person.objects.exists()
    assert not Account.objects.exists()
    assert not Unit.objects.filter(code="wuye").exists()
    assert ready.holder("center", "shift", "2026-06-01") == ("", 3)
    api.write_errors(tmp_path / "e.csv", result.errors)
    assert "企业" in (tmp_path / "e.csv").read_text("utf-8-sig")


def test_a_dry_run_says_the_same_and_writes_nothing(ready):
    result = api.check_people(book(), town="T", actor=CLERK, at=AT)
    assert (result.errors, result.enrolled) == ((), ())
    assert result.changed > 0
    assert (Person.objects.count(), Appointment.objects.count(), Delegation.objects.count()) == (0, 0, 0)
    with pytest.raises(Refused):
        api.unit("wuye")


def test_a_code_that_stands_twice_is_named(ready):
    twice = FIRST_DAY[UNITS] * 2
    assert reasons(take(book(units=twice))) == [(UNITS, 3)]


def test_an_administrator_s_role_is_given_by_the_security_administrator_alone(ready):
    data = book(
        posts=[("wuye", "head", "经理", "负责人", "安全管理员", "")], people=[], stand_ins=[], subjects=[]
    )
    assert reasons(take(data)) == [(POSTS, 2)]
    both = Actor(8, "丙", (Hat(1, 1, frozenset({"people.edit", "base.roles"})),))
    assert take(data, both).errors == ()


def test_without_the_permission_no_workbook_is_taken_and_without_accounts_no_account_is_opened(ready):
    with pytest.raises(Refused) as refusal:
        take(book(), Actor(9, "丁", ()))
    assert refusal.value.code == "not_permitted"
    director = Actor(9, "丁", (Hat(1, 1, frozenset({"people.edit"})),))
    assert (PEOPLE, 2) in reasons(take(book(), director))


def test_ties_that_go_round_in_a_circle_are_refused(ready):
    units = [("a", "甲公司", "企业", "b", "", "", "", ""), ("b", "乙公司", "企业", "a", "", "", "", "")]
    posts = [("a", "x", "岗", "经办", "", "a.y"), ("a", "y", "岗", "经办", "", "a.x")]
    result = take(book(units=units, posts=posts, people=[], stand_ins=[], subjects=[]))
    assert reasons(result) == [(UNITS, 3), (POSTS, 3)]


def test_a_successor_of_a_block_is_dated_and_the_former_stays_on_record(ready):
    take(book())
    later = [("V001001", "处置责任主体", "chengguan", "", "", "2026-07-01")]
    assert take(book(subjects=later)).changed == 1
    block = areas.area("V001001").id
    held = [api.subjects_of(block, moment(day))[0].unit_id for day in ("2026-06-30", "2026-07-01")]
    assert held == [api.unit("wuye").id, api.unit("chengguan").id]


@pytest.mark.parametrize("data", [b"", b"no xlsx", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(ready, data):
    with pytest.raises(Refused):
        take(data)

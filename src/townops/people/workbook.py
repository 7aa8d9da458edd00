"""The five sheets in which a town keeps its people: what they are called, how they are written, how cells are read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from townops.areas import api as areas
from townops.base import sheets
from townops.base.models import Account
from townops.base.sheets import Row
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people.domain.directory import Directory, PostView, Span
from townops.people.models import BlockSubject, Delegation, Post, Unit
from townops.people.queries import directory, units

UNITS, POSTS, PEOPLE, STAND_INS, SUBJECTS = "单位", "岗位", "人员与任职", "代理", "责任块主体"
HEADS: Final[dict[str, tuple[str, ...]]] = {
    UNITS: ("代码", "名称", "类别", "上级单位", "区域", "有执法权", "分管领导岗位", "启用"),
    POSTS: ("单位", "代码", "名称", "层级", "角色", "兼任自"),
    PEOPLE: ("用户名", "姓名", "电话", "岗位", "到任", "离任"),
    STAND_INS: ("岗位", "本人", "代理人", "起", "止", "事由"),
    SUBJECTS: ("责任块", "类别", "单位", "联系岗位", "确认日期", "起始日期"),
}
KEYS: Final = {UNITS: ("代码",), POSTS: ("单位", "代码"), SUBJECTS: ("责任块", "类别")}
KINDS: Final = {str(word): str(code) for code, word in Unit.Kind.choices}
RANKS: Final = {str(word): int(code) for code, word in Post.Rank.choices}
SUBJECT_KINDS: Final = {str(word): str(code) for code, word in BlockSubject.Kind.choices}
YES: Final = {"是": True, "否": False, "": False}
MOMENTS: Final = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%Y/%m/%d %H:%M")
Line = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that cannot be taken: sheet, row as a person sees it (0: the sheet), why."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cells:
    """One row; asking for a value refuses it in words when it is missing or of no known kind."""

    sheet: str
    row: Row

    def text(self, column: str) -> str:
        return self.row.cells.get(column, "")

    def needed(self, column: str) -> str:
        if not (text := self.text(column)):
            raise Refused("cell_missing", column=column)
        return text

    def choice(self, column: str, among: Mapping[str, str]) -> str:
        return among[self._known(column, among)]

    def number(self, column: str, among: Mapping[str, int]) -> int:
        return among[self._known(column, among)]

    def flag(self, column: str) -> bool:
        return YES[self._known(column, YES)]

    def _known(self, column: str, among: Mapping[str, object]) -> str:
        word = self.text(column)
        if word not in among:
            raise Refused("word_unknown", column=column, word=word, known=[one for one in among if one])
        return word

    def words(self, column: str) -> list[str]:
        return self.text(column).replace("、", " ").replace(",", " ").replace("，", " ").split()

    def moment(self, column: str) -> datetime | None:
        """An instant in the town's time; a bare day is its midnight."""
        text = self.text(column)
        if not text:
            return None
        for form in MOMENTS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
            except ValueError:
                continue
        raise Refused("cell_time_malformed", column=column, word=text)

    def instant(self, column: str) -> datetime:
        """The same where one is needed."""
        if (at := self.moment(column)) is None:
            raise Refused("cell_missing", column=column)
        return at

    def day(self, column: str) -> date | None:
        at = self.moment(column)
        return at.date() if at else None


def read_cells(data: bytes) -> tuple[list[Cells], list[RowError]]:
    """Every row of the sheets that are there, in order, and what is wrong with their heads."""
    book = sheets.read_book(data, HEADS)
    rows = [Cells(name, row) for name, lines in book.items() for row in lines]
    if not rows:
        raise Refused("book_empty", sheets=list(HEADS))
    lacking = [
        RowError(name, 1, f"缺少“{head}”这一列。")
        for name, lines in book.items()
        for head in (HEADS[name] if lines else ())
        if head not in lines[0].cells
    ]
    return rows, lacking or list(_repeated(rows))


def _repeated(rows: Iterable[Cells]) -> Iterator[RowError]:
    seen: dict[tuple[str, ...], int] = {}
    for one in rows:
        key = (one.sheet, *map(one.text, KEYS.get(one.sheet, ())))
        first = seen.setdefault(key, one.row.number)
        if first != one.row.number and one.sheet in KEYS:
            yield RowError(one.sheet, one.row.number, f"与第{first}行重复。")


def written(at: datetime | None) -> str:
    """An instant as the sheets say it."""
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    if not (local.hour or local.minute or local.second):
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M:%S}"


def same(one: datetime | None, other: datetime | None) -> bool:
    """Equal to the second, as far as a sheet can say."""
    return written(one) == written(other)


def lines_of(town: str) -> dict[str, sheets.Sheet]:
    """The five sheets of a town as it is; phones are not told."""
    known = directory()
    ids = {one.id for one in known.units.values() if one.town == town}
    posts = [post for post in known.posts.values() if post.unit_id in ids]
    rows: dict[str, Iterable[Line]] = {
        UNITS: _units(known, town),
        POSTS: [_post(known, post) for post in posts],
        PEOPLE: list(_people(known, posts)),
        STAND_INS: list(_stand_ins(known, posts)),
        SUBJECTS: list(_subjects(known, town)),
    }
    return {name: (HEADS[name], lines) for name, lines in rows.items()}


def post_code(known: Directory, post_id: int | None) -> str:
    """`unit.post`, or nothing."""
    if post_id is None:
        return ""
    post = known.posts[post_id]
    return f"{known.units[post.unit_id].code}.{post.code}"


def _units(known: Directory, town: str) -> list[Line]:
    kinds = {code: word for word, code in KINDS.items()}
    return [
        (
            one.code,
            one.name,
            kinds[one.kind],
            known.units[one.parent_id].code if one.parent_id else "",
            areas.area_by_id(one.area_id).code if one.area_id else "",
            "是" if one.enforcement else "否",
            post_code(known, one.leader_post_id),
            "是" if one.active else "否",
        )
        for one in known.units.values()
        if one.town == town
    ]


def _post(known: Directory, post: PostView) -> Line:
    ranks = {code: word for word, code in RANKS.items()}
    unit = known.units[post.unit_id].code
    roles = "、".join(post.roles)
    return unit, post.code, post.name, ranks[post.rank], roles, post_code(known, post.filled_by_id)


def user_names() -> dict[int, str]:
    """Name of every account by id."""
    return dict(Account.objects.values_list("pk", "username"))


def _people(known: Directory, posts: Iterable[PostView]) -> Iterator[Line]:
    users, told = user_names(), set[int]()
    for post in posts:
        for tenure in known.tenures_of.get(post.id, ()):
            person = known.persons[tenure.person_id]
            told.add(person.id)
            code, span = post_code(known, post.id), tenure.span
            yield users.get(person.account_id or 0, ""), person.name, "", code, *_span(span)
    elsewhere = {one.person_id for all_ in known.tenures_of.values() for one in all_}
    for person in known.persons.values():
        if person.id not in told and person.id not in elsewhere:
            yield users.get(person.account_id or 0, ""), person.name, "", "", "", ""


def _span(span: Span) -> tuple[str, str]:
    return written(span.starts), written(span.ends)


def _stand_ins(known: Directory, posts: Iterable[PostView]) -> Iterator[Line]:
    users = user_names()
    reasons = {
        (one.appointment_id, one.person_id, one.starts): one.reason for one in Delegation.objects.all()
    }
    for post in posts:
        for tenure in known.tenures_of.get(post.id, ()):
            for person, span in tenure.stand_ins:
                who = (_who(known, users, one) for one in (tenure.person_id, person))
                reason = reasons.get((tenure.id, person, span.starts), "")
                yield post_code(known, post.id), *who, *_span(span), reason


def _who(known: Directory, users: Mapping[int, str], person_id: int) -> str:
    person = known.persons[person_id]
    return users.get(person.account_id or 0, "") or person.name


def _subjects(known: Directory, town: str) -> Iterator[Line]:
    kinds = {code: word for word, code in SUBJECT_KINDS.items()}
    ours = {one.id for one in units(town=town)}
    for one in BlockSubject.objects.filter(valid_until=None).order_by("block__code", "kind"):
        if one.unit_id in ours:
            block, unit = areas.area_by_id(one.block_id).code, known.units[one.unit_id].code
            contact = post_code(known, one.contact_post_id)
            days = (written_day(one.confirmed_on), written_day(one.valid_from))
            yield block, kinds[one.kind], unit, contact, *days


def written_day(day: date | None) -> str:
    return day.isoformat() if day else ""

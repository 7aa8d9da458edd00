"""A workbook of people becomes units, posts, persons, appointments, stand-ins and subjects: all rows or none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final

from django.utils import timezone

from townops.areas import api as areas
from townops.base import db, journal, sheets
from townops.base.words import render
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people import access, commands, enrolment, structure, workbook
from townops.people.domain.directory import Tenure
from townops.people.enrolment import Enrolled
from townops.people.models import BlockSubject
from townops.people.queries import Subject, appointments, directory, person, post, unit
from townops.people.workbook import PEOPLE, POSTS, STAND_INS, SUBJECTS, UNITS, Cells, RowError, same


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a workbook did, or would do: nothing when there is any error. One-time passwords are told once."""

    rows: int
    changed: int
    errors: tuple[RowError, ...]
    enrolled: tuple[Enrolled, ...] = ()


class _NotTaken(Exception):
    """Undo everything: there are errors, or it was only asked what would happen."""


def check_people(data: bytes, *, town: str, actor: Actor, at: datetime) -> ImportResult:
    """Dry run: what `import_people` would do, to the last rule; nothing is kept."""
    return _run(data, _Book(town, actor, at), keep=False)


def import_people(data: bytes, *, town: str, actor: Actor, at: datetime) -> ImportResult:
    """Take every row of a workbook or none; the same again changes nothing. Refused for the whole file:
    `not_permitted`, `book_empty`, and as sheets are.
    """
    return _run(data, _Book(town, actor, at), keep=True)


def export_people(target: Path | IO[bytes], *, town: str) -> int:
    """Write the workbook of a town as it is; `import_people` takes it back unchanged. Returns how many rows."""
    return sheets.write_book(target, workbook.lines_of(town))


def write_errors(path: Path, errors: Iterable[RowError]) -> None:
    """The error file: sheet, row and the reason in Chinese; opens in Excel."""
    sheets.write_csv(path, ("工作表", "行号", "原因"), ((one.sheet, one.row, one.reason) for one in errors))


def _run(data: bytes, book: "_Book", *, keep: bool) -> ImportResult:
    if book.actor.person != SYSTEM_PERSON and not book.actor.holds(access.EDIT):
        raise Refused("not_permitted", step=access.EDIT)
    rows, lacking = workbook.read_cells(data)
    if lacking:
        return ImportResult(len(rows), 0, tuple(lacking))
    try:
        with db.write():
            book.take(rows)
            if book.errors or not keep:
                raise _NotTaken
    except _NotTaken:
        enrolled: tuple[Enrolled, ...] = ()
        areas.touch("people")
    else:
        enrolled = tuple(book.enrolled)
    return ImportResult(len(rows), book.changed, tuple(book.errors), enrolled)


@dataclass
class _Book:
    """One workbook on its way in; each row goes through the same commands as a page's form."""

    town: str
    actor: Actor
    at: datetime
    changed: int = 0
    errors: list[RowError] = field(default_factory=list)
    enrolled: list[Enrolled] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[int]] = field(default_factory=dict)
    fresh: dict[date, list[Subject]] = field(default_factory=dict)

    def take(self, rows: Sequence[Cells]) -> None:
        """Units and posts before what ties them together, then people, then who answers for blocks."""
        self._learn_names()
        for sheet, take in PASSES:
            for row in rows:
                if row.sheet == sheet:
                    self._row(row, take)
        for valid_from, subjects in self.fresh.items():
            commands.enter_subjects(subjects, valid_from=valid_from, actor=self.actor, at=self.at)
        if self.changed:
            body = {"rows": len(rows), "changed": self.changed}
            journal.append(
                kind="people", key=self.town, action="import", actor=self.actor, at=self.at, body=body
            )

    def _row(self, row: Cells, take: "Callable[[_Book, Cells], bool]") -> None:
        try:
            with db.write():
                self.changed += take(self, row)
        except Refused as refused:
            known = {(one.sheet, one.row) for one in self.errors}
            if (row.sheet, row.row.number) not in known:  # a later pass only meets what an earlier one said
                self.errors.append(RowError(row.sheet, row.row.number, render(refused)))

    def _learn_names(self) -> None:
        users = workbook.user_names()
        for one in directory().persons.values():
            self._learn(users.get(one.account_id or 0, ""), one.name, one.id)

    def _learn(self, user: str, name: str, person_id: int) -> None:
        if user:
            self.users[user] = person_id
        else:
            self.names.setdefault(name, []).append(person_id)

    def unit(self, row: Cells) -> bool:
        code = row.text("区域")
        facts = structure.UnitFacts(
            code=row.needed("代码"),
            name=row.needed("名称"),
            kind=row.choice("类别", workbook.KINDS),
            area_id=areas.area(code).id if code else None,
            enforcement=row.flag("有执法权"),
            active=row.text("启用") == "" or row.flag("启用"),
        )
        return structure.put_unit(self.town, facts, actor=self.actor, at=self.at)

    def unit_ties(self, row: Cells) -> bool:
        parent, leader = row.text("上级单位"), row.text("分管领导岗位")
        return structure.tie_unit(
            unit(row.needed("代码"), town=self.town).id,
            parent_id=unit(parent, town=self.town).id if parent else None,
            leader_post_id=self._post(leader) if leader else None,
            actor=self.actor,
            at=self.at,
        )

    def post(self, row: Cells) -> bool:
        facts = structure.PostFacts(
            unit_id=unit(row.needed("单位"), town=self.town).id,
            code=row.needed("代码"),
            name=row.needed("名称"),
            rank=row.number("层级", workbook.RANKS),
            roles=structure.role_codes(row.words("角色")),
        )
        return structure.put_post(facts, actor=self.actor, at=self.at)

    def post_ties(self, row: Cells) -> bool:
        filled_by, own = row.text("兼任自"), self._post(f"{row.needed('单位')}.{row.needed('代码')}")
        source = self._post(filled_by) if filled_by else None
        return structure.tie_post(own, filled_by_id=source, actor=self.actor, at=self.at)

    def _post(self, code: str) -> int:
        return post(code, town=self.town).id

    def person(self, row: Cells) -> bool:
        """A person, new or known, and one appointment where a post is named."""
        who, changed = self._person(row)
        if not row.text("岗位"):
            return changed
        return self._appointment(row, who) or changed

    def _person(self, row: Cells) -> tuple[int, bool]:
        user, name, phone = row.text("用户名"), row.needed("姓名"), row.text("电话")
        known = self.users.get(user) if user else self._named(name)
        if known is None:
            return self._new_person(user, name, phone), True
        if person(known).name != name:
            raise Refused("name_differs", username=user, known=person(known).name, name=name)
        changed = bool(phone) and commands.set_phone(known, phone, actor=self.actor, at=self.at)
        return known, changed

    def _new_person(self, user: str, name: str, phone: str) -> int:
        if not user:
            made = commands.add_person(name, actor=self.actor, at=self.at, phone=phone)
            self._learn("", name, made)
            return made
        enrolled = enrolment.enroll(name, user, actor=self.actor, at=self.at, phone=phone)
        self.enrolled.append(enrolled)
        self._learn(user, name, enrolled.person_id)
        return enrolled.person_id

    def _named(self, name: str) -> int | None:
        found = self.names.get(name, [])
        if len(found) > 1:
            raise Refused("name_ambiguous", name=name)
        return found[0] if found else None

    def _appointment(self, row: Cells, who: int) -> bool:
        at_post, starts, ends = self._post(row.text("岗位")), row.instant("到任"), row.moment("离任")
        known = next((t for t in self._held(at_post, who) if same(t.span.starts, starts)), None)
        if known is not None and same(known.span.ends, ends):
            return False
        number = (
            known.id if known else commands.appoint(at_post, who, starts=starts, actor=self.actor, at=self.at)
        )
        if ends is not None:
            commands.end_appointment(number, ends=ends, actor=self.actor, at=self.at)
        return True

    def _held(self, post_id: int, who: int) -> list[Tenure]:
        return [one for one in appointments(post_id) if one.person_id == who]

    def stand_in(self, row: Cells) -> bool:
        at_post, own, other = self._post(row.needed("岗位")), self._who(row, "本人"), self._who(row, "代理人")
        starts, ends = row.instant("起"), row.instant("止")
        held = self._held(at_post, own)
        known = [(who, span) for one in held for who, span in one.stand_ins]
        if any(who == other and same(s.starts, starts) and same(s.ends, ends) for who, s in known):
            return False  # be it one that lapsed with its appointment
        tenure = next((one for one in held if one.span.covers(starts)), None)
        if tenure is None:
            raise Refused("holder_not_there", name=person(own).name, post=row.text("岗位"))
        commands.delegate(
            tenure.id,
            other,
            starts=starts,
            ends=ends,
            actor=self.actor,
            at=self.at,
            reason=row.text("事由")[:80],
        )
        return True

    def _who(self, row: Cells, column: str) -> int:
        word = row.needed(column)
        found = self.users.get(word) or self._named(word)
        if found is None:
            raise Refused("account_unknown", username=word)
        return found

    def subject(self, row: Cells) -> bool:
        """Who answers for a block; first surveys are gathered and written at once."""
        contact = row.text("联系岗位")
        wanted = Subject(
            areas.area(row.needed("责任块")).id,
            row.choice("类别", workbook.SUBJECT_KINDS),
            unit(row.needed("单位"), town=self.town).id,
            self._post(contact) if contact else None,
            row.day("确认日期"),
        )
        commands.check_subject(wanted)
        valid_from = row.day("起始日期") or timezone.localdate(self.at)
        current = BlockSubject.objects.filter(block=wanted.block_id, kind=wanted.kind)
        now = current.filter(valid_until=None).first()
        if now and (now.unit_id, now.contact_post_id, now.confirmed_on) == (
            wanted.unit_id,
            wanted.contact_post_id,
            wanted.confirmed_on,
        ):
            return False
        gathered = self.fresh.setdefault(valid_from, [])
        if now is None and not current.exists():
            gathered.append(wanted)
        else:
            commands.set_subject(wanted, valid_from=valid_from, actor=self.actor, at=self.at)
        return True


PASSES: Final = (
    (UNITS, _Book.unit),
    (POSTS, _Book.post),
    (UNITS, _Book.unit_ties),
    (POSTS, _Book.post_ties),
    (PEOPLE, _Book.person),
    (STAND_INS, _Book.stand_in),
    (SUBJECTS, _Book.subject),
)

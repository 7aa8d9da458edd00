"""Who works in the town, from the command line: `people`, `account`, `appoint`, `end-appointment`, `delegate`, `role`."""

import os
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from townops.commands.acting import actor_of, add_by, moment, person_of, refuse_missing, show
from townops.commands.copies import refuse_no_folder
from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, say, start_town

if TYPE_CHECKING:
    from townops.people.api import Enrolled


def register(commands: Commands) -> None:
    people = add(
        commands,
        "people",
        run_people,
        "单位、岗位、人员与任职、代理、责任块主体：表格导入（全部成功或一行不入）与导出 / people in and out as a workbook",
    )
    people.add_argument("action", choices=("import", "export"))
    people.add_argument("file", type=Path)
    people.add_argument("--town", default="", help="街镇代码 / code of the town")
    people.add_argument("--dry-run", action="store_true", help="只检查，不写入 / check only")
    people.add_argument("--errors", type=Path, help="错误清单 / file for the errors, csv")
    people.add_argument(
        "--passwords", type=Path, help="一次性密码写入此文件 / file for the one-time passwords"
    )
    add_by(people)
    account = add(
        commands, "account", run_account, "账号：新增、停用、查看角色 / accounts and what they may do"
    )
    account.add_argument("action", choices=("add", "disable", "roles"))
    account.add_argument("user")
    account.add_argument("--name", default="", help="姓名，add 时必填 / the person's name")
    account.add_argument("--phone", default="", help="电话 / phone")
    add_by(account)
    _register_posts(commands)
    role = add(
        commands, "role", run_role, "角色：列出，或写明其全部权限 / list roles, or say all a role permits"
    )
    role.add_argument("action", choices=("list", "set"))
    role.add_argument("code", nargs="?", default="")
    role.add_argument("--name", default="", help="名称 / name")
    role.add_argument("--permissions", default="", help="权限代码，逗号分隔 / codes, comma separated")
    add_by(role)


def _register_posts(commands: Commands) -> None:
    appoint = add(commands, "appoint", run_appoint, "任命到岗 / somebody takes up a post")
    end = add(commands, "end-appointment", run_end, "结束任职 / somebody leaves a post")
    delegate = add(commands, "delegate", run_delegate, "缺勤期间由他人代理 / somebody stands in")
    for one in (appoint, end, delegate):
        one.add_argument("post", help="单位.岗位，如 chengguan.head / unit.post")
        one.add_argument("user", help="用户名 / user name")
    appoint.add_argument(
        "--from", dest="starts", default="", help="到任，默认现在 / from when, now by default"
    )
    end.add_argument("--at", dest="ends", default="", help="离任，默认现在 / until when, now by default")
    delegate.add_argument("stand_in", metavar="stand-in", help="代理人用户名 / user name of who stands in")
    delegate.add_argument("--from", dest="starts", required=True, help="起 / from")
    delegate.add_argument("--until", dest="ends", required=True, help="止 / until")
    delegate.add_argument("--reason", default="", help="事由 / reason")
    for one in (appoint, end, delegate):
        add_by(one)


def run_people(options: Namespace) -> int:
    """Exit 0 done, 1 rows are wrong and nothing was taken, 2 the file cannot be used."""
    for file in filter(None, (options.errors, options.passwords)):
        refuse_no_folder(file)
    if options.action == "import":
        refuse_missing(options.file)
    start_town()
    from townops.people import api as people

    town = options.town or people.first_town()
    if options.action == "export":
        refuse_no_folder(options.file)
        say(f"已导出{people.export_people(options.file, town=town)}行 / exported: {options.file}")
        return PASS
    return import_people(options, town)


def import_people(options: Namespace, town: str) -> int:
    from django.utils import timezone

    from townops.people import api as people

    take = people.check_people if options.dry_run else people.import_people
    at = timezone.now()
    result = take(options.file.read_bytes(), town=town, actor=actor_of(options, at), at=at)
    show(f"{one.sheet} 第{one.row}行：{one.reason}" for one in result.errors)
    if options.errors:
        people.write_errors(options.errors, result.errors)
    if result.errors:
        say(f"{len(result.errors)}行有错，一行也没有写入 / nothing was taken")
        return FINDINGS
    kept = "只检查，没有写入" if options.dry_run else "已写入"
    say(f"共{result.rows}行，变更{result.changed}行（{kept}）/ rows and changes")
    tell_passwords(result.enrolled, options.passwords)
    return PASS


def tell_passwords(enrolled: "Iterable[Enrolled]", file: Path | None) -> None:
    """One-time passwords, to the terminal or into a file for its owner's eyes only."""
    lines = [f"{one.username} {one.password}" for one in enrolled]
    if file is None or not lines:
        for line in lines:
            say(line)
        return
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    say(f"{len(lines)}个一次性密码在 / one-time passwords are in {file}")


def run_account(options: Namespace) -> int:
    start_town()
    return {"add": add_account, "disable": disable_account, "roles": show_roles}[options.action](options)


def add_account(options: Namespace) -> int:
    """A person with an account; the one-time password is printed once."""
    from django.utils import timezone

    from townops.people import api as people

    if not options.name.strip():
        raise Unusable("请用 --name 给出姓名。", "Give the person's name with --name.")
    at = timezone.now()
    made = people.enroll(options.name, options.user, actor=actor_of(options, at), at=at, phone=options.phone)
    say(f"{made.username} 的一次性密码 / one-time password:  {made.password}")
    return PASS


def disable_account(options: Namespace) -> int:
    from django.utils import timezone

    from townops.people import api as people

    at = timezone.now()
    people.disable_account(options.user, actor=actor_of(options, at), at=at)
    say(f"{options.user} 已停用；任职未变，需要时用 end-appointment 结束 / disabled; appointments stay")
    return PASS


def show_roles(options: Namespace) -> int:
    """Posts held now, the roles of each, and what they permit."""
    from django.utils import timezone

    from townops.people import api as people

    known = people.directory()
    for post in known.worn(person_of(options.user), timezone.now()):
        unit = known.units[post.unit_id]
        say(f"{unit.code}.{post.code}  {unit.name} {post.name}  {'、'.join(post.roles) or '（无角色）'}")
    permits = {one.code: one.permissions for one in people.roles()}
    worn = known.worn(person_of(options.user), timezone.now())
    say(
        "  "
        + " ".join(sorted({code for post in worn for role in post.roles for code in permits.get(role, ())}))
    )
    return PASS


def run_appoint(options: Namespace) -> int:
    start_town()
    from django.utils import timezone

    from townops.people import api as people

    at = timezone.now()
    post, starts = people.post(options.post), moment(options.starts) if options.starts else at
    people.appoint(post.id, person_of(options.user), starts=starts, actor=actor_of(options, at), at=at)
    waiting = people.taken_over(post.id)
    say(f"{options.user} 任 {post.name}，接手{len(waiting)}件 / appointed; open work taken over")
    return PASS


def run_end(options: Namespace) -> int:
    start_town()
    from django.utils import timezone

    from townops.people import api as people

    at = timezone.now()
    ends = moment(options.ends) if options.ends else at
    people.end_appointment(appointment_of(options), ends=ends, actor=actor_of(options, at), at=at)
    say(f"{options.user} 不再任 {options.post}；在办工单留在岗位 / ended; open work stays at the post")
    return PASS


def run_delegate(options: Namespace) -> int:
    start_town()
    from django.utils import timezone

    from townops.people import api as people

    at = timezone.now()
    people.delegate(
        appointment_of(options),
        person_of(options.stand_in),
        starts=moment(options.starts),
        ends=moment(options.ends),
        actor=actor_of(options, at),
        at=at,
        reason=options.reason,
    )
    say(f"{options.stand_in} 代理 {options.post} / stands in")
    return PASS


def appointment_of(options: Namespace) -> int:
    """The appointment of that person to that post which has not ended."""
    from townops.people import api as people

    person = person_of(options.user)
    held = people.appointments(people.post(options.post).id)
    found = [one.id for one in held if one.person_id == person and one.span.ends is None]
    if not found:
        raise Unusable(
            f"{options.user} 没有任 {options.post}。", f"{options.user} does not hold {options.post}."
        )
    return found[-1]


def run_role(options: Namespace) -> int:
    start_town()
    from django.utils import timezone

    from townops.people import api as people

    if options.action == "list":
        for one in people.roles():
            say(f"{one.code}  {one.name}  {' '.join(one.permissions)}")
        return PASS
    known = next((one for one in people.roles() if one.code == options.code), None)
    at, permits = timezone.now(), options.permissions.replace(",", " ").split()
    name = options.name or (known.name if known else "")
    people.keep_role(options.code, name=name, permits=permits, actor=actor_of(options, at), at=at)
    say(f"{options.code}：{' '.join(sorted(permits))}")
    return PASS

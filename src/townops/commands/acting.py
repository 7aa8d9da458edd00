"""In whose name a command acts, and how it says what is wrong with a file."""

import getpass
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from townops.commands.shell import Unusable, say

if TYPE_CHECKING:
    from townops.kernel.actors import Actor

SHOWN: Final = 20


def add_by(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        metavar="USER",
        default="",
        help="以谁的名义办理（按其权限检查并记入日志）/ in whose name, with that person's permissions",
    )


def actor_of(options: Namespace, at: datetime) -> "Actor":
    """The person named by --by with the posts held now; else whoever keeps this machine, who may do all."""
    from townops.kernel.actors import SYSTEM_PERSON, Actor
    from townops.people import api as people

    if not options.by:
        return Actor(SYSTEM_PERSON, f"命令行（{getpass.getuser()}）", ())
    return people.actor_of(person_of(options.by), at)


def person_of(user: str) -> int:
    """Id of the person behind a user name."""
    from townops.base.models import Account
    from townops.people import api as people

    account = Account.objects.filter(username=user).first()
    person = people.person_of_account(account.pk) if account else None
    if person is None:
        raise Unusable(f"没有用户名为 {user} 的人员。", f"Nobody has the user name {user}.")
    return person.id


def moment(text: str) -> datetime:
    """An instant as an argument, in the town's time: 2026-03-01 or "2026-03-01 09:00"."""
    from townops.kernel.workdays import SHANGHAI

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(
            f"时间“{text}”不对，应如 2026-03-01 或“2026-03-01 09:00”。",
            f"The time {text!r} must read like 2026-03-01 or '2026-03-01 09:00'.",
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def refuse_missing(file: Path) -> None:
    if not file.is_file():
        raise Unusable(f"没有文件 {file}", f"No such file: {file}")


def show(lines: Iterable[str]) -> None:
    """The first lines of many."""
    found = list(lines)
    for line in found[:SHOWN]:
        say(line)
    if len(found) > SHOWN:
        say(f"……另有{len(found) - SHOWN}行 / more lines")

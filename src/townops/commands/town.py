"""A real town's start and life: `init`, `upgrade`, `password`, `token`."""

import os
import re
import secrets
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from townops.commands import copies, frontend, web
from townops.commands.demo import MARKER, upgrade
from townops.commands.shell import (
    PASS,
    Commands,
    Unusable,
    add,
    data_folder,
    make_folder,
    require_town,
    say,
    start_django,
    start_town,
)

if TYPE_CHECKING:
    from townops.base.models import Account

LONGEST_NAME: Final = 80


def register(commands: Commands) -> None:
    init = add(
        commands, "init", init_town, "建立空的本镇与首位管理员 / an empty town and its first administrator"
    )
    init.add_argument("--town", help="镇（街道）名称 / name of the town")
    init.add_argument("--code", help="行政区划代码 / its code")
    init.add_argument("--admin", help="首位管理员用户名 / user name of the first administrator")
    add(
        commands,
        "upgrade",
        upgrade_town,
        "备份后升级数据库 / back up, then bring the database to this version",
    )
    password = add(commands, "password", reset_password, "重置密码，打印一次性密码 / reset a password")
    password.add_argument("user")
    token = add(commands, "token", issue_token, "签发接口令牌，仅显示一次 / issue a bearer token, shown once")
    token.add_argument("user")


def init_town(options: Namespace) -> int:
    """Keys, tables, the town, its first administrator: all in a folder that held nothing before."""
    refuse_second(data_folder())
    name = town_name(options.town or ask("镇（街道）名称 / name of the town"))
    code = town_code(options.code or ask("12位行政区划代码 / its code of 12 digits"))
    admin = options.admin or ask("首位管理员用户名 / user name of the first administrator")
    make_folder()
    start_django()
    refuse_used()
    frontend.bring()
    upgrade()
    from townops.commands import founding

    password = founding.found(name, code, admin)
    make_secret()
    web.refuse_untrusted()  # from now on the database knows its keys, and is not served with others
    say(f"\n{name} 已建立。管理员 {admin} 的一次性密码 / one-time password:  {password}")
    say("首次登录须修改密码。下一步 / next:  ./townops keys backup FILE   然后 / then  ./townops serve")
    return PASS


def refuse_second(data: Path) -> None:
    """A town is founded once, and never in a demo's folder."""
    if (data / MARKER).exists() or (data / "keys" / "django.key").exists():
        raise Unusable(
            f"{data} 中已有数据。请用 TOWNOPS_DATA 指定一个空文件夹。",
            f"{data} already holds a town or a demo. Name an empty folder with TOWNOPS_DATA.",
        )


def refuse_used() -> None:
    """A database with accounts or proofs in it is a town's, be it restored without its keys."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from townops.base import startup

    accounts = get_user_model()
    there = accounts._meta.db_table in connection.introspection.table_names()
    if startup.known_fingerprint() or (there and accounts._default_manager.exists()):
        raise Unusable(
            "数据库中已有本镇数据，不会再建。若是从备份恢复的，请运行 ./townops keys restore FILE。",
            "The database already holds a town. If it was restored, run ./townops keys restore FILE.",
        )


def town_name(text: str) -> str:
    if not text.strip() or len(text.strip()) > LONGEST_NAME:
        raise Unusable(
            f"镇名不能为空，最长{LONGEST_NAME}字。", f"A town's name has 1 to {LONGEST_NAME} characters."
        )
    return text.strip()


def town_code(text: str) -> str:
    """The code of the State's list of divisions: twelve digits, a town's end in 000 and no longer in 000000."""
    code = text.strip()
    if not re.fullmatch(r"[1-9][0-9]{8}000", code) or code.endswith("000000"):
        raise Unusable(
            f"行政区划代码“{text}”不对：应为12位数字，街镇以000结尾，如 310115103000；9位的在后面补000。",
            f"The code {text!r} must have 12 digits and end in 000 as a town's does, e.g. 310115103000.",
        )
    return code


def make_secret() -> None:
    """The town's own key for sessions and forms, beside the other keys so that their back-up holds it."""
    from townops.base import crypto

    place = crypto.keys_folder() / "django.key"
    descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))


def upgrade_town(_options: Namespace) -> int:
    """Back up beside the data, upgrade, and say where the back-up is."""
    require_town()
    backups = data_folder() / "backups"
    backups.mkdir(mode=0o700, exist_ok=True)
    target = backups / f"before-upgrade-{datetime.now(UTC):%Y%m%dT%H%M%S}.tar.gz"
    copies.back_up(target, with_keys=False)
    upgrade()
    frontend.bring()
    web.collect()
    say(f"已升级；升级前的备份 / upgraded; the back-up from before is {target}")
    return PASS


def reset_password(options: Namespace) -> int:
    """Print a one-time password that must be changed at the first sign-in."""
    start_town()
    from townops.base import accounts, journal
    from townops.kernel.actors import SYSTEM_PERSON, Actor

    account = account_named(options.user)
    password, at = accounts.random_password(), datetime.now(UTC)
    accounts.set_password(account, password, must_change=True, at=at)
    system, key = Actor(SYSTEM_PERSON, "系统", ()), str(account.pk)
    journal.append(
        kind="account", key=key, action="reset_password", actor=system, at=at, body={"user": options.user}
    )
    say(f"{options.user} 的一次性密码 / one-time password:  {password}")
    return PASS


def issue_token(options: Namespace) -> int:
    """Print a bearer token; it cannot be shown again."""
    start_town()
    from townops.base import accounts

    say(accounts.issue_token(account_named(options.user).username))
    return PASS


def account_named(user: str) -> "Account":
    """An account that may sign in, by user name."""
    from townops.base.models import Account

    account = Account.objects.filter(username=user, is_active=True).first()
    if account is None:
        raise Unusable(f"没有账号 {user}，或已停用。", f"No such account, or it is disabled: {user}")
    return account


def ask(question: str) -> str:
    """One answer from the terminal; without one the flag is needed."""
    if not sys.stdin.isatty():
        raise Unusable("请用 --town、--code、--admin 给出答案。", "Give --town, --code and --admin.")
    answer = ""
    while not answer:
        answer = input(f"{question}: ").strip()
    return answer

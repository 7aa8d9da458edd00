"""`demo`: a whole town to try, built once, then started with web and jobs in one command."""

import json
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from townops.commands import frontend, running, web
from townops.commands.shell import (
    PASS,
    Commands,
    Unusable,
    add,
    data_folder,
    has_tables,
    make_folder,
    number,
    port,
    refuse_stale,
    say,
    start_django,
)

MARKER: Final = "demo.json"
PASSWORD: Final = "Townops-demo-2026"  # noqa: S105  (public on purpose)
ACCOUNTS: Final = {
    "shift": "平台值班长",
    "hotline": "热线信息员",
    "hotline2": "热线信息员（第二人）",
    "grid": "网格信息员",
    "video": "视频监控员",
    "dispatch": "派遣员",
    "unit": "责任部门经办人",
    "unit_head": "责任部门负责人",
    "station": "联勤联动站站长",
    "village": "居村书记",
    "patrol": "网格巡查员",
    "check": "核查员",
    "assess": "监督考评岗",
    "deputy": "城运中心副主任",
    "rota_leader": "轮值领导",
    "leader": "分管领导",
    "main_leader": "主要领导",
    "director": "城运中心主任",
    "emergency": "应急办",
    "resident": "居民",
    "auditor": "审计员",
    "sysadmin": "系统管理员",
    "security": "安全管理员",
    "auditadmin": "审计管理员",
}
TRY: Final = (
    "用 shift 登录，在“待受理”中受理一件工单并立案，看处置时限是怎样按工作日历推算的；",
    "用 dispatch 派遣，再用 unit 签收后退回，看争议怎样逐级到 deputy 指定、rota_leader 裁定；",
    "用 auditor 打开任一工单的经过，再运行 ./townops verify-journal，看每一步都可证明。",
)


def register(commands: Commands) -> None:
    demo = add(commands, "demo", run_demo, "建立演示镇并启动 / build the demo town and start it")
    demo.add_argument("--port", type=port, default=8000)
    demo.add_argument("--no-serve", action="store_true", help="只建立，不启动 / build only")
    demo.add_argument("--fresh", action="store_true", help="重建演示数据 / build again from nothing")
    demo.add_argument("--towns", type=towns, default=1, help="镇的个数，36 即一个区 / number of towns")
    demo.add_argument("--orders", type=orders, default=3000, help="工单总数 / orders in all")


def towns(text: str) -> int:
    return number(text, 1, 200, "镇的个数", "number of towns")


def orders(text: str) -> int:
    return number(text, 0, 10_000_000, "工单总数", "number of orders")


def run_demo(options: Namespace) -> int:
    """Build once, start always. A data folder that is not a demo is never touched."""
    prepare_folder(data_folder(), fresh=options.fresh)
    make_folder()
    start_django()
    frontend.bring()
    web.collect()
    if not (data_folder() / MARKER).exists():
        build(options.towns, options.orders)
    elif _is_stale():
        upgrade()
    if options.no_serve:
        say("演示镇已就绪 / the demo town is ready")
        return PASS
    web.refuse_untrusted()
    introduce(options.port, int(json.loads((data_folder() / MARKER).read_text("utf-8"))["towns"]))
    return web.serve("127.0.0.1", options.port)


def prepare_folder(data: Path, *, fresh: bool) -> None:
    """Refuse a real town's folder; `fresh` empties a demo's; remains of a broken build are cleared."""
    marker, started = data / MARKER, data / f"{MARKER}.started"
    foreign = has_tables(data / "townops.sqlite3") or (data / "keys" / "django.key").exists()
    if foreign and not marker.exists() and not started.exists():
        raise Unusable(
            f"{data} 中已有数据且不是演示镇，不会改动。请用 TOWNOPS_DATA 指定另一个文件夹。",
            f"{data} holds data that is not a demo and is left alone. Name another folder with TOWNOPS_DATA.",
        )
    if (marker.exists() and fresh) or (started.exists() and not marker.exists()):
        running.refuse(data)
        shutil.rmtree(data)


def build(towns: int, orders: int) -> None:
    """Migrate and build; the marker is written last, so that a broken build is not taken for a town."""
    from townops.demo.build import build_demo

    began = time.monotonic()
    marker = data_folder() / MARKER
    started = marker.with_name(f"{MARKER}.started")
    started.write_text("the demo is being built\n")
    upgrade()
    refuse_filled()
    say("正在建立演示镇… / building the demo town ...")
    build_demo(towns, orders, progress())
    web.refuse_untrusted()
    marker.write_text(json.dumps({"built": datetime.now(UTC).isoformat(), "towns": towns, "orders": orders}))
    started.unlink()
    say(f"用时 {time.monotonic() - began:.0f} 秒 / took {time.monotonic() - began:.0f} s")


def upgrade() -> None:
    """Bring the tables to this version."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def refuse_filled() -> None:
    """A PostgreSQL database with accounts in it is somebody's town."""
    from django.contrib.auth import get_user_model

    if get_user_model()._default_manager.exists():
        raise Unusable(
            "数据库中已有账号，不是空库，不会写入演示数据。",
            "The database already holds accounts; the demo is not built into it.",
        )


def progress() -> Callable[[str, int, int], None]:
    """What the builder calls as it goes: (what, done, total). One line that rewrites itself on a terminal."""
    shown = [0.0]

    def show(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if sys.stdout.isatty() and (now - shown[0] > 0.2 or done == total):  # noqa: PLR2004
            shown[0] = now
            sys.stdout.write(f"\r  {what} {done}/{total}   " + ("\n" if done == total else ""))
            sys.stdout.flush()

    return show


def introduce(port: int, towns: int) -> None:
    """Address, accounts, what to try; how to sign in to the other towns where there are some."""
    say("\nTownOps 城运 · 演示镇\n")
    web.say_address("127.0.0.1", port)
    say(f"密码 / password（所有演示账号）:  {PASSWORD}\n")
    for name, post in ACCOUNTS.items():
        say(f"  {name:<12} {post}")
    if towns > 1:
        say(
            f"\n  其余各镇的账号是同名加 @ 和序号（1 至 {towns - 1}），密码相同，如 shift@1"
            f"\n  the other towns: the same names with @ and a number (1 to {towns - 1}), such as shift@1"
        )
    say("\n试一试 / try:")
    for place, what in enumerate(TRY, 1):
        say(f"  {place}. {what}")
    say("\n按 Ctrl+C 停止 / press Ctrl+C to stop")


def _is_stale() -> bool:
    try:
        refuse_stale()
    except Unusable:
        return True
    return False

"""`python -m townops.commands`: finds the command, runs it, returns its exit code."""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from importlib import import_module
from typing import Final

from townops.commands.shell import FINDINGS, PASS, UNUSABLE, Unusable, make_folder, start_django
from townops.kernel.refusal import Refused

FAMILIES: Final = (
    *("demo", "town", "web", "copies", "orders", "rules", "ground", "grid", "staff", "learning"),
    "languages",
    "standards",
    *("testing", "checking", "docs", "bench"),
)
DESCRIPTION: Final = """TownOps 城运：一个镇的城市运行与应急管理平台。

先看演示：  ./townops demo        全部测试：  ./townops test
其余名称交给 Django 管理命令处理（如 migrate、shell、dbshell）。"""

KEYS_MISSING: Final = Unusable(
    "本镇的密钥不在数据文件夹中，或不是本镇的密钥。请先运行 ./townops keys restore FILE（FILE 是另行保管的密钥备份）。",
    "This town's keys are not in its data folder, or are another town's. First run ./townops keys restore FILE.",
)


def parser() -> ArgumentParser:
    """Every command of every family."""
    found = ArgumentParser(
        prog="./townops", description=DESCRIPTION, formatter_class=RawDescriptionHelpFormatter
    )
    commands = found.add_subparsers(metavar="命令", dest="command")
    for family in FAMILIES:
        import_module(f"townops.commands.{family}").register(commands)
    return found


def main(arguments: list[str]) -> int:
    """Run one command line and return the exit code."""
    ours = parser()
    if not arguments:
        ours.print_help()
        return PASS
    known = next(action for action in ours._actions if action.dest == "command").choices or ()
    if (plain := arguments[0].replace("_", "-")) in known:
        arguments = [plain, *arguments[1:]]  # as Django's own commands are written
    if not arguments[0].startswith("-") and arguments[0] not in known:
        return management(arguments)
    options, rest = ours.parse_known_args(arguments)
    if rest and not getattr(options, "passes_on", False):
        ours.error("不认识的参数: " + " ".join(rest))
    options.rest = rest
    return int(options.run(options))


def management(arguments: list[str]) -> int:
    """Hand over to Django's own commands; one it does not know is unusable input."""
    from django.core.management import ManagementUtility, get_commands

    make_folder()
    start_django()
    if arguments[0] not in get_commands():
        raise Unusable(
            f"没有命令 {arguments[0]}，运行 ./townops 查看全部命令。", f"No such command: {arguments[0]}."
        )
    ManagementUtility(["townops", *arguments]).execute()
    return PASS


def guarded(arguments: list[str]) -> int:
    """`main`, with refusals and interruptions turned into words and exit codes."""
    try:
        return main(arguments)
    except Unusable as answer:
        sys.stderr.write(f"\n{answer}\n")
        return UNUSABLE
    except Refused as refusal:
        sys.stderr.write(f"\n{in_words(refusal)}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        return FINDINGS
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PASS
    except RuntimeError as error:
        if not is_about_keys(error):
            raise
        sys.stderr.write(f"\n{KEYS_MISSING}\n{error}\n")
        return UNUSABLE


def is_about_keys(error: RuntimeError) -> bool:
    """Whether keys are missing or another town's; known only once Django's settings can be read."""
    from townops.base.crypto import KeyMissingError

    return isinstance(error, KeyMissingError)


def in_words(refusal: Refused) -> str:
    """The sentence of a refusal, and its code for whoever reports it."""
    from townops.base import words

    return f"{words.render(refusal)} ({refusal.code})"


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))

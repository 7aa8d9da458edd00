"""`docs`: pages written from the program itself; `./townops check` fails when one of them is stale."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from townops.commands.shell import PASS, PROJECT, Commands, add, say, start_django

NOTE: Final = "<!-- Written by ./townops docs; do not edit. -->\n\n"


def register(commands: Commands) -> None:
    add(commands, "docs", write_docs, "重新生成文档页 / write the generated pages again")


def commands_page() -> str:
    """Every command with its options, as `--help` tells it."""
    from townops.commands.__main__ import parser

    subparsers = next(action for action in parser()._actions if isinstance(action, _SubParsersAction))
    lines = ["# Commands\n"]
    for name, command in sorted(subparsers.choices.items()):
        lines += _command(name, command)
    return NOTE + "\n".join(lines).rstrip() + "\n"


def _command(name: str, command: ArgumentParser) -> Iterator[str]:
    """A command with its options, then its parts, if it has any, each likewise."""
    yield f"## `./townops {name}`\n\n{command.description}\n"
    actions = [action for action in command._actions if action.dest != "help"]
    parts = [action for action in actions if isinstance(action, _SubParsersAction)]
    options = [action for action in actions if action not in parts]
    for action in options:
        yield f"- `{', '.join(action.option_strings) or action.dest}` {action.help or ''}".rstrip()
    if options:
        yield ""
    for part in parts:
        for inner, parser in part.choices.items():
            yield from _command(f"{name} {inner}", parser)


def permissions_page() -> str:
    """Every permission a context declares, with the sentence that says what its holder may do."""
    from townops.base import permissions

    rows = [f"| `{one.code}` | {one.label} | {one.sentence} |" for one in permissions.declared().values()]
    return NOTE + "# Permissions\n\n| code | 名称 | 含义 |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def standards_page() -> str:
    """Every duty of the catalogue, and which still wait for records."""
    from townops.commands import clauses

    return NOTE + clauses.page()


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/reference/commands.md": commands_page,
    "docs/reference/permissions.md": permissions_page,
    "docs/standards.md": standards_page,
}


def write_docs(_options: Namespace) -> int:
    """Write every page that changed."""
    start_django()
    for page in stale():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGES[page.relative_to(PROJECT).as_posix()](), "utf-8")
        say(f"wrote {page.relative_to(PROJECT)}")
    return PASS


def stale() -> list[Path]:
    """Pages that are missing or no longer say what the program does."""
    return [PROJECT / name for name, page in PAGES.items() if _text(PROJECT / name) != page()]


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""

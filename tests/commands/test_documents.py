"""What the documents tell people to type is understood."""

import re
import shlex
from pathlib import Path

import pytest

from townops.commands.__main__ import parser

PROJECT = Path(__file__).parents[2]
LINE = re.compile(r"^(?:TOWNOPS_DATA=\S+ )?\./townops (.+)$")


def typed() -> list[str]:
    """Every command line of the code blocks, without its remark and its line breaks."""
    found = []
    for name in ("README.md", "README.zh.md", "docs/operations.md"):
        text = (PROJECT / name).read_text("utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            lines = block.replace("\\\n", " ").splitlines()
            found += [match[1].split("  #")[0] for line in lines if (match := LINE.match(line))]
    return sorted(set(found))


@pytest.mark.parametrize("line", typed())
def test_a_command_of_the_documents_is_understood(line: str):
    options = parser().parse_args(shlex.split(line, comments=True))
    assert callable(options.run)


def test_every_command_is_in_the_reference():
    commands = next(action for action in parser()._actions if action.dest == "command").choices or {}
    reference = (PROJECT / "docs/reference/commands.md").read_text("utf-8")
    assert [name for name in commands if f"## `./townops {name}`" not in reference] == []
    assert {"import-areas", "train-hotline", "evaluate-hotline", "people"} <= set(commands)

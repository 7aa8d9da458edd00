"""`check`: everything that can be found wrong without running the product."""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from townops.commands import browsers
from townops.commands.shell import FINDINGS, PASS, PROJECT, Commands, add, say

GLOSSARY: Final = PROJECT / "docs" / "glossary.toml"
PLACES: Final = ("src", "tests", "benchmarks", "conftest.py")
Part: TypeAlias = Callable[[], list[str]]


def register(commands: Commands) -> None:
    add(commands, "check", run_check, "代码、类型、依赖方向、迁移、模板、术语、文档检查 / all static checks")


def run_check(_options: Namespace) -> int:
    """Run every part even when an earlier one found something; print name, time, result."""
    with tempfile.TemporaryDirectory(prefix="townops-check-") as folder:
        os.environ.update(TOWNOPS_DATA=folder, DATABASE_URL="", DJANGO_SETTINGS_MODULE="townops.settings")
        found = [examine(name, part) for name, part in PARTS.items()]
    total = sum(found)
    say(f"{total} findings" if total else "no findings")
    return FINDINGS if total else PASS


def examine(name: str, part: Part) -> int:
    """Run one part; returns how many findings it printed."""
    began = time.monotonic()
    findings = part()
    say(f"{name:<22} {time.monotonic() - began:6.1f} s  {'ok' if not findings else 'FOUND'}")
    for finding in findings:
        say("    " + finding.replace("\n", "\n    "))
    return len(findings)


def program(*command: str) -> Part:
    """A part that is another program: its output is one finding when it exits with anything but 0."""

    def part() -> list[str]:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        return [(done.stdout + done.stderr).strip()] if done.returncode else []

    return part


def tool(name: str, *arguments: str) -> Part:
    """A program of our environment, whatever folder it was moved to."""
    return program(sys.executable, "-m", name, *arguments)


def import_linter() -> list[str]:
    """The contracts of pyproject.toml about who may import whom."""
    start = "import sys; from importlinter.cli import lint_imports_command as run; run(sys.argv[1:])"
    return program(sys.executable, "-c", start)()


def templates() -> list[str]:
    """Every template compiles."""
    from django.template import TemplateSyntaxError, engines

    from townops.commands.shell import start_django

    start_django()
    found = []
    for path in sorted((PROJECT / "src").glob("townops/*/templates/**/*.html")):
        try:
            engines["django"].from_string(path.read_text("utf-8"))
        except TemplateSyntaxError as error:
            found.append(f"{path.relative_to(PROJECT)}: {error}")
    return found


def glossary() -> list[str]:
    """Each term has its Chinese and English word and one name in code that the sources really use."""
    terms = tomllib.loads(GLOSSARY.read_text("utf-8"))["term"]
    sources = [path for path in (PROJECT / "src").rglob("*") if path.suffix in (".py", ".toml")]
    words = set(re.findall(r"\w+", "\n".join(path.read_text("utf-8") for path in sources)))
    return [*_incomplete(terms), *_twice(terms), *_unused(terms, words)]


def _incomplete(terms: list[dict[str, str]]) -> Iterator[str]:
    return (
        f"glossary: {term} lacks zh, en or code"
        for term in terms
        if not all(map(term.get, ("zh", "en", "code")))
    )


def _twice(terms: list[dict[str, str]]) -> Iterator[str]:
    for field in ("zh", "code"):
        counted = Counter(term.get(field, "") for term in terms)
        yield from (
            f"glossary: {field} {word!r} stands {times} times" for word, times in counted.items() if times > 1
        )


def _unused(terms: list[dict[str, str]], words: set[str]) -> Iterator[str]:
    for term in terms:
        if term.get("code", "") not in words:
            yield f"glossary: no source uses {term.get('code')!r} ({term.get('zh')})"


def languages() -> list[str]:
    """Every text of the product is said in English, and nothing else stands in the catalogue."""
    from townops.commands import languages as words

    return words.findings()


def pages() -> list[str]:
    """Generated pages say what the program does."""
    from townops.commands import docs
    from townops.commands.shell import start_django

    start_django()
    return [f"{page.relative_to(PROJECT)} is stale: run ./townops docs" for page in docs.stale()]


def present() -> list[str]:
    """The places with Python in them; benchmarks may be left out of an installation."""
    return [place for place in PLACES if Path(PROJECT / place).exists()]


PARTS: Final[dict[str, Part]] = {
    "ruff": tool("ruff", "check", "--quiet", "--output-format", "concise", *present()),
    "ruff format": tool("ruff", "format", "--check", "--quiet", *present()),
    "mypy --strict": tool("mypy"),
    "import-linter": import_linter,
    "migrations": tool("django", "makemigrations", "--check", "--dry-run"),
    "templates": templates,
    "Chrome 109": browsers.newer,
    "glossary": glossary,
    "languages": languages,
    "generated pages": pages,
}

"""`words`: the catalogue of the second language follows the texts of the product."""

import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from townops.commands import extracting
from townops.commands.shell import FINDINGS, PASS, Commands, add, say
from townops.kernel.messages import BLANK, read_po, write_po

CATALOGUE: Final = extracting.SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEAD: Final = """# English of the desk. The message is the Chinese text itself, with its blanks in braces.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: en\\n"
"""
MARKUP: Final = re.compile(r'[<>&"]')  # a translation stands in attributes and between tags as it is


def register(commands: Commands) -> None:
    add(
        commands,
        "words",
        run_words,
        "把新的界面文字列入英文词表，去掉不用的 / list new texts for translation",
    )


def run_words(_options: Namespace) -> int:
    """Write the catalogue anew: new texts without a translation, known ones kept, unused ones gone."""
    renew(CATALOGUE, extracting.every())
    found = findings()
    for line in found:
        say(line)
    return FINDINGS if found else PASS


def renew(file: Path, used: dict[str, str]) -> None:
    """The catalogue with exactly the texts in use, in the order of their files."""
    said = read_po(file.read_text("utf-8")) if file.exists() else {}
    ordered = sorted(used.items(), key=lambda one: (one[1].split()[0], one[0]))
    file.write_text(write_po(HEAD, ((text, said.get(text, ""), where) for text, where in ordered)), "utf-8")


def findings() -> list[str]:
    """What `./townops check` reports."""
    return list(compared(read_po(CATALOGUE.read_text("utf-8")), extracting.every()))


def compared(said: dict[str, str], used: dict[str, str]) -> Iterator[str]:
    """Texts without English, English without a text, blanks that differ, markup in a translation."""
    for text, where in used.items():
        if not said.get(text):
            yield f"{where}: no English for {text!r}; run ./townops words and write it into the catalogue"
    for text, english in said.items():
        if text not in used:
            yield f"catalogue: {text!r} is no longer used; run ./townops words"
        if english and set(BLANK.findall(english)) - set(BLANK.findall(text)):
            yield f"catalogue: {text!r} lacks a blank of its English"
        if MARKUP.search(english):
            yield f"catalogue: markup in the English of {text!r}"

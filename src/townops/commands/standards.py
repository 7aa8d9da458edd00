"""`standards`: the town's document against the catalogue of duties; the board of what holds."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from townops.commands.acting import refuse_missing
from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, say

if TYPE_CHECKING:
    from townops.standards.domain.covering import Changed, Coverage

CHANGES: Final = {"text": "文字有改动", "moved": "编号变了，现在是", "gone": "已不在文件中"}


def register(commands: Commands) -> None:
    standards = add(
        commands, "standards", nothing_chosen, "标准化建设：条款覆盖与达标情况 / clauses covered, duties met"
    )
    parts = standards.add_subparsers(metavar="动作", required=True)
    covered = add(
        parts,
        "coverage",
        show_coverage,
        "文件的每个编号段落是否都有事项、是否有改动 / is every numbered paragraph covered and unchanged",
    )
    _file(covered)


def _file(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="本镇的标准化文件 / the town's own document")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def nothing_chosen(_options: Namespace) -> int:
    raise Unusable("请写明动作，如 coverage。", "Say what to do, such as coverage.")


def show_coverage(options: Namespace) -> int:
    """Exit 0 when every numbered paragraph is covered and none changed, 1 otherwise, 2 for a file that cannot be used."""
    refuse_missing(options.file)
    from townops.standards.catalogues import current
    from townops.standards.domain.covering import coverage
    from townops.standards.reading import read_document

    found = coverage(read_document(options.file.read_bytes()), current().items)
    if options.json:
        say(json.dumps(_as_data(found), ensure_ascii=False, indent=1))
    else:
        _tell(found)
    return PASS if found.whole else FINDINGS


def _as_data(found: "Coverage") -> dict[str, Any]:
    return {
        "paragraphs": [
            {"place": one.place, "title": one.title, "sha256": one.sha256} for one in found.paragraphs
        ],
        "covered": [{"place": one.place, "items": list(one.items)} for one in found.covered],
        "uncovered": [
            {"place": one.place, "title": one.title, "sha256": one.sha256, "text": one.text}
            for one in found.uncovered
        ],
        "changed": [
            {
                "place": one.place,
                "change": str(one.change),
                "items": list(one.items),
                "now": one.now,
                "text": one.text,
            }
            for one in found.changed
        ],
    }


def _tell(found: "Coverage") -> None:
    say(f"编号段落 {len(found.paragraphs)} 个，已覆盖 {len(found.covered)} 个 / paragraphs, covered")
    for one in found.uncovered:
        say(f"没有事项 / uncovered: {one.place} {one.title}")
    for changed in found.changed:
        say(_said(changed))


def _said(one: "Changed") -> str:
    moved = f" {one.now}" if one.change == "moved" else ""
    return f"{one.place}：{CHANGES[one.change]}{moved}，涉及 {'、'.join(one.items)} / {one.change}"

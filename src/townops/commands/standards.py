"""`standards`: the town's document against the catalogue of duties; the board of what holds."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from townops.commands import signing
from townops.commands.acting import actor_of, add_by, refuse_missing
from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, day, say, start_town

if TYPE_CHECKING:
    from townops.standards.api import Line
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
    load = add(
        parts, "load", load_file, "载入本镇的标准化文件为新版本 / keep the town's document as a new version"
    )
    load.add_argument("file", type=Path, help="本镇的标准化文件 / the town's own document")
    load.add_argument("--note", default="", help="说明 / why")
    board = add(parts, "report", show_report, "达标一览：每条、每个责任对象 / what holds, duty by duty")
    board.add_argument(
        "--as-of",
        metavar="DATE",
        default="",
        help="按这一天结束时已知的情况，默认现在 / as known at the end of that day, now by default",
    )
    board.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    for one in (load, board):
        one.add_argument("--town", default="", help="街镇代码 / code of the town")
        add_by(one)
    signing.register(parts)


def _file(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="本镇的标准化文件 / the town's own document")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def nothing_chosen(_options: Namespace) -> int:
    raise Unusable(
        "请写明 coverage、load、report、attest、exempt 或 basis。",
        "Say coverage, load, report, attest, exempt or basis.",
    )


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


def load_file(options: Namespace) -> int:
    """Exit 0 when the document is kept and covered, 1 when it is kept and something is uncovered or changed, 2 when it cannot
    be used.
    """
    refuse_missing(options.file)
    start_town()
    from django.utils import timezone

    from townops.people import api as people
    from townops.standards import api as standards

    at, town = timezone.now(), options.town or people.first_town()
    made = standards.load_document(
        options.file.read_bytes(),
        town=town,
        name=options.file.name,
        actor=actor_of(options, at),
        at=at,
        note=options.note,
    )
    say(f"第{made.document.number}版已载入 / kept as version {made.document.number}")
    _tell(made.coverage)
    return PASS if made.coverage.whole else FINDINGS


def show_report(options: Namespace) -> int:
    """The board; exit 0 whatever it says."""
    start_town()
    from django.utils import timezone

    from townops.people import api as people
    from townops.standards import api as standards

    now = timezone.now()
    at = standards.end_of(day(options.as_of)) if options.as_of else now
    town = options.town or people.first_town()
    lines = standards.report(actor_of(options, now), town=town, at=at)
    if options.json:
        say(json.dumps([standards.as_data(one) for one in lines], ensure_ascii=False, indent=1))
        return PASS
    for line in lines:
        say(_row(line))
    counted = Counter(line.state for line in lines)
    say("  ".join(f"{standards.STATE_WORDS[state]} {counted[state]}" for state in standards.State))
    return PASS


def _row(line: "Line") -> str:
    from townops.standards.api import STATE_WORDS, State

    due = f"，{line.due} 前" if line.due else ""
    word = STATE_WORDS[State(line.state)]
    return f"{line.item.id} {line.subject.name} {word} {line.item.duty}（{line.period}{due}）：{line.why}"

"""The town's own catalogue and dispatch rules, out as xlsx and in as the next version: `catalogue`, `rules`."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from townops.commands.acting import actor_of, add_by, refuse_missing, show
from townops.commands.copies import refuse_no_folder
from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, day, say, start_town

if TYPE_CHECKING:
    from townops.dispatch.api import Rule


def register(commands: Commands) -> None:
    catalogue = add(
        commands, "catalogue", run_catalogue, "分类目录：导出、导入为新版 / the catalogue out and in"
    )
    rules = add(commands, "rules", run_rules, "派单规则：导出、导入为新版 / the dispatch rules out and in")
    for one in (catalogue, rules):
        one.add_argument("action", choices=("export", "import"))
        one.add_argument("file", type=Path)
        one.add_argument(
            "--from", dest="effective_from", type=day, help="生效日期，须在今天以后 / in force from"
        )
        one.add_argument("--note", default="", help="说明 / why")
        one.add_argument("--dry-run", action="store_true", help="只检查，不发布 / check only")
        add_by(one)


def prepare(options: Namespace) -> None:
    """What both need before they begin."""
    if options.action == "export":
        refuse_no_folder(options.file)
    else:
        refuse_missing(options.file)
        if options.effective_from is None and not options.dry_run:
            raise Unusable("请用 --from 给出生效日期。", "Say with --from from which day it is in force.")
    start_town()


def run_catalogue(options: Namespace) -> int:
    """Exit 0 done, 1 rows are wrong and nothing was published."""
    prepare(options)
    from django.utils import timezone

    from townops.catalogue import api as catalogue

    at = timezone.now()
    if options.action == "export":
        options.file.write_bytes(catalogue.export_version(catalogue.versions()[-1].id))
        return told(options.file)
    data = options.file.read_bytes()
    report = (
        catalogue.check_import(data)
        if options.dry_run
        else catalogue.import_version(
            data,
            effective_from=options.effective_from,
            actor=actor_of(options, at),
            at=at,
            note=options.note,
        )
    )
    show(f"{one.sheet} 第{one.row}行 {one.column}：{one.reason}" for one in report.errors)
    if report.errors:
        return FINDINGS
    counts = f"新增{len(report.added)}，变更{len(report.changed)}，取消{len(report.removed)}"
    return published(counts, options, nothing_new=report.identical)


def run_rules(options: Namespace) -> int:
    """The same for the dispatch rules."""
    prepare(options)
    from django.utils import timezone

    from townops.dispatch import api as dispatch

    at = timezone.now()
    if options.action == "export":
        newest = dispatch.rule_sets()
        options.file.write_bytes(dispatch.write_rules(dispatch.rules(newest[-1].id) if newest else ()))
        return told(options.file)
    rules, errors = dispatch.read_rules(options.file.read_bytes())
    show(f"第{one.row}行：{one.reason}" for one in errors)
    if errors or blocking(rules):
        return FINDINGS
    if not options.dry_run:
        dispatch.publish_rules(
            rules,
            effective_from=options.effective_from,
            actor=actor_of(options, at),
            at=at,
            note=options.note,
        )
    return published(f"{len(rules)}条规则", options, nothing_new=False)


def blocking(rules: "Sequence[Rule]") -> bool:
    """Say everything that is wrong with the rules; whether any of it keeps them from being published."""
    from django.utils import timezone

    from townops.dispatch import api as dispatch

    found = dispatch.findings(rules, at=timezone.now())
    show(f"{one.rule} {one.field}：{one.reason}" for one in found)
    return any(one.blocks for one in found)


def told(file: Path) -> int:
    say(f"已导出 / exported: {file}")
    return PASS


def published(counts: str, options: Namespace, *, nothing_new: bool) -> int:
    """Say what became of a version."""
    if nothing_new:
        say("与现有版本完全相同，没有发布 / nothing new")
    elif options.dry_run:
        say(f"{counts}（只检查，没有发布）/ checked only")
    else:
        say(f"{counts}，自{options.effective_from}起生效 / published")
    return PASS

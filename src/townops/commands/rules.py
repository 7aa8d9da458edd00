"""Commands about what is kept by Excel: the catalogue and the dispatch rules, out and in."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from townops.commands.shell import FINDINGS, PASS, Commands, Run, Unusable, add, say, start_town

if TYPE_CHECKING:
    from townops.catalogue.api import VersionView
    from townops.dispatch.api import RuleSetView
    from townops.kernel.actors import Actor

SHOWN: Final = 20
T = TypeVar("T")


def register(commands: Commands) -> None:
    catalogue = add(commands, "catalogue", nothing_chosen, "分类目录的导出与导入 / the catalogue out and in")
    _parts(catalogue, export_catalogue, import_catalogue)
    dispatch = add(
        commands, "dispatch", nothing_chosen, "派遣规则的导出与导入 / the dispatch rules out and in"
    )
    _parts(dispatch, export_dispatch, import_dispatch)


def _parts(parser: ArgumentParser, outward: Run, inward: Run) -> None:
    parts = parser.add_subparsers(metavar="动作", required=True)
    out = add(parts, "export", outward, "写出为 xlsx / write as xlsx")
    out.add_argument("file", type=Path)
    out.add_argument("--number", type=int, help="版本号，默认最新 / which version, the newest unless named")
    into = add(parts, "import", inward, "读入 xlsx 并发布新版 / read an xlsx and publish it")
    into.add_argument("file", type=Path)
    into.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        help="生效日期，默认明天 / from which day, tomorrow unless named",
    )
    into.add_argument("--dry-run", action="store_true", help="只试导，不写入 / change nothing")
    into.add_argument("--errors", type=Path, help="错误写入此文件 / write errors to this file")
    into.add_argument("--note", default="", help="说明 / why")


def nothing_chosen(_options: Namespace) -> int:
    raise Unusable("请写明 export 或 import。", "Say export or import.")


def export_catalogue(options: Namespace) -> int:
    """A version as a file that can be changed and imported again."""
    start_town()
    from townops.catalogue import api as catalogue

    chosen = _numbered(catalogue.versions(), options.number, lambda one: one.number)
    options.file.write_bytes(catalogue.export_version(chosen.id))
    say(f"第{chosen.number}版分类目录已写入 / written to {options.file}")
    return PASS


def import_catalogue(options: Namespace) -> int:
    """Exit 1 when the file has errors, which are all named; then nothing is changed."""
    data = _read(options.file)
    start_town()
    from townops.catalogue import api as catalogue

    report = catalogue.check_import(data)
    errors = [(one.sheet, one.row, one.column, one.reason) for one in report.errors]
    if errors:
        return _refused(errors, ("工作表", "行", "列", "原因"), options.errors)
    _counted(report.added, report.changed, report.removed, "行")
    if report.identical or options.dry_run:
        say(
            "与最新版本相同，未发布 / nothing new"
            if report.identical
            else "只试导，没有写入 / nothing written"
        )
        return PASS
    at = datetime.now(UTC)
    made = catalogue.import_version(
        data, effective_from=_since(options), actor=_operator(), at=at, note=options.note
    )
    return _told(made.published)


def export_dispatch(options: Namespace) -> int:
    """A rule set as a file that can be changed and imported again."""
    start_town()
    from townops.dispatch import api as dispatch

    chosen = _numbered(dispatch.rule_sets(), options.number, lambda one: one.number)
    options.file.write_bytes(dispatch.export_rules(chosen.id, at=datetime.now(UTC)))
    say(f"第{chosen.number}版派遣规则已写入 / written to {options.file}")
    return PASS


def import_dispatch(options: Namespace) -> int:
    """Exit 1 when the file has errors or rules that cannot work; says which open orders would go elsewhere."""
    data = _read(options.file)
    start_town()
    from townops.dispatch import api as dispatch

    at = datetime.now(UTC)
    report = dispatch.check_rules(data, at=at)
    errors = [(str(one.row), one.column, one.reason) for one in report.errors]
    findings = [(one.rule, one.field, one.reason) for one in report.findings]
    if not report.sound:
        return _refused([*errors, *findings], ("行或规则", "列", "原因"), options.errors)
    for where, column, reason in findings:
        say(f"留意 / note: {where} {column} {reason}")
    _counted(report.added, report.changed, report.removed, "条")
    trial = dispatch.try_open(report.rules)
    say(
        f"未结工单 {trial.looked} 件中 {len(trial.changes)} 件会派给别的单位 / open orders that would go elsewhere"
    )
    if report.identical or options.dry_run:
        say(
            "与最新版本相同，未发布 / nothing new"
            if report.identical
            else "只试导，没有写入 / nothing written"
        )
        return PASS
    made = dispatch.import_rules(
        data, effective_from=_since(options), actor=_operator(), at=at, note=options.note
    )
    return _told(made.published)


def _numbered(every: Sequence[T], number: int | None, number_of: Callable[[T], int]) -> T:
    found = [one for one in every if number in (None, number_of(one))]
    if not found:
        raise Unusable(f"没有第{number}版。", f"No version {number}.")
    return found[-1]


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise Unusable(f"没有文件 {path}", f"No such file: {path}")
    return path.read_bytes()


def _operator() -> "Actor":
    from townops.kernel.actors import SYSTEM_PERSON, Actor

    return Actor(SYSTEM_PERSON, "命令行", ())


def _since(options: Namespace) -> date:
    from townops.kernel.workdays import SHANGHAI

    since: date | None = options.since
    return since or datetime.now(SHANGHAI).date() + timedelta(days=1)


def _counted(added: Sequence[str], changed: Sequence[str], removed: Sequence[str], what: str) -> None:
    say(
        f"新增 {len(added)} {what}，变更 {len(changed)} {what}，停用 {len(removed)} {what} / new, changed, ended"
    )


def _refused(errors: Sequence[tuple[object, ...]], heads: Sequence[str], target: Path | None) -> int:
    """Name the first errors, write all of them where that was asked for."""
    for one in errors[:SHOWN]:
        say(" ".join(str(part) for part in one))
    say(f"{len(errors)} 处错误，没有写入 / errors, nothing written")
    if target is not None:
        _write(target, heads, errors)
    return FINDINGS


def _write(target: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from townops.base import sheets

    sheets.write_xlsx(target, heads, rows)
    say(f"错误清单 / errors: {target}")


def _told(published: "VersionView | RuleSetView | None") -> int:
    if published is not None:
        say(f"第{published.number}版已发布，自 {published.effective_from} 起 / published")
    return PASS

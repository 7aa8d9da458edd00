"""`townops import_areas FILE`: exit 0 taken, 1 rows are wrong and nothing was taken, 2 the file cannot be
used.
"""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from townops.areas.domain.candidates import FIELDS
from townops.areas.imports import ImportResult, check_areas, import_areas, sentence, write_errors
from townops.areas.surveys import AreaFile
from townops.base import words
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused

SHOWN = 20


class Command(BaseCommand):
    help = "导入区域（GeoJSON、GeoPackage、Shapefile）：全部成功或一行不入"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--town", required=True, help="街镇代码")
        parser.add_argument("--crs", default="", help="cgcs2000、wgs84、gcj02、bd09 或 EPSG:编号")
        parser.add_argument("--layer", default=None)
        parser.add_argument(
            "--from", dest="valid_from", type=date.fromisoformat, default=None, help="生效日期"
        )
        parser.add_argument("--accuracy", type=float, default=None, help="精度（米）")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--errors", type=Path, default=None, help="错误清单（csv）")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="字段=列名",
            help=f"字段：{' '.join(FIELDS)}；“字段==值”为固定值",
        )

    def handle(self, *args: object, **options: object) -> None:
        try:
            result = self._run(options)
        except Refused as refusal:
            self.stderr.write(words.render(refusal))
            sys.exit(2)
        self._report(result, options["errors"])
        if result.errors:
            sys.exit(1)

    def _run(self, options: dict[str, object]) -> ImportResult:
        valid_from = options["valid_from"]
        day = valid_from if isinstance(valid_from, date) else timezone.localdate()
        file = _file(options)
        if options["dry_run"]:
            return check_areas(file, valid_from=day)
        return import_areas(file, valid_from=day, actor=Actor(SYSTEM_PERSON, "导入", ()), at=timezone.now())

    def _report(self, result: ImportResult, errors: object) -> None:
        self.stdout.write(
            f"共{result.rows}行：新增{result.created}，变更{result.changed}，未变{result.unchanged}，错误{len(result.errors)}"
        )
        for one in result.errors[:SHOWN]:
            self.stdout.write(f"第{one.row}行 {one.area}：{sentence(one)}")
        if isinstance(errors, Path):
            write_errors(errors, result.errors)


def _file(options: dict[str, object]) -> AreaFile:
    pairs = options["map"] if isinstance(options["map"], list) else []
    mapping = {field: field for field in ("code", "name", "kind", "parent")}
    mapping |= {str(pair).partition("=")[0]: str(pair).partition("=")[2] for pair in pairs}
    accuracy = options["accuracy"]
    return AreaFile(
        path=Path(str(options["file"])),
        mapping=mapping,
        town=str(options["town"]),
        crs=str(options["crs"]),
        layer=None if options["layer"] is None else str(options["layer"]),
        accuracy_m=accuracy if isinstance(accuracy, float) else None,
    )

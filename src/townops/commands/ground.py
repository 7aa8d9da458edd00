"""`import-areas`: a survey file becomes the areas of a town."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, day, say, start_town

if TYPE_CHECKING:
    from townops.areas.api import AreaFile, ImportResult

SHOWN: Final = 20
NEEDED: Final = ("code", "name", "kind", "parent")


def register(commands: Commands) -> None:
    areas = add(
        commands,
        "import-areas",
        import_areas,
        "导入区域（GeoJSON、GeoPackage、Shapefile、KML、DXF、压缩包）：全部成功或一行不入 / import areas: all rows or none",
    )
    areas.add_argument("file", type=Path)
    areas.add_argument("--town", required=True, help="街镇代码 / code of the town")
    areas.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="字段=列名",
        help="字段 / fields: code name kind block_type parent detached_allowed directly_managed；"
        "“字段==值”为全部行填同一个值 / FIELD==VALUE for all rows",
    )
    areas.add_argument("--crs", default="", help="cgcs2000、wgs84、gcj02、bd09 或 EPSG:编号")
    areas.add_argument("--layer", default=None, help="图层，有多个时必填 / layer, where there are several")
    areas.add_argument(
        "--plane", type=Path, help="本地坐标参数文件 / parameters of the town's own plane, toml"
    )
    areas.add_argument(
        "--swap", action="store_true", help="经纬度（或东、北）对调 / the coordinates stand swapped"
    )
    areas.add_argument("--sure", action="store_true", help="坐标系已核对 / the system is as said")
    areas.add_argument("--from", dest="valid_from", type=day, help="生效日期 / in force from, YYYY-MM-DD")
    areas.add_argument("--accuracy", type=float, default=None, help="精度（米）/ accuracy in metres")
    areas.add_argument("--dry-run", action="store_true", help="只检查，不写入 / check only")
    areas.add_argument("--errors", type=Path, help="错误清单 / file for the errors, csv")


def import_areas(options: Namespace) -> int:
    """Exit 0 taken, 1 rows are wrong and nothing was taken, 2 the file cannot be used."""
    if not options.file.exists():
        raise Unusable(f"没有文件 {options.file}", f"No such file: {options.file}")
    start_town()
    result = take(options)
    say(
        f"共{result.rows}行：新增{result.created}，变更{result.changed}，未变{result.unchanged}，"
        f"错误{len(result.errors)}" + ("（只检查，没有写入）" if options.dry_run else "")
    )
    for note in result.notes:
        say(note)
    tell_errors(result, options.errors)
    return FINDINGS if result.errors else PASS


def take(options: Namespace) -> "ImportResult":
    """Check or import the file from a day on."""
    from django.utils import timezone

    from townops.areas import api as areas
    from townops.kernel.actors import SYSTEM_PERSON, Actor

    at = timezone.now()
    valid_from, file = options.valid_from or timezone.localdate(at), file_of(options)
    if options.dry_run:
        return areas.check_areas(file, valid_from=valid_from)
    return areas.import_areas(file, valid_from=valid_from, actor=Actor(SYSTEM_PERSON, "导入", ()), at=at)


def file_of(options: Namespace) -> "AreaFile":
    """The file with its mapping: the needed fields are columns of the same name unless told otherwise."""
    from townops.areas import api as areas

    pairs = [pair.partition("=") for pair in options.map]
    for field, equals, _ in pairs:
        if not equals or field not in areas.FIELDS:
            raise Unusable(
                f"--map 应为“字段=列名”，字段有：{' '.join(areas.FIELDS)}。",
                f"--map reads FIELD=COLUMN; the fields are {' '.join(areas.FIELDS)}.",
            )
    return areas.AreaFile(
        path=options.file,
        mapping={field: field for field in NEEDED} | {field: column for field, _, column in pairs},
        town=options.town,
        crs=options.crs,
        layer=options.layer,
        accuracy_m=options.accuracy,
        plane=options.plane,
        swapped=options.swap,
        sure=options.sure,
    )


def tell_errors(result: "ImportResult", file: Path | None) -> None:
    """The first errors on the terminal, all of them in the file."""
    from townops.areas import api as areas

    for one in result.errors[:SHOWN]:
        say(f"第{one.row}行 {one.area}：{areas.sentence(one)}")
    if len(result.errors) > SHOWN and not file:
        say(f"……另有{len(result.errors) - SHOWN}处，用 --errors FILE 得到全部 / more with --errors FILE")
    if file:
        areas.write_errors(file, result.errors)

"""`grid check` and `grid repair`: survey files proven or made a partition, without a town and without a database."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, say

if TYPE_CHECKING:
    from townops.commands.gridfiles import Sheet
    from townops.kernel.partition import Defect, Proof, Repair, Tolerances

SHOWN: Final = 20


def register(commands: Commands) -> None:
    grid = add(
        commands,
        "grid",
        nothing_chosen,
        "网格的检查与修复，只用文件 / prove and repair a grid, from files alone",
    )
    parts = grid.add_subparsers(metavar="动作", required=True)
    check = add(
        parts,
        "check",
        check_grid,
        "检查：全覆盖、不重叠、边界一致、上下级相符 / prove a partition or list its defects",
    )
    _common(check)
    check.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    check.add_argument(
        "--defects", type=Path, metavar="FILE", help="另存缺陷图层（GeoJSON）/ write the defects as a layer"
    )
    mend = add(
        parts,
        "repair",
        repair_grid,
        "修复后写入新文件夹，原文件不动 / repair into a folder, the files stay as they are",
    )
    _common(mend)
    mend.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="写到此文件夹 / folder to write to"
    )
    mend.add_argument(
        "--fixed",
        type=int,
        action="append",
        metavar="N",
        help="第 N 级不动，默认第1级 / the N-th level keeps its ground",
    )
    mend.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="A,B=A",
        help="A 与 B 重叠处归 A / of A and B the keeper",
    )


def _common(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE",
        help="每级一个文件（GeoJSON、GeoPackage、Shapefile 或其 zip），从大到小 / one for each level, the coarsest first",
    )  # fmt: skip
    parser.add_argument("--code", default="", metavar="COLUMN", help="编码列，默认 code / column of the code")
    parser.add_argument(
        "--parent", default="", metavar="COLUMN", help="上级编码列，默认按位置 / column of the parent's code"
    )
    parser.add_argument(
        "--crs", default="", help="坐标系，覆盖文件所写：cgcs2000、wgs84、gcj02、bd09、EPSG:编号"
    )
    for name, value, text in (
        ("snap", 0.1, "捕捉距离（米）/ snap distance"),
        ("width", 1.0, "碎缝宽度（米）/ width of a sliver"),
        ("area", 1.0, "碎缝面积（平方米）/ area of a sliver"),
    ):
        parser.add_argument(f"--{name}", type=float, default=value, help=f"{text}，默认 {value}")


def nothing_chosen(_options: Namespace) -> int:
    raise Unusable("请写明 check 或 repair。", "Say check or repair.")


def check_grid(options: Namespace) -> int:
    """Exit 0 passed, 1 defects, 2 the files cannot be used."""
    from townops.kernel.partition import prove

    sheets = _read(options)
    proof = prove([one.level for one in sheets], _tolerances(options))
    if options.defects:
        _write_json(options.defects, layer_of(proof.defects))
    if options.json:
        say(json.dumps(as_json(proof), ensure_ascii=False))
    else:
        _tell(sheets, proof)
    return PASS if proof.passed else FINDINGS


def repair_grid(options: Namespace) -> int:
    """Exit 0 when the result is a partition, 1 when something is left for people; files are written either way."""
    from townops.commands.gridfiles import write_sheet
    from townops.kernel.partition import repair

    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise Unusable(f"文件夹 {options.out} 已有内容，请换一个。", f"{options.out} is not empty.")
    sheets = _read(options)
    fixed = [number - 1 for number in options.fixed] if options.fixed else None
    if fixed and not all(0 <= one < len(sheets) for one in fixed):
        raise Unusable(f"--fixed 应为1到{len(sheets)}。", f"--fixed must be from 1 to {len(sheets)}.")
    done = repair(
        [one.level for one in sheets], _tolerances(options), fixed=fixed, choices=_choices(options.choose)
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for sheet, level in zip(sheets, done.levels, strict=True):
        say(f"已写入 / wrote {write_sheet(options.out, sheet.with_level(level))}")
    _write_json(options.out / "repair.json", repair_json(done))
    _tell_repair(done)
    return PASS if done.after.passed else FINDINGS


def _read(options: Namespace) -> "list[Sheet]":
    from townops.commands.gridfiles import Columns, read_sheets

    return read_sheets(options.files, Columns(options.code, options.parent, options.crs))


def _tolerances(options: Namespace) -> "Tolerances":
    from townops.kernel.partition import Tolerances
    from townops.kernel.refusal import Refused

    try:
        return Tolerances(options.snap, options.width, options.area)
    except Refused as refusal:
        raise Unusable(
            "容差应为正数，且捕捉距离不大于碎缝宽度。", "Tolerances must be positive, snap at most width."
        ) from refusal


def _choices(texts: Sequence[str]) -> dict[frozenset[str], str]:
    found = {}
    for text in texts:
        pair, _, keeper = text.partition("=")
        codes = frozenset(one.strip() for one in pair.split(","))
        if len(codes) != 2 or keeper.strip() not in codes:  # noqa: PLR2004  (a pair)
            raise Unusable(f"--choose“{text}”应如 A,B=A。", f"--choose {text!r} must read like A,B=A.")
        found[codes] = keeper.strip()
    return found


def as_json(proof: "Proof") -> dict[str, object]:
    """The proof for machines; geometries are GeoJSON in EPSG:4490."""
    return {
        "pass": proof.passed,
        "tolerances": proof.tolerances.json(),
        "counts": {kind.value: number for kind, number in proof.counts.items()},
        "defects": [defect_json(one) for one in proof.defects],
    }


def defect_json(defect: "Defect") -> dict[str, object]:
    import shapely

    from townops.kernel.partition.wording import fix_of

    return {
        "type": defect.type.value, "detail": defect.detail, "level": defect.level, "features": list(defect.features),
        "m2": round(defect.m2, 4), "m": round(defect.m, 4), "severity": defect.severity.value, "fix": fix_of(defect),
        "geometry": json.loads(shapely.to_geojson(defect.geometry)),
    }  # fmt: skip


def layer_of(defects: "Sequence[Defect]") -> dict[str, object]:
    """Defects as a layer that any GIS opens."""
    rows = [defect_json(one) for one in defects]
    features = [{"type": "Feature", "geometry": row.pop("geometry"), "properties": row} for row in rows]
    return {"type": "FeatureCollection", "features": features}


def repair_json(done: "Repair") -> dict[str, object]:
    """What a repair did, for machines."""
    return {
        "before": as_json(done.before) | {"defects": len(done.before.defects)},
        "after": as_json(done.after),
        "removed": list(done.removed),
        "changes": [
            {"level": one.level, "code": one.code, "moved_m2": round(one.moved_m2, 4), "vertex_m": round(one.vertex_m, 4),
             "m2_before": round(one.m2_before, 2), "m2_after": round(one.m2_after, 2)} for one in done.changes
        ],
        "deeds": [
            {"what": one.what, "level": one.level, "lost": list(one.lost), "won": one.won, "m2": round(one.m2, 4)}
            for one in done.deeds
        ],
    }  # fmt: skip


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")


def _tell(sheets: "Sequence[Sheet]", proof: "Proof") -> None:
    from townops.kernel.partition.wording import TYPES

    for number, sheet in enumerate(sheets, start=1):
        say(f"第{number}级 {sheet.level.name}：{len(sheet.level.features)} 个")
    limits = proof.tolerances
    say(f"容差：捕捉 {limits.snap_m:g} 米，碎缝宽 {limits.width_m:g} 米，碎缝面积 {limits.area_m2:g} 平方米")
    if proof.passed:
        say("通过：全覆盖、不重叠、边界逐点一致、上下级相符 / passed")
        return
    say("未通过：" + "，".join(f"{TYPES[kind]} {number}" for kind, number in proof.counts.items() if number))
    _tell_defects(proof.defects)


def _tell_defects(defects: "Sequence[Defect]") -> None:
    from townops.kernel.partition.wording import sentence

    for one in defects[:SHOWN]:
        say(sentence(one))
    if len(defects) > SHOWN:
        say(f"……另有{len(defects) - SHOWN}处，用 --json 或 --defects FILE 得到全部 / more with --json")


def _tell_repair(done: "Repair") -> None:
    from townops.kernel.partition.wording import DEEDS

    for deed in done.deeds[:SHOWN]:
        say(DEEDS[deed.what].format(won=deed.won, lost="、".join(deed.lost)) + f"，{deed.m2:.2f}平方米")
    if done.removed:
        say("已移除：" + "、".join(done.removed))
    most = max((one.vertex_m for one in done.changes), default=0.0)
    say(
        f"变更 {len(done.changes)} 个图形，最大移动 {most:.3f} 米；缺陷 {len(done.before.defects)} → {len(done.unrepaired)}"
    )
    if done.unrepaired:
        say("以下需要人来决定 / left for people:")
        _tell_defects(done.unrepaired)

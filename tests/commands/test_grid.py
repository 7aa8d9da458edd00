"""A surveyor's files are checked and repaired from the command line, without a town."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely

from townops.commands.__main__ import guarded
from townops.commands.shell import FINDINGS, PASS, UNUSABLE
from townops.kernel.partition import Fault, Level
from townops.kernel.partition.tests import making

TOWN = making.lattice_town()
BROKEN = making.changed(making.changed(TOWN, "B14", making.scaled(1.05)), "B21", making.bow_tie)


def files(folder: Path, levels: Sequence[Level], ending: str = ".geojson", **more: object) -> list[str]:
    """One file for each level, with code, parent and a remark."""
    driver = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}[ending]
    folder.mkdir(exist_ok=True)
    found = []
    for level in levels:
        path = folder / f"{level.name}{ending}"
        columns = [
            np.array([one.code for one in level.features], object),
            np.array([one.parent for one in level.features], object),
            np.array(["高桥镇"] * len(level.features), object),
        ]
        wkb = shapely.to_wkb(np.array([one.shape for one in level.features], object))
        options = {"geometry_type": "Unknown", "crs": "EPSG:4490", **more}
        pyogrio.raw.write(path, wkb, columns, ["code", "parent", "备注"], driver=driver, **options)
        found.append(str(path))
    return found


def test_an_exact_grid_passes(tmp_path: Path, capsys):
    assert guarded(["grid", "check", *files(tmp_path, TOWN)]) == PASS
    said = capsys.readouterr().out
    assert "通过" in said
    assert "第4级 block：36 个" in said


def test_defects_are_told_in_chinese_and_as_json(tmp_path: Path, capsys):
    named = files(tmp_path, BROKEN)
    assert guarded(["grid", "check", *named]) == FINDINGS
    said = capsys.readouterr().out
    assert "图形无效（边界自相交）" in said
    assert "重叠部分归" in said
    assert guarded(["grid", "check", *named, "--json", "--parent", "parent"]) == FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert answer["pass"] is False
    assert set(answer["counts"]) == {one.value for one in Fault}
    assert sum(answer["counts"].values()) == len(answer["defects"])
    for one in answer["defects"]:
        assert {"type", "level", "features", "m2", "m", "geometry", "severity", "fix"} <= set(one)
        assert shapely.box(121, 31, 122, 32).contains(shapely.geometry.shape(one["geometry"]))


def test_defects_are_written_as_a_layer(tmp_path: Path):
    layer = tmp_path / "defects.geojson"
    guarded(["grid", "check", *files(tmp_path / "in", BROKEN), "--defects", str(layer)])
    meta, _, wkb, _ = pyogrio.raw.read(layer)
    assert "type" in meta["fields"]
    assert len(wkb) > 5


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".shp"])
def test_a_repair_writes_files_of_the_same_kind_that_pass(tmp_path: Path, capsys, ending: str):
    named = files(tmp_path / "in", BROKEN, ending)
    out = tmp_path / "out"
    assert guarded(["grid", "repair", *named, "--parent", "parent", "--out", str(out)]) == PASS
    assert "缺陷 9 → 0" in capsys.readouterr().out
    mended = [str(out / Path(one).name) for one in named]
    assert guarded(["grid", "check", *mended, "--parent", "parent"]) == PASS
    meta, _, _, columns = pyogrio.raw.read(mended[3])
    assert meta["crs"] == "EPSG:4490"
    assert dict(zip(meta["fields"], columns, strict=True))["备注"][0] == "高桥镇"
    report = json.loads((out / "repair.json").read_text("utf-8"))
    assert report["after"]["pass"] is True
    assert {"T"} & {one["code"] for one in report["changes"] if one["vertex_m"] > 0.02} == set()


def test_a_second_copy_leaves_its_row_out(tmp_path: Path):
    double = making.added(TOWN, TOWN[3].features[0].__class__("C", TOWN[3].features[0].shape, "V0"))
    named = files(tmp_path / "in", double)
    assert guarded(["grid", "repair", *named, "--out", str(tmp_path / "out")]) == PASS
    _, _, _, columns = pyogrio.raw.read(tmp_path / "out" / "block.geojson")
    assert "C" not in columns[0]
    assert len(columns[0]) == 36


def test_what_people_must_decide_is_exit_1(tmp_path: Path, capsys):
    levels = making.with_feature(TOWN, "B3", parent="V9")
    named = files(tmp_path / "in", levels)
    assert (
        guarded(["grid", "repair", *named, "--parent", "parent", "--out", str(tmp_path / "out")]) == FINDINGS
    )
    assert "上级编码不存在" in capsys.readouterr().out


def test_a_zipped_shapefile_with_gbk_is_read(tmp_path: Path):
    named = files(tmp_path / "in", TOWN, ".shp", encoding="GBK")
    zipped = []
    for one in named:
        path = tmp_path / f"{Path(one).stem}.zip"
        with zipfile.ZipFile(path, "w") as bundle:
            for part in Path(one).parent.glob(f"{Path(one).stem}.*"):
                if part.suffix != ".cpg":
                    bundle.write(part, part.name)
        zipped.append(str(path))
    assert guarded(["grid", "check", *zipped]) == PASS


def test_layers_of_one_geopackage_are_the_levels(tmp_path: Path):
    path = tmp_path / "all.gpkg"
    for level in TOWN:
        codes = np.array([one.code for one in level.features], object)
        wkb = shapely.to_wkb(np.array([one.shape for one in level.features], object))
        pyogrio.raw.write(
            path,
            wkb,
            [codes],
            ["code"],
            driver="GPKG",
            layer=level.name,
            geometry_type="Polygon",
            crs="EPSG:4490",
        )
    assert guarded(["grid", "check", str(path)]) == PASS
    assert guarded(["grid", "repair", str(path), "--out", str(tmp_path / "out")]) == PASS
    assert [str(name) for name, _ in pyogrio.list_layers(tmp_path / "out" / "all.gpkg")] == [
        one.name for one in TOWN
    ]


def test_plane_coordinates_are_turned_into_degrees(tmp_path: Path):
    from pyproj import Transformer

    change = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    plane = [
        Level(one.name, tuple(
            f.__class__(f.code, shapely.transform(f.shape, lambda at: np.column_stack(change.transform(at[:, 0], at[:, 1]))))
            for f in one.features
        )) for one in TOWN
    ]  # fmt: skip
    assert guarded(["grid", "check", *files(tmp_path, plane, ".gpkg", crs="EPSG:4549")]) == PASS


def geojson(path: Path, *geometries: object) -> str:
    rows = [
        {"type": "Feature", "properties": {"code": str(n)}, "geometry": one}
        for n, one in enumerate(geometries)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    return str(path)


def ring(*points: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


SQUARE = ring((121.5, 31.3), (121.6, 31.3), (121.6, 31.4))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: "/nowhere/at/all.geojson", "没有文件"),
        (lambda path: geojson(path), "没有任何一行"),
        (lambda path: geojson(path, {"type": "Point", "coordinates": [121.5, 31.3]}), "没有面"),
        (lambda path: geojson(path, ring((31.3, 121.5), (31.3, 121.6), (31.4, 121.6))), "写反了"),
        (lambda path: geojson(path, ring((5e5, 3e6), (6e5, 3e6), (6e5, 4e6))), "平面坐标"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_exit_2_with_the_cause(tmp_path: Path, capsys, make, words: str):
    assert guarded(["grid", "check", make(tmp_path / "in.geojson")]) == UNUSABLE
    assert words in capsys.readouterr().err


def test_more_that_cannot_be_used(tmp_path: Path, capsys):
    named = geojson(tmp_path / "a.geojson", SQUARE)
    torn = tmp_path / "torn.geojson"
    torn.write_text("{", "utf-8")
    (tmp_path / "torn.zip").write_bytes(b"PK")
    full = tmp_path / "full"
    full.mkdir()
    (full / "kept").write_text("")
    for arguments, words in (
        (["check", str(torn)], "无法读取"),
        (["check", str(tmp_path / "torn.zip")], "无法解开"),
        (["check", named, "--parent", "上级"], "没有“上级”这一列，只有：code"),
        (["check", named, "--snap", "-1"], "容差应为正数"),
        (["check", named, "--crs", "火星"], "不认识的坐标系"),
        (["repair", named, "--out", str(full)], "已有内容"),
        (["repair", named, "--out", str(tmp_path / "new"), "--fixed", "3"], "--fixed 应为1到1"),
        (["repair", named, "--out", str(tmp_path / "new"), "--choose", "A=B"], "应如 A,B=A"),
    ):
        assert guarded(["grid", *arguments]) == UNUSABLE
        assert words in capsys.readouterr().err
    assert not (tmp_path / "new").exists()

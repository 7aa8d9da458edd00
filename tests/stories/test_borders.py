"""A surveyor's broken Shapefile becomes a published, proven grid without anybody leaving the browser (U8-U11)."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from tests.stories.conftest import Shoot, Sit

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore:.crs. was not provided")]
JOB = 90_000  # a file of a thousand blocks waits for its job
METRE = 1e-5  # degrees, about
HEADS = {"编码": "块编码", "名称": "块名称", "层级": "级别", "类型": "块类型", "上级": "所属居村"}


def broken(content: bytes, folder: Path) -> dict[str, Any]:
    """The blocks as a surveyor sends them: GBK without saying so, no .prj, a moved corner, a border that misses its
    neighbour by a hand, a ring that crosses itself.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    meta, _, wkb, columns = pyogrio.raw.read(next(folder.glob("*.shp")))
    shapes = shapely.from_wkb(wkb)
    for row, metres in ((10, 25.0), (40, 0.2), (70, 0.05)):
        shapes[row] = nudged(shapes[row], metres)
    shapes[100] = crossing(shapes[100])
    names = [HEADS.get(str(one), str(one)) for one in meta["fields"]]
    path = folder / "责任块测绘.shp"
    pyogrio.raw.write(
        path, geometry=np.asarray(shapely.to_wkb(shapes), object), field_data=columns, fields=names, crs=None,
        geometry_type="Polygon", encoding="GBK",
    )  # fmt: skip
    sent = io.BytesIO()
    with zipfile.ZipFile(sent, "w") as packed:
        for suffix in (".shp", ".shx", ".dbf"):
            packed.write(path.with_suffix(suffix), f"测绘/责任块测绘{suffix}")
    return {"name": "责任块测绘.zip", "mimeType": "application/zip", "buffer": sent.getvalue()}


def nudged(shape: shapely.Geometry, metres: float) -> shapely.Geometry:
    """One corner further north-east."""
    step = np.array([metres * METRE, metres * METRE])
    return shapely.transform(shape, lambda at: at + np.where(np.arange(len(at))[:, None] == 1, step, 0))


def crossing(shape: shapely.Geometry) -> shapely.Geometry:
    """Back over its own first edge."""
    ring = shapely.get_coordinates(shape).tolist()
    aside = [ring[0][0] + METRE, ring[0][1] + METRE]
    return shapely.Polygon([ring[0], aside, *ring])


def test_a_surveyors_broken_shapefile_becomes_a_published_proven_grid_in_the_browser(
    sit: Sit, shoot: Shoot, tmp_path: Path
) -> None:
    page = sit("sysadmin", "/grid/export")
    page.select_option("#form", "shp-utf8")
    shoot(page, "borders-export")
    with page.expect_download() as taken:
        page.click("button:text-is('导出')")
    file = broken(taken.value.path().read_bytes(), tmp_path)

    page.goto("/grid/import")
    page.set_input_files("#file", file)
    page.click("button:text-is('上传')")
    page.fill("#note", "全镇责任块重新测绘")
    page.click("button:text-is('试算')")
    assert "文件没有写明坐标系" in page.inner_text("[data-refused]")
    page.select_option("#system", "cgcs2000")
    page.click("button:text-is('试算')")
    page.wait_for_selector("text=边界自相交")
    assert not page.is_visible("button:text-is('导入草案')")
    page.check("[name=mend]")
    page.click("button:text-is('试算')")
    page.wait_for_selector("text=导入后还有缺陷")
    drawn(page)
    shoot(page, "borders-survey")
    page.click("button:text-is('导入草案')")
    page.wait_for_selector("text=正在后台导入")
    page.wait_for_selector("text=正在后台导入", state="detached", timeout=JOB)
    page.reload()
    page.click("text=看草案")

    page.click("button:text-is('检查')")
    page.wait_for_selector("text=检查没有通过，不能发布。")
    page.click("button:text-is('自动修复')")
    page.wait_for_selector("text=减为 0 处")
    page.click("button:text-is('检查')")
    page.wait_for_selector("text=检查通过")
    draft = page.url.rsplit("/", 1)[1]

    page = sit("director", f"/grid/versions/{draft}")
    page.click("button:text-is('试算')")
    page.wait_for_selector("text=发布后会怎样")
    drawn(page)
    shoot(page, "borders-draft")
    page.click("button:text-is('确认发布')")
    page.wait_for_selector("text=第 2 版已生效")
    page.goto("/grid/versions")
    page.wait_for_selector("text=现行")
    shoot(page, "borders")


def drawn(page: Any) -> None:
    """The map has settled."""
    page.wait_for_selector("[data-drawn]", timeout=JOB)

"""Chinese sentences for what areas refuse."""

from typing import Final

WORDS: Final = {
    "area_unknown": "没有编码为“{code}”的区域。",
    "unknown_crs": "不认识的坐标系“{crs}”，只能是：{known}。",
    "coordinate_missing": "坐标缺失或不是数字。",
    "coordinate_range": "坐标超出范围：经度{lng}，纬度{lat}。",
    "coordinates_swapped": "经纬度可能写反了，是否为经度{suggested_lng}，纬度{suggested_lat}？",
    "crs_unknown": "不认识的坐标系“{crs}”，请写明 cgcs2000、wgs84、gcj02、bd09 或 EPSG 编号。",
    "file_unreadable": "文件“{name}”无法读取：不是GeoJSON、GeoPackage或Shapefile，或已损坏。",
    "column_missing": "文件中没有“{column}”这一列，只有：{columns}。"
    "请用 --map {field}=列名 指明哪一列是它，或用 --map {field}==值 给全部行填同一个值。",
    "shape_missing": "缺少图形。",
    "shape_not_polygon": "图形不是面（{found}）。",
    "shape_invalid": "图形无效：{why}。",
    "shape_outside_world": "图形坐标超出经纬度范围。",
    "code_missing": "缺少编码。",
    "code_too_long": "编码超过32个字符。",
    "code_repeated": "编码“{code}”在文件中重复，首次出现于第{first}行。",
    "code_taken": "编码“{code}”已用于{kind}“{name}”。",
    "name_missing": "缺少名称。",
    "name_too_long": "名称超过80个字符。",
    "kind_wrong": "层级“{value}”不对，应为：街镇、责任网格、居村、责任块。",
    "block_type_wrong": "责任块类型“{value}”不在14类之中。",
    "parent_missing": "缺少上级编码。",
    "parent_unknown": "上级编码“{parent}”既不在库中，也不在文件中。",
    "parent_wrong_kind": "上级“{parent}”不是{expected}。",
    "nothing_to_prove": "没有任何图形可供检查。",
    "tolerance_wrong": "容差应为正数，且捕捉距离（{snap}米）不大于碎缝宽度（{width}米）。",
    "fixed_unknown": "没有这一级：共{levels}级。",
}

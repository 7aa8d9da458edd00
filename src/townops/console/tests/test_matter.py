"""What a list shows of a title."""

import pytest

from townops.console import looks


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("【高桥镇】【重复】诉求人称：北街路口井盖缺失", "北街路口井盖缺失"),
        ("市民来电反映：夜间施工噪声", "夜间施工噪声"),
        ("诉求人11月30日下午来电反映：北新村河道有异味", "北新村河道有异味"),
        ("再次来电。诉求人称新益村村民组道路积水", "新益村村民组道路积水"),
        ("诉求人来电，想了解公交末班车", "想了解公交末班车"),
        ("居民反映强烈的夜市噪声", "居民反映强烈的夜市噪声"),
        ("路灯不亮第3盏", "路灯不亮第3盏"),
        ("市民广场：地砖松动", "市民广场：地砖松动"),
        ("【咨询】社保", "【咨询】社保"),
    ],
)
def test_a_title_begins_with_its_matter_unless_little_is_left(title, shown):
    assert looks.matter(title) == shown

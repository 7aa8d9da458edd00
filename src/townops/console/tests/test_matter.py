"""What a list shows of a title."""

import pytest

from townops.console import looks


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("【高桥镇】【重复】诉求人称：北街路口井盖缺失", "北街路口井盖缺失"),
        ("市民来电反映：夜间施工噪声", "夜间施工噪声"),
        ("路灯不亮第3盏", "路灯不亮第3盏"),
        ("市民广场：地砖松动", "市民广场：地砖松动"),
        ("【咨询】社保", "【咨询】社保"),
    ],
)
def test_a_title_begins_with_its_matter_unless_little_is_left(title, shown):
    assert looks.matter(title) == shown

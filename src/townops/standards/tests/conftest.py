"""The source the catalogue was made from, where it lies beside the project, and a made-up one that needs nothing."""

from pathlib import Path

import pytest

from townops.standards.domain.document import Plan

SOURCE = Path(__file__).parents[5] / "shared" / "source" / "gaoqiao-standardization.md"
PLANS = (Plan("附件1", "职责", annex=1), Plan("应急", "应急方案", words=("应急管理", "标准化")))
MADE_UP = """
附件 1

## 某镇领导小组 工作职责

（一）每月召开一次会议，讨论网格、热线等工作，有效推进各项任务的落实和跟踪。

（二）落实三个责任制，指派责任部门，并在下次会议上跟进处置结果，实施动态跟踪。（责任部门：甲办、乙办等）

# 某镇应急管理标准化 建设工作的方案

为进一步完善体系，制定本方案。

## 一、总体要求

坚持人民至上，筑牢防线。

## 二、重点任务

### （一）镇层面

## 1.推进体制机制建设，提升能力

1)加强领导。每季度召开1次专题会议，按照清单落实责任制，面积达到

---

<sup>1</sup> 《一个指导意见》

1.5平方米。

2) 健全制度。建立工作制度。

## 2.加强治理，提升管控能力

3)开展统计。每半年编制1次清单，准确掌握情况。

（责任部门：丙办、各居村）
"""


@pytest.fixture(scope="session")
def source() -> str:
    """The town's document."""
    if not SOURCE.exists():
        pytest.skip("the source document is not beside the project: ../shared/source")
    return SOURCE.read_text("utf-8")

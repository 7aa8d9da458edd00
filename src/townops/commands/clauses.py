"""docs/standards.md: every duty of the catalogue, what it is judged by, and which clauses still wait for records."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from townops.standards.api import Catalogue, Item

HEAD: Final = """# 标准化条款

每一条都用我们自己的话写，原文由本镇自行载入（`./townops standards load FILE`）。编号见 `requirements.md`；出处是原文的段落位置。
“应”未达标显示红色，“宜”也会提醒，“可”从不显示红色。没有记录的条款一律显示“无数据来源”，不显示达标。
"""
COLUMNS: Final = (
    "| 编号 | 事项 | 强度 | 周期 | 对象 | 责任单位 | 依据 | 佐证 |\n|---|---|---|---|---|---|---|---|"
)


def page() -> str:
    """The page as Markdown, of what is installed."""
    from townops.standards.api import current

    catalogue = current()
    return "\n".join([HEAD, *_summary(catalogue), *_plans(catalogue), *_waiting(catalogue)]).rstrip() + "\n"


def _summary(catalogue: "Catalogue") -> Iterator[str]:
    items = catalogue.items
    measured = [one for one in items if _is_measured(one)]
    attested = [one for one in items if one.attested]
    waiting = len(items) - len(measured) - len(attested)
    yield f"共 {len(items)} 项：由记录计算 {len(measured)} 项，由签认人签认 {len(attested)} 项，无数据来源 {waiting} 项。\n"


def _is_measured(item: "Item") -> bool:
    from townops.base import measuring

    found = measuring.get(item.measure) if item.measure else None
    return found is not None and item.subject in found.kinds


def _plans(catalogue: "Catalogue") -> Iterator[str]:
    for plan in catalogue.terms.plans:
        yield f"## {plan.key} {plan.name}\n\n{COLUMNS}"
        for item in catalogue.items:
            if item.plan == plan.key:
                yield _row(catalogue, item)
        yield ""


def _row(catalogue: "Catalogue", item: "Item") -> str:
    from townops.standards.api import EVERY_WORDS, MODALITY_WORDS

    every = EVERY_WORDS[item.every] + (f" {item.by}" if item.by else "")
    subject = catalogue.subject_name(item.subject)
    cells = (
        item.id,
        item.duty,
        MODALITY_WORDS[item.modality],
        every,
        subject,
        "、".join(item.units),
        _judged(item),
    )
    return f"| {' | '.join(cells)} | {'、'.join(item.evidence)} |"


def _judged(item: "Item") -> str:
    """The measure with its thresholds, or the signature; a measure nobody declares yet is in brackets."""
    if item.attested:
        return "签认"
    steps = "；".join(
        one.passes if one.since is None else f"{one.since} 起 {one.passes}" for one in item.passes
    )
    from townops.base import measuring

    found = measuring.get(item.measure)
    return f"{found.label} {steps}（{found.unit}）" if found and _is_measured(item) else f"（待）{steps}"


def _waiting(catalogue: "Catalogue") -> Iterator[str]:
    """Clauses without a source of data, by what they wait for."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in catalogue.items:
        if not item.attested and not _is_measured(item):
            found[catalogue.waits_for(item)].append(item.id)
    yield "## 无数据来源的条款在等什么\n\n| 等待 | 条款 |\n|---|---|"
    for words, ids in sorted(found.items()):
        yield f"| {words} | {'、'.join(ids)} |"

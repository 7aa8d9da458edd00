"""Files to learn from, whatever their shape, without the messages of the evaluation and without
repeats of them.
"""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from townops.intake.domain.text import clean

EVALUATION: Final = Path(__file__).parent / "evaluation"
FINGERPRINT: Final = 60
TOKENS: Final = 6
FIRST_LEVEL: Final = {
    "城乡建设": ("H-01", "H-02", "H-03", "H-04", "H-05", "H-06", "H-07", "H-15-01", "H-15-04", "H-08-04"),
    "劳动和社会保障": ("H-11", "H-01-04", "H-10-06", "H-14-04", "H-17-01"),
    "教育文体": ("H-10", "H-16", "H-11-05", "H-07-02"),
    "商贸旅游": ("H-13", "H-16", "H-09-02", "H-02-04", "H-05-07", "H-08-07"),
    "环境保护": ("H-07", "H-06", "H-03-03", "H-05-03"),
    "卫生计生": ("H-12", "H-13-02", "H-11-04", "H-06-01", "H-14-01"),
    "交通运输": ("H-08", "H-04-03", "H-04-04", "H-07-06"),
}
csv.field_size_limit(sys.maxsize)


@dataclass
class Corpus:
    """What was read. `within[i]`: prefixes of classes the first-level label of message i allows,
    empty = any.
    """

    texts: list[str] = field(default_factory=list)
    within: list[tuple[str, ...]] = field(default_factory=list)
    confirmed_texts: list[str] = field(default_factory=list)
    confirmed_labels: list[str] = field(default_factory=list)


def held_out() -> frozenset[str]:
    """Numbers of all messages that were labelled by reading: the 300 of the evaluation and the 300
    of development.
    """
    return frozenset(number for name in ("labels_300", "labels_development_300") for number in labels(name))


def labels(name: str) -> dict[str, tuple[str, str]]:
    """message number -> (class code, demand type) of a file of `evaluation/`."""
    with (EVALUATION / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["message"]: (row["class_code"], row["demand_type"]) for row in csv.DictReader(file)}


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a csv or csv.gz in UTF-8."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def message(row: dict[str, str]) -> str:
    """Title on the first line, then the body without its tabs."""
    return f"{row['留言主题'].strip()}\n{row['留言详情'].strip()}"


def read(files: Sequence[Path], *, without: frozenset[str]) -> Corpus:
    """All files. Messages numbered in `without` are left out, and whatever repeats one of their
    texts, segmented or not.
    """
    held = held_texts(files, without)
    found = Corpus()
    seen = {text[:FINGERPRINT] for text in held}
    for path in files:
        for row in rows(path):
            _add(found, row, without=without, seen=seen, held=held)
    return found


def held_texts(files: Iterable[Path], without: frozenset[str]) -> list[str]:
    """Cleaned bodies of the messages that must not be learnt from, as far as the files hold them."""
    return [
        clean(row["留言详情"])
        for path in files
        for row in rows(path)
        if "留言详情" in row and row.get("留言编号") in without
    ]


def _add(
    found: Corpus, row: dict[str, str], *, without: frozenset[str], seen: set[str], held: Sequence[str]
) -> None:
    if "class_code" in row:
        found.confirmed_texts.append(row["text"])
        found.confirmed_labels.append(row["class_code"])
        return
    text = row["tokens"] if "tokens" in row else message(row)
    body = clean(row["tokens"] if "tokens" in row else row["留言详情"])
    if row.get("留言编号") in without or body[:FINGERPRINT] in seen:
        return
    if "tokens" in row and repeats(row["tokens"], held):
        return
    seen.add(body[:FINGERPRINT])
    found.texts.append("".join(text.split()) if "tokens" in row else text)
    found.within.append(FIRST_LEVEL.get(row.get("label") or row.get("一级标签") or "", ()))


def repeats(tokens: str, held: Sequence[str]) -> bool:
    """Whether a segmented message is one of those held out: its longest words all stand in one of them."""
    words = [word for word in dict.fromkeys(clean(one) for one in tokens.split()) if len(word) > 1]
    longest = sorted(words, key=len, reverse=True)[:TOKENS]
    return any(all(word in text for word in longest) for text in held) if longest else False

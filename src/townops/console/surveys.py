"""What is chosen for a survey file: systems, code pages, columns, and the job that brings a long one into a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http.request import QueryDict

from townops.areas import api as areas
from townops.base import batches
from townops.people import api as people

IMPORT: Final = "areas.survey"
SYSTEMS: Final = {
    "": "按文件所写",
    "cgcs2000": "国家2000经纬度（EPSG:4490）",
    "wgs84": "WGS84经纬度",
    "gcj02": "高德、腾讯（GCJ-02）",
    "bd09": "百度（BD-09）",
    "EPSG:4549": "国家2000三度带，中央经线120°（EPSG:4549）",
    "plane": "本地平面坐标（参数文件）",
    "other": "其他EPSG编号",
}
PAGES: Final = {"": "自动识别", "utf-8": "UTF-8", "gbk": "GBK"}
LABELS: Final = {
    "code": "编码",
    "name": "名称",
    "kind": "层级",
    "block_type": "责任块类型",
    "parent": "上级编码",
    "detached_allowed": "允许插花地",
    "directly_managed": "直管区",
}
LEVELS: Final = {
    "=block": "全部是责任块",
    "=village": "全部是居村",
    "=grid": "全部是责任网格",
    "=town": "全部是街镇",
}
MUST: Final = frozenset({"code", "name", "kind"})
TYPED: Final = ("layer", "page", "system", "other", "swapped", "sure", "mend", "absent", "note")
LONGEST: Final = 200
TAKEN: Final = ("upload", "version", "revision", "rows")


def chosen_fields(post: QueryDict) -> dict[str, str]:
    """The form as it is remembered; `crs` is what the reader is told of the system."""
    names = (*TYPED, *(f"map-{field}" for field in areas.FIELDS))
    typed = {name: post.get(name, "").strip()[:LONGEST] for name in names}
    if post.get("do") == "read":  # what had no column before may have one now
        typed = {name: value for name, value in typed.items() if value or not name.startswith("map-")}
    system = typed["system"]
    return typed | {"crs": typed["other"] if system == "other" else system}


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: values for all rows alike (value, words, whether it is chosen), the file's columns (head, whether
    it is chosen), and first values of the chosen one.
    """

    name: str
    label: str
    must: bool
    ours: tuple[tuple[str, str, bool], ...]
    theirs: tuple[tuple[str, bool], ...]
    sample: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen for a kept file."""

    held: areas.UploadView
    seen: areas.Glimpse

    @property
    def systems(self) -> list[tuple[str, str]]:
        own = self.seen.crs or "没有写明"
        return [(code, f"{word}：{own}" if not code else word) for code, word in SYSTEMS.items()]

    @property
    def pages(self) -> list[tuple[str, str]]:
        return list(PAGES.items())

    def fields(self) -> list[Field]:
        """Each field with what was chosen for it, or what its column probably is."""
        return [self._field(name) for name in LABELS]

    def _field(self, name: str) -> Field:
        chosen = self.held.typed.get(f"map-{name}")
        if chosen is None or (chosen and not chosen.startswith("=") and chosen not in self.seen.columns):
            chosen = self.seen.guess.get(name, "=block" if name == "kind" else "")
        alike = {"": "（没有）", **self._constants(name)}
        ours = tuple((value, word, value == chosen) for value, word in alike.items())
        theirs = tuple((head, head == chosen) for head in self.seen.columns)
        sample = "、".join(self.seen.columns.get(chosen, ()))
        return Field(name, LABELS[name], name in MUST, ours, theirs, sample)

    @staticmethod
    def _constants(name: str) -> Mapping[str, str]:
        if name == "kind":
            return LEVELS
        types = areas.block_types() if name == "block_type" else ()
        return {f"={code}": f"全部是{word}" for code, word in types}


def take_in(asked: batches.Asked, at: datetime) -> str:
    """Bring a long file into its draft, whole or not at all."""
    actor = people.actor_for(asked.owner, at)
    given = asked.payload
    number, version, revision, rows = (int(given.get(name, 0)) for name in TAKEN)
    areas.take_upload(
        number, version, based_on=revision, actor=actor, at=at,
        progress=lambda share: batches.advance(asked.batch, int(share * rows)),
    )  # fmt: skip
    return str(version)

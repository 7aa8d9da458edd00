"""Borders given out as files: what was asked, written at once or by a job, journalled with who took what."""

import tempfile
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from townops.areas import api as areas
from townops.base import batches, journal
from townops.base.db import write
from townops.console.exporting import folder
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import api as people

EXPORT: Final = "areas.export"
AT_ONCE: Final = 3000  # areas: more take longer than anybody waits for a page
LONGEST_PLANE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be given out: `version` by number of the row, or 0 for the borders of the day `on`; `plane` is the text of a
    parameter file where the system is a town's own.
    """

    town: str
    version: int
    on: str
    level: str
    form: str
    crs: str
    plane: str = ""

    def written(self) -> areas.Exported:
        """The file. Refused as `areas.export` and `areas.export_version`."""
        if not self.plane:
            return self._given(None)
        with tempfile.TemporaryDirectory(prefix="townops-plane-") as place:
            path = Path(place) / "plane.toml"
            path.write_text(self.plane, "utf-8")
            return self._given(path)

    def _given(self, plane: Path | None) -> areas.Exported:
        how = {"form": self.form, "crs": self.crs}
        if self.version:
            return areas.export_version(self.version, self.level, plane=plane, **how)
        return areas.export(self.town, self.level, on=date.fromisoformat(self.on), plane=plane, **how)

    @property
    def size(self) -> int:
        """How many areas it is about."""
        if self.version:
            return sum(one.kind == self.level for one in areas.features_of(self.version))
        return sum(1 for _ in areas.shapes(self.level, on=date.fromisoformat(self.on)))

    def body(self) -> dict[str, object]:
        """For the journal."""
        return {name: value for name, value in asdict(self).items() if name not in {"plane", "town"}}


def plane_text(content: bytes) -> str:
    """A parameter file as text. Refused(plane_file)."""
    if len(content) > LONGEST_PLANE:
        raise Refused("plane_file", why="文件过大")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("plane_file", why="不是UTF-8文本") from None


def note(wanted: Wanted, name: str, *, actor: Actor, at: datetime) -> None:
    """Who took which borders out, when, as what."""
    with write():
        body = wanted.body() | {"file": name, "areas": wanted.size}
        journal.append(kind="borders.export", key=wanted.town, action="export", actor=actor, at=at, body=body)


def taken_out(town: str) -> list[journal.Entry]:
    """The last exports of a town, newest first."""
    return journal.history("borders.export", town)[:-21:-1]


def run(asked: batches.Asked, at: datetime) -> str:
    """Write a large file; its name, or "" when it was stopped."""
    wanted = Wanted(**asked.payload)
    found = wanted.written()
    name = f"{asked.batch}-{found.name}"
    target = folder() / name
    target.write_bytes(found.content)
    target.chmod(0o600)
    note(wanted, found.name, actor=people.actor_for(asked.owner, at), at=at)
    if not batches.advance(asked.batch, wanted.size):
        target.unlink()
        return ""
    return name

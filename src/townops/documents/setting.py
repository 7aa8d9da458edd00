"""Sets a sheet as PDF with typst. Words go in as data, never as markup: nothing a resident wrote can change a paper."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import typst

from townops.base.papers import Sheet
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

TEMPLATES: Final = Path(__file__).parent / "templates"
FONTS: Final = Path(__file__).parents[1] / "static" / "vendor" / "fonts"
FACES: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


def pdf(sheet: Sheet, *, printed_by: str, at: datetime) -> bytes:
    """The paper as PDF. Refused("paper_fonts_missing")."""
    made = _compiler(sheet, printed_by, at).compile(format="pdf", timestamp=at.replace(microsecond=0))
    return made if isinstance(made, bytes) else b""


def pictures(sheet: Sheet, *, printed_by: str, at: datetime) -> list[bytes]:
    """Each page as PNG, for eyes and tests."""
    made = _compiler(sheet, printed_by, at).compile(format="png")
    return [made] if isinstance(made, bytes) else [page for page in made or () if page]


def _compiler(sheet: Sheet, printed_by: str, at: datetime) -> typst.Compiler:
    local = at.astimezone(SHANGHAI)
    stated = asdict(sheet) | {"printed": f"{printed_by}　{local:%Y-%m-%d %H:%M} 打印"}
    return typst.Compiler(
        TEMPLATES / ("plates.typ" if sheet.plates else "form.typ"),
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"sheet": json.dumps(stated, ensure_ascii=False)},
    )


@cache
def _fonts() -> typst.Fonts:
    """Our own faces and no others: a paper looks the same on every machine."""
    if not all((FONTS / face).exists() for face in FACES):
        raise Refused("paper_fonts_missing")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])

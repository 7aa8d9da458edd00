"""Chinese in UTF-8, in GBK, or both in one file: each text is judged by its own bytes.

What a file says of its code page only decides where the bytes do not: offices copy .cpg files around.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from townops.areas.exchange.terms import Column, Fault, Note, named_rows

UTF8, GBK = "utf-8", "gb18030"
SHOWN: Final = {UTF8: "UTF-8", GBK: "GBK"}
CODE_PAGES: Final = {"utf8": UTF8, "65001": UTF8} | dict.fromkeys(
    ("gbk", "936", "cp936", "gb2312", "gb18030", "54936", "ansi936"), GBK
)
RAW: Final = "ISO-8859-1"  # every byte is a letter of it, so nothing is lost on the way
_CHINESE: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_BROKEN: Final = "\ufffd"
_PIECES: Final = re.compile(rb'(["<>\n])')  # bytes that are never half of a Chinese character


def text_of(raw: bytes, stated: str) -> tuple[str, str]:
    """(text, its code page; empty for ASCII). What is neither keeps a mark where it broke."""
    if raw.isascii():
        return raw.decode("ascii"), ""
    for page in (UTF8, GBK):
        try:
            text = raw.decode(page)
        except UnicodeDecodeError:
            continue
        if page == GBK or _CHINESE.search(text) or stated == UTF8:
            return text, page
    return raw.decode(stated or UTF8, errors="replace"), stated or UTF8


def restored(text: str, stated: str, *, mistaken: str = RAW, chosen: str = "") -> tuple[str, str]:
    """A text whose bytes were taken for letters of a Western page, as it was meant, or as a chosen code page has it."""
    try:
        raw = text.encode(mistaken)
    except UnicodeEncodeError:  # never was mistaken
        return text, ""
    return (raw.decode(chosen, errors="replace"), chosen) if chosen else text_of(raw, stated)


def restored_columns(
    columns: Mapping[str, Column], stated: str, chosen: str = ""
) -> tuple[dict[str, Column], tuple[Note, ...], tuple[Fault, ...]]:
    """Columns read as `RAW`, with their heads, as they were meant; what was seen of code pages; broken rows. Where people
    chose a code page nothing is judged.
    """
    heads = {head: restored(head, stated, chosen=chosen)[0].rstrip(_BROKEN) for head in columns}
    meant: dict[str, Column] = {}
    pages: dict[str, set[int]] = {UTF8: set(), GBK: set()}
    faults = []
    for head, column in columns.items():
        texts = column.copy() if column.dtype == np.object_ else column
        for row, value in enumerate(texts) if column.dtype == np.object_ else ():
            if isinstance(value, str) and not value.isascii():
                texts[row], page = restored(value, stated, chosen=chosen)
                pages.setdefault(page, set()).add(row)
                if _BROKEN in texts[row]:
                    faults.append(Fault(row + 1, "text_broken", {"column": heads[head]}))
        meant[heads[head]] = texts
    notes = () if chosen else _page_notes(pages[UTF8], pages[GBK], stated)
    return meant, notes, tuple(faults)


def _page_notes(utf8: set[int], gbk: set[int], stated: str) -> tuple[Note, ...]:
    if utf8 and gbk:
        fewer, page = (gbk, GBK) if len(gbk) <= len(utf8) else (utf8, UTF8)
        return (Note("encoding_mixed", {"page": SHOWN[page], "rows": named_rows(sorted(fewer))}),)
    found = UTF8 if utf8 else GBK if gbk else ""
    if found and not stated:
        return (Note("encoding_guessed", {"page": SHOWN[found]}),)
    if found and found != stated:
        return (Note("encoding_contradicts", {"stated": SHOWN[stated], "page": SHOWN[found]}),)
    return ()


def stated_page(path: Path) -> str:
    """The code page a .cpg beside a shapefile names, empty when it names none we know."""
    beside = [one for one in path.parent.iterdir() if one.stem == path.stem and one.suffix.lower() == ".cpg"]
    named = beside[0].read_text("ascii", errors="ignore").strip().lower() if beside else ""
    return CODE_PAGES.get(named.replace("-", "").replace("_", ""), "")


def decoded(content: bytes, chosen: str = "") -> tuple[str, tuple[Note, ...]]:
    """The text of a whole file that should be UTF-8 but may be GBK, or both in pieces; or as a chosen code page has it."""
    if chosen:
        return content.decode(chosen, errors="replace").removeprefix("\ufeff"), ()
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pieces = [text_of(piece, "") for piece in _PIECES.split(content)]
    pages = {page for _, page in pieces if page}
    code = "encoding_mixed_file" if len(pages) > 1 else "encoding_guessed"
    return "".join(text for text, _ in pieces), (Note(code, {"page": SHOWN[GBK]}),)

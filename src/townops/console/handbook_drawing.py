"""The flow of a source as a drawing (SVG): states as boxes, the steps that leave them as arrows. No style, no script.

The main line runs along the top. Below, each state has its box at the left and an arrow for each step that leaves it;
what may be done in nearly every state is drawn once, at the end. Every colour is an attribute, so that a page with a
strict policy and the typesetter draw it alike.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Final

from townops.console.handbook import Handbook, Told, words
from townops.orders.api import LOOKS, State


class Safe(str):
    """Markup of this drawing, escaped already."""


Group = tuple[str, str, list[Told]]
WIDE: Final = 1000
TALLEST: Final = 1300
BOX, HIGH, ROW, GAP, TOP = 118, 30, 38, 12, 96
FROM_X, TO_X, TO_WIDE = 8, 812, 180
INK, LINE, GROUND = "#1f262d", "#5f6770", "#ffffff"
FILLS: Final = {
    "blue": "#eaf1fb",
    "amber": "#fdf3e1",
    "slate": "#eceff1",
    "green": "#e9f5ea",
    "grey": "#f0f1f3",
}
NAMED: Final = 4
FACES: Final = "PingFang SC, Microsoft YaHei, Noto Sans SC, Noto Sans CJK SC, sans-serif"
ANYWHERE: Final = "多种状态"


def drawing(book: Handbook) -> str:
    """The whole drawing, for a screen."""
    return _picture(book, list(_groups(book)), main_line=True)


def pages(book: Handbook, tallest: int = TALLEST) -> list[str]:
    """The same in drawings that fit a sheet of paper: the main line, then as many states as one holds."""
    sheets: list[list[Group]] = []
    for group in _groups(book):
        if not sheets or _height([*sheets[-1], group]) > tallest:
            sheets.append([])
        sheets[-1].append(group)
    return [_picture(book, [], main_line=True), *(_picture(book, one, main_line=False) for one in sheets)]


def _picture(book: Handbook, groups: Sequence[Group], *, main_line: bool) -> str:
    y = TOP if main_line else GAP
    body = [*_main_line(book.chapter.main_line)] if main_line else []
    high = y + _height(groups)
    for name, fill, steps in groups:
        body += _group(name, fill, steps, y)
        y += ROW * len(steps) + GAP
    label = escape(f"{book.chapter.label}流程图")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" aria-label="{label}"'
        f' font-family="{FACES}" font-size="13" fill="{INK}">'
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>{"".join(body)}</svg>'
    )


def _height(groups: Sequence[Group]) -> int:
    return sum(ROW * len(steps) + GAP for _, _, steps in groups)


def _groups(book: Handbook) -> Iterator[Group]:
    """(box, colour, steps) for each state that a step leaves for another one."""
    moving = [one for one in book.steps if one.step.to and one.step.sources]
    for state in State:
        if mine := [one for one in moving if state in one.step.sources and not one.step.everywhere]:
            yield LOOKS[state].word, FILLS[LOOKS[state].colour], mine
    if general := [one for one in moving if one.step.everywhere]:
        yield ANYWHERE, GROUND, general


def _main_line(states: Sequence[State]) -> Iterator[str]:
    step = (WIDE - 2 * FROM_X) / max(1, len(states))
    wide = min(BOX, step - 22)
    for place, state in enumerate(states):
        yield _box(FROM_X + place * step, 8, wide, LOOKS[state].word, FILLS[LOOKS[state].colour])
    for (place, _), _ in pairwise(enumerate(states)):
        start = FROM_X + place * step + wide
        yield _arrow(start, FROM_X + (place + 1) * step, 8 + HIGH / 2)
    yield _text(
        FROM_X,
        64,
        "主线：没有退单、返工、挂账时经过的状态。下图逐一列出每个状态可以办理的步骤、由谁办理、时限和去向。",
        LINE,
        12,
    )


def _group(name: str, fill: str, steps: Sequence[Told], y: float) -> Iterator[str]:
    yield _box(FROM_X, y, BOX, name, fill)
    trunk = FROM_X + BOX + 14
    last = y + ROW * (len(steps) - 1) + HIGH / 2
    yield _stroke(FROM_X + BOX, y + HIGH / 2, trunk, y + HIGH / 2)
    if len(steps) > 1:
        yield _stroke(trunk, y + HIGH / 2, trunk, last)
    for place, one in enumerate(steps):
        yield from _step(one, trunk, y + ROW * place)


def _step(one: Told, x: float, y: float) -> Iterator[str]:
    middle = y + HIGH / 2
    yield _arrow(x, TO_X, middle)
    yield _text(x + 10, middle - 5, one.step.label, INK, 13, bold=True)
    told = (one.since if one.step.everywhere else "", _who(one.who), one.limit)
    yield _text(x + 10, middle + 14, _apart(told), LINE, 11)
    first = one.step.to[0]
    to = one.to if len(one.step.to) <= 2 else words(one.step.to[:2]) + "…"  # noqa: PLR2004
    to = "原来的状态" if one.to == "原来的状态" else to
    yield _box(TO_X, y, TO_WIDE, to, FILLS[LOOKS[first].colour])


def _who(names: Sequence[str]) -> str:
    said = "、".join(names[:NAMED])
    return f"{said}等{len(names)}个角色" if len(names) > NAMED else said


def _apart(parts: Sequence[str]) -> Safe:
    """Several texts on one line, each of its own, so that each is said in the language of the page."""
    return Safe(
        "".join(
            f'<tspan dx="{8 * bool(place)}">{escape(one)}</tspan>'
            for place, one in enumerate(filter(None, parts))
        )
    )


def _box(x: float, y: float, wide: float, said: str, fill: str) -> str:
    shape = (
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{HIGH}" rx="4" fill="{fill}" stroke="{LINE}"/>'
    )
    size = 13 if len(said) * 13 < wide - 6 else max(9, int((wide - 6) / len(said)))
    return shape + _text(x + wide / 2, y + HIGH / 2 + 5, said, INK, size, middle=True)


def _arrow(x: float, to: float, y: float) -> str:
    return f'<path d="M{x:g} {y:g}H{to:g}" fill="none" stroke="{LINE}" marker-end="url(#tip)"/>'


def _stroke(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}" fill="none" stroke="{LINE}"/>'


def _text(
    x: float, y: float, said: str, fill: str, size: int, *, bold: bool = False, middle: bool = False
) -> str:
    more = (' font-weight="bold"' if bold else "") + (' text-anchor="middle"' if middle else "")
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}" font-size="{size}"{more}>{said if isinstance(said, Safe) else escape(said)}</text>'

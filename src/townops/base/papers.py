"""Papers an office prints: what stands on one is declared by the context that knows it, set as PDF by `documents`.

A paper is `@paper(...)` on a function in a context's `papers.py` that makes a `Sheet`: words only, no layout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from townops.base.registry import Registry


@dataclass(frozen=True, slots=True)
class Cell:
    """A box with its label. `wide` takes the whole line; `tall` leaves so many millimetres at least, to write by hand."""

    label: str
    text: str = ""
    wide: bool = False
    tall: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter of a longer paper: words, then a drawing (SVG), then a table with the widths of its columns in parts."""

    title: str
    words: tuple[str, ...] = ()
    drawing: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plate:
    """A sign to cut out and put up: a QR code (SVG) under its title, with small lines below."""

    title: str
    lines: tuple[str, ...]
    drawing: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper in words: who issues it, its number, its boxes in order, who signs, what stands small below, chapters after that.
    One with `plates` holds nothing but them: a single one fills the page, several stand in rows with lines to cut along.
    """

    issuer: str
    title: str
    number: str
    cells: tuple[Cell, ...]
    signs: tuple[str, ...] = ()
    note: str = ""
    parts: tuple[Part, ...] = ()
    plates: tuple[Plate, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A declared paper: for orders of which sources, made from what its context hands it; `example` is for the conformance test."""

    code: str
    label: str
    sources: frozenset[str]
    make: Callable[..., Sheet]
    example: Callable[[], Sheet]


_papers: Final = Registry[Paper]("paper")


def paper(
    code: str, *, label: str, sources: frozenset[str], example: Callable[[], Sheet]
) -> Callable[[Callable[..., Sheet]], Callable[..., Sheet]]:
    """Declare a paper by its code."""

    def register(make: Callable[..., Sheet]) -> Callable[..., Sheet]:
        _papers.add(code, Paper(code, label, sources, make, example))
        return make

    return register


def papers() -> dict[str, Paper]:
    """Every declared paper by code."""
    return _papers.all()


def papers_for(source: str) -> tuple[Paper, ...]:
    """Those an order of this source is printed as."""
    return tuple(one for one in papers().values() if source in one.sources)


def get(code: str) -> Paper | None:
    return _papers.get(code)

"""A new feature above the finest level: ground taken from its neighbours with everything that lies below it. Pure.

What lies inside goes along whole; what the line crosses is cut on every level, so that parents and children still end on
the same points. Of a cut feature without children the largest part keeps the code, so whoever works there keeps his place;
of one with children the part outside keeps it. A code for every other part is asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from townops.kernel.partition.faces import crossing, cut_part, faces_of, must_be_free, must_hang_together
from townops.kernel.partition.repairing import joined
from townops.kernel.partition.rings import body_of, must_be_sound
from townops.kernel.partition.sheet import Changes, Piece, Point, Sheet
from townops.kernel.partition.terms import Feature
from townops.kernel.partition.weaving import woven
from townops.kernel.refusal import Refused

Coder = Callable[[str, int], str]  # a code that nobody has, for a new child of a parent on a level
Faces = list[shapely.Geometry]


@dataclass(frozen=True, slots=True)
class Carved:
    """`origins`: of every part that got a code of its own, whose part it was."""

    changes: Changes
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The new feature: its parent, whether it may be in parts (`apart`) and takes its ground without what is below (`empty`)."""

    code: str
    parent: str
    apart: bool = False
    empty: bool = False


def carve(sheet: Sheet, new: Wanted, ring: Sequence[Point], coder: Coder) -> Carved:
    """A new feature below a parent, drawn as a ring: its ground is taken from the children of the parent with what is below them.

    Beyond the parent nothing is taken. Refused: edit_code_taken, edit_unknown, edit_crosses, edit_nothing when no ground is
    won, edit_detaches when somebody who may not be would be left in parts.
    """
    must_be_free(sheet, new.code)
    must_be_sound(new.code, shapely.Polygon(ring))
    below = [sheet.piece(new.parent), *descendants(sheet, new.parent)]
    line = tuple((x, y) for x, y in ring)
    changes, path = woven(sheet, (*line, line[0]), {one.code for one in below})
    area = shapely.Polygon(path)
    must_be_sound(new.code, area)
    after = sheet.changed(changes)
    pieces = [after.pieces[one.code] for one in below[1:]]
    return _Knife(after, new, area, path, coder).cut(pieces, changes)


def divide(sheet: Sheet, code: str, line: Sequence[Point], new_code: str, coder: Coder) -> Carved:
    """A feature with children cut in two by a line drawn across it; the smaller side becomes the new feature.

    Refused: edit_code_taken, edit_unknown, edit_line_short, edit_line_often, edit_too_close, edit_detaches.
    """
    piece = sheet.piece(code)
    must_be_free(sheet, new_code)
    below = descendants(sheet, code)
    changes, path = woven(
        sheet, crossing(piece.shape, line), {code, piece.feature.parent, *(one.code for one in below)}
    )
    after = sheet.changed(changes)
    shape = after.pieces[code].shape
    faces = [one for one in faces_of([body_of(shape)], path) if _within(shape, one)]
    parts = len(shapely.get_parts(shape))
    if len(faces) != parts + 1:
        raise Refused("edit_line_short" if len(faces) <= parts else "edit_line_often")
    side = min(cut_part(faces, shape), key=lambda one: one.area)
    new = Wanted(new_code, piece.feature.parent)
    pieces = [after.pieces[one.code] for one in (piece, *below)]
    return _Knife(after, new, side, path, coder).cut(pieces, changes)


def descendants(sheet: Sheet, code: str) -> list[Piece]:
    """Everything below a feature."""
    found, todo, known = list[Piece](), [code], {code}
    while todo:
        for one in sheet.children(todo.pop()):
            if one.code not in known:
                known.add(one.code)
                found.append(one)
                todo.append(one.code)
    return found


def _within(shape: shapely.Geometry, face: shapely.Polygon) -> bool:
    return bool(shapely.contains_properly(shape, face.representative_point()))


@dataclass
class _Knife:
    """`homes`: below whom the inner part of a feature's children lies; `ground` is what the new feature gets."""

    sheet: Sheet
    new: Wanted
    area: shapely.Polygon
    path: Sequence[Point]
    coder: Coder
    changes: Changes = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    ground: Faces = field(default_factory=list)

    def cut(self, pieces: Sequence[Piece], changes: Changes) -> Carved:
        """Coarsest first, so that a child knows where the parts of its parent lie."""
        self.changes = dict(changes)
        self.homes[self.new.parent] = self.new.code
        level = self.sheet.pieces[self.new.parent].level + 1
        for piece, won, left in self._parts(pieces):
            if piece.feature.parent == self.new.parent:
                self.ground += won
            if piece.level == level or (self.new.empty and not self.sheet.children(piece.code)):
                self.homes[piece.code] = self.new.code
                self.changes[piece.code] = self._rest(piece, left)
            elif not left:
                self.homes[piece.code] = piece.code
                self.changes[piece.code] = piece.below(self._home(piece))
            elif self.sheet.children(piece.code):
                self._cut_parent(piece, won, left)
            else:
                self._cut_leaf(piece, won, left)
        if not self.ground:
            raise Refused("edit_nothing")
        shape = _one(self.ground)
        must_hang_together(self.new.code, shape, len(shapely.get_parts(shape)) if self.new.apart else 1)
        self.changes[self.new.code] = Piece(level, Feature(self.new.code, shape, self.new.parent))
        return Carved(self.changes, self.origins)

    def _parts(self, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Faces, Faces]]:
        """Every piece of which something lies inside, with its faces inside and outside."""
        shapes = np.array([one.shape for one in pieces], dtype=object)
        touched = shapely.intersects(shapes, self.area) & ~shapely.touches(shapes, self.area)
        whole = touched & shapely.covered_by(shapes, self.area)
        crossed = [one for one, hit in zip(pieces, touched & ~whole, strict=True) if hit]
        bodies = [self.sheet.pieces[self.new.parent], *crossed]
        faces = np.array(faces_of([body_of(one.shape) for one in bodies], self.path), dtype=object)
        middles = shapely.point_on_surface(faces)
        inside, tree = shapely.contains(self.area, middles), shapely.STRtree(middles)
        mine = sorted(
            zip(pieces, touched.tolist(), whole.tolist(), strict=True),
            key=lambda one: (one[0].level, one[0].code),
        )
        for piece, is_touched, is_whole in mine:
            if is_whole:
                yield piece, [piece.shape], []
            elif is_touched:
                hit = np.sort(tree.query(piece.shape, predicate="contains"))
                won, left = faces[hit[inside[hit]]], faces[hit[~inside[hit]]]
                if len(won):
                    yield piece, list(won), list(left)

    def _home(self, piece: Piece) -> str:
        return self.homes.get(piece.feature.parent, piece.feature.parent)

    def _rest(self, piece: Piece, left: Faces) -> Piece | None:
        return piece.with_shape(self._whole(piece, piece.code, left)) if left else None

    def _whole(self, piece: Piece, code: str, faces: Faces) -> shapely.Geometry:
        shape = _one(faces)
        parts = len(shapely.get_parts(shape))
        allowed = parts if piece.feature.detached_allowed else len(shapely.get_parts(piece.shape))
        must_hang_together(code, shape, allowed)
        return shape

    def _cut_parent(self, piece: Piece, won: Faces, left: Faces) -> None:
        home = self._home(piece)
        code = self._fresh(piece, home)
        self.homes[piece.code] = code
        self.changes[piece.code] = self._rest(piece, left)
        self._put(code, piece, self._whole(piece, code, won), home)

    def _cut_leaf(self, piece: Piece, won: Faces, left: Faces) -> None:
        """Every part that hangs together becomes one; of a feature that may be in parts each side stays one."""
        sides = ((_one(won), self._home(piece)), (_one(left), piece.feature.parent))
        apart = piece.feature.detached_allowed
        parts = [
            (part, home)
            for shape, home in sides
            for part in ([shape] if apart else shapely.get_parts(shape).tolist())
        ]
        parts.sort(key=lambda one: -one[0].area)
        for number, (part, home) in enumerate(parts):
            must_be_sound(piece.code, part)
            self._put(self._fresh(piece, home) if number else piece.code, piece, part, home)

    def _fresh(self, piece: Piece, home: str) -> str:
        code = self.coder(home, piece.level)
        must_be_free(self.sheet, code)
        self.origins[code] = piece.code
        return code

    def _put(self, code: str, piece: Piece, shape: shapely.Geometry, home: str) -> None:
        flags = piece.feature.detached_allowed, piece.feature.directly_managed
        self.changes[code] = Piece(piece.level, Feature(code, shape, home, *flags))


def _one(faces: Faces) -> shapely.Geometry:
    return joined(np.array(faces, dtype=object))

"""Operations of a border editor: pure, topological, each giving back only the features it changes.

A partition stays a partition under every operation that is not refused: a point moves in every ring that has it, on all
levels, and a line that is drawn is first woven into every border it meets. `Refused` says which feature would become
unsound. Coordinates are degrees on the lattice of 1e-7.
"""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.faces import crossing, cut_part, faces_of, must_be_free, must_hang_together
from townops.kernel.partition.plane import Plane
from townops.kernel.partition.repairing import joined
from townops.kernel.partition.rings import (
    body_of,
    edges_of,
    moved,
    must_be_sound,
    on_lattice,
    rerouted,
    rings,
    settled,
    undirected,
)
from townops.kernel.partition.sheet import Changes, Piece, Point, Sheet, box_of
from townops.kernel.partition.terms import LATTICE, Feature
from townops.kernel.partition.weaving import woven
from townops.kernel.refusal import Refused

ALIKE: Final = 1e-9  # of an area: what adding up may lose


def move_vertex(sheet: Sheet, at: Point, to: Point) -> Changes:
    """A point of borders put elsewhere for all who have it; onto an edge, that edge gets it too.

    Refused: edit_no_vertex, edit_fixed, edit_vanishes, edit_crosses.
    """
    to = on_lattice(to)
    if at == to:
        return {}
    owners = _owners(sheet, at)
    changes = settled(sheet, {one.code: moved(body_of(one.shape), {at: to}) for one in owners})
    after = sheet.changed(changes)
    met = _edge_under(after, to)
    return changes | insert_vertex(after, *met, to) if met else changes


def insert_vertex(sheet: Sheet, one: Point, other: Point, at: Point) -> Changes:
    """A point more between two neighbouring points of a border, for all who share it.

    Refused: edit_no_border, edit_fixed (when it is off a fixed border), edit_crosses.
    """
    at = on_lattice(at)
    return _reroute(sheet, (one, other), (one, at, other), points_only=_is_on(at, one, other))


def remove_vertex(sheet: Sheet, at: Point) -> Changes:
    """A point taken out of a border. Refused: edit_no_vertex, edit_node where borders meet, edit_fixed, edit_vanishes."""
    beside = {
        undirected(ring[place - 1], ring[(place + 1) % len(ring)])
        for piece in _owners(sheet, at)
        for ring in rings(body_of(piece.shape))
        for place in [ring.index(at) if at in ring else -1]
        if place >= 0
    }
    if len(beside) != 1:
        raise Refused("edit_node")
    one, other = beside.pop()
    return _reroute(sheet, (one, at, other), (one, other))


def move_border(sheet: Sheet, old: Sequence[Point], new: Sequence[Point]) -> Changes:
    """A run of points of a common border, first and last kept, put along other points.

    Refused: edit_no_border, edit_node when a third border ends on it, edit_fixed, edit_vanishes, edit_crosses.
    """
    run = tuple((x, y) for x, y in old)
    instead = (run[0], *(on_lattice((x, y)) for x, y in new[1:-1]), run[-1])
    return _reroute(sheet, run, instead)


def _owners(sheet: Sheet, at: Point) -> list[Piece]:
    found = [
        piece for piece in sheet.near(box_of([at])) if any(at in ring for ring in rings(body_of(piece.shape)))
    ]
    if not found:
        raise Refused("edit_no_vertex")
    return found


def _reroute(
    sheet: Sheet, old: tuple[Point, ...], new: tuple[Point, ...], *, points_only: bool = False
) -> Changes:
    before = {piece.code: body_of(piece.shape) for piece in sheet.near(box_of(old))}
    bodies = {code: rerouted(body, old, new) for code, body in before.items()}
    if bodies == before:
        raise Refused("edit_no_border")
    return settled(sheet, bodies, points_only=points_only)


def _edge_under(sheet: Sheet, at: Point) -> tuple[Point, Point] | None:
    """An edge that runs over a point without having it."""
    for piece in sheet.near(box_of([at])):
        for ring in rings(body_of(piece.shape)):
            if at in ring:
                continue
            for one, other in edges_of(ring):
                if _is_on(at, one, other):
                    return one, other
    return None


def _is_on(at: Point, one: Point, other: Point) -> bool:
    """Within rounding."""
    (px, py), (ax, ay), (bx, by) = at, one, other
    if not (min(ax, bx) - LATTICE <= px <= max(ax, bx) + LATTICE):
        return False
    if not (min(ay, by) - LATTICE <= py <= max(ay, by) + LATTICE):
        return False
    return bool(shapely.LineString([one, other]).distance(shapely.Point(at)) <= LATTICE)


def split(sheet: Sheet, code: str, line: Sequence[Point], new_code: str) -> Changes:
    """A feature cut in two by a line drawn across it; the larger part keeps the code.

    The line's ends become points of every border they lie on. Refused: edit_unknown, edit_has_children, edit_code_taken,
    edit_line_short when it does not cut the feature, edit_line_often when it cuts it more than once, edit_too_close.
    """
    piece = sheet.leaf(code)
    must_be_free(sheet, new_code)
    changes, path = woven(sheet, crossing(piece.shape, line), {code})
    shape = (changes.get(code) or piece).shape
    faces = faces_of([body_of(shape)], path)
    faces = [one for one in faces if shapely.contains_properly(shape, one.representative_point())]
    parts = len(shapely.get_parts(shape))
    if len(faces) != parts + 1:
        raise Refused("edit_line_short" if len(faces) <= parts else "edit_line_often")
    fresh = min(cut_part(faces, shape), key=lambda one: one.area)
    rest = [one for one in faces if one is not fresh]
    kept = rest[0] if len(rest) == 1 else shapely.MultiPolygon(rest)
    return changes | {
        code: piece.with_shape(kept),
        new_code: Piece(piece.level, Feature(new_code, fresh, piece.feature.parent)),
    }


def merge(sheet: Sheet, codes: Collection[str], into: str) -> Changes:
    """Neighbours of one parent become one; what lay below the others lies below it.

    Refused: edit_unknown, edit_other_parent, edit_apart when they do not touch along a border.
    """
    kept = sheet.piece(into)
    others = [sheet.piece(code) for code in sorted(set(codes) - {into})]
    if not others:
        raise Refused("edit_apart", codes=into)
    for one in others:
        if (one.level, one.feature.parent) != (kept.level, kept.feature.parent):
            raise Refused("edit_other_parent", code=one.code, parent=one.feature.parent)
    shape = joined(np.array([kept.shape, *(one.shape for one in others)], dtype=object))
    parts = len(shapely.get_parts(shape))
    if parts > max(1, len(shapely.get_parts(kept.shape))) and not kept.feature.detached_allowed:
        raise Refused("edit_apart", codes="、".join(one.code for one in others))
    changes: Changes = {one.code: None for one in others}
    for one in others:
        changes |= {child.code: child.below(into) for child in sheet.children(one.code)}
    return changes | {into: kept.with_shape(shape)}


def draw(
    sheet: Sheet, code: str, ring: Sequence[Point], parent: str, *, level: int = -1, fill: bool = False
) -> Changes:
    """A new feature without children below `parent`, of the finest level unless told: its ground is cut out of what lies there,
    or with `fill` only what nobody has.

    Beyond the parent's border nothing is taken. What loses all its ground is no more. Refused: edit_code_taken,
    edit_unknown, edit_has_children, edit_crosses, edit_nothing when no ground is won, edit_detaches when somebody would be
    left in parts.
    """
    must_be_free(sheet, code)
    beside = [sheet.piece(parent), *sheet.children(parent)]
    must_be_sound(code, shapely.Polygon(ring))
    line = tuple((x, y) for x, y in ring)
    changes, path = woven(sheet, (*line, line[0]), {one.code for one in beside})
    after = sheet.changed(changes)
    area = shapely.Polygon(path)
    must_be_sound(code, area)
    touched = [one for one in after.children(parent) if shapely.intersects(one.shape, area)]
    ground = after.pieces[parent].shape
    faces = faces_of([body_of(ground), *(body_of(one.shape) for one in touched)], path, noded=fill)
    held = shapely.union_all([one.shape for one in touched]) if fill else shapely.Polygon()
    inner = [(face, face.representative_point()) for face in faces]
    won = [
        face for face, at in inner if area.contains(at) and ground.contains(at) and not held.intersects(at)
    ]
    if not won:
        raise Refused("edit_nothing")
    fresh = joined(np.array(won, dtype=object))
    must_hang_together(code, fresh, 1)
    changes[code] = Piece(level % len(sheet.names), Feature(code, fresh, parent))
    return changes | ({} if fill else _losses(sheet, touched, faces, area))


def _losses(
    sheet: Sheet, touched: list[Piece], faces: list[shapely.Polygon], area: shapely.Polygon
) -> Changes:
    """What is left of those who had the ground."""
    changes: Changes = {}
    for one in touched:
        mine = [face for face in faces if one.shape.contains(face.representative_point())]
        left = [face for face in mine if not area.contains(face.representative_point())]
        if len(left) == len(mine):
            continue
        sheet.leaf(one.code)
        changes[one.code] = None
        if left:
            rest = joined(np.array(left, dtype=object))
            if not one.feature.detached_allowed:
                must_hang_together(one.code, rest, len(shapely.get_parts(one.shape)))
            changes[one.code] = one.with_shape(rest)
    return changes


def regroup(sheet: Sheet, codes: Collection[str], parent: str) -> Changes:
    """Features put below another parent; both parents, and those above them as far as they differ, take the ground of
    what is now below them.

    Refused: edit_unknown, edit_last_child, edit_not_tiled when a parent has other ground than its children, edit_detaches.
    """
    upper = sheet.piece(parent)
    movers = [one for code in sorted(set(codes)) if (one := sheet.piece(code)).feature.parent != parent]
    changes: Changes = {one.code: one.below(parent) for one in movers}
    now = {one.code for one in (upper, *sheet.above(parent))}
    stale = {code for one in movers for code in now ^ {piece.code for piece in sheet.above(one.code)}}
    for piece in sorted((sheet.pieces[code] for code in stale), key=lambda one: (-one.level, one.code)):
        changes[piece.code] = _rebuilt(sheet, sheet.changed(changes), piece)
    return changes


def _rebuilt(sheet: Sheet, after: Sheet, piece: Piece) -> Piece:
    if piece.code in sheet.fixed:
        raise Refused("edit_fixed", code=piece.code)
    before = sum(one.shape.area for one in sheet.children(piece.code))
    if abs(before - piece.shape.area) > ALIKE * piece.shape.area:
        raise Refused("edit_not_tiled", code=piece.code)
    below = after.children(piece.code)
    if not below:
        raise Refused("edit_last_child", code=piece.code)
    shape = joined(np.array([one.shape for one in below], dtype=object))
    if not piece.feature.detached_allowed:
        must_hang_together(piece.code, shape, len(shapely.get_parts(piece.shape)))
    return piece.with_shape(shape)


def snap(sheet: Sheet, at: Point, reach_m: float) -> Point:
    """The nearest point of a border within reach, else the nearest place on one, else the point itself; on the lattice."""
    degrees = reach_m / 9e4
    west, south, east, north = (at[0] - degrees, at[1] - degrees, at[0] + degrees, at[1] + degrees)
    near = sheet.near((west, south, east, north))
    if not near:
        return on_lattice(at)
    plane = Plane.around(np.array([shapely.Point(at)], dtype=object))
    dot = shapely.Point(plane.points(np.array([at]))[0])
    points = np.concatenate([shapely.get_coordinates(one.shape) for one in near])
    far = np.hypot(*(plane.points(points) - [dot.x, dot.y]).T)
    if far.min() <= reach_m:
        x, y = points[int(far.argmin())].tolist()
        return x, y
    lines = plane.metres(np.array([one.shape.boundary for one in near], dtype=object))
    nearest = lines[int(np.argmin(shapely.distance(lines, dot)))]
    if nearest.distance(dot) > reach_m:
        return on_lattice(at)
    foot = plane.degrees(np.array([nearest.interpolate(nearest.project(dot))], dtype=object))[0]
    return on_lattice((foot.x, foot.y))

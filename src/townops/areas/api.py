"""The door to areas: where a point lies, what lies under what, and how a survey becomes areas (U8-U11)."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import ArrayLike

from townops.areas.domain.candidates import FIELDS, Candidate, RowError, Survey
from townops.areas.domain.changes import AreaChange, Comparison, drawn
from townops.areas.domain.comparing import Carried, Difference, Link, carried
from townops.areas.domain.dossiers import Field, cells_of, fields_of
from townops.areas.domain.dossiers import read as read_dossier
from townops.areas.domain.dossiers import total as total_of
from townops.areas.domain.features import Feature
from townops.areas.domain.finding import Named
from townops.areas.domain.finding import find as find_named
from townops.areas.domain.ground import Ids
from townops.areas.domain.held import Held
from townops.areas.domain.mending import key_of as defect_key
from townops.areas.domain.outlines import Outline
from townops.areas.domain.places import HEADS as PLACE_HEADS
from townops.areas.domain.rebasing import CHOICES as REBASE_CHOICES
from townops.areas.domain.rebasing import Conflict, Rebased
from townops.areas.domain.views import AreaView, Location, Near
from townops.areas.dossier_sheets import Taken, dossier_sheet, take_dossier_sheet
from townops.areas.dossiers import (
    Changed,
    DossierView,
    add_photo,
    changed_since,
    confirm_dossier,
    dossier,
    dossiers,
    drop_photo,
    enter_dossiers,
    may_keep,
    photo,
    photos,
    put_dossier,
)
from townops.areas.dossiers import history as dossier_history
from townops.areas.drafting import (
    Edited,
    News,
    changes_since,
    draft_held,
    edit_draft,
    proof_of,
    prove_anew,
    redo_in_editor,
    suggested_code,
    undo_in_editor,
)
from townops.areas.drafts import (
    DraftView,
    Edit,
    draft,
    drafts_of,
    drop_draft,
    foresee_rebase,
    open_draft,
    rebase_draft,
)
from townops.areas.exporting import Exported, export, export_version
from townops.areas.exporting import forms as export_forms
from townops.areas.geography import Geography, left_on, picture
from townops.areas.handing import Touched, changing_hands, on_borders
from townops.areas.imports import (
    ImportResult,
    check_areas,
    import_areas,
    sentence,
    take_survey,
    write_errors,
)
from townops.areas.links import DossierLink, dossier_links, on_dossier_links
from townops.areas.models import Area
from townops.areas.needs import Completeness, Need, State, needs, on_dossiers, states, summary
from townops.areas.place_sheets import place_sheet, take_place_sheet, typed_of
from townops.areas.places import (
    PlaceView,
    enter_places,
    find_places,
    named_places,
    place,
    place_kinds,
    places_of,
    put_place,
)
from townops.areas.publishing import begin_due as begin_borders
from townops.areas.publishing import (
    carried_to,
    compare_versions,
    comparison,
    correct_lineage,
    foresee_publishing,
    lineage_in,
    lineage_of,
)
from townops.areas.publishing import publish as publish_borders
from townops.areas.publishing import roll_back as roll_back_borders
from townops.areas.repairs import Repaired, repair_draft
from townops.areas.schemes import CodeFault, code_faults, scheme_at
from townops.areas.stamps import Picture, touch
from townops.areas.statistics import Share, TypeCount, blocks_below, by_type, search, shares, sizes
from townops.areas.surveys import AreaFile, plane_of
from townops.areas.uploads import (
    Glimpse,
    UploadView,
    glimpse,
    keep_choices,
    keep_upload,
    upload,
    uploads,
)
from townops.areas.versions import (
    VersionView,
    begin_draft,
    check_draft,
    features_of,
    load_version,
    put_features,
    put_survey,
    versions_of,
    view,
)
from townops.areas.versions import redo as redo_edit
from townops.areas.versions import undo as undo_edit
from townops.areas.wizard import Trial, take_upload, try_upload
from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.partition import Defect, Proof
from townops.kernel.refusal import Refused
from townops.kernel.vectortiles import Box

__all__ = [
    "FIELDS",
    "PLACE_HEADS",
    "REBASE_CHOICES",
    "AreaChange",
    "AreaFile",
    "AreaView",
    "Candidate",
    "Carried",
    "Changed",
    "CodeFault",
    "Comparison",
    "Completeness",
    "Conflict",
    "Defect",
    "Difference",
    "DossierLink",
    "DossierView",
    "DraftView",
    "Edit",
    "Edited",
    "Exported",
    "Feature",
    "Field",
    "Glimpse",
    "Held",
    "ImportResult",
    "Link",
    "Location",
    "Named",
    "Near",
    "Need",
    "News",
    "Outline",
    "Picture",
    "PlaceView",
    "Proof",
    "Rebased",
    "Repaired",
    "RowError",
    "Share",
    "State",
    "Survey",
    "Taken",
    "Touched",
    "Trial",
    "TypeCount",
    "UploadView",
    "VersionView",
    "add_photo",
    "area",
    "area_by_id",
    "areas_of",
    "begin_borders",
    "begin_draft",
    "below",
    "block_types",
    "blocks_below",
    "by_type",
    "carried",
    "carried_to",
    "cells_of",
    "changed_since",
    "changes_since",
    "changing_hands",
    "check_areas",
    "check_draft",
    "children",
    "code_faults",
    "compare_versions",
    "comparison",
    "confirm_dossier",
    "correct_lineage",
    "defect_key",
    "dossier",
    "dossier_history",
    "dossier_links",
    "dossier_sheet",
    "dossiers",
    "draft",
    "draft_held",
    "drafts_of",
    "drawn",
    "drop_draft",
    "drop_photo",
    "edit_draft",
    "enter_dossiers",
    "enter_places",
    "export",
    "export_forms",
    "export_version",
    "extent",
    "features_of",
    "fields_of",
    "find",
    "find_places",
    "find_with_places",
    "foresee_publishing",
    "foresee_rebase",
    "glimpse",
    "import_areas",
    "keep_choices",
    "keep_upload",
    "left_on",
    "lineage_in",
    "lineage_of",
    "locate",
    "locate_many",
    "may_keep",
    "nearby",
    "needs",
    "neighbours",
    "on_borders",
    "on_dossier_links",
    "on_dossiers",
    "open_draft",
    "outlines",
    "photo",
    "photos",
    "place",
    "place_kinds",
    "place_sheet",
    "places_of",
    "plane_of",
    "point_within",
    "proof_of",
    "prove_anew",
    "publish_borders",
    "put_dossier",
    "put_features",
    "put_place",
    "put_survey",
    "read_dossier",
    "rebase_draft",
    "redo_edit",
    "redo_in_editor",
    "repair_draft",
    "roll_back_borders",
    "scheme_at",
    "search",
    "sentence",
    "shape",
    "shapes",
    "shares",
    "sizes",
    "states",
    "stored",
    "suggested_code",
    "summary",
    "take_dossier_sheet",
    "take_place_sheet",
    "take_survey",
    "take_upload",
    "total_of",
    "touch",
    "towns",
    "try_upload",
    "typed_of",
    "undo_edit",
    "undo_in_editor",
    "upload",
    "uploads",
    "version",
    "versions_of",
    "villages",
    "write_errors",
]


def locate(lng: float, lat: float, crs: str = "cgcs2000", *, on: date | None = None) -> Location:
    """Place of a point in degrees; `crs` cgcs2000, wgs84, gcj02 or bd09. A border belongs to the lowest code.

    Refused as `kernel.coordinates.to_cgcs2000` refuses.
    """
    x, y = to_cgcs2000(lng, lat, crs)
    return _geography().ground(on or timezone.localdate()).locate(x, y)


def locate_many(lngs: ArrayLike, lats: ArrayLike, crs: str = "cgcs2000", *, on: date | None = None) -> Ids:
    """Area ids of shape (n, 5), columns block, village, grid, town, direct_managed; 0 = none, as in
    `locate`.
    """
    xs, ys = to_cgcs2000(np.asarray(lngs, dtype=np.float64), np.asarray(lats, dtype=np.float64), crs)
    return _geography().ground(on or timezone.localdate()).locate_many(xs, ys)


def stored(lng: float, lat: float, crs: str = "cgcs2000") -> tuple[float, float]:
    """The point as it is stored and drawn (CGCS2000). Refused as `kernel.coordinates.to_cgcs2000` refuses."""
    return to_cgcs2000(lng, lat, crs)


def nearby(
    lng: float, lat: float, metres: float, *, kind: str = "block", crs: str = "cgcs2000"
) -> list[Near]:
    """Areas of a kind whose edge is within so many metres, nearest first."""
    x, y = to_cgcs2000(lng, lat, crs)
    return _geography().ground(timezone.localdate()).nearby(x, y, metres, kind)


def neighbours(area_id: int) -> list[AreaView]:
    """Areas of the same kind that share a piece of border today, by code."""
    return _geography().ground(timezone.localdate()).neighbours(area_id)


def area(code: str) -> AreaView:
    """By code; Refused(area_unknown)."""
    found = _geography().by_code.get(code)
    if found is None:
        raise Refused("area_unknown", code=code)
    return found


def area_by_id(area_id: int) -> AreaView:
    """By id; Refused(area_unknown)."""
    found = _geography().by_id.get(area_id)
    if found is None:
        raise Refused("area_unknown", code=area_id)
    return found


def below(area_id: int) -> frozenset[int]:
    """Ids of the area and of everything under it; an unknown id has nothing under it but itself."""
    return _geography().below(area_id)


def children(area_id: int) -> tuple[AreaView, ...]:
    """Areas directly under it that stand today, by code."""
    return tuple(one for one in _geography().children(area_id) if one.stands(timezone.localdate()))


def towns() -> tuple[AreaView, ...]:
    """Every town, by code."""
    return _geography().children(None)


def areas_of(town_code: str, kind: str) -> tuple[AreaView, ...]:
    """Every area of one kind in a town that stands today, by code; directly-managed areas are among the villages."""
    known, today = _geography(), timezone.localdate()
    found = (known.by_id[one] for one in known.below(area(town_code).id))
    living = (one for one in found if one.kind == kind and one.stands(today))
    return tuple(sorted(living, key=lambda one: one.code))


def villages(town_code: str) -> tuple[AreaView, ...]:
    """The villages (居村) of a town, by code, without directly-managed areas."""
    return tuple(one for one in areas_of(town_code, "village") if not one.directly_managed)


def find(town_code: str, q: str, *, most: int = 8) -> list[Named]:
    """居村 and blocks of today that the words of an address may mean, likeliest first."""
    return find_named(q, _geography().named(area(town_code).id, timezone.localdate()), most)


def find_with_places(town_code: str, q: str, *, most: int = 8) -> list[Named]:
    """The same with key places: for whoever may see them ("areas.places"), or where only a point is looked for."""
    own = _geography().named(area(town_code).id, timezone.localdate())
    return find_named(q, (*own, *named_places(town_code)), most)


def shape(area_id: int, *, on: date | None = None) -> bytes | None:
    """WKB (EPSG:4490) of the area on that day, None when it has no ground then."""
    return _geography().ground(on or timezone.localdate()).shape(area_id)


def shapes(kind: str, *, on: date | None = None) -> Iterator[tuple[AreaView, bytes]]:
    """Every area of a kind with its WKB, by code."""
    return _geography().ground(on or timezone.localdate()).shapes(kind)


def outlines(kind: str, zoom: int, box: Box) -> list[Outline]:
    """Today's areas of a kind (town, grid, village, block) that may touch a box (west, south, east, north), simplified to a
    pixel of a map's zoom, neighbours still fitting, by code.
    """
    return _geography().ground(timezone.localdate()).outlines(kind, zoom, box)


def point_within(area_id: int) -> tuple[float, float] | None:
    """Some point (lng, lat) certainly inside the area's present shape."""
    wkb = shape(area_id)
    if wkb is None:
        return None
    point = shapely.point_on_surface(shapely.from_wkb(wkb))
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def extent(area_id: int) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the area's present shape."""
    wkb = shape(area_id)
    if wkb is None:
        return None
    west, south, east, north = shapely.bounds(shapely.from_wkb(wkb)).tolist()
    return west, south, east, north


def version(version_id: int) -> VersionView:
    """A draft or published version; Refused(version_unknown)."""
    return view(load_version(version_id))


def block_types() -> Sequence[tuple[str, str]]:
    """The 14 types of responsibility block: (code, Chinese label)."""
    return Area.BlockType.choices


def _geography() -> Geography:
    return picture.get()

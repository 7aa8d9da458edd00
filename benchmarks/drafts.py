"""What one edit of a border costs, from the door to the proof of what it touched, among five thousand blocks."""

import time
from datetime import UTC, datetime

import partition

from townops.areas import api as areas
from townops.kernel.actors import Actor, Hat
from townops.kernel.partition.rings import body_of

SIDE = 71  # 5,041 blocks
TOWN = "BENCH"


def measured(count: int) -> dict[str, object]:
    """Seconds of each edit (a point moved for all who have it), of each undo, and of the whole proof."""
    drafter = Actor(1, "演示", (Hat(1, 1, frozenset({"areas.draft"})),))
    levels = partition.town(SIDE, 6)
    features = [
        areas.Feature(
            one.code,
            level.name,
            one.code,
            one.shape.wkb,
            one.parent,
            "other" if level.name == "block" else "",
        )
        for level in levels
        for one in level.features
    ]
    draft = areas.begin_draft(TOWN, note="bench", actor=drafter, at=datetime.now(UTC)).id
    revision = areas.put_features(draft, based_on=0, features=features, actor=drafter, at=datetime.now(UTC))
    edits, undone, right = [], [], True
    for number in range(count):
        shape = areas.draft_held(draft).features[f"B{(number * 131) % SIDE**2}"].geometry
        lng, lat = body_of(shape)[0][0][1]
        operation = {"do": "move_vertex", "at": [lng, lat], "to": [lng + 2e-6, lat + 1e-6], "unlock": True}
        began = time.perf_counter()
        done = areas.edit_draft(draft, operation, based_on=revision, actor=drafter, at=datetime.now(UTC))
        edits.append(time.perf_counter() - began)
        began = time.perf_counter()
        back = areas.undo_in_editor(draft, actor=drafter, at=datetime.now(UTC))
        undone.append(time.perf_counter() - began)
        right, revision = right and done.proof.passed and back.proof.passed, back.revision
    began = time.perf_counter()
    whole = areas.prove_anew(draft)[1]
    return {
        "edit": sorted(edits), "undo": sorted(undone), "whole": time.perf_counter() - began,
        "right": right and whole.passed,
    }  # fmt: skip

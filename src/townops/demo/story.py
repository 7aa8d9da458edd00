"""Who does what next with an order of the demo town: its story first, then what anybody would do in that state."""

from townops.demo import early, late
from townops.demo.telling import Move, Scene, beat

ACTS = {**early.ACTS, **late.ACTS}


def next_move(scene: Scene) -> Move | None:
    """What happens next, or None when the order rests where it is (for good, or as it was told to be stuck)."""
    if told := beat(scene):
        return told
    if scene.told.stuck is scene.order.state and not scene.told.beats:
        return None
    act = ACTS.get(scene.order.state)
    return act(scene) if act else None

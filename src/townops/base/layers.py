"""Map layers: declared by the context that owns the data, read by maps and by machines under one rule of permission.

A context declares in its `layers.py`; who may see a layer is one named action, the same on the desk's map and at /ogc.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from townops.base.registry import Registry
from townops.kernel.actors import Actor
from townops.kernel.featuresets import FeatureSet
from townops.kernel.refusal import Refused

Kind = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class LayerFact:
    """What a layer tells of each feature, and may be asked for."""

    name: str
    label: str
    kind: Kind = "string"


@dataclass(frozen=True, slots=True)
class Layer:
    """`read(since, until)`: what was there on one of these days, each feature once, as it was last. `turn`: a text that is
    another whenever that of a day may be another, cheaper than reading it.
    """

    name: str
    label: str
    about: str
    geometry: Literal["polygon", "line", "point"]
    permission: str
    facts: tuple[LayerFact, ...]
    read: Callable[[date, date], FeatureSet]
    least_zoom: int = 0  # further out its features are too small to be told apart
    turn: Callable[[date], str] | None = None

    def opens_to(self, actor: Actor) -> bool:
        return actor.holds(self.permission)


_declared: Final[Registry[Layer]] = Registry("layer")


def declare(layer: Layer) -> Layer:
    """Make a layer known. The same name twice stops start-up."""
    return _declared.add(layer.name, layer)


def layers_for(actor: Actor) -> tuple[Layer, ...]:
    """Those the actor may see, by name."""
    return tuple(one for one in _declared.all().values() if one.opens_to(actor))


def layer_for(actor: Actor, name: str) -> Layer:
    """Refused(map_layer_unknown): none of this name that the actor may see; whether it exists is not told."""
    layer = _declared.get(name)
    if layer is None or not layer.opens_to(actor):
        raise Refused("map_layer_unknown", name=name[:40])
    return layer

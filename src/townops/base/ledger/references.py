"""Links of registers to what lower contexts own (areas, units, posts): said and read in words, picked, and narrowed to a part.

The owner declares one `Reference` for its model in its `answers.py`; registers link by a foreign key and know nothing else.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from townops.base.registry import Registry
from townops.kernel.refusal import Refused

NEAREST: Final = 3
ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reference:
    """`names(ids)`: how each is said. `known(town)`: every word that means one of the town's, and which. `offered(town)`:
    what a picker offers, in its order. `within(id)`: it and all below it. `label`: what such a thing is called.
    """

    label: str
    names: Callable[[Iterable[int]], Mapping[int, str]]
    known: Callable[[str], Mapping[str, int]]
    offered: Callable[[str], tuple[str, ...]]
    within: Callable[[int], frozenset[int]]

    def read(self, words: str, town: str) -> int:
        """Refused("reference_unknown", value, label, near): nothing is called so; `near` names the likeliest."""
        found = self.known(town)
        if words not in found:
            near = get_close_matches(words, found, NEAREST, ALIKE)
            raise Refused(
                "reference_unknown", value=words[:40], label=self.label, near="、".join(near) or "无"
            )
        return found[words]


_declared: Final[Registry[Reference]] = Registry("reference")


def declare(model: str, reference: Reference) -> Reference:
    """Say how links to a model ("areas.Area") are read and said; twice stops start-up."""
    return _declared.add(model, reference)


def of(model: str) -> Reference:
    """`LookupError` when no context says how such links are read: a fault of the declaration."""
    found = _declared.get(model)
    if found is None:
        raise LookupError(f"nobody declares how links to {model!r} are read and said")
    return found

"""What other contexts hold about an area, as links on its page: each context declares its own (U11)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from townops.areas.domain.views import AreaView
from townops.base.registry import Registry
from townops.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class DossierLink:
    """What is there in words with how many ("未结 12 件"), and the page that lists it: its name on the desk and what it is asked."""

    words: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)


Asked = Callable[[AreaView, Actor, datetime], Iterable[DossierLink]]


@dataclass(frozen=True, slots=True)
class Linked:
    """A heading with what one context answers; lower `order` first."""

    title: str
    order: int
    links: Asked


_linked: Registry[Linked] = Registry("links of a dossier")


def on_dossier_links(name: str, title: str, *, order: int = 100) -> Callable[[Asked], Asked]:
    """Declare in `answers.py` what a context links from the page of an area; nothing for whom may not see it there."""

    def register(function: Asked) -> Asked:
        _linked.add(name, Linked(title, order, function))
        return function

    return register


def dossier_links(area: AreaView, *, actor: Actor, at: datetime) -> list[tuple[str, tuple[DossierLink, ...]]]:
    """Headings with their links for this person; headings without any are left out."""
    every = sorted(_linked.all().values(), key=lambda one: one.order)
    found = ((one.title, tuple(one.links(area, actor, at))) for one in every)
    return [(title, links) for title, links in found if links]

"""What stands beside the history of an order: who held it how long, pictures before and after, what went upward."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from townops.console import labels
from townops.console.doors import Desk
from townops.console.saying import span
from townops.console.showing import FileView, Happened, query_of
from townops.dispatch import api as dispatch
from townops.orders import api as orders

WIDE: Final = 1000.0
HUES: Final = 6
AFTER: Final = frozenset(
    {"submit", "handle_on_spot", "quick_reply", "make_safe", "check", "reply_up", "close"}
)
DISPUTED: Final = frozenset({orders.State.FILED, orders.State.RETURNED})
DECIDES: Final = ("orders.dispatch", "orders.designate", "orders.decide_dispute")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the bar: where it begins (`x`) and how wide it is of 1000, in the colour of its unit."""

    held: orders.Held
    x: str
    wide: str
    hue: int
    length: str


@dataclass(frozen=True, slots=True)
class InHand:
    """A unit under the bar: how long in all, and its part in percent."""

    unit: str
    hue: int
    length: str
    percent: int
    paused: str
    now: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """在谁手里多久: pieces in their order, and a line for each unit."""

    pieces: tuple[Stretch, ...]
    units: tuple[InHand, ...]


@dataclass(frozen=True, slots=True)
class SentLine:
    """A message upward in words."""

    view: orders.SentUp
    status: str
    how: str
    answer: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of one time, in the order they came."""

    label: str
    files: tuple[FileView, ...]


def bar(hands: Sequence[orders.Held]) -> Bar:
    """Widths are parts of a drawing, so that no style is needed."""
    names = list(dict.fromkeys(one.unit for one in hands))
    hues = {name: index % HUES for index, name in enumerate(names)}
    pieces, x = [], 0.0
    for one in hands:
        width = one.share * WIDE
        pieces.append(Stretch(one, f"{x:.1f}", f"{width:.1f}", hues[one.unit], span(one.ends - one.begins)))
        x += width
    return Bar(tuple(pieces), tuple(_in_hand(name, hues[name], hands) for name in names))


def _in_hand(name: str, hue: int, hands: Sequence[orders.Held]) -> InHand:
    own = [one for one in hands if one.unit == name]
    stood = _sum(one for one in own if one.paused)
    return InHand(
        unit=name,
        hue=hue,
        length=span(_sum(own)),
        percent=round(sum(one.share for one in own) * 100),
        paused=span(stood) if stood else "",
        now=own[-1].running,
    )


def _sum(stretches: Iterable[orders.Held]) -> timedelta:
    return sum((one.ends - one.begins for one in stretches), timedelta())


def pictures(past: Sequence[Happened]) -> tuple[Pictures, ...]:
    """Pictures of the report and of what was done, apart; `past` is the newest first."""
    told = list(reversed(past))
    groups = (
        ("现场照片", [one for one in told if one.event.step not in AFTER]),
        ("办理后照片", [one for one in told if one.event.step in AFTER]),
    )
    found = (
        Pictures(label, tuple(file for one in part for file in one.files if file.picture))
        for label, part in groups
    )
    return tuple(one for one in found if one.files)


def sent(messages: Sequence[orders.SentUp]) -> Iterator[SentLine]:
    """What was sent up, with what came back."""
    for one in messages:
        granted = {True: "同意", False: "不同意", None: ""}[one.granted]
        yield SentLine(
            view=one,
            status=labels.SENT[one.status],
            how=labels.SENT_BY.get(one.how, f"批次 {one.how}" if one.how else ""),
            answer=granted or ("已答复" if one.answered_at else ""),
        )


def precedents(desk: Desk, order: orders.OrderView) -> tuple[orders.PrecedentView, ...]:
    """How like disputes ended, for whoever has to say where this one goes."""
    if order.state not in DISPUTED or not order.class_code or not desk.may(*DECIDES):
        return ()
    return dispatch.precedents(query_of(order, desk.at))

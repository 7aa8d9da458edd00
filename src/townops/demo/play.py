"""The demo town's year: a priority queue of (time, actor, step) through the real engine, the watch ticking between.

Steps of one simulated hour are committed together by the same `write` that serves everybody; decisions are the same too.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count, cycle
from random import Random

from PIL import Image

from townops.areas import api as areas
from townops.base import attachments
from townops.base.models import Account, Attachment
from townops.catalogue import api as catalogue
from townops.demo import story, texts
from townops.demo.story import Move, Scene, Telling
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.api import Draft, Loaded, State, children_closing, draft_step, write
from townops.people import api as people

SEED = 20230930
YEAR = timedelta(days=365)
TICK = timedelta(hours=4)
SOURCES = {
    "hotline": 34, "grid": 22, "ejiayuan": 8, "resident": 6, "station": 8, "patrol": 8, "sensor": 4, "video": 4,
    "leader": 2, "district": 4,
}  # fmt: skip
TAKERS = {
    "hotline": "hotline", "grid": "grid", "ejiayuan": "grid", "resident": "resident", "station": "station",
    "patrol": "patrol", "sensor": "", "video": "video", "leader": "shift", "district": "shift",
}  # fmt: skip
STUCK = (
    State.REPORTED, State.VERIFYING, State.REFUSAL_REVIEW, State.ACCEPTED, State.FILED, State.ACKNOWLEDGING,
    State.RETURNED, State.HANDLING, State.SUSPENDED, State.UNIT_REVIEW, State.CENTER_REVIEW, State.REWORK,
    State.CHECKING, State.AWAITING_AUTHORITY, State.TRANSFERRED,
)  # fmt: skip
RESTS_WITH = {
    State.VERIFYING: ("hotline", "grid"),
    State.REFUSAL_REVIEW: ("ejiayuan", "resident"),
    State.UNIT_REVIEW: ("grid", "hotline"),
    State.AWAITING_AUTHORITY: ("hotline", "district"),
    State.TRANSFERRED: ("grid",),
}
RECENT = timedelta(days=12)
SYSTEM = Actor(0, "系统", ())
Progress = Callable[[int, int], None]


@dataclass(order=True)
class Due:
    """Something that will happen: a report when `order` is 0, else the next move on an order."""

    at: datetime
    number: int
    order: int = field(compare=False, default=0)
    move: Move | None = field(compare=False, default=None)


class Play:
    """One town's simulated time."""

    def __init__(self, *, town: str, count_: int, until: datetime, evidence: int, suffix: str = "") -> None:
        self.rng = Random(SEED)
        self.town, self.until, self.evidence, self.suffix = town, until, evidence, suffix
        self.started = until - YEAR
        self.queue: list[Due] = []
        self.ticket = count()
        self.tellings: dict[int, Telling] = {}
        self.loaded: dict[int, Loaded] = {}
        self.drafts: list[Draft] = []
        self.dirty: set[int] = set()
        self.actors: dict[str, Actor] = {}
        self.made = 0
        self.last: dict[str, str] = {}
        self.parents: set[int] = set()
        self.rests = cycle(STUCK)
        self.count = count_
        self.blocks = areas.areas_of(town, "block")
        self.points = {
            block.id: areas.point_within(block.id) for block in self.rng.sample(list(self.blocks), 400)
        }
        self.grid, self.hotline = texts.matters(catalogue.version_at(until))
        for at in self._arrivals():
            self._push(Due(at, next(self.ticket)))

    def _arrivals(self) -> Iterator[datetime]:
        """More by day than by night, more on weekdays, the last hours before now never empty."""
        for number in range(self.count):
            if number < self.count // 30:
                yield self.until - timedelta(minutes=self.rng.uniform(5, 60 * 72))
                continue
            day = self.started + timedelta(days=self.rng.randrange(365))
            hour = self.rng.choices(
                range(24), weights=[1, 1, 1, 1, 1, 2, 4, 7, 10, 10, 9, 7, 5, 7, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1]
            )[0]
            at = day.replace(
                hour=(hour - 8) % 24, minute=self.rng.randrange(60), second=self.rng.randrange(60)
            )
            yield min(max(at, self.started), self.until - timedelta(minutes=5))

    def _push(self, due: Due) -> None:
        if due.at <= self.until:
            heapq.heappush(self.queue, due)

    def run(self, progress: Progress) -> int:
        """Play until now; returns how many orders there are."""
        tick = self.started
        while self.queue:
            due = heapq.heappop(self.queue)
            while tick < due.at:
                self._tick(tick)
                tick += TICK
            if due.order:
                self._act(due)
            else:
                self._report(due.at)
                progress(self.made, self.count)
        self._flush()
        self._tick(self.until)
        return self.made

    def _actor(self, user: str) -> Actor:
        if not user:
            return SYSTEM
        if user not in self.actors:
            account = Account.objects.get(username=user + self.suffix)
            self.actors[user] = people.actor_for(account.id, self.until)
        return self.actors[user]

    def _report(self, at: datetime) -> None:
        rng = self.rng
        recent = self.until - at < RECENT
        stuck = next(self.rests) if recent and rng.random() < 0.9 else None
        source = rng.choice(
            (RESTS_WITH.get(stuck, ()) if stuck else ()) or rng.choices(list(SOURCES), list(SOURCES.values()))
        )
        matter = rng.choice(self.hotline if source == "hotline" else self.grid)
        block = rng.choice(list(self.points))
        point = self.points[block] if rng.random() < 0.93 else None
        place = areas.area_by_id(block).name
        self.made += 1
        outer = source in {"hotline", "district"}
        report = orders.IncomingReport(
            source=source,
            text=texts.tell(source, matter, place, rng),
            received_at=at,
            external_number=f"{source[:2].upper()}{at:%y%m%d}{self.made:06d}"
            if outer or source == "ejiayuan"
            else "",
            place_text=place,
            lng=point[0] if point else None,
            lat=point[1] if point else None,
            contact_name="演示市民" if source in {"hotline", "resident", "ejiayuan"} else "",
            contact_phone=f"100{rng.randrange(3000):08d}" if source in {"hotline", "resident"} else "",
            outer_due_at=at + timedelta(days=rng.choice((5, 8, 10))) if source == "district" else None,
        )
        made = orders.receive_reports(
            [report],
            actor=self._actor(TAKERS[source]),
            at=at,
            origin="demo",
            town=self.town,
            recorded_at=self.until,
        )[0]
        told = story.telling(rng, matter, self.evidence, stuck=stuck)
        if stuck is State.RETURNED:
            told.disputes = max(told.disputes, rng.choice((1, 2, 3)))
        told.rework = told.rework or stuck is State.REWORK
        self._mishaps(told, source, made.number, block)
        self.tellings[made.order] = told
        self._plan(made.order, at)

    def _mishaps(self, told: Telling, source: str, number: str, block: int) -> None:
        """A duplicate of something reported a little before, or a class that turns out wrong."""
        before = self.last.get(source)
        self.last[source] = number
        if before and self.rng.random() < 0.04:
            told.parent = before
        elif source != "hotline" and self.rng.random() < 0.04:
            told.again = self.rng.choice(self.grid)

    def _load(self, order: int) -> Loaded:
        if order not in self.loaded:
            self.loaded[order] = orders.load_order(order)
        return self.loaded[order]

    def _plan(self, order: int, at: datetime) -> None:
        loaded = self._load(order)
        move = story.next_move(Scene(loaded.value, loaded.flow, self.tellings[order], self.rng, at))
        if move:
            then = at + timedelta(minutes=move.minutes)
            self._push(Due(then, next(self.ticket), order, move))

    def _act(self, due: Due) -> None:
        move = due.move
        if move is None:
            return
        loaded = self._load(due.order)
        try:
            draft = draft_step(loaded, move.step, actor=self._actor(move.who), at=due.at, raw=move.facts)
        except Refused:
            self.tellings[due.order].parent = ""
            self._plan(
                due.order, due.at + timedelta(minutes=30)
            )  # the watch was first, or a rule says no: think again
            return
        self._take(draft)
        if draft.decision.after.parent:
            self.parents.add(draft.decision.after.parent)
        if due.order in self.parents:
            self._flush()
            for child in children_closing(draft, due.at):
                self._take(child)
        self._plan(due.order, due.at)

    def _take(self, draft: Draft) -> None:
        order = draft.decision.after.id
        self.drafts.append(draft)
        self.loaded[order] = replace(self._load(order), value=draft.decision.after)

    def _flush(self) -> None:
        if not self.drafts:
            return
        written = write(self.drafts, recorded_at=self.until)
        self.drafts = []
        for order, head in written.heads.items():
            self.loaded[order] = replace(self._load(order), prev_hash=head)

    def _tick(self, at: datetime) -> None:
        """The watch at simulated time; orders it touched are read again."""
        self._flush()
        look = orders.next_look_at()
        if look is None or look > at:
            return
        touched = orders.due_orders(at)
        orders.watch(at, recorded_at=self.until)
        for order in touched & set(self.loaded):
            del self.loaded[order]


def evidence(at: datetime) -> int:
    """One small picture that stands for every photograph of the demo."""
    found = Attachment.objects.filter(name="demo.png").first()
    if found:
        return found.pk
    picture = BytesIO()
    Image.new("RGB", (320, 240), (176, 190, 197)).save(picture, "PNG")
    return attachments.store(picture.getvalue(), "demo.png", SYSTEM, at).pk

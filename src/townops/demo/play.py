"""The demo town's year: a priority queue of (time, actor, step) through the real engine, the watch ticking between.

Steps of one simulated hour are committed together by the same `write` that serves everybody; decisions are the same too.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count, cycle, islice
from random import Random

from PIL import Image

from townops.areas import api as areas
from townops.base import attachments
from townops.base.models import Account, Attachment
from townops.catalogue import api as catalogue
from townops.demo import callers, story
from townops.demo.stories import Story, stories
from townops.demo.telling import Move, Scene, Telling, chance_telling, planned_telling
from townops.demo.texts import Matter, Teller, Template
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.api import Draft, Loaded, beside, draft_step, upward, write
from townops.people import api as people

SEED = 20230930
YEAR = timedelta(days=365)
TICK = timedelta(hours=4)
UNSENT, SENDING = timedelta(hours=16), timedelta(minutes=20)
RECENT_SHARE, TOLD_SHARE = 30, 0.1
PLACES = 400
HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 10, 10, 9, 7, 5, 7, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1)
SOURCES = {
    "hotline": 34, "grid": 22, "ejiayuan": 8, "resident": 6, "station": 8, "patrol": 8, "sensor": 4, "video": 4,
    "leader": 2, "district": 4,
}  # fmt: skip
TAKERS = {
    "hotline": "hotline", "grid": "grid", "ejiayuan": "grid", "resident": "resident", "station": "station",
    "patrol": "patrol", "sensor": "", "video": "video", "leader": "shift", "district": "shift",
}  # fmt: skip
SYSTEM = Actor(0, "系统", ())
Progress = Callable[[int, int], None]

TOGETHER = frozenset({"merge", "receipt_up"})  # steps that look at what stands in the database


@dataclass(order=True)
class Due:
    """Something that will happen: a report when `order` is 0, else the next move on an order."""

    at: datetime
    number: int
    order: int = field(compare=False, default=0)
    move: Move | None = field(compare=False, default=None)
    story: Story | None = field(compare=False, default=None)


class Play:
    """One town's simulated time."""

    def __init__(self, *, town: str, count_: int, until: datetime, evidence: int, suffix: str = "") -> None:
        self.rng = Random(SEED)
        self.town, self.until, self.evidence, self.suffix = town, until, evidence, suffix
        self.started = until - YEAR
        self.queue: list[Due] = []
        self.ticket = count()
        self.tellings: dict[int, Telling] = {}
        self.reports: dict[int, orders.IncomingReport] = {}
        self.loaded: dict[int, Loaded] = {}
        self.drafts: list[Draft] = []
        self.actors: dict[str, Actor] = {}
        self.made = 0
        self.last: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.parents: set[int] = set()
        self.waiting: set[int] = set()
        self.count = count_
        blocks = list(areas.areas_of(town, "block"))
        self.blocks = self.rng.sample(blocks, min(PLACES, len(blocks)))
        self.points: dict[int, tuple[float, float] | None] = {}
        self.homes = [one for one in self.blocks if one.block_type in {"estate", "hamlet"}]
        self.teller = Teller(catalogue.version_at(until))
        for at, told in self._arrivals():
            self._push(Due(at, next(self.ticket), story=told))

    def _arrivals(self) -> Iterator[tuple[datetime, Story | None]]:
        """The stories of the last days first, however small the town; the others over the year, most by day."""
        staged = min(self.count, max(len(stories()), self.count // RECENT_SHARE))
        for told in islice(cycle(stories()), staged):
            yield self.until - timedelta(hours=self.rng.uniform(*told.age)), told
        for _ in range(self.count - staged):
            day = self.started + timedelta(days=self.rng.randrange(365))
            hour = self.rng.choices(range(24), weights=HOURS)[0]
            at = day.replace(
                hour=(hour - 8) % 24, minute=self.rng.randrange(60), second=self.rng.randrange(60)
            )
            yield min(max(at, self.started), self.until - timedelta(minutes=5)), None

    def _push(self, due: Due) -> None:
        if due.at > self.until:
            return
        heapq.heappush(self.queue, due)
        if due.order:
            self.waiting.add(due.order)

    def run(self, progress: Progress) -> int:
        """Play until now; returns how many orders there are."""
        tick = self.started
        while self.queue:
            due = heapq.heappop(self.queue)
            while tick < due.at:
                self._tick(tick)
                tick += TICK
            if due.order:
                self.waiting.discard(due.order)
                self._act(due)
            else:
                self._report(due.at, due.story)
                progress(self.made, self.count)
        self._tick(self.until)
        self._send_up()
        return self.made

    def _send_up(self) -> None:
        """The clerk has sent up what was written before the last hours; the rest waits for whoever opens the desk."""
        clerk = self._actor("hotline")
        for one in upward.waiting(clerk, at=self.until):
            if one.unsent and one.age > UNSENT:
                upward.mark_sent(clerk, one.number, one.seq, "text", at=one.made_at + SENDING)

    def _actor(self, user: str) -> Actor:
        if not user:
            return SYSTEM
        if user not in self.actors:
            account = Account.objects.get(username=user + self.suffix)
            self.actors[user] = people.actor_for(account.id, self.until)
        return self.actors[user]

    def _report(self, at: datetime, planned: Story | None) -> None:
        """A message comes in; what will become of it is decided here."""
        told = planned or self._remembered()
        source = told.source if told else self.rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        chosen, matter = self.teller.choose(
            source, self.rng, about=told.about if told else "", demand=told.demand if told else ""
        )
        block = self.rng.choice(self._where(chosen))
        placed = told.placed if told else self.rng.random() < 0.93
        point = self._point(block.id) if placed else None
        self.made += 1
        report = orders.IncomingReport(
            source=source,
            text=self.teller.say(chosen, matter, block.name, at, self.rng),
            received_at=at,
            external_number=callers.outer_number(source, at, self.made),
            place_text=block.name,
            lng=point[0] if point else None,
            lat=point[1] if point else None,
            outer_due_at=at + timedelta(days=self.rng.choice((5, 8, 10))) if source == "district" else None,
            **callers.contact(source, told.phone if told else "", self.rng),
        )
        made = self._receive(report, self._actor(TAKERS[source]), at)
        self.reports[made.order] = report
        self.tellings[made.order] = self._fate(told, matter, source)
        self.last[source] = made.number
        if planned:
            self.numbers[planned.name] = made.number
        self._plan(made.order, at)

    def _where(self, chosen: Template) -> Sequence[areas.AreaView]:
        """People complain of where they live; what others see happens anywhere."""
        return self.homes if chosen.at_home and self.homes else self.blocks

    def _point(self, block: int) -> tuple[float, float] | None:
        if block not in self.points:
            self.points[block] = areas.point_within(block)
        return self.points[block]

    def _receive(self, report: orders.IncomingReport, actor: Actor, at: datetime) -> orders.Received:
        return orders.receive_reports(
            [report], actor=actor, at=at, origin="demo", town=self.town, recorded_at=self.until
        )[0]

    def _remembered(self) -> Story | None:
        """Some orders of the year lived through one of the stories and went on to their end."""
        if self.rng.random() >= TOLD_SHARE:
            return None
        return replace(self.rng.choice(stories()), rest=None, parent="", phone="")

    def _fate(self, told: Story | None, matter: Matter, source: str) -> Telling:
        """As the story says; else chance: now and then a duplicate, or a class that turns out wrong."""
        if told is None:
            fate = chance_telling(self.rng, matter, self.evidence)
            if source in self.last and self.rng.random() < 0.04:
                fate.parent = self.last[source]
            elif source != "hotline" and self.rng.random() < 0.04:
                fate.again = self.teller.other(source, self.rng)
        else:
            fate = planned_telling(told, matter, self.evidence)
            fate.parent = self.numbers.get(told.parent, "")
        fate.elsewhere = self.rng.choice(self.blocks).code
        return fate

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
        if move.step == "resend":
            self._resend(due)
        elif not self._step(due, move):  # the watch was first, or a rule says no: think again
            self.tellings[due.order].parent = ""
            self._plan(due.order, due.at + timedelta(minutes=30))
            return
        self._plan(due.order, due.at)

    def _step(self, due: Due, move: Move) -> bool:
        """The step with what it takes along; whether it was allowed."""
        before = self._load(due.order).value
        family = move.step in TOGETHER or before.progress.quick or before.parent or due.order in self.parents
        if family:
            self._flush()
        try:
            draft = draft_step(
                self._load(due.order), move.step, actor=self._actor(move.who), at=due.at, raw=move.facts
            )
        except Refused:
            return False
        self._take(draft)
        if family:
            self._along(draft, due.at)
        return True

    def _along(self, draft: Draft, at: datetime) -> None:
        """A parent notes what is merged into it; what is merged follows it."""
        for other in beside(draft, at):
            self._take(other)
        if draft.decision.after.parent and draft.decision.taken.step == "merge":
            self.parents.add(draft.decision.after.parent)
            self.tellings[draft.decision.after.id].parent = ""
        self._flush()

    def _resend(self, due: Due) -> None:
        """The source sends the same order again, later: its next round."""
        self._flush()
        self._receive(replace(self.reports[due.order], received_at=due.at), SYSTEM, due.at)
        self.loaded.pop(due.order, None)

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
        """The watch at simulated time; who waited for it goes on."""
        self._flush()
        for order in orders.watch(at, recorded_at=self.until, held=self.loaded):
            told = self.tellings.get(order)
            if told and told.silent and order not in self.waiting:
                self._plan(order, at)


def evidence(at: datetime) -> int:
    """One small picture that stands for every photograph of the demo."""
    found = Attachment.objects.filter(name="demo.png").first()
    if found:
        return found.pk
    picture = BytesIO()
    Image.new("RGB", (320, 240), (176, 190, 197)).save(picture, "PNG")
    return attachments.store(picture.getvalue(), "demo.png", SYSTEM, at).pk

"""What arrives becomes orders: new, known, or the next round of one that is known (engine.md section 1)."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.db import IntegrityError
from django.db.models import Model

from townops.areas import api as areas
from townops.base import contacts, masking, sql
from townops.base.db import write as transaction
from townops.base.models import Attachment
from townops.catalogue import api as catalogue
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.identifiers import new_id
from townops.kernel.outernumbers import comparable
from townops.kernel.refusal import Refused
from townops.orders import drafts, flows, numbers, resolve, sources, store, system
from townops.orders.access import REPORT, VIEW_FIELD
from townops.orders.domain.asked import LONGEST, MOST, Asked, fits, packed
from townops.orders.domain.born import Birth, report
from townops.orders.domain.decide import decide
from townops.orders.domain.facts import DEMAND, Digest, Place, Value
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Order as Aggregate
from townops.orders.domain.settle import primary
from townops.orders.models import Order, OrderContact, OrderReference
from townops.orders.proof import contact_digest
from townops.orders.steps import children_closing
from townops.orders.write import write
from townops.people import api as people

EARLY = timedelta(minutes=5)
TITLE = 40
PLACE = 160
TRIES = 3
LONGEST_NUMBER = 64
AT_ONCE = 500
Outcome = Literal["new", "known", "round"]


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """One message of one source. Instants are aware; `crs` is of lng, lat; `class_code` and `demand_type` only when a person chose them;
    `answers` (question, answer) of what that class needs; `severity` urgent when whoever took it in says so; `area` the code of
    the 居村 or block somebody named, for a report without a point: of a 居村 the block stays unknown.
    """

    source: str
    text: str
    received_at: datetime
    title: str = ""
    external_number: str = ""
    place_text: str = ""
    lng: float | None = None
    lat: float | None = None
    crs: str = "cgcs2000"
    class_code: str = ""
    demand_type: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    outer_due_at: datetime | None = None
    attachments: tuple[int, ...] = ()
    answers: Asked = ()
    severity: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a report: its order, and whether it is new, was known, or began a round."""

    order: int
    number: str
    outcome: Outcome
    seq: int
    standing: "Standing"


Beside = Callable[[Sequence[Received]], Sequence[Model]]


def nothing_beside(_answers: Sequence[Received]) -> Sequence[Model]:
    return ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the order stands after the report: ids of unit and areas, class "" until known, the primary due."""

    state: str
    round: int
    unit: int
    basis: str
    village: int | None
    block: int | None
    class_code: str
    due_at: datetime | None


def standing_of(order: Aggregate, flow: Flow) -> Standing:
    leading, held, place = primary(order, flow), order.responsible, order.place
    due_at = leading.clock.due_at if leading else None
    code = order.class_code or ""
    return Standing(
        order.state.value, order.round, held.unit, held.basis.value, place.village, place.block, code, due_at
    )


def standing_row(row: Order) -> Standing:
    return Standing(
        row.state, row.round, row.unit_id, row.basis, row.village_id, row.block_id, row.class_code, row.due_at
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Who takes reports in, when, for which town, and of what origin."""

    actor: Actor
    at: datetime
    town: areas.AreaView
    origin: str


def receive_reports(
    reports: Sequence[IncomingReport],
    *,
    actor: Actor,
    at: datetime,
    origin: str = "live",
    town: str = "",
    recorded_at: datetime | None = None,
    beside: Beside = nothing_beside,
) -> list[Received]:
    """Every report as an order, in order; all or none, in the town named, else in the actor's.

    `beside` makes rows of one model out of the answers, kept in the same transaction.
    Refused: source_unknown, source_not_permitted, number_not_permitted, received_in_the_future, number_of_another, ...
    """
    reports = [_trimmed(one) for one in reports]
    numbered = any(one.external_number or one.outer_due_at for one in reports)
    sources.check_report(actor, {one.source for one in reports}, numbered=numbered)
    desk = Desk(actor, at, areas.area(town or _town_of(actor)), origin)
    for one in reports:
        _refuse_unfit(one, at)
    _refuse_foreign_files(reports, actor)
    recorded = recorded_at or at
    for _ in range(TRIES):
        try:
            return _in_turn(reports, desk, recorded, beside)
        except IntegrityError:  # the same external number came in by another door at this moment
            continue
        except Refused as refused:  # somebody moved a known order meanwhile: look again
            if refused.code not in {"stale_version", "not_a_new_round"}:
                raise
    return _in_turn(reports, desk, recorded, beside)


def _trimmed(one: IncomingReport) -> IncomingReport:
    """A number of blanks is none; blanks around one are not part of it."""
    stated = one.external_number
    bare = stated.strip() if comparable(stated) else ""
    return one if bare == stated else replace(one, external_number=bare)


def _key(one: IncomingReport) -> tuple[str, str]:
    """What makes two reports those of one order, however the number is spelt; ("source", "") of none."""
    return one.source, comparable(one.external_number)


def _town_of(actor: Actor) -> str:
    hat = next(iter(actor.hats_with(REPORT)), None)
    return people.unit_by_id(hat.unit).town if hat else people.first_town()


def _refuse_unfit(one: IncomingReport, at: datetime) -> None:
    if one.received_at > at + EARLY:
        raise Refused("received_in_the_future", received=one.received_at)
    if one.outer_due_at and one.outer_due_at <= one.received_at:
        raise Refused("due_before_receipt", due=one.outer_due_at)
    if not fits(one.answers):
        raise Refused("answers_too_many", most=MOST, longest=LONGEST)
    words = (
        packed(one.answers),
        one.text,
        one.title,
        one.place_text,
        one.contact_name,
        one.contact_phone,
        one.external_number,
    )
    longest = max(len(one.external_number), len(comparable(one.external_number)))
    if not all(map(resolve.storable, words)) or longest > LONGEST_NUMBER:
        raise Refused("report_malformed", number=one.external_number[:LONGEST_NUMBER])
    if one.demand_type and one.demand_type not in DEMAND.choices:
        raise resolve.malformed(DEMAND, one.demand_type)


def _refuse_foreign_files(reports: Sequence[IncomingReport], actor: Actor) -> None:
    """Only what the sender uploaded himself."""
    wanted = {number for one in reports for number in one.attachments}
    if not wanted:
        return
    own = Attachment.objects.filter(id__in=wanted, person__in=(SYSTEM_PERSON, actor.person))
    if missing := wanted - set(own.values_list("id", flat=True)):
        raise Refused("attachment_unknown", id=min(missing))


def _in_turn(
    reports: Sequence[IncomingReport], desk: Desk, recorded_at: datetime, beside: Beside
) -> list[Received]:
    """Many at once come to what one by one would: a number that comes again later is a round upon what came before."""
    parts = _parts(reports)
    if len(parts) == 1:
        return _receive(reports, desk, recorded_at, beside)
    with transaction():
        answers = [answer for part in parts for answer in _receive(part, desk, recorded_at, nothing_beside)]
        if rows := beside(answers):
            write([], recorded_at=recorded_at, beside=rows)
    return answers


def _parts(reports: Sequence[IncomingReport]) -> list[list[IncomingReport]]:
    """In order, cut before every report whose number came already with another time of receipt."""
    parts: list[list[IncomingReport]] = [[]]
    seen: dict[tuple[str, str], datetime] = {}
    for one in reports:
        key = _key(one)
        if one.external_number and seen.get(key, one.received_at) != one.received_at:
            parts.append([])
            seen = {}
        seen[key] = one.received_at
        parts[-1].append(one)
    return parts


def _receive(
    reports: Sequence[IncomingReport], desk: Desk, recorded_at: datetime, beside: Beside
) -> list[Received]:
    known = _known(reports, desk.town.id)
    taken_numbers = _numbers(reports, known)
    places = iter(_places(reports))
    made: list[drafts.Draft] = []
    answers: list[Received] = []
    seen: dict[tuple[str, str], Received] = {}
    for one in reports:
        place, key = next(places), _key(one)
        if one.external_number and key in seen:
            answers.append(_repeated(seen[key]))
            continue
        row = known.get(key) if one.external_number else None
        answer, draft = _again(one, row, desk) if row else _new(one, desk, next(taken_numbers), place)
        seen[key] = answer
        answers.append(answer)
        made += [draft, *children_closing(draft, desk.at)] if draft else []
    rows = beside(answers)
    if made or rows:
        write(made, recorded_at=recorded_at, beside=rows)
    return answers


def _repeated(first: Received) -> Received:
    return Received(first.order, first.number, "known", first.seq, first.standing)


def _known(reports: Sequence[IncomingReport], town: int) -> dict[tuple[str, str], Order]:
    numbers_of = {_key(one)[1] for one in reports if one.external_number}
    if not numbers_of:
        return {}
    orders = {row.order_id: (row.source, row.external_number) for row in _references(numbers_of, town)}
    return {orders[row.id]: row for row in Order.objects.filter(id__in=orders)} if orders else {}


def _references(outer: AbstractSet[str], town: int) -> Iterator[OrderReference]:
    """References under these outer numbers, whatever source."""
    wanted = sorted(outer)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        places = ", ".join(["%s"] * len(part))
        where = f"WHERE town = %s AND external_number IN ({places})"
        yield from sql.select(OrderReference, where, [town, *part])


def _numbers(reports: Sequence[IncomingReport], known: dict[tuple[str, str], Order]) -> Iterator[str]:
    """Numbers for the new ones, by month of receipt, taken before the transaction."""
    wanted: dict[tuple[str, str], int] = {}
    places: list[tuple[tuple[str, str], IncomingReport]] = []
    seen: set[tuple[str, str]] = set()
    for one in reports:
        key = _key(one)
        if one.external_number and (key in known or key in seen):
            continue
        seen.add(key)
        series = (one.source, numbers.prefix(one.source, one.received_at))
        wanted[series] = wanted.get(series, 0) + 1
        places.append((series, one))
    stock = {
        series: iter(numbers.take(series[0], _first(places, series).received_at, count))
        for series, count in wanted.items()
    }
    return iter([next(stock[series]) for series, _ in places])


def _first(places: list[tuple[tuple[str, str], IncomingReport]], series: tuple[str, str]) -> IncomingReport:
    return next(one for place, one in places if place == series)


def _places(reports: Sequence[IncomingReport]) -> list[Place]:
    """Village and block of each; many at once cost little more than one."""
    if len(reports) == 1:
        return [_place(reports[0])]
    found = [Place(None, None)] * len(reports)
    stated: dict[str, list[tuple[int, float, float]]] = {}
    for place, one in enumerate(reports):
        if one.lng is not None and one.lat is not None:
            stated.setdefault(one.crs, []).append((place, one.lng, one.lat))
        elif one.area:
            found[place] = resolve.place_named(one.area)
    for crs, points in stated.items():
        places, lngs, lats = zip(*points, strict=True)
        for place, ids in zip(places, areas.locate_many(lngs, lats, crs), strict=True):
            found[place] = Place(int(ids[1]) or None, int(ids[0]) or None)
    return found


def _place(one: IncomingReport) -> Place:
    """The same for one, without arrays."""
    if one.lng is None or one.lat is None:
        return resolve.place_named(one.area) if one.area else Place(None, None)
    here = areas.locate(one.lng, one.lat, one.crs)
    return Place(here.village.id if here.village else None, here.block.id if here.block else None)


def _new(one: IncomingReport, desk: Desk, number: str, place: Place) -> tuple[Received, drafts.Draft]:
    flow = flows.flow_now(one.source, desk.town.id, one.received_at)
    birth = Birth(
        id=new_id(),
        town=desk.town.id,
        source=one.source,
        origin=desk.origin,
        received_at=one.received_at,
        outer_due_at=one.outer_due_at,
        place=place,
        asked=asked_first(desk.actor, flow),
    )
    said = _said(one, birth.id, 1)
    shown, columns = _shown(one)
    facts: dict[str, Value] = {
        **said.facts,
        **shown,
        "number": number,
        "flow": Digest(flows.digest(flow.version)),
    }
    if one.external_number:
        facts["external_number"] = one.external_number
    if one.class_code:
        facts["class"] = _subject(one, desk)
    if one.demand_type:
        facts["demand_type"] = one.demand_type
    if one.severity:
        facts["severity"] = one.severity
    if desk.actor.person and (not birth.asked or desk.actor.holds(VIEW_FIELD)):
        facts["own"] = True
    at = one.received_at if desk.origin == "history" else desk.at
    decision = report(flow, birth, facts, person=desk.actor.person, at=at)
    draft = drafts.Draft(
        decision,
        texts=said.texts,
        files=said.files,
        contact=said.contact,
        columns=columns | {"number": number, "external_number": one.external_number},
    )
    return Received(birth.id, number, "new", 1, standing_of(decision.after, flow)), draft


def _subject(one: IncomingReport, desk: Desk) -> Value:
    version = catalogue.version_at(desk.at)
    return resolve.subject(
        one.class_code, resolve.Around(desk.town.id, desk.town.code, one.source, desk.at, version)
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a message brings beside the rules: kept outside the chain, its digests and numbers inside."""

    facts: dict[str, Value]
    texts: dict[str, drafts.Given]
    files: tuple[tuple[str, int], ...]
    contact: OrderContact | None


def _said(one: IncomingReport, order: int, seq: int) -> Said:
    text = drafts.given(one.text)
    contact = drafts.contact(order, seq, one.contact_name, normal_phone(one.contact_phone))
    facts: dict[str, Value] = {"text": text.digest, "contact": Digest(contact_digest(contact))}
    files = tuple(dict.fromkeys(one.attachments))
    if files:
        facts["attachments"] = files
    texts = {"text": text}
    if answers := packed(one.answers):
        texts["answers"] = drafts.given(answers)
        facts["answers"] = texts["answers"].digest
    return Said(facts, texts, tuple(("attachments", number) for number in files), contact)


def _shown(one: IncomingReport) -> tuple[dict[str, Value], dict[str, object]]:
    """Title, place and point: digests for the event, columns for the row."""
    shown, columns = drafts.shown(title_of(one), place_of(one))
    point, place = drafts.pointed(point_of(one))
    return {"shown": shown, "point": point}, columns | place


def point_of(one: IncomingReport) -> tuple[float | None, float | None]:
    """The point as stored, in EPSG:4490."""
    if one.lng is None or one.lat is None:
        return None, None
    return to_cgcs2000(one.lng, one.lat, one.crs)


def title_of(one: IncomingReport) -> str:
    """The first words, masked before they are cut: half a number would not be found any more."""
    first = " ".join(masking.mask_text(one.title or one.text).split())
    return first if len(first) <= TITLE else f"{first[: TITLE - 1]}…"


def place_of(one: IncomingReport) -> str:
    whole = one.place_text
    return whole if len(whole) <= PLACE else masking.mask_text(whole)[:PLACE]


def normal_phone(phone: str) -> str:
    """As it is kept and hashed."""
    return contacts.bare(phone)


def asked_first(actor: Actor, flow: Flow) -> tuple[int, int | None] | None:
    """首问: the person of the town who took the report; nobody for residents, sensors and files."""
    hat = next((hat for hat in actor.hats if _of_the_town(hat)), None)
    return (hat.unit, hat.post or None) if hat and actor.person else None


def _of_the_town(hat: Hat) -> bool:
    return people.unit_by_id(hat.unit).kind not in {"public", "enterprise"}


def _again(one: IncomingReport, row: Order, desk: Desk) -> tuple[Received, drafts.Draft | None]:
    """A retry changes nothing; a later time of receipt is the next round of the same order. Refused: number_of_another."""
    sources.check_round(desk.actor, row)
    if one.received_at <= row.received_at:
        return Received(row.id, row.number, "known", row.seq, standing_row(row)), None
    loaded = store.load(row)
    flow = flows.flow_now(one.source, desk.town.id, one.received_at)
    said = _said(one, row.id, loaded.value.seq + 1)
    facts: dict[str, Value] = {**said.facts, "received_at": one.received_at}
    if one.outer_due_at:
        facts["outer_due_at"] = one.outer_due_at
    decision = decide(
        loaded.flow, loaded.value, "resend", facts, system.actor(flow.center), max(desk.at, row.received_at)
    )
    draft = replace(drafts.upon(loaded, decision), texts=said.texts, files=said.files, contact=said.contact)
    return Received(
        row.id, row.number, "round", decision.after.seq, standing_of(decision.after, loaded.flow)
    ), draft

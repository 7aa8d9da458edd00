"""Every table of orders: any column edited, any row deleted at head, middle and tail, any row put in by hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle

import pytest
from django.apps import apps
from django.db import models, transaction

from tests.races.town import MONDAY, checked, fresh, handling, hours, reported, take, who
from townops.areas import api as areas
from townops.base.models import Attachment
from townops.demo.play import evidence
from townops.orders import api, proof
from townops.orders.domain.codec import dump, load
from townops.orders.models import (
    FlowVersion,
    NumberSeries,
    Order,
    OrderClock,
    OrderContact,
    OrderEvent,
    OrderFile,
    OrderLeaf,
    OrderLink,
    OrderMark,
    OrderNumber,
    OrderReference,
    OrderScope,
    OrderTask,
    OrderText,
    Precedent,
    Upward,
    WordingVersion,
)
from townops.people import api as people

pytestmark = pytest.mark.usefixtures("town")

TRIPLE = {"demand_type": "help", "class": "H-05-02", "time_class": "5"}
NO = {"reason": "不属本单位", "cited_rule": "职责清单"}
PLACES = ("head", "middle", "tail")
CHILDREN = (
    OrderClock, OrderContact, OrderFile, OrderLink, OrderMark, OrderNumber, OrderReference, OrderScope, OrderTask,
    OrderText, Precedent, Upward,
)  # fmt: skip
SETTINGS = {WordingVersion}  # belongs to no order: what is said with it is proven in the order that says it
NOBODYS = {  # columns that nobody reads or that another table proves
    "OrderClock.next_mark_at",  # the row's is what the watch reads
    "OrderReference.id",
    "Upward.sent_at",  # of a message already received: its receipt proves it arrived
    "Upward.sent_by",
    "FlowVersion.label",
}


def hotline(number: str) -> Order:
    """Reported with everything, told to the district, receipted and answered; in the second round."""
    lng, lat = point()
    given = {
        "external_number": number, "contact_name": "演示某", "contact_phone": "10000000009", "place_text": "演示路1号",
        "lng": lng, "lat": lat, "attachments": (evidence(MONDAY),),
    }  # fmt: skip
    row = take(reported("hotline", "hotline", **given), "hotline", "accept", MONDAY)
    row = take(row, "hotline", "file", MONDAY, **TRIPLE)
    row = take(
        row,
        "dispatch",
        "dispatch",
        MONDAY,
        unit="chengjian",
        reason="按现场情况",
        assisting=["shefa", "chengguan"],
    )
    row = take(row, "u_chengjian", "acknowledge", MONDAY)
    for kind in ("extension", "return"):
        row = take(row, "hotline", "ask_up", MONDAY, kind=kind, reason="情况复杂")
        row = take(row, "hotline", "receipt_up", MONDAY, receipt=f"{number}-{kind}")
    row = take(row, "hotline", "answer_up", MONDAY, kind="extension", granted=False, reason="不同意")
    again = api.IncomingReport(
        source="hotline", text="又来", received_at=MONDAY + hours(1), external_number=number, contact_phone="10000000008"
    )  # fmt: skip
    api.receive_reports([again], actor=who("hotline"), at=MONDAY + hours(1))
    return fresh(row)


def point() -> tuple[float, float]:
    block = areas.areas_of(people.first_town(), "block")[100]
    found = areas.point_within(block.id)
    assert found
    return found


def disputed() -> Order:
    """Returned twice and designated: a precedent; with three marks of its clocks."""
    row = handling()
    row = take(row, "u_chengjian", "return", MONDAY, **NO)
    row = take(row, "shift", "dispatch", MONDAY, unit="shefa", reason="按现场情况")
    row = take(row, "u_shefa", "return", MONDAY, **NO)
    row = take(row, "deputy", "designate", MONDAY, unit="shefa", reason="指定")
    return row


def marked(row: Order) -> Order:
    """Three of its marks fired."""
    for _ in range(3):
        at = fresh(row).next_mark_at
        assert at
        api.watch(at)
    return fresh(row)


@pytest.fixture
def full(town: None) -> list[Order]:
    """Orders that leave at least three rows in every table; sealed."""
    rows = [hotline(f"T{number}") for number in range(3)]
    rows += [disputed() for _ in range(3)]
    parent = checked()
    for _ in range(3):
        child = reported()
        rows.append(take(child, "grid", "merge", MONDAY + hours(1), parent=parent.number))
    marked(handling())
    proof.seal(MONDAY + hours(2))
    assert api.verify_journal() == []
    return [fresh(row) for row in (*rows, parent)]


def found() -> list[str]:
    return [one.reason for one in api.verify_journal()]


def undone(tamper: Callable[[], object]) -> list[str]:
    """What the checker says of the tampering, which is then as if it had not been."""
    with transaction.atomic():
        tamper()
        reasons = found()
        transaction.set_rollback(True)
    return reasons


def key(row: models.Model) -> dict[str, object]:
    names = [field.attname for field in row._meta.concrete_fields if field.primary_key]
    if isinstance(row._meta.pk, models.CompositePrimaryKey):
        names = [field.attname for field in row._meta.pk_fields]
    return {name: getattr(row, name) for name in names}


def other_value(field: models.Field, value: object) -> object:  # type: ignore[type-arg]
    if isinstance(field, models.DateTimeField):
        return (value or MONDAY) + timedelta(days=3)  # type: ignore[operator]
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.BinaryField):
        return b"x" * 16
    if isinstance(field, models.CharField | models.TextField):
        return f"{value}改"[-(field.max_length or 20) :]
    return 4711 if value is None else value + 40  # type: ignore[operator]  (no other row has that key)


def columns(model: type[models.Model]) -> Iterator[models.Field]:  # type: ignore[type-arg]
    for field in model._meta.concrete_fields:
        if field.column and f"{model.__name__}.{field.attname}" not in NOBODYS:
            yield field


def pick(model: type[models.Model], place: str) -> models.Model:
    rows = list(model._default_manager.order_by("order_id"))
    assert len(rows) >= 3, f"{model.__name__} is not under test"
    return {"head": rows[0], "middle": rows[len(rows) // 2], "tail": rows[-1]}[place]


def test_every_table_of_orders_is_under_a_test():
    tested = {*CHILDREN, *SETTINGS, Order, OrderEvent, OrderLeaf, FlowVersion, NumberSeries}
    assert set(apps.get_app_config("orders").get_models()) == tested


def test_an_edited_column_of_any_row_is_found(full):
    """Each column once, by turns in the first, a middle and the last row."""
    every = [(model, field) for model in CHILDREN for field in columns(model)]
    unseen = [
        f"{model.__name__}.{field.attname} {place}"
        for (model, field), place in zip(every, cycle(PLACES), strict=False)
        if not undone(lambda model=model, place=place, field=field: edit(pick(model, place), field))
    ]
    assert unseen == []
    assert found() == []


def edit(row: models.Model, field: models.Field) -> None:  # type: ignore[type-arg]
    value = other_value(field, getattr(row, field.attname))
    assert type(row)._default_manager.filter(**key(row)).update(**{field.attname: value}) == 1


def test_a_deleted_row_of_any_table_is_found(full):
    unseen = [
        f"{model.__name__} {place}"
        for model in CHILDREN
        for place in PLACES
        if not undone(lambda model=model, place=place: delete(pick(model, place)))
    ]
    assert unseen == []


def delete(row: models.Model) -> None:
    assert type(row)._default_manager.filter(**key(row)).delete()[0] == 1


def put_in(row: models.Model) -> None:
    """A copy under a key of its own."""
    names = [field.attname for field in row._meta.concrete_fields if field.column]
    values = {name: getattr(row, name) for name in names}
    model = type(row)
    changed = {
        OrderNumber: {"number": "2611G999999"}, OrderReference: {"id": None, "external_number": "T77"},
        OrderScope: {"scope": 9999}, OrderMark: {"percent": 99}, OrderText: {"name": "forged"},
        OrderFile: {"attachment": 4711}, OrderLink: {"other": values.get("order_id")}, OrderClock: {"no": 99},
        OrderTask: {"no": 99},
    }.get(model, {"seq": 2})  # fmt: skip
    model._default_manager.bulk_create([model(**values | changed)])


def test_a_row_put_in_by_hand_is_found_in_any_table(full):
    unseen = [
        f"{model.__name__} {place}"
        for model in CHILDREN
        for place in PLACES
        if not undone(lambda model=model, place=place: put_in(pick(model, place)))
    ]
    assert unseen == []


def put_in_for_nobody(row: models.Model) -> None:
    names = [field.attname for field in row._meta.concrete_fields if field.column]
    values = {name: getattr(row, name) for name in names} | {"order_id": 4711}
    if isinstance(row, OrderNumber):
        values["number"] = "2611G999999"
    if isinstance(row, OrderReference):
        values |= {"id": None, "external_number": "T77"}
    type(row)._default_manager.bulk_create([type(row)(**values)])


def test_a_row_of_an_order_that_is_not_there_is_found(full):
    unseen = [
        model.__name__
        for model in CHILDREN
        if not undone(lambda model=model: put_in_for_nobody(pick(model, "head")))
    ]
    assert unseen == []


@pytest.mark.parametrize("model", [OrderText, OrderScope, OrderClock])
def test_rows_swapped_between_two_orders_are_found(full, model):
    one, other = full[0].id, full[3].id

    def swap() -> None:
        for new, old in ((1, one), (one, other), (other, 1)):
            assert model.objects.filter(order_id=old).update(order_id=new)

    assert undone(swap)


def test_contacts_swapped_between_two_orders_are_found(full):
    def swap() -> None:
        for new, old in ((1, full[0].id), (full[0].id, full[1].id), (full[1].id, 1)):
            assert OrderContact.objects.filter(order_id=old).update(order_id=new)

    assert "contact_edited" in undone(swap)


def test_a_receipt_moved_to_another_message_is_found(full):
    one, other = Upward.objects.filter(order_id=full[0].id).order_by("seq")[:2]

    def swap() -> None:
        Upward.objects.filter(order_id=one.order_id, seq=one.seq).update(receipt=other.receipt)
        Upward.objects.filter(order_id=one.order_id, seq=other.seq).update(receipt=one.receipt)

    assert "upward_edited:receipt" in undone(swap)


def test_a_message_marked_sent_by_hand_in_the_table_is_found_and_through_the_door_is_not(full):
    row = take(handling(), "shift", "remind", MONDAY, message="请尽快")
    asked = take(full[2], "hotline", "ask_up", MONDAY + hours(3), kind="closing", reason="办结")
    mine = Upward.objects.filter(order_id=asked.id, seq=asked.seq)
    assert mine.get().status == "ready"
    tampered = {"status": "sent", "sent_at": MONDAY, "sent_by": "phone"}
    assert "upward_edited:sent_by" in undone(lambda: mine.update(**tampered))
    at = MONDAY + hours(4)
    api.upward.mark_sent(who("hotline", at), asked.number, asked.seq, "phone", at=at)
    assert found() == []
    assert "upward_edited:sent_at" in undone(lambda: mine.update(status="ready", sent_at=None, sent_by=""))
    assert "upward_edited:sent_by" in undone(lambda: mine.update(sent_at=at + hours(1)))
    api.upward.mark_unsent(who("hotline", at), asked.number, asked.seq, "误点", at=at + hours(1))
    assert found() == []
    api.upward.export(who("hotline", at), "hotline", at=at + hours(2))
    assert (found(), mine.get().status, row.state) == ([], "sent", "handling")
    assert undone(lambda: mine.update(sent_by="2611P000099"))


def test_a_file_whose_row_points_to_other_bytes_or_is_gone_is_found(full):
    file = OrderFile.objects.filter(order_id=full[0].id).first()
    assert file
    mine = Attachment.objects.filter(id=file.attachment)
    assert "file_edited" in undone(lambda: mine.update(sm3="0" * 64))
    assert "file_edited" in undone(mine.delete)


def test_a_series_set_back_is_found(full):
    for series in NumberSeries.objects.all():
        behind = NumberSeries.objects.filter(prefix=series.prefix)
        assert f"series_behind:{series.prefix}" in undone(lambda behind=behind: behind.update(next=1))
        assert f"series_behind:{series.prefix}" in undone(lambda behind=behind: behind.delete())


def test_an_edited_flow_is_found_by_the_orders_that_began_under_it(full):
    flow = FlowVersion.objects.filter(id=full[0].flow)
    for change in ({"body": flow.get().body.replace("0.75", "0.95")}, {"source": "grid2"}):
        assert "flow_edited" in undone(lambda change=change: flow.update(**change))
    other = FlowVersion.objects.exclude(id=full[0].flow).first()
    assert other
    assert undone(lambda: Order.objects.filter(id=full[0].id).update(flow=other.id))


def written_anew(order: int, change: Callable[[list[dict[str, object]]], None]) -> None:
    """The order's events changed, chained and given leaves anew, by somebody without the key."""
    names = [field.attname for field in OrderEvent._meta.concrete_fields if field.column]
    made = [
        {name: getattr(event, name) for name in names}
        for event in OrderEvent.objects.filter(order_id=order).order_by("seq")
    ]
    OrderEvent.objects.filter(order_id=order).delete()
    OrderLeaf.objects.filter(order_id=order).delete()
    change(made)
    prev = proof.FIRST
    for seq, values in enumerate(made, start=1):
        event = OrderEvent(**values | {"seq": seq, "prev": prev})
        event.hash = prev = proof.digest(event)
        OrderEvent.objects.bulk_create([event])
        OrderLeaf.objects.bulk_create([OrderLeaf(order_id=order, seq=seq, hash=event.hash)])
    Order.objects.filter(id=order).update(seq=len(made))


@pytest.mark.parametrize("place", PLACES)
def test_an_event_put_in_with_everything_after_it_moved_on_is_found(full, place):
    order = full[0]
    at = {"head": 0, "middle": order.seq // 2, "tail": order.seq - 1}[place]
    reasons = undone(lambda: written_anew(order.id, lambda made: made.insert(at, dict(made[at]))))
    assert "chain_recomputed" in reasons
    assert any(reason.startswith("seal:") for reason in reasons)


@pytest.mark.parametrize("place", PLACES)
def test_an_event_taken_out_with_everything_after_it_moved_up_is_found(full, place):
    order = full[0]
    at = {"head": 0, "middle": order.seq // 2, "tail": order.seq - 1}[place]
    reasons = undone(lambda: written_anew(order.id, lambda made: [made.pop(at)]))
    assert {"chain_recomputed"} & set(reasons)
    assert any(reason.startswith("seal:") for reason in reasons)


def test_an_order_removed_from_every_table_is_found_by_the_seals(full):
    def remove() -> None:
        for model in (*CHILDREN, OrderEvent, OrderLeaf):
            model._default_manager.filter(order_id=full[0].id).delete()
        Order.objects.filter(id=full[0].id).delete()

    assert {reason for reason in undone(remove) if reason.startswith("seal:")}


def test_two_whole_orders_swapped_are_found(full):
    def swap() -> None:
        for new, old in ((1, full[0].id), (full[0].id, full[1].id), (full[1].id, 1)):
            for model in (OrderEvent, OrderLeaf):
                assert model.objects.filter(order_id=old).update(order_id=new)

    reasons = undone(swap)
    assert "event_edited" in reasons
    assert any(reason.startswith("seal:") for reason in reasons)


def erase(row: Order) -> None:
    api.erase_texts(row.id, actor=who("hotline"), at=MONDAY + hours(5))


def test_what_was_erased_through_the_door_is_no_break_and_leaves_nothing_to_guess_from(full):
    row = full[0]
    erase(row)
    assert found() == []
    stored = fresh(row)
    assert (stored.title, stored.place_text, stored.lng, stored.lat) == ("（已清除）", "", None, None)
    assert (bytes(stored.shown_salt), bytes(stored.point_salt)) == (b"", b"")
    assert {bytes(text.salt) for text in OrderText.objects.filter(order_id=row.id)} == {b""}
    assert {bytes(one.salt) for one in OrderContact.objects.filter(order_id=row.id)} == {b""}


def test_what_is_written_after_an_erasure_is_proven_again(full):
    row, at = full[0], MONDAY + hours(6)
    erase(row)
    lng, lat = point()
    area = {"lng": lng, "lat": lat}
    row = take(row, "hotline", "accept", at) if row.state == "reported" else row
    row = take(row, "hotline", "relocate", at, area=area, reason="地点有误")
    assert (found(), fresh(row).title) == ([], "（已清除）")
    mine = Order.objects.filter(id=row.id)
    assert "point_edited" in undone(lambda: mine.update(lng=121.5))
    assert "text_edited" in undone(
        lambda: OrderText.objects.filter(order_id=row.id, seq=row.seq).update(text="x")
    )


def test_an_erasure_undone_or_widened_by_hand_is_found(full):
    row = full[0]
    texts = OrderText.objects.filter(order_id=row.id)
    kept = {(one.seq, one.name): (one.text, one.salt) for one in texts}
    contact = OrderContact.objects.filter(order_id=row.id)
    was = fresh(row)
    before = contact.order_by("seq").values().first()
    assert before
    erase(row)
    (seq, name), (text, salt) = next(iter(kept.items()))
    one = texts.filter(seq=seq, name=name)
    assert "text_not_erased" in undone(lambda: one.update(text=text, salt=salt, erased_at=None))
    assert "text_edited" in undone(lambda: one.update(text=text))
    assert "contact_not_erased" in undone(
        lambda: contact.filter(seq=before["seq"]).update(phone=before["phone"], salt=before["salt"])
    )
    mine = Order.objects.filter(id=row.id)
    assert "shown_not_erased" in undone(lambda: mine.update(title=was.title, shown_salt=was.shown_salt))
    assert "point_not_erased" in undone(lambda: mine.update(lng=was.lng, lat=was.lat))
    row = take(row, "hotline", "remind", MONDAY + hours(6), message="请尽快")
    later = texts.filter(seq=row.seq)
    assert "text_erased_by_hand" in undone(
        lambda: later.update(text="", salt=b"", erased_at=MONDAY + hours(5))
    )


def test_a_relocation_decided_before_an_erasure_keeps_what_was_erased_erased(full):
    from tests.races.test_in_between import decided

    row, at = full[0], MONDAY + hours(6)
    lng, lat = point()
    relocate = decided(row, "hotline", "relocate", at, area={"lng": lng, "lat": lat}, reason="地点有误")
    erase(row)
    relocate()
    assert (found(), fresh(row).title) == ([], "（已清除）")


def test_a_file_given_twice_with_a_report_is_one_file():
    photo = evidence(MONDAY)
    row = reported(attachments=(photo, photo))
    assert OrderFile.objects.filter(order_id=row.id).count() == 1
    assert found() == []


NEW = {"files", "shown", "point", "contact", "attachments", "flow", "message_seq", "marks"}


def as_before(row: Order) -> None:
    """The order as the first version wrote it: no digest of title, place, point, contact, files or flow."""

    def strip(made: list[dict[str, object]]) -> None:
        for event in made:
            facts = load(str(event["body"]))
            event["body"] = dump({name: value for name, value in facts.items() if name not in NEW})

    written_anew(row.id, strip)
    for leaf in OrderLeaf.objects.filter(order_id=row.id):
        OrderLeaf.objects.filter(order_id=row.id, seq=leaf.seq).update(hash=proof.leaf_hash(leaf.hash))
    Order.objects.filter(id=row.id).update(shown_salt=None, point_salt=None)
    OrderMark.objects.filter(order_id=row.id).update(mac="")


def test_orders_from_before_the_digests_still_verify_and_are_counted():
    old = [hotline("T9"), marked(handling())]
    for row in old:
        as_before(row)
    proof.seal(MONDAY + hours(2))
    reported()
    assert (found(), api.unproven()) == ([], 2)
    row = take(
        old[0],
        "hotline",
        "relocate",
        MONDAY + hours(3),
        area=dict(zip(("lng", "lat"), point(), strict=True)),
        reason="地点有误",
    )
    assert found() == []
    assert "point_edited" in undone(lambda: Order.objects.filter(id=row.id).update(lng=121.5))
    erase(row)
    assert found() == []

"""Whatever is changed in the journal afterwards is found and named."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from townops.base import crypto, journal, seals
from townops.base.canonical import dump, load
from townops.base.models import JournalEntry, JournalLeaf, Seal
from townops.kernel.actors import Actor

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZHANG = Actor(person=7, name="张甲", hats=())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path


def write_one(key="a", **body):
    return journal.append(kind="thing", key=key, action="change", actor=ZHANG, at=AT, body=body)


@pytest.fixture
def sealed(db, django_capture_on_commit_callbacks):
    """Two chains of five, sealed in two seals, the second chain growing in both."""
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(4):
            write_one("a", number=number)
            write_one("b", number=number)
        journal.seal_unsealed(AT)
    with django_capture_on_commit_callbacks(execute=True):
        write_one("a", number=4)
        write_one("b", number=4)
        journal.seal_unsealed(AT + timedelta(minutes=1))


def chain(key="a"):
    return JournalEntry.objects.filter(kind="thing", key=key)


def forge(row, **changes):
    """What somebody with the database but without the keys can do: an edit with all hashes made right."""
    facts = load(row.payload) | changes
    row.payload = dump(facts)
    row.hash = crypto.sm3(row.payload.encode()).hex()
    row.save()


def reasons():
    return {
        (fault.key, fault.seq, fault.reason) for fault in journal.verify() if isinstance(fault, journal.Break)
    }


def test_an_untouched_journal_has_no_breaks(sealed):
    assert journal.verify() == []
    assert [entry.body["number"] for entry in journal.history("thing", "a")] == [0, 1, 2, 3, 4]
    assert journal.history("thing", "a")[0].name == "张甲"


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_an_edited_body_is_found(sealed, seq):
    row = chain().get(seq=seq)
    JournalEntry.objects.filter(pk=row.pk).update(payload=row.payload.replace('"number"', '"Number"'))
    assert reasons() == {("a", seq, "payload_edited")}


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_an_edited_column_is_found(sealed, seq):
    chain().filter(seq=seq).update(person=8)
    assert reasons() == {("a", seq, "columns_edited")}


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_deleted_entry_is_found(sealed, seq):
    chain().filter(seq=seq).delete()
    expected = {
        1: ("a", 1, "entry_missing"),
        3: ("a", 3, "entry_missing"),
        5: ("a", 5, "sealed_entry_missing"),
    }
    assert expected[seq] in reasons()


def test_a_tail_deleted_with_its_leaf_is_found_by_the_seal(sealed):
    chain().filter(seq=5).delete()
    JournalLeaf.objects.filter(key="a", seq=5).delete()
    assert journal.verify() == [seals.SealBreak("journal", 2, "leaf_count_differs")]


def test_a_tail_deleted_with_leaves_and_seal_is_found_by_the_file(sealed):
    JournalEntry.objects.filter(seq=5).delete()
    JournalLeaf.objects.filter(seal=2).delete()
    Seal.objects.filter(number=2).delete()
    assert journal.verify() == [seals.SealBreak("journal", 2, "seal_only_in_file")]


def test_a_whole_chain_deleted_is_found(sealed):
    chain().delete()
    assert {("a", 4, "sealed_entry_missing"), ("a", 5, "sealed_entry_missing")} == reasons()


@pytest.mark.parametrize("seq", [1, 3, 6])
def test_an_inserted_entry_is_found(sealed, seq):
    for row in chain().filter(seq__gte=seq).order_by("-seq"):
        row.seq += 1
        row.save()
    model = chain().first()
    row = JournalEntry(kind="thing", key="a", seq=seq, action="change", person=7, at=AT, mac=model.mac)
    row.payload = model.payload
    forge(row, seq=seq, body={}, prev=chain().get(seq=seq - 1).hash if seq > 1 else "")
    assert ("a", seq, "entry_forged") in reasons()


def test_a_chain_computed_anew_is_found(sealed):
    prev = ""
    for row in chain().order_by("seq"):
        forge(row, prev=prev, body={"number": 9})
        prev = row.hash
    assert ("a", 1, "entry_forged") in reasons()


def test_two_swapped_chains_are_found(sealed):
    JournalEntry.objects.filter(key="a").update(key="c")
    JournalEntry.objects.filter(key="b").update(key="a")
    JournalEntry.objects.filter(key="c").update(key="b")
    assert {("a", 1, "columns_edited"), ("b", 1, "columns_edited")} <= reasons()


def test_an_entry_that_only_claims_to_be_sealed_is_found(sealed):
    write_one("a")
    chain().filter(seq=6).update(seal=2)
    assert reasons() == {("a", 6, "seal_claimed")}


def test_an_edited_seal_is_found(sealed):
    Seal.objects.filter(number=1).update(count=9)
    assert seals.SealBreak("journal", 1, "seal_forged") in journal.verify()


def test_a_file_line_changed_outside_is_found(sealed, settings):
    path = settings.DATA / "seals" / "journal.jsonl"
    path.write_text(path.read_text().replace('"count":2,', '"count":3,', 1))
    assert journal.verify() == [seals.SealBreak("journal", 1, "file_differs")]


def test_a_seal_missing_in_the_file_after_a_crash_is_made_up_for(sealed, settings):
    path = settings.DATA / "seals" / "journal.jsonl"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert seals.write_out("journal") == 1
    assert journal.verify() == []


def test_nothing_is_sealed_twice(sealed):
    assert journal.seal_unsealed(AT) == 0


def test_the_root_depends_on_order_number_and_content_of_leaves():
    roots = [
        seals.merkle_root(leaves) for leaves in ([], [b"a"], [b"a", b"b"], [b"b", b"a"], [b"a", b"b", b"b"])
    ]
    assert len(set(roots)) == 5


@pytest.mark.django_db(transaction=True)
def test_two_appenders_at_once_both_get_in():
    threads = [threading.Thread(target=appender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.seq for entry in journal.history("thing", "shared")] == list(range(1, 41))
    assert journal.verify() == []


def appender():
    try:
        for _ in range(20):
            write_one("shared")
    finally:
        connections.close_all()

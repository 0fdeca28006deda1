"""Search pages, proofs and the tree's state."""

from datetime import timedelta
from uuid import UUID

import pytest

from audit import merkle
from audit.checkpoint import verify_checkpoint
from audit.errors import BadCursorError, NotInTreeError
from audit.ids import uuid7
from audit.models import LoggedEvent
from audit.queries import (
    Filter,
    consistency_between,
    entry_with_proof,
    lag,
    search,
    tree_state,
)
from tests.audit.test_checkpoint import KEYS, ORIGIN
from tests.audit.writing import NOW, integrate, write

SUBJECT = UUID("0190f000-0000-7000-8000-0000000000aa")
PERSON = "person:0190f000-0000-7000-8000-00000000000b"


@pytest.mark.django_db
def test_pages_are_newest_first_and_meet_without_gap():
    # Three events of one moment fall on both sides of a page's end.
    old, same, new = (write(n, at=NOW + timedelta(days=d)) for n, d in ((2, -1), (3, 0), (2, 1)))
    seen, cursor = [], None
    while True:
        page = search(Filter(), cursor=cursor, limit=3)
        seen += [found.id for found in page.found]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [*reversed(new), *reversed(same), *reversed(old)]
    assert page.found[0].index is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(), 6),
        (Filter(actor=PERSON), 2),
        (Filter(subject=SUBJECT), 3),
        (Filter(object="conversation:x"), 1),
        (Filter(kind="desk:message:received"), 6),
        (Filter(kind="desk:message:"), 6),
        (Filter(kind="desk:"), 6),
        (Filter(kind="des:"), 0),
        (Filter(kind="desk:message"), 0),
        (Filter(start=NOW), 6),
        (Filter(end=NOW), 0),
        (Filter(end=NOW + timedelta(microseconds=1)), 6),
        (Filter(subject=SUBJECT, actor=PERSON), 2),
        (Filter(subject=SUBJECT, actor=PERSON, start=NOW + timedelta(seconds=1)), 0),
    ],
)
def test_filters(wanted, count):
    write(2, at=NOW)
    write(1, at=NOW, object="conversation:x")
    write(1, at=NOW, subject=SUBJECT)
    write(2, at=NOW, subject=SUBJECT, actor=PERSON)
    assert len(search(wanted).found) == count


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["", "x", "2026-01-01_x", f"2026-01-01T00:00:00_{SUBJECT}"])
def test_a_cursor_that_no_page_gave_is_refused(cursor):
    with pytest.raises(BadCursorError):
        search(Filter(), cursor=cursor)


@pytest.mark.django_db(transaction=True)
def test_an_entry_comes_with_a_proof_in_the_signed_tree(as_role):
    events = write(300)
    integrate(as_role)
    for event in (events[0], events[255], events[256], events[299]):
        found = entry_with_proof(event)
        signed = verify_checkpoint(found.note, KEYS, origin=ORIGIN)
        assert (signed.size, signed.root) == (found.size, found.root) == (300, tree_state().root)
        leaf = merkle.leaf_hash(found.entry)
        merkle.verify_inclusion(found.index, found.size, leaf, found.proof, found.root)
    assert search(Filter(), limit=1).found[0].index == 299
    waiting = write(1)[0]
    for event in (waiting, uuid7()):
        with pytest.raises(NotInTreeError):
            entry_with_proof(event)


@pytest.mark.django_db(transaction=True)
def test_consistency_between_two_signed_trees(as_role):
    write(100)
    first = integrate(as_role)
    write(400)
    second = integrate(as_role)
    proof = consistency_between(100, 500)
    merkle.verify_consistency(100, 500, proof, first.root, second.root)


@pytest.mark.django_db
def test_a_tree_that_nobody_signed_is_empty():
    state = tree_state()
    assert (state.size, state.root, state.note) == (0, merkle.EMPTY_ROOT, None)


@pytest.mark.django_db
def test_a_row_that_is_no_entry_shows_in_the_search():
    LoggedEvent.objects.create(at=NOW, kind="desk:message:sent", actor="x", entry=b"{}")
    found = search(Filter()).found[0]
    assert (found.kind, found.actor, found.entry) == ("desk:message:sent", "x", None)


@pytest.mark.django_db
def test_lag_counts_what_waits_and_for_how_long():
    write(3, at=NOW)
    found = lag(NOW + timedelta(seconds=7))
    assert (found.pending, found.oldest_s) == (3, 7.0)

"""The catalogue refuses what could carry content; entries have one form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical, entries, events, ids
from audit.errors import (
    BadFieldError,
    BadKindError,
    CanonicalError,
    EntryTooLargeError,
    UnknownFieldError,
)

WHO = {"actor": "anonymous", "origin": "web:/chat/"}
ID = UUID("0190f000-0000-7000-8000-000000000001")
AT = datetime(2026, 1, 31, 9, 5, 0, 123, tzinfo=UTC)


def test_every_kind_names_area_subject_and_past_verb():
    assert len(events.CATALOGUE) >= 50
    for kind, declared in events.CATALOGUE.items():
        assert declared.kind == kind
        assert len(kind.split(":")) == 3


def test_an_entry_has_exactly_the_contracts_form():
    event = events.MessageReceived(
        **WHO,
        purpose="serve_customer",
        subject=ID,
        object=f"conversation:{ID}",
        sealed=b"\xab" * 32,
        length=12,
        types=("PERSON", "BANK_CARD"),
    )
    assert entries.encode(event, event_id=ID, at=AT).decode() == (
        '{"actor":"anonymous","at":"2026-01-31T09:05:00.000123Z",'
        '"data":{"length":12,"types":["PERSON","BANK_CARD"]},'
        f'"id":"{ID}","kind":"desk:message:received","object":"conversation:{ID}",'
        '"origin":"web:/chat/","outcome":"ok","purpose":"serve_customer",'
        f'"sealed":"{"ab" * 32}","subject":"{ID}","v":1}}'
    )


def test_absent_fields_are_absent():
    entry = json.loads(entries.encode(events.SessionOpened(**WHO), event_id=ID, at=AT))
    assert set(entry) == {"v", "id", "at", "kind", "actor", "origin", "outcome"}


def test_refusals_say_so_by_themselves():
    refused = events.AccessRefused(**WHO, route="/desk/<uuid:id>/", method="GET")
    assert refused.outcome == "refused"


@pytest.mark.parametrize(
    "text", ["张三", "Jane Doe", "jane@example.com", "", "a\n", "x" * 201, "ａｂｃ", 3, b"raw"]
)
def test_text_that_could_be_content_is_refused(text):
    with pytest.raises(BadFieldError, match="reason") as fault:
        events.HandoverRequested(**WHO, reason=text)
    assert "Jane" not in str(fault.value)


@pytest.mark.parametrize("field", ["actor", "origin", "purpose", "object"])
def test_common_fields_are_names_too(field):
    with pytest.raises(BadFieldError, match=field):
        events.SessionOpened(**(WHO | {field: "Jane Doe"}))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: events.MessageReceived(**WHO, length="12", types=()), "length"),
        (lambda: events.MessageReceived(**WHO, length=True, types=()), "length"),
        (lambda: events.MessageReceived(**WHO, length=1, types=["PERSON"]), "types"),
        (lambda: events.MessageReceived(**WHO, length=1, types=(1,)), "types"),
        (lambda: events.FeedbackGiven(**WHO, helpful=1), "helpful"),
        (lambda: events.KeyDestroyed(**WHO, key=str(ID)), "key"),
        (lambda: events.SessionOpened(**WHO, sealed=b"short"), "sealed"),
        (lambda: events.SessionOpened(**WHO, outcome="fine"), "outcome"),
        (lambda: events.SessionOpened(**WHO, at=datetime(2026, 1, 1)), "at"),  # noqa: DTZ001
    ],
)
def test_values_of_another_type_are_refused(make, field):
    with pytest.raises(BadFieldError, match=field):
        make()


def test_field_types_outside_the_list_are_refused_at_declaration():
    for annotation in (float, list[str], dict, object, str | int, Mapping[str, object]):
        with pytest.raises(UnknownFieldError, match="payload"):
            type(
                "Loose",
                (events.Event,),
                {"__annotations__": {"payload": annotation}, "__module__": __name__},
                kind="audit:loose:declared",
            )


@pytest.mark.parametrize(
    "kind", ["message", "Desk:message:sent", "desk:message", "a:b:c:d", "a:b:"]
)
def test_kinds_of_another_form_are_refused(kind):
    with pytest.raises(BadKindError):
        type("Odd", (events.Event,), {}, kind=kind)


def test_a_kind_is_never_used_twice():
    with pytest.raises(BadKindError, match="MessageReceived"):
        type("Again", (events.Event,), {}, kind="desk:message:received")


def test_an_entry_that_fits_no_bundle_is_refused():
    event = events.ReplyComposed(
        **WHO,
        policy=b"2" * 32,
        knowledge=("x" * 200,) * 400,
        mode="verbatim",
        sentences=1,
        stages_us={"retrieve": 150},
    )
    with pytest.raises(EntryTooLargeError):
        entries.encode(event, event_id=ID, at=AT)


def test_entries_are_read_back_only_in_canonical_form():
    entry = entries.encode(events.SessionOpened(**WHO), event_id=ID, at=AT)
    assert entries.decode(entry)["kind"] == "accounts:session:opened"
    for broken in (entry + b" ", entry.replace(b'"v":1', b'"v":2'), b"[1]", b"{", b"\xff"):
        with pytest.raises(CanonicalError):
            entries.decode(broken)


def test_rfc_8785_orders_keys_by_utf16_and_escapes_as_little_as_possible():
    # RFC 8785 s.3.2.3, the sorting example (its values shortened).
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    written = canonical.canonical_bytes(value).decode()
    assert list(json.loads(written).values()) == [2, 4, 6, 7, 1, 5, 3]
    # RFC 8785 s.3.2.2, the string example.
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical.canonical_bytes(text).decode() == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 2**53, -(2**53), {1: 2}, {"a": {3}}, "\ud800", {"\udfff": 1}, b"x"]
)
def test_values_without_a_canonical_form_are_refused(value):
    with pytest.raises(CanonicalError):
        canonical.canonical_bytes(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=12,
    )
)
def test_canonical_bytes_are_json_and_stable(value):
    written = canonical.canonical_bytes(value)
    assert json.loads(written) == value
    assert canonical.canonical_bytes(json.loads(written)) == written


def test_ids_sort_by_time_and_never_repeat():
    made = [ids.uuid7() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(i.version, i.variant) for i in made} == {(7, "specified in RFC 4122")}
    assert ids.uuid7(AT).int >> 80 == int(AT.timestamp() * 1000)


@dataclass(frozen=True, kw_only=True)
class OptionalExtra(events.Event, kind="audit:test:declared"):
    count: int | None = None


def test_absent_extra_fields_leave_no_data():
    assert OptionalExtra(**WHO).data() == {}

"""What every event is: common fields, a kind, typed extra fields.

An event carries ids, digests, counts and type names, never content, names
or titles. That is enforced, not asked for: a field may have only the types
below, and a string only the characters of a name in ASCII, without spaces
and without "@", so that no sentence, no Chinese name and no mail address
fits.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from types import MappingProxyType, NoneType, UnionType
from typing import ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from audit.errors import BadFieldError, BadKindError, UnknownFieldError

Outcome = Literal["ok", "refused", "failed"]

_KIND = re.compile(r"[a-z]+:[a-z]+(_[a-z]+)*:[a-z]+(_[a-z]+)*")
_NAME = re.compile(r"[A-Za-z0-9_.:/<>+=,*-]{1,200}")
_SEALED_BYTES = 32
_SCALARS = (bool, int, str, UUID, bytes, datetime)
_FIELD_TYPES = frozenset(
    {*_SCALARS, tuple[str, ...], tuple[int, ...], tuple[UUID, ...], tuple[bytes, ...]}
    | {Mapping[str, int], Mapping[str, str]},
)
_catalogue: dict[str, type["Event"]] = {}
CATALOGUE: Mapping[str, type["Event"]] = MappingProxyType(_catalogue)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened.

    actor:   "person:<uuid>", "service:<name>", "customer:<subject uuid>",
             "operator:<uid>" or "anonymous".
    origin:  where it came in, "web:/chat/", "cli", "channel:email".
    object:  what it happened to, "conversation:<uuid>".
    subject: the data subject concerned.
    sealed:  SHA-256(32 random bytes, plaintext) of a payload sealed elsewhere.
    at:      when; the time of recording if absent.

    A subclass names its kind in the class line and adds typed fields:

        @dataclass(frozen=True, kw_only=True)
        class MessageReceived(Event, kind="desk:message:received"):
            length: int
    """

    kind: ClassVar[str]

    actor: str
    origin: str
    purpose: str | None = None
    outcome: Outcome = "ok"
    subject: UUID | None = None
    object: str | None = None
    sealed: bytes | None = None
    at: datetime | None = None

    def __init_subclass__(cls, *, kind: str, **options: object) -> None:
        """Enter the kind into the catalogue; refuse fields the log refuses."""
        super().__init_subclass__(**options)
        if not _KIND.fullmatch(kind):
            msg = f"got kind {kind}, want area:subject:past-verb"
            raise BadKindError(msg)
        known = _catalogue.get(kind)
        # @dataclass(slots=True) makes the class twice; anything else is a clash.
        if known is not None and known.__qualname__ != cls.__qualname__:
            msg = f"got kind {kind} for {cls.__name__}, want one not used by {known.__name__}"
            raise BadKindError(msg)
        cls.kind = kind
        for name, annotation in _own_hints(cls):
            if _without_none(annotation) not in _FIELD_TYPES:
                raise UnknownFieldError(kind, name, annotation)
        _catalogue[kind] = cls

    def __post_init__(self) -> None:
        """Refuse values that could carry content."""
        for name in ("actor", "origin", "purpose", "object"):
            value = getattr(self, name)
            if value is not None:
                _plain(self.kind, name, _checked_name(self.kind, name, value))
        if self.sealed is not None and len(self.sealed) != _SEALED_BYTES:
            raise BadFieldError(self.kind, "sealed", "32 bytes")
        if self.outcome not in get_args(Outcome):
            raise BadFieldError(self.kind, "outcome", "ok, refused or failed")
        self.data()

    def data(self) -> dict[str, object]:
        """Return the extra fields as JSON values; absent ones left out."""
        pairs = ((name, getattr(self, name)) for name in extra_fields(type(self)))
        return {name: _plain(self.kind, name, value) for name, value in pairs if value is not None}


_COMMON = frozenset(field.name for field in fields(Event))


def extra_fields(event_class: type[Event]) -> tuple[str, ...]:
    """Names of the fields that go to an entry's `data`, in order."""
    return tuple(field.name for field in fields(event_class) if field.name not in _COMMON)


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: 2026-01-31T09:05:00.000123Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _own_hints(cls: type[Event]) -> Iterator[tuple[str, object]]:
    common = Event.__annotations__
    for name, annotation in get_type_hints(cls).items():
        if name not in common:
            yield name, annotation


def _without_none(annotation: object) -> object:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    rest = [part for part in get_args(annotation) if part is not NoneType]
    return rest[0] if len(rest) == 1 else annotation


def _checked_name(kind: str, field: str, value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadFieldError(kind, field, "1 to 200 of A-Z a-z 0-9 _ . : / < > + = , * -")
    return value


def _plain(kind: str, field: str, value: object) -> object:
    """Turn a checked value into JSON: ids and times to text, bytes to hex."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _checked_name(kind, field, value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, tuple):
        return [_plain(kind, field, item) for item in value]
    if isinstance(value, Mapping):
        return {_checked_name(kind, field, k): _plain(kind, field, v) for k, v in value.items()}
    raise BadFieldError(kind, field, "the declared type")

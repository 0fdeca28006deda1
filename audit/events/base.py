"""What every event is: common fields, a kind, typed extra fields.

An event carries ids, digests, counts and type names, never content, names
or titles. That is enforced, not asked for: a field may have only the types
below, and a string only the characters of a name in ASCII, without spaces
and without "@", so that no sentence, no Chinese name and no mail address
fits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from audit.errors import BadFieldError, BadKindError, UnknownFieldError

Outcome = Literal["ok", "refused", "failed"]

_KIND = re.compile(r"[a-z]+:[a-z]+(_[a-z]+)*:[a-z]+(_[a-z]+)*")
_NAME = re.compile(r"[A-Za-z0-9_.:/<>+=,*-]{1,200}")
_SEALED_BYTES = 32
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
    # From each extra field's value to JSON, refusing what its type does not allow.
    converters: ClassVar[dict[str, "Convert"]]

    actor: str
    origin: str
    purpose: str | None = None
    outcome: Outcome = "ok"
    subject: UUID | None = None
    object: str | None = None  # the contract's name for it
    sealed: bytes | None = None
    at: datetime | None = None

    def __init_subclass__(cls, *, kind: str, **options: Any) -> None:
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
        cls.converters = {}
        for name, annotation in get_type_hints(cls).items():
            if name in Event.__annotations__:
                continue
            bare = _without_none(annotation)
            if bare not in _CONVERT:
                raise UnknownFieldError(kind, name, annotation)
            cls.converters[name] = _CONVERT[bare]
        _catalogue[kind] = cls

    def __post_init__(self) -> None:
        """Refuse values that could carry content.

        Raises: BadFieldError.
        """
        for name in ("actor", "origin", "purpose", "object"):
            value = getattr(self, name)
            if value is not None:
                self._converted(name, value, _name)
        if self.at is not None:
            self._converted("at", self.at, _CONVERT[datetime])
        if self.sealed is not None and len(self.sealed) != _SEALED_BYTES:
            raise BadFieldError(self.kind, "sealed", "32 bytes")
        if self.outcome not in get_args(Outcome):
            raise BadFieldError(self.kind, "outcome", "ok, refused or failed")
        self.data()

    def data(self) -> dict[str, Any]:
        """Return the extra fields as JSON values; absent ones left out."""
        pairs = ((name, getattr(self, name), to) for name, to in self.converters.items())
        return {
            name: self._converted(name, value, to) for name, value, to in pairs if value is not None
        }

    def _converted(self, name: str, value: Any, convert: "Convert") -> Any:
        try:
            return convert(value)
        except (_RefusedError, ValueError) as fault:
            raise BadFieldError(self.kind, name, str(fault)) from None


Convert = Callable[[Any], Any]


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: 2026-01-31T09:05:00.000123Z.

    Raises: ValueError on a time without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError("got a time without a zone, want an aware one")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _without_none(annotation: object) -> object:
    if get_origin(annotation) not in {Union, UnionType}:
        return annotation
    rest = [part for part in get_args(annotation) if part is not NoneType]
    return rest[0] if len(rest) == 1 else annotation


class _RefusedError(Exception):
    """A value is not what its type allows; carries what would be."""


def _only(kind: type, show: Convert, want: str) -> Convert:
    def convert(value: object) -> object:
        # bool is an int to Python, not to a reader of the log.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise _RefusedError(want)
        return show(value)

    return convert


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise _RefusedError("1 to 200 of A-Z a-z 0-9 _ . : / < > + = , * -")
    return value


def _many(one: Convert) -> Convert:
    return _only(tuple, lambda values: [one(value) for value in values], "a tuple")


def _keyed(one: Convert) -> Convert:
    def show(values: Mapping[object, object]) -> object:
        return {_name(key): one(value) for key, value in values.items()}

    return _only(Mapping, show, "a mapping")


_int = _only(int, int, "an integer")
_uuid = _only(UUID, str, "a UUID")
_bytes = _only(bytes, bytes.hex, "bytes")
_CONVERT: dict[object, Convert] = {
    bool: _only(bool, bool, "true or false"),
    int: _int,
    str: _name,
    UUID: _uuid,
    bytes: _bytes,
    datetime: _only(datetime, utc_text, "a time"),
    tuple[int, ...]: _many(_int),
    tuple[str, ...]: _many(_name),
    tuple[UUID, ...]: _many(_uuid),
    tuple[bytes, ...]: _many(_bytes),
    Mapping[str, int]: _keyed(_int),
    Mapping[str, str]: _keyed(_name),
}

"""The trail in words: what the log's own queries find, with names for ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from appliance.accounts.models import Account
from appliance.oversight.wording import area_of, kind_words
from audit.queries import Found


@dataclass(frozen=True)
class Row:
    """One event for the eye.

    who:     a sign-in name for staff, else what the entry says.
    outcome: ok, refused, failed, or "unreadable" where the stored entry is no entry any more.
    """

    id: UUID
    index: int | None
    at: datetime
    kind: str
    area: str
    words: str | Promise
    who: str
    actor: str
    object: str
    outcome: str


def rows(found: Iterable[Found]) -> list[Row]:
    held = list(found)
    names = sign_in_names(one.actor for one in held)
    return [_row(one, names) for one in held]


def _row(one: Found, names: dict[str, str]) -> Row:
    said = one.entry if one.entry is not None else {"outcome": "unreadable"}
    return Row(
        id=one.id,
        index=one.index,
        at=one.at,
        kind=one.kind,
        area=area_of(one.kind),
        words=kind_words(one.kind),
        who=names.get(one.actor, one.actor),
        actor=one.actor,
        object=str(said.get("object", "")),
        outcome=str(said.get("outcome", "ok")),
    )


def sign_in_names(actors: Iterable[str]) -> dict[str, str]:
    """From "person:<id>" to sign-in name, for those who have an account."""
    people = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
    known = Account.objects.filter(person_id__in=people).order_by("created_at")
    return {f"person:{person}": name for person, name in known.values_list("person_id", "username")}


def fields(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """An entry's fields flat, in the order of its bytes, extra ones as data.name."""
    flat: list[tuple[str, str]] = []
    for name, value in entry.items():
        if isinstance(value, dict):
            flat += [(f"{name}.{inner}", _shown(held)) for inner, held in value.items()]
        else:
            flat.append((name, _shown(value)))
    return flat


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    return str(value)

"""`model.toml`: what a model is, where it comes from, and what was found out about it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from re import fullmatch
from typing import Literal, TypeVar, cast, get_args

from models.registry.errors import ManifestError
from models.registry.toml import dumps

NAME = "model.toml"
Kind = Literal["generate", "embed", "classify"]


@dataclass(frozen=True)
class Evaluation:
    """One figure: on which set, which metric, its value as text, and when."""

    set: str
    metric: str
    value: str
    date: date


@dataclass(frozen=True)
class Approval:
    """Who agreed, by id, never by name, and when."""

    person: str
    date: date


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`size` in bytes, `context_length` in tokens, digests in hexadecimal."""

    name: str
    version: str
    kind: Kind
    file: str
    sha256: str
    size: int
    licence: str
    source: str
    training_data: str
    quantisation: str
    context_length: int
    chat_template_sha256: str
    languages: tuple[str, ...]
    filing_number: str = ""
    evaluations: tuple[Evaluation, ...] = field(default=())
    approvals: tuple[Approval, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse what could not have been written by us."""
        _shaped("name", self.name, r"[a-z0-9][a-z0-9._-]{0,63}")
        _shaped("version", self.version, r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}")
        # A bare file name: a manifest never reaches outside its own folder.
        _shaped("file", self.file, r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")
        _shaped("sha256", self.sha256, r"[0-9a-f]{64}")
        _shaped("chat_template_sha256", self.chat_template_sha256, r"([0-9a-f]{64})?")
        if self.kind not in get_args(Kind):
            raise ManifestError(f"kind: got {self.kind[:20]!r}, want one of {get_args(Kind)}")
        if self.size <= 0 or self.context_length < 0:
            raise ManifestError("got a negative or empty size, want bytes and tokens")

    @property
    def folder_name(self) -> str:
        return f"{self.name}-{self.version}"

    def to_toml(self) -> str:
        return dumps({each.name: getattr(self, each.name) for each in fields(self)})


def parse(text: str) -> Manifest:
    """Read a manifest; unknown and missing fields are refused by name.

    Raises: ManifestError.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ManifestError(f"got {NAME} that is no TOML: {fault}") from fault
    _check_types(table)
    table["languages"] = tuple(table["languages"])
    table["evaluations"] = tuple(_row(Evaluation, row) for row in table.get("evaluations", []))
    table["approvals"] = tuple(_row(Approval, row) for row in table.get("approvals", []))
    return Manifest(**table)


def read(folder: Path) -> Manifest:
    """Read the manifest in a model's folder. Raises: ManifestError."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ManifestError(f"got no readable {NAME} in {folder.name}, want one") from fault
    return parse(text)


_OPTIONAL = frozenset({"filing_number", "evaluations", "approvals"})
_TYPES: Mapping[str, type] = {
    "size": int,
    "context_length": int,
    "languages": list,
    "evaluations": list,
    "approvals": list,
}


def _check_types(table: Mapping[str, object]) -> None:
    names = {each.name for each in fields(Manifest)}
    missing, unknown = names - _OPTIONAL - table.keys(), table.keys() - names
    if missing or unknown:
        raise ManifestError(f"got unknown {sorted(unknown)}, missing {sorted(missing)}, want none")
    for key, value in table.items():
        want = _TYPES.get(key, str)
        if type(value) is not want:
            raise ManifestError(f"{key}: got {type(value).__name__}, want {want.__name__}")
    if not all(isinstance(item, str) for item in cast("list[object]", table["languages"])):
        raise ManifestError("languages: got something else, want strings")


_Row = TypeVar("_Row", Evaluation, Approval)


def _row(row_class: type[_Row], row: object) -> _Row:
    names = {each.name: each.type for each in fields(row_class)}
    if not isinstance(row, dict) or row.keys() != names.keys():
        raise ManifestError(f"got another table, want {sorted(names)}")
    for key, value in row.items():
        if type(value) is not names[key]:
            raise ManifestError(f"{key}: got {type(value).__name__}, want {names[key]}")
    return row_class(**row)


def _shaped(name: str, value: str, pattern: str) -> None:
    if not fullmatch(pattern, value):
        raise ManifestError(f"{name}: got another form, want {pattern}")

"""Building an evidence pack: a ZIP that proves its entries without us.

    MANIFEST.json      what the pack is, and the digest of every other file
    manifest.sig       signed note over the manifest's digest
    checkpoint         the signed tree that all proofs lead to
    previous-anchors/  earlier checkpoints: exported ones, and one a day
    entries.jsonl      {"index","entry","proof"}, entry as exact text
    consistency.jsonl  {"from","to","proof"} from each anchor to the next
    report.html/.csv   for people
    keys.json          the public keys
    verify_pack.py     the checker, though it should come from elsewhere

Entries stream through: a pack may be larger than memory.
"""

import json
import os
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import IO
from uuid import UUID

from django.db import transaction

from audit.actions import append
from audit.canonical import canonical_bytes
from audit.errors import EvidenceError
from audit.events import PackExported, utc_text
from audit.evidence import report, verify_pack
from audit.evidence.anchors import anchors_before
from audit.evidence.archive import Archive
from audit.keys import fingerprint
from audit.merkle import inclusion_ranges
from audit.models import LoggedEvent, SignedCheckpoint
from audit.note import sign_note
from audit.queries import Filter, consistency_between, sequenced
from audit.store import latest_checkpoint, tree_reader
from audit.tiles import TreeReader
from audit.wiring import Wiring

_STEP = 1000
_SPOOL_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class PackReport:
    """What a pack holds; `digest` is its manifest's SHA-256."""

    entries: int
    size: int
    root: bytes
    digest: bytes
    fingerprint: str


def export_pack(
    out: Path, wanted: Filter, *, wiring: Wiring, now: datetime, actor: str, origin: str
) -> PackReport:
    """Write a pack to `out` and record that it was taken.

    The file gets its name only after the event is committed. It is readable
    by its owner alone.

    Raises: EvidenceError if `out` exists or nothing is signed yet,
            NotConfiguredError without signers, LogCorruptError.
    """
    if out.exists():
        raise EvidenceError(f"{out.name}: got an existing file, want none")
    handle, unfinished = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            done = build_pack(file, wanted, wiring=wiring, now=now)
            file.flush()
            os.fsync(file.fileno())
        record_pack(done, wanted, actor=actor, origin=origin)
        Path(unfinished).replace(out)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return done


@transaction.atomic
def record_pack(done: PackReport, wanted: Filter, *, actor: str, origin: str) -> None:
    """Say in the log that this pack was taken; to be called before its bytes leave."""
    append(
        PackExported(
            actor=actor,
            origin=origin,
            purpose="audit",
            subject=wanted.subject,
            digest=done.digest,
            entries=done.entries,
            tree_size=done.size,
            filters=tuple(wanted.described()),
        )
    )


def build_pack(file: IO[bytes], wanted: Filter, *, wiring: Wiring, now: datetime) -> PackReport:
    """Write a pack into an open file; recording that is up to the caller.

    Raises: EvidenceError if nothing is signed yet, NotConfiguredError.
    """
    signed = latest_checkpoint()
    if signed is None:
        raise EvidenceError("got no checkpoint, want one: is the sequencer running?")
    reader = tree_reader(signed.size)
    with zipfile.ZipFile(file, "w") as made:
        archive = Archive(made, now)
        archive.add(verify_pack.CHECKPOINT, signed.note.encode())
        _add_anchors(archive, signed)
        archive.add(verify_pack.KEYS, _keys_json(wiring))
        archive.add("verify_pack.py", Path(verify_pack.__file__).read_bytes())
        count = _add_entries(archive, wanted, reader, _heading(signed, wanted, wiring, now))
        manifest = canonical_bytes(
            {
                "v": 1,
                "origin": wiring.origin,
                "created": utc_text(now),
                "filter": wanted.described(),
                "entries": count,
                "checkpoint": {"size": signed.size, "root": _b64(bytes(signed.root))},
                "files": archive.files,
            }
        )
        archive.add(verify_pack.MANIFEST, manifest)
        archive.add(verify_pack.MANIFEST_SIG, _manifest_note(manifest, wiring).encode())
    digest = sha256(manifest).digest()
    return PackReport(count, signed.size, bytes(signed.root), digest, fingerprint(wiring.keys))


def _add_anchors(archive: Archive, signed: SignedCheckpoint) -> None:
    anchors = anchors_before(signed)
    for anchor in anchors:
        archive.add(f"{verify_pack.ANCHORS}{anchor.size:012d}", anchor.note.encode())
    sizes = [anchor.size for anchor in anchors if anchor.size]
    with archive.stream(verify_pack.CONSISTENCY) as lines:
        for old, new in pairwise([*sizes, signed.size]):
            proof = [_b64(found) for found in consistency_between(old, new)]
            lines.write(canonical_bytes({"from": old, "to": new, "proof": proof}) + b"\n")


def _add_entries(
    archive: Archive, wanted: Filter, reader: TreeReader, heading: report.Heading
) -> int:
    """Write entries with proofs, and both reports; return how many."""
    count = 0
    # A ZIP takes one file at a time: the reports wait beside it.
    with (
        tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as table,
        tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as page,
    ):
        table.write(report.csv_heading())
        page.write(report.html_heading(heading))
        with archive.stream(verify_pack.ENTRIES) as lines:
            for index, entry in _matching(wanted, reader.size):
                lines.write(_entry_line(index, entry, reader))
                fields = json.loads(entry)
                table.write(report.csv_line(index, fields))
                page.write(report.html_line(index, fields))
                count += 1
        page.write(report.html_end(count))
        _copy(archive, verify_pack.REPORT_CSV, table)
        _copy(archive, "report.html", page)
    return count


def _entry_line(index: int, entry: bytes, reader: TreeReader) -> bytes:
    spans = inclusion_ranges(index, reader.size)
    proof = [_b64(reader.range_root(*span)) for span in spans]
    return canonical_bytes({"index": index, "entry": entry.decode(), "proof": proof}) + b"\n"


def _copy(archive: Archive, name: str, spool: IO[bytes]) -> None:
    spool.seek(0)
    with archive.stream(name) as file:
        while chunk := spool.read(1 << 20):
            file.write(chunk)


def _matching(wanted: Filter, size: int) -> Iterator[tuple[int, bytes]]:
    """Index and entry of every match, in the tree's order."""
    leaves = sequenced(wanted).filter(index__lt=size).order_by("index")
    chunk: list[tuple[int, UUID]] = []
    for pair in leaves.values_list("index", "event").iterator(chunk_size=_STEP):
        chunk.append(pair)
        if len(chunk) == _STEP:
            yield from _with_entries(chunk)
            chunk = []
    yield from _with_entries(chunk)


def _with_entries(chunk: list[tuple[int, UUID]]) -> Iterator[tuple[int, bytes]]:
    stored = LoggedEvent.objects.in_bulk([event for _, event in chunk])
    for index, event in chunk:
        yield index, bytes(stored[event].entry)


def _keys_json(wiring: Wiring) -> bytes:
    keys = [
        {"name": key.name, "algorithm": key.algorithm, "public": _b64(key.public)}
        for key in wiring.keys
    ]
    return canonical_bytes({"v": 1, "keys": keys, "fingerprint": fingerprint(wiring.keys)}) + b"\n"


def _manifest_note(manifest: bytes, wiring: Wiring) -> str:
    digest = _b64(sha256(manifest).digest())
    text = f"{verify_pack.PACK_LINE}\n{wiring.origin}\n{digest}\n"
    return sign_note(text, wiring.required_signers())


def _heading(
    signed: SignedCheckpoint, wanted: Filter, wiring: Wiring, now: datetime
) -> report.Heading:
    return report.Heading(
        origin=wiring.origin,
        created=utc_text(now),
        size=signed.size,
        root=bytes(signed.root).hex(),
        fingerprint=fingerprint(wiring.keys),
        filters=wanted.described(),
    )


def _b64(found: bytes) -> str:
    return b64encode(found).decode()

#!/usr/bin/env python3
# size: an auditor must be able to carry and read it as one file
"""Check a Strongroom evidence pack with nothing but Python 3.9 or later.

    python3 verify_pack.py PACK.zip [--anchor FILE ...] [--key FINGERPRINT]

Exits 0 if everything holds, 1 if anything does not, and says what first.

Take this program from elsewhere than the pack that it judges: a forger of
packs would put a kinder one inside. It needs no network and writes nothing.

What "holds" means, in the order of checking:

 1. The ZIP has the files that MANIFEST.json lists and no others, each once,
    with the listed SHA-256 and size.
 2. manifest.sig and the checkpoint carry, from the keys in keys.json, an
    Ed25519 *and* an ML-DSA-65 signature. `--key` compares those keys'
    fingerprint with one that you got on another way; without it the pack is
    only consistent in itself.
 3. Every line of entries.jsonl is an entry of the tree that the checkpoint
    states (RFC 9162 inclusion proof), and lies within the pack's filter.
    report.csv says nothing that its entries do not say.
 4. Each earlier checkpoint under previous-anchors/ is signed by the same
    keys, and the tree only grew from one to the next (consistency proofs).
 5. Each --anchor, a checkpoint that you kept, is one of those: nothing that
    it covered was changed or removed since.
"""
# Written for Python 3.9, where newer spellings fail; numbers are those of the standards.
# ruff: noqa: B905, PLR2004, PTH123, RUF007, T201, UP006, UP035, UP045

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Dict, NamedTuple, Optional, Tuple

MANIFEST = "MANIFEST.json"
MANIFEST_SIG = "manifest.sig"
CHECKPOINT = "checkpoint"
ENTRIES = "entries.jsonl"
CONSISTENCY = "consistency.jsonl"
KEYS = "keys.json"
REPORT_CSV = "report.csv"
ANCHORS = "previous-anchors/"
REQUIRED = {CHECKPOINT, ENTRIES, CONSISTENCY, KEYS, REPORT_CSV}
PACK_LINE = "strongroom-evidence-pack/1"
MAX_SMALL_FILE = 64 * 1024 * 1024
EMPTY_ROOT = hashlib.sha256().digest()
# What the ZIP reader raises on damaged, encrypted or oddly packed files.
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)


class PackError(Exception):
    """Something in the pack does not hold."""


class ChangedError(PackError):
    """A file is not the one that the manifest lists."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: changed (SHA-256 or size is not the manifest's)")
        self.name = name


# --- reading -----------------------------------------------------------------


def b64(text: Any, what: str) -> bytes:
    """Decode base64 that is spelt in the one canonical way."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as fault:
        raise PackError(f"{what}: not base64") from fault
    if base64.b64encode(decoded).decode() != text:
        raise PackError(f"{what}: base64 in a non-canonical spelling")
    return decoded


def parse_json(text: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object that names no member twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise PackError(f"{what}: a name stands twice in one object")
        return dict(pairs)

    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise PackError(f"{what}: not JSON") from fault
    if not isinstance(value, dict):
        raise PackError(f"{what}: not a JSON object")
    return value


def member(value: dict[str, Any], name: str, kind: type, what: str) -> Any:
    """Return a member of the wanted type; true and false are no numbers."""
    found = value.get(name)
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise PackError(f"{what}: {name} is missing or of another type")
    return found


class Pack:
    """The ZIP, its names checked; contents are read through digests."""

    def __init__(self, path: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError) as fault:
            raise PackError(f"no readable ZIP ({type(fault).__name__})") from fault
        self.infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            # `filename` is cut at a NUL; a second name could hide behind it.
            if info.orig_filename in self.infos or info.filename in self.infos:
                raise PackError(f"duplicate ZIP name {info.filename!r}")
            if info.orig_filename != info.filename:
                raise PackError(f"malformed ZIP name {info.filename!r}")
            self.infos[info.filename] = info
        for name in (MANIFEST, MANIFEST_SIG):
            if name not in self.infos:
                raise PackError(f"missing file {name}")

    def read(self, name: str) -> bytes:
        """Return a small file whole."""
        if self.infos[name].file_size > MAX_SMALL_FILE:
            raise PackError(f"{name}: larger than {MAX_SMALL_FILE} bytes")
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content; the ZIP's own CRC is checked at its end."""
        try:
            with self._zip.open(self.infos[name]) as file:
                yield from iter(lambda: file.read(1 << 20), b"")
        except UNREADABLE as fault:
            raise PackError(f"{name}: unreadable ({type(fault).__name__})") from fault

    def lines(self, name: str) -> Iterator[tuple[str, bytes]]:
        """Yield ("entries.jsonl line 3", line) for each line."""
        number, rest = 0, b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                number += 1
                yield f"{name} line {number}", line
        if rest:
            raise PackError(f"{name}: no newline at the end")


def check_files(pack: Pack) -> dict[str, Any]:
    """Step 1: exactly the listed files, each with its digest. Returns the manifest."""
    manifest = parse_json(pack.read(MANIFEST), MANIFEST)
    if manifest.get("v") != 1:
        raise PackError(f"{MANIFEST}: not version 1")
    files = member(manifest, "files", dict, MANIFEST)
    for name in pack.infos:
        if name not in files and name not in (MANIFEST, MANIFEST_SIG):
            raise PackError(f"unlisted file {name!r}")
    for name in sorted(REQUIRED | set(files)):
        if name not in files:
            raise PackError(f"{MANIFEST}: does not list {name}")
        if name not in pack.infos:
            raise PackError(f"missing file {name!r}")
        check_file(pack, name, files[name])
    return manifest


def check_file(pack: Pack, name: str, listed: Any) -> None:
    """Compare one file with its line in the manifest."""
    if not isinstance(listed, dict):
        raise PackError(f"{MANIFEST}: {name} is no object")
    wanted = member(listed, "sha256", str, MANIFEST), member(listed, "size", int, MANIFEST)
    digest, size = hashlib.sha256(), 0
    for chunk in pack.chunks(name):
        digest.update(chunk)
        size += len(chunk)
        # Small ZIPs can unpack to more than any disk holds.
        if size > wanted[1]:
            break
    if (digest.hexdigest(), size) != wanted:
        raise ChangedError(name)


# --- signed notes (c2sp.org/signed-note) ---------------------------------------


class Key(NamedTuple):
    """A public key of the log."""

    name: str
    algorithm: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name, newline, signature type, key), cut to four bytes."""
        kind = {"ed25519": b"\x01", "ml-dsa-65": b"\xffml-dsa-65"}[self.algorithm]
        return hashlib.sha256(self.name.encode() + b"\n" + kind + self.public).digest()[:4]


def read_keys(content: bytes, origin: str) -> list[Key]:
    """Read keys.json: exactly one key of each algorithm, named after the log."""
    listed = member(parse_json(content, KEYS), "keys", list, KEYS)
    keys = []
    for item in listed:
        if not isinstance(item, dict):
            raise PackError(f"{KEYS}: a key is no object")
        fields = [member(item, name, str, KEYS) for name in ("name", "algorithm", "public")]
        keys.append(Key(fields[0], fields[1], b64(fields[2], KEYS)))
    sizes = sorted((key.algorithm, len(key.public)) for key in keys)
    if sizes != [("ed25519", 32), ("ml-dsa-65", 1952)]:
        raise PackError(f"{KEYS}: want one ed25519 and one ml-dsa-65 key")
    if any(key.name != origin for key in keys):
        raise PackError(f"{KEYS}: a key is not named {origin}")
    return keys


def fingerprint(keys: list[Key]) -> str:
    """SHA-256 over algorithm, newline and key of each, in order of algorithm."""
    ordered = sorted(keys, key=lambda key: key.algorithm)
    whole = b"".join(key.algorithm.encode() + b"\n" + key.public for key in ordered)
    return hashlib.sha256(whole).hexdigest()


def split_note(note: bytes, what: str) -> tuple[str, list[str]]:
    """Return a note's text and its signature lines."""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise PackError(f"{what}: not UTF-8") from fault
    cut = whole.rfind("\n\n")
    text, tail = whole[: cut + 1], whole[cut + 2 :]
    if cut < 0 or not tail.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise PackError(f"{what}: not a signed note")
    return text, tail[:-1].split("\n")


def open_note(note: bytes, keys: list[Key], what: str) -> str:
    """Return the text of a note that every key signed."""
    text, lines = split_note(note, what)
    found: dict[tuple[str, bytes], bytes] = {}
    for line in lines:
        match = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
        if not match:
            raise PackError(f"{what}: malformed signature line")
        blob = b64(match.group(2), what)
        if (match.group(1), blob[:4]) in found:
            raise PackError(f"{what}: two signatures of one key")
        found[match.group(1), blob[:4]] = blob[4:]
    for key in keys:
        signature = found.get((key.name, key.key_id))
        if signature is None:
            raise PackError(f"{what}: no {key.algorithm} signature of the keys in {KEYS}")
        if not VERIFY[key.algorithm](key.public, text.encode(), signature):
            raise PackError(f"{what}: the {key.algorithm} signature does not hold")
    return text


class Checkpoint(NamedTuple):
    """What a log states about itself."""

    size: int
    root: bytes


def open_checkpoint(note: bytes, keys: list[Key], origin: str, what: str) -> Checkpoint:
    """Read a checkpoint that every key signed (c2sp.org/tlog-checkpoint)."""
    lines = open_note(note, keys, what).split("\n")
    if len(lines) != 4 or lines[0] != origin:
        raise PackError(f"{what}: not a checkpoint of {origin}")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise PackError(f"{what}: the size is no decimal number")
    root = b64(lines[2], what)
    size = int(lines[1])
    if len(root) != 32 or (size == 0 and root != EMPTY_ROOT):
        raise PackError(f"{what}: the root is none of SHA-256")
    return Checkpoint(size, root)


# --- Merkle proofs (RFC 9162 s.2.1.3.2 and s.2.1.4.2) ---------------------------


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """Return the root that a leaf and its proof lead to."""
    first, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise PackError("the proof is too long")
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise PackError("the proof is too short")
    return node


def check_consistency(old: Checkpoint, new: Checkpoint, proof: list[bytes]) -> None:
    """Check that the old tree, of 1 <= size < the new one's, is its beginning."""
    # A perfect old tree is itself the first node, which the proof leaves out.
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else list(proof)
    if not path:
        raise PackError("the proof is too short")
    first, last = old.size - 1, new.size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    if roots_from_consistency(first, last, path) != (old.root, new.root):
        raise PackError("the proof does not lead to both roots")


def roots_from_consistency(first: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Return the old and the new root that a path leads to."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise PackError("the proof is too long")
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise PackError("the proof is too short")
    return old, new


def hashes(value: Any, what: str) -> list[bytes]:
    """Read a proof: a list of base64 hashes."""
    if not isinstance(value, list):
        raise PackError(f"{what}: proof is no list")
    found = [b64(item, what) for item in value]
    if any(len(item) != 32 for item in found):
        raise PackError(f"{what}: a proof hash is not of 32 bytes")
    return found


# --- the pack's parts --------------------------------------------------------------


def check_entries(pack: Pack, manifest: dict[str, Any], state: Checkpoint) -> list[int]:
    """Step 3: each entry is in the tree and within the filter. Returns the indexes."""
    filters = member(manifest, "filter", dict, MANIFEST)
    indexes: list[int] = []
    rows = csv_rows(pack)
    for what, line in pack.lines(ENTRIES):
        fields = parse_json(line, what)
        index = member(fields, "index", int, what)
        where = f"{what} (index {index})"
        if indexes and index <= indexes[-1]:
            raise PackError(f"{where}: out of order")
        check_entry(fields, index, state, where)
        entry = parse_json(fields["entry"].encode(), where)
        check_filter(entry, filters, where)
        if next(rows, None) != csv_row(index, entry):
            raise PackError(f"{where}: {REPORT_CSV} says something else")
        indexes.append(index)
    if next(rows, None) is not None:
        raise PackError(f"{REPORT_CSV}: more rows than entries")
    if len(indexes) != member(manifest, "entries", int, MANIFEST):
        raise PackError(f"{ENTRIES}: {len(indexes)} entries, the manifest says otherwise")
    return indexes


def first_bad_entry(pack: Pack, name: str) -> str:
    """Of a changed entries.jsonl, the first entry whose proof fails, to be read by people.

    The checkpoint is taken as the pack has it: this only says where to look.
    """
    if name != ENTRIES:
        return ""
    try:
        lines = pack.read(CHECKPOINT).decode().split("\n")
        state = Checkpoint(int(lines[1]), b64(lines[2], CHECKPOINT))
        for what, line in pack.lines(ENTRIES):
            fields = parse_json(line, what)
            index = member(fields, "index", int, what)
            check_entry(fields, index, state, f"{what} (index {index})")
    except PackError as fault:
        return f"; first entry that does not hold: {fault}"
    except (IndexError, ValueError):
        return ""
    return "; every entry that is left leads to the root"


def check_entry(fields: dict[str, Any], index: int, state: Checkpoint, where: str) -> None:
    """Check one inclusion proof."""
    entry = member(fields, "entry", str, where)
    if not 0 <= index < state.size:
        raise PackError(f"{where}: not in a tree of size {state.size}")
    leaf = hashlib.sha256(b"\x00" + entry.encode()).digest()
    try:
        proof = hashes(fields.get("proof"), where)
        root = root_from_inclusion(index, state.size, leaf, proof)
    except PackError as fault:
        raise PackError(f"{where}: {fault}") from fault
    if root != state.root:
        raise PackError(f"{where}: the inclusion proof does not lead to the root")


def check_filter(entry: dict[str, Any], filters: dict[str, Any], where: str) -> None:
    """Check that an entry belongs into a pack of this filter."""
    at = member(entry, "at", str, where)
    # Times have one fixed form, so they compare as text.
    outside = at < filters.get("from", "") or at >= filters.get("to", "~")
    kind = filters.get("kind", "")
    if kind.endswith(":"):
        outside = outside or not str(entry.get("kind")).startswith(kind)
    elif kind:
        outside = outside or entry.get("kind") != kind
    for name in ("actor", "subject", "object"):
        outside = outside or (name in filters and entry.get(name) != filters[name])
    if outside:
        raise PackError(f"{where}: outside the filter of the pack")


COLUMNS = ("at", "kind", "actor", "origin", "purpose", "outcome", "subject", "object", "id")


def csv_row(index: int, entry: dict[str, Any]) -> list[str]:
    """One row of report.csv. A leading quote keeps spreadsheets from computing."""
    data = json.dumps(entry.get("data", {}), ensure_ascii=False, sort_keys=True)
    cells = [str(index), *(str(entry.get(name, "")) for name in COLUMNS), data]
    return [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells]


def csv_rows(pack: Pack) -> Iterator[list[str]]:
    """Rows of report.csv below its heading."""
    joined = io.BufferedReader(Joined(pack.chunks(REPORT_CSV)))
    text = io.TextIOWrapper(joined, encoding="utf-8-sig", newline="")
    try:
        rows = csv.reader(text, strict=True)
        next(rows, None)
        yield from rows
    except (csv.Error, UnicodeDecodeError) as fault:
        raise PackError(f"{REPORT_CSV}: unreadable ({type(fault).__name__})") from fault


class Joined(io.RawIOBase):
    """Chunks as one readable file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._chunks, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


Known = Dict[int, Checkpoint]


def check_anchors(pack: Pack, keys: list[Key], origin: str, final: Checkpoint) -> Known:
    """Step 4: earlier checkpoints form one growing tree. Returns them by size."""
    known: Known = {}
    for name in sorted(pack.infos):
        if name.startswith(ANCHORS):
            anchor = open_checkpoint(pack.read(name), keys, origin, name)
            if anchor.size > final.size:
                raise PackError(f"{name}: roll-back: newer than the pack's checkpoint")
            if anchor.size in known:
                raise PackError(f"{name}: a second anchor of size {anchor.size}")
            known[anchor.size] = anchor
    check_growth([known[size] for size in sorted(known)] + [final], pack)
    return {**known, final.size: final}


def check_growth(path: list[Checkpoint], pack: Pack) -> None:
    """Check the consistency proof of each step of a path."""
    proofs = {}
    for what, line in pack.lines(CONSISTENCY):
        step = parse_json(line, what)
        pair = (member(step, "from", int, what), member(step, "to", int, what))
        proofs[pair] = (what, hashes(step.get("proof"), what))
    for old, new in zip(path, path[1:]):
        if old.size == new.size and old.root != new.root:
            raise PackError(f"rewritten: two roots for size {new.size}")
        # Every tree begins with the empty one; there is nothing to prove.
        if old.size in (0, new.size):
            continue
        if (old.size, new.size) not in proofs:
            raise PackError(f"{CONSISTENCY}: no proof from {old.size} to {new.size}")
        what, proof = proofs[old.size, new.size]
        try:
            check_consistency(old, new, proof)
        except PackError as fault:
            raise PackError(f"{what} ({old.size} to {new.size}): {fault}") from fault


def check_own_anchor(path: str, known: Known, keys: list[Key], origin: str) -> Checkpoint:
    """Step 5: a checkpoint that the auditor kept is one of the pack's."""
    try:
        with open(path, "rb") as file:
            note = file.read(MAX_SMALL_FILE)
    except OSError as fault:
        raise PackError(f"anchor {path}: {fault.strerror}") from fault
    anchor = open_checkpoint(note, keys, origin, f"anchor {path}")
    final = known[max(known)]
    if anchor.size > final.size:
        raise PackError(
            f"roll-back: anchor {path} saw {anchor.size} entries, the pack's log has {final.size}"
        )
    if anchor.size not in known:
        raise PackError(
            f"anchor {path}: no proof from its size {anchor.size}; ask for a pack with it"
        )
    if known[anchor.size].root != anchor.root:
        raise PackError(
            f"rewritten: anchor {path} saw another history of the first {anchor.size} entries"
        )
    return anchor


def check_manifest_note(pack: Pack, keys: list[Key], origin: str) -> None:
    """Step 2: manifest.sig signs this manifest's digest."""
    digest = base64.b64encode(hashlib.sha256(pack.read(MANIFEST)).digest()).decode()
    if (
        open_note(pack.read(MANIFEST_SIG), keys, MANIFEST_SIG)
        != f"{PACK_LINE}\n{origin}\n{digest}\n"
    ):
        raise PackError(f"{MANIFEST_SIG}: signs something other than this manifest")


def verify(path: str, anchors: list[str], wanted_key: str | None) -> list[str]:
    """Check a pack; return the lines to show, or raise PackError."""
    pack = Pack(path)
    try:
        manifest = check_files(pack)
    except ChangedError as fault:
        raise PackError(f"{fault}{first_bad_entry(pack, fault.name)}") from fault
    origin = member(manifest, "origin", str, MANIFEST)
    keys = read_keys(pack.read(KEYS), origin)
    print_of_keys = fingerprint(keys)
    if wanted_key is not None and wanted_key != print_of_keys:
        raise PackError(f"wrong key: fingerprint {print_of_keys}, want {wanted_key}")
    check_manifest_note(pack, keys, origin)
    state = open_checkpoint(pack.read(CHECKPOINT), keys, origin, CHECKPOINT)
    indexes = check_entries(pack, manifest, state)
    known = check_anchors(pack, keys, origin, state)
    held = [check_own_anchor(anchor, known, keys, origin) for anchor in anchors]
    span = f", indexes {indexes[0]} to {indexes[-1]}" if indexes else ""
    lines = [
        f"log {origin}: {state.size} entries, root {state.root.hex()}",
        f"pack: {len(indexes)} entries{span}; {len(known) - 1} earlier checkpoints",
        *(f"anchor of size {anchor.size} holds" for anchor in held),
    ]
    if wanted_key is None:
        lines.append(f"consistent; signer not authenticated: fingerprint {print_of_keys}")
    else:
        lines.append(f"authentic: signed with the keys of fingerprint {print_of_keys}")
    return lines


# --- Ed25519 (RFC 8032) -----------------------------------------------------------

ED_P = 2**255 - 19
ED_L = 2**252 + 27742317777372353535851937790883648493
ED_D = -121665 * pow(121666, ED_P - 2, ED_P) % ED_P
ED_I = pow(2, (ED_P - 1) // 4, ED_P)
Point = Tuple[int, int, int, int]


def ed_decode(encoded: bytes) -> Optional[Point]:
    """Decode a point (s.5.1.3) to extended coordinates, or None."""
    sign, y = encoded[31] >> 7, int.from_bytes(encoded, "little") & (1 << 255) - 1
    if y >= ED_P:
        return None
    u, v = (y * y - 1) % ED_P, (ED_D * y * y + 1) % ED_P
    x = u * v**3 * pow(u * v**7, (ED_P - 5) // 8, ED_P) % ED_P
    if v * x * x % ED_P == -u % ED_P:
        x = x * ED_I % ED_P
    if v * x * x % ED_P != u or (x == 0 and sign):
        return None
    x = ED_P - x if x & 1 != sign else x
    return (x, y, 1, x * y % ED_P)


def ed_add(p: Point, q: Point) -> Point:
    """Add two points (s.5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % ED_P, (p[1] + p[0]) * (q[1] + q[0]) % ED_P
    c, d = 2 * p[3] * q[3] * ED_D % ED_P, 2 * p[2] * q[2] % ED_P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % ED_P, g * h % ED_P, f * g % ED_P, e * h % ED_P)


def ed_multiply(scalar: int, point: Point) -> Point:
    """Multiply by doubling and adding; nothing here is secret."""
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point, scalar = ed_add(point, point), scalar >> 1
    return result


# The base point, y = 4/5.
ED_B = ed_decode((4 * pow(5, ED_P - 2, ED_P) % ED_P).to_bytes(32, "little")) or (0, 1, 1, 0)


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Check S*B = R + k*A (s.5.1.7), refusing S at or above the group's order."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    a, r = ed_decode(public), ed_decode(signature[:32])
    if s >= ED_L or a is None or r is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    left, right = ed_multiply(s, ED_B), ed_add(r, ed_multiply(k % ED_L, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % ED_P == 0
    same_y = (left[1] * right[2] - right[1] * left[2]) % ED_P == 0
    return same_x and same_y


# --- ML-DSA-65 (FIPS 204; algorithm numbers are the standard's) ------------------------

Q = 8380417
K, L, TAU, OMEGA, BETA = 6, 5, 49, 55, 196
GAMMA1, GAMMA2 = 1 << 19, (Q - 1) // 32
CHALLENGE_BYTES, Z_BYTES = 48, 640
ZETAS = [pow(1753, int(f"{i:08b}"[::-1], 2), Q) for i in range(256)]


def unpack(packed: bytes, bits: int) -> list[int]:
    """Alg. 18/19: 256 numbers of `bits` bits, little-endian."""
    whole, mask = int.from_bytes(packed, "little"), (1 << bits) - 1
    return [whole >> bits * i & mask for i in range(256)]


def ntt(values: list[int]) -> list[int]:
    """Alg. 41."""
    w, m, length = list(values), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            for j in range(start, start + length):
                t = ZETAS[m] * w[j + length] % Q
                w[j + length], w[j] = (w[j] - t) % Q, (w[j] + t) % Q
        length >>= 1
    return w


def ntt_inverse(values: list[int]) -> list[int]:
    """Alg. 42."""
    w, m, length = list(values), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            for j in range(start, start + length):
                t = w[j]
                w[j], w[j + length] = (t + w[j + length]) % Q, ZETAS[m] * (w[j + length] - t) % Q
        length *= 2
    return [8347681 * value % Q for value in w]


def expand_a(rho: bytes, row: int, column: int) -> list[int]:
    """Alg. 30: one polynomial of the matrix, by rejection."""
    found: list[int] = []
    size = 840
    while len(found) < 256:
        stream = hashlib.shake_128(rho + bytes([column, row])).digest(size)
        threes = (stream[i : i + 3] for i in range(0, size, 3))
        numbers = (int.from_bytes(three, "little") & 0x7FFFFF for three in threes)
        found = [number for number in numbers if number < Q][:256]
        size += 168 * 3
    return found


def sample_in_ball(challenge: bytes) -> list[int]:
    """Alg. 29: the polynomial with TAU coefficients of 1 or -1."""
    stream = hashlib.shake_256(challenge).digest(8 + 2048)
    signs, at = int.from_bytes(stream[:8], "little"), 8
    c = [0] * 256
    for i in range(256 - TAU, 256):
        while stream[at] > i:
            at += 1
        j = stream[at]
        at += 1
        c[i], c[j] = c[j], 1 - 2 * (signs & 1)
        signs >>= 1
    return c


def unpack_hints(packed: bytes) -> list[list[int]] | None:
    """Alg. 21: which coefficients carry a hint, strictly; None if malformed."""
    hints, index = [[0] * 256 for _ in range(K)], 0
    for i in range(K):
        end = packed[OMEGA + i]
        if end < index or end > OMEGA:
            return None
        places = packed[index:end]
        if any(a >= b for a, b in zip(places, places[1:])):
            return None
        for place in places:
            hints[i][place] = 1
        index = end
    return None if any(packed[index:OMEGA]) else hints


def use_hint(hint: int, r: int) -> int:
    """Alg. 40, with Alg. 36 (Decompose) written out."""
    r0 = r % (2 * GAMMA2)
    r0 = r0 - 2 * GAMMA2 if r0 > GAMMA2 else r0
    if r - r0 == Q - 1:
        r1, r0 = 0, r0 - 1
    else:
        r1 = (r - r0) // (2 * GAMMA2)
    if hint:
        return (r1 + 1) % 16 if r0 > 0 else (r1 - 1) % 16
    return r1


def verify_ml_dsa_65(public: bytes, message: bytes, signature: bytes) -> bool:
    """Alg. 3 and 8, with an empty context."""
    if len(signature) != CHALLENGE_BYTES + L * Z_BYTES + OMEGA + K or len(public) != 1952:
        return False
    challenge, packed_z = signature[:CHALLENGE_BYTES], signature[CHALLENGE_BYTES:]
    z = [unpack(packed_z[i * Z_BYTES : (i + 1) * Z_BYTES], 20) for i in range(L)]
    z = [[GAMMA1 - value for value in poly] for poly in z]
    hints = unpack_hints(packed_z[L * Z_BYTES :])
    if hints is None or any(abs(v) >= GAMMA1 - BETA for poly in z for v in poly):
        return False
    key_digest = hashlib.shake_256(public).digest(64)
    mu = hashlib.shake_256(key_digest + b"\0\0" + message).digest(64)
    z_ntt, c_ntt = [ntt(poly) for poly in z], ntt(sample_in_ball(challenge))
    w1 = b""
    for row in range(K):
        t1 = unpack(public[32 + 320 * row : 352 + 320 * row], 10)
        t1_ntt = ntt([value << 13 for value in t1])
        total = [-c * t for c, t in zip(c_ntt, t1_ntt)]
        for column in range(L):
            a = expand_a(public[:32], row, column)
            total = [s + x * y for s, x, y in zip(total, a, z_ntt[column])]
        w = ntt_inverse([value % Q for value in total])
        high = [use_hint(hint, value) for hint, value in zip(hints[row], w)]
        w1 += bytes(low | up << 4 for low, up in zip(high[::2], high[1::2]))
    return hashlib.shake_256(mu + w1).digest(CHALLENGE_BYTES) == challenge


VERIFY: dict[str, Callable[[bytes, bytes, bytes], bool]] = {
    "ed25519": verify_ed25519,
    "ml-dsa-65": verify_ml_dsa_65,
}


# --- command line -------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Check the pack named on the command line; 0 if it holds."""
    parser = argparse.ArgumentParser(description="Check a Strongroom evidence pack.")
    parser.add_argument("pack", metavar="PACK.zip")
    parser.add_argument(
        "--anchor", metavar="FILE", nargs="+", action="extend", default=[], help="a kept checkpoint"
    )
    parser.add_argument("--key", metavar="FINGERPRINT", help="of the log's keys, 64 hex digits")
    options = parser.parse_args(arguments)
    wanted = options.key.replace(":", "").replace(" ", "").lower() if options.key else None
    try:
        lines = verify(options.pack, options.anchor, wanted)
    except PackError as fault:
        print(f"does not hold: {fault}")
        return 1
    except (UnicodeError, ValueError, TypeError, RecursionError, MemoryError) as fault:
        print(f"does not hold: malformed beyond reading ({type(fault).__name__})")
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

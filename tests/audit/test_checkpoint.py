"""Notes and checkpoints against public examples and named corruptions."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from audit.checkpoint import (
    Checkpoint,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from audit.errors import CheckpointError, NoteError
from audit.keys import FileSigner
from audit.note import PublicKey, parse_note, public_key, sign_note, verify_note
from tests.audit.shared_data import lines

ORIGIN = "strongroom/0190f000-0000-7000-8000-000000000001"
SIGNERS = (
    FileSigner(ORIGIN, "ed25519", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)),
    FileSigner(ORIGIN, "ml-dsa-65", MLDSA65PrivateKey.from_seed_bytes(b"\x02" * 32)),
)
KEYS = tuple(public_key(signer) for signer in SIGNERS)
CHECKPOINT = Checkpoint(ORIGIN, 42, b"\x07" * 32)

# c2sp.org/signed-note, the second example.
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# transparency-dev/tessera testdata/log: a verifier key and a checkpoint that it signed.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_NOTE = (
    "example.com/log/testdata\n2\nT1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=\n\n"
    "— example.com/log/testdata M9e0llH4NKmlf0u7C8tkJioQOmi7l5ELqljXgKRg6R3G5JJ7vx7emDWo5fpqKuA/Dk/jRrI6il+7QCVirNhyUAWGoAk=\n"
)


def key_of(text):
    name, key_id, blob = text.split("+", 2)
    key = PublicKey(name, "ed25519", b64decode(blob)[1:])
    assert key.key_id.hex() == key_id
    return key


def test_a_public_checkpoint_verifies():
    found = verify_checkpoint(
        TESSERA_NOTE, [key_of(TESSERA_KEY)], origin="example.com/log/testdata"
    )
    assert found.size == 2


def test_a_public_note_parses():
    parsed = parse_note(FOO_NOTE)
    assert parsed.text == "This is an example message.\n"
    assert [s.name for s in parsed.signatures] == ["example.com/foo"]


def test_both_signatures_are_written_and_demanded():
    note = sign_checkpoint(CHECKPOINT, SIGNERS)
    assert verify_checkpoint(note, KEYS, origin=ORIGIN) == CHECKPOINT
    assert [len(s.signature) for s in parse_note(note).signatures] == [64, 3309]
    only_one = sign_checkpoint(CHECKPOINT, SIGNERS[:1])
    with pytest.raises(NoteError, match="ml-dsa-65"):
        verify_checkpoint(only_one, KEYS, origin=ORIGIN)


def test_key_ids_stand_in_the_formats_document():
    """Written down in docs/formats.md."""
    assert [key.key_id.hex() for key in KEYS] == ["fb5f2955", "ffdeac5f"]


def test_lines_of_unknown_keys_are_ignored():
    stranger = FileSigner("example.com/w", "ed25519", Ed25519PrivateKey.generate())
    note = sign_checkpoint(CHECKPOINT, [stranger, *SIGNERS])
    verify_checkpoint(note, KEYS, origin=ORIGIN)


NOTE = sign_checkpoint(CHECKPOINT, SIGNERS)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("size-changed", NOTE.replace("\n42\n", "\n43\n", 1)),
        ("origin-changed", NOTE.replace("0001\n", "0002\n", 1)),
        ("no-newline-at-end", NOTE[:-1]),
        ("no-empty-line", NOTE.replace("\n\n", "\n")),
        ("hyphen-for-dash", NOTE.replace("—", "-")),
        ("carriage-return", NOTE.replace("\n42", "\r\n42")),
        ("second-base64-spelling", NOTE.replace("=\n", "==\n", 1)),
        ("trailing-text", NOTE + "more\n"),
        ("signature-truncated", NOTE[:-60] + "\n"),
        ("line-doubled-and-broken", NOTE + NOTE.splitlines()[-2][:-5] + "AAAA=\n"),
    ],
)
def test_corrupted_notes_are_refused(name, note):
    with pytest.raises(NoteError):
        verify_checkpoint(note, KEYS, origin=ORIGIN)


def test_each_byte_of_a_signature_counts():
    signature = parse_note(NOTE).signatures[1].signature
    for at in (0, 100, 2000, 3308):
        broken = bytearray(signature)
        broken[at] ^= 1
        with pytest.raises(NoteError):
            KEYS[1].verify(CHECKPOINT.text().encode(), bytes(broken))


def test_base64_with_unused_bits_set_is_refused():
    root = b64encode(b"\x07" * 32).decode()
    assert root.endswith("c=")
    with pytest.raises(NoteError, match="second spelling"):
        parse_checkpoint(f"{ORIGIN}\n42\n{root[:-2]}d=\n")


@pytest.mark.parametrize("size", ["-1", "01", "+1", "1.0", "", "9223372036854775808", "٣"])
def test_sizes_that_are_no_plain_number_are_refused(size):
    with pytest.raises(CheckpointError):
        parse_checkpoint(f"{ORIGIN}\n{size}\n{b64encode(bytes(32)).decode()}\n")


def test_public_checkpoint_texts():
    for case in lines("tlog-notes/data.jsonl"):
        if case["kind"] != "checkpoint_parse":
            continue
        # Stricter than the Go parser: roots are SHA-256, extension lines not empty (C2SP).
        loose = case["desc"] == "valid with trailing newlines" or not case["want_err"]
        with pytest.raises(NoteError) as fault:
            parse_checkpoint(case["text"])
        assert not loose or "bytes" in str(fault.value) or "lines" in str(fault.value)


def test_public_signed_notes_parse_and_verify():
    items = lines("tlog-notes/data.jsonl")
    keys = [item["text"] for item in items if item["kind"] == "verifier_key"]
    tessera = key_of(next(text for text in keys if text == TESSERA_KEY))
    verified = 0
    for item in items:
        if item["kind"] != "signed_note" or "tessera" not in item["source"]:
            continue
        assert read_checkpoint(item["text"]).origin == "example.com/log/testdata"
        verify_note(item["text"], [tessera])
        verified += 1
    assert verified >= 17


def test_a_text_that_could_split_a_note_is_not_signed():
    for text in ("no newline", "tab\t\n", "bell\x07\n"):
        with pytest.raises(NoteError):
            sign_note(text, SIGNERS)
    with pytest.raises(NoteError):
        sign_note("text\n", [])

"""Each corruption of a sound pack is refused by its name, even signed with the right keys."""

import json
import zipfile
from base64 import b64encode

import pytest

from audit.canonical import canonical_bytes
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.note import sign_note
from tests.audit.evidence.packs import (
    OTHERS,
    check,
    files_of,
    rezip,
)
from tests.audit.test_checkpoint import ORIGIN, SIGNERS


def forged_anchor(tmp_path, size, root, signers=SIGNERS):
    path = tmp_path / "kept.anchor"
    path.write_text(sign_checkpoint(Checkpoint(ORIGIN, size, root), signers), "utf-8")
    return path


@pytest.mark.parametrize(
    ("size", "signers", "said"),
    [
        (158, SIGNERS, "rewritten"),
        (300, SIGNERS, "rewritten"),
        (120, SIGNERS, "no proof from its size 120"),
        (158, OTHERS, "no ed25519 signature of the keys"),
        (158, SIGNERS[:1], "no ml-dsa-65 signature"),
    ],
)
def test_anchors_that_do_not_hold_are_named(sound, tmp_path, size, signers, said):
    anchor = forged_anchor(tmp_path, size, b"\x09" * 32, signers)
    status, output = check(sound, anchors=[anchor])
    assert (status, said in output) == (1, True), output


def test_the_wrong_key_is_named(sound, tmp_path):
    status, said = check(sound, key="0" * 64)
    assert (status, "wrong key" in said) == (1, True)


def test_a_pack_signed_anew_with_other_keys_is_only_consistent(sound, tmp_path):
    """A forger can make a whole pack of his own; only the fingerprint tells."""
    files = files_of(sound)
    for name in ("checkpoint", *(n for n in files if n.startswith("previous-anchors/"))):
        text = files[name].decode().partition("\n\n")[0] + "\n"
        files[name] = sign_note(text, OTHERS).encode()
    listed = json.loads(files["keys.json"])
    for item, signer in zip(listed["keys"], OTHERS, strict=True):
        item["public"] = b64encode(signer.public).decode()
    files["keys.json"] = canonical_bytes(listed)
    forged = rezip(tmp_path / "forged.zip", files, signers=OTHERS)
    assert check(forged, key=None)[0] == 0
    status, said = check(forged)
    assert (status, "wrong key" in said) == (1, True)


def test_a_changed_byte_in_any_member_is_named(sound, tmp_path):
    files = files_of(sound)
    for name, content in files.items():
        at = len(content) // 2
        broken = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        status, said = check(rezip(tmp_path / "x.zip", files | {name: broken}, sign=False))
        assert status == 1, name
        assert name in said, (name, said)


def test_a_missing_member_is_named(sound, tmp_path):
    files = files_of(sound)
    for name in files:
        rest = {n: c for n, c in files.items() if n != name}
        status, said = check(rezip(tmp_path / "x.zip", rest, sign=False))
        assert (status, name in said) == (1, True), (name, said)


def test_a_duplicate_name_is_refused(sound, tmp_path):
    out = rezip(tmp_path / "x.zip", files_of(sound), sign=False)
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("entries.jsonl", b"")
    status, said = check(out)
    assert (status, "duplicate ZIP name 'entries.jsonl'" in said) == (1, True)


def test_an_unlisted_name_is_refused(sound, tmp_path):
    files = files_of(sound) | {"notes.txt": b"hello"}
    status, said = check(rezip(tmp_path / "x.zip", files, sign=False))
    assert (status, "unlisted file 'notes.txt'" in said) == (1, True)


def test_a_name_with_a_hidden_end_is_refused(sound, tmp_path):
    out = rezip(tmp_path / "x.zip", files_of(sound), sign=False)
    out.write_bytes(out.read_bytes().replace(b"report.html", b"report\0html"))
    assert check(out)[0] == 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_pack_is_refused(sound, tmp_path, share):
    content = sound.read_bytes()
    out = tmp_path / "x.zip"
    out.write_bytes(content[: int(len(content) * share)])
    status, said = check(out)
    assert (status, "does not hold" in said) == (1, True)


def test_a_changed_entry_is_named_even_where_the_manifest_shows_the_change(sound, tmp_path):
    files = files_of(sound)
    broken = changed_line(files["entries.jsonl"], 41, ENTRY_CHANGES["entry-changed"])
    status, said = check(rezip(tmp_path / "x.zip", files | {"entries.jsonl": broken}, sign=False))
    assert status == 1
    assert "entries.jsonl: changed" in said
    assert "first entry that does not hold: entries.jsonl line 42" in said


def changed_line(content, number, change):
    lines = content.split(b"\n")
    fields = json.loads(lines[number])
    change(fields)
    lines[number] = canonical_bytes(fields)
    return b"\n".join(lines)


def swap(fields):
    fields["proof"][0], fields["proof"][1] = fields["proof"][1], fields["proof"][0]


def respell(fields):
    last = fields["proof"][0]
    fields["proof"][0] = last[:-2] + chr(ord(last[-2]) + 1) + "="


ENTRY_CHANGES = {
    "entry-changed": lambda f: f.update(entry=f["entry"].replace('"length":3', '"length":4')),
    "index-plus-1": lambda f: f.update(index=f["index"] + 1),
    "index-minus-1": lambda f: f.update(index=f["index"] - 1),
    "index-beyond-the-tree": lambda f: f.update(index=300),
    "index-as-text": lambda f: f.update(index=str(f["index"])),
    "index-true": lambda f: f.update(index=True),
    "proof-swapped": swap,
    "proof-without-last": lambda f: f["proof"].pop(),
    "proof-with-one-more": lambda f: f["proof"].append(f["proof"][0]),
    "proof-missing": lambda f: f.pop("proof"),
    "proof-respelt": respell,
    "entry-missing": lambda f: f.pop("entry"),
}


@pytest.mark.parametrize("name", ENTRY_CHANGES)
def test_a_forger_with_the_keys_cannot_change_an_entry(sound, tmp_path, name):
    """The manifest fits again and is signed; the tree still says no, and names the entry."""
    files = files_of(sound)
    files["entries.jsonl"] = changed_line(files["entries.jsonl"], 41, ENTRY_CHANGES[name])
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "entries.jsonl line 42" in said) == (1, True), said


def test_proofs_swapped_between_entries_are_named(sound, tmp_path):
    files = files_of(sound)
    lines = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    lines[10]["proof"], lines[200]["proof"] = lines[200]["proof"], lines[10]["proof"]
    files["entries.jsonl"] = b"".join(canonical_bytes(line) + b"\n" for line in lines)
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "line 11 (index 10)" in said) == (1, True), said


def test_an_entry_left_out_shows_in_the_reports(sound, tmp_path):
    files = files_of(sound)
    files["entries.jsonl"] = b"\n".join(
        line for number, line in enumerate(files["entries.jsonl"].split(b"\n")) if number != 5
    )
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "report.csv says something else" in said) == (1, True), said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"desk:message:received", b"desk:message:sent", "report.csv says something else"),
        (b"\r\n", b"\r\n999,x\r\n", "report.csv says something else"),
    ],
)
def test_a_report_that_says_something_else_is_named(sound, tmp_path, before, after, said):
    files = files_of(sound)
    files["report.csv"] = files["report.csv"].replace(before, after, 2)
    status, output = check(rezip(tmp_path / "x.zip", files))
    assert (status, said in output) == (1, True), output


CONSISTENCY_CHANGES = {
    "proof-without-last": lambda f: f["proof"].pop(),
    "proof-with-one-more": lambda f: f["proof"].append(f["proof"][0]),
    "proof-reversed": lambda f: f["proof"].reverse(),
    "other-sizes": lambda f: f.update({"from": 99}),
}


@pytest.mark.parametrize("name", CONSISTENCY_CHANGES)
def test_a_broken_step_between_anchors_is_named(sound, tmp_path, name):
    files = files_of(sound)
    changed = changed_line(files["consistency.jsonl"], 0, CONSISTENCY_CHANGES[name])
    status, said = check(rezip(tmp_path / "x.zip", files | {"consistency.jsonl": changed}))
    assert (status, "consistency.jsonl" in said) == (1, True), said


def test_a_checkpoint_of_another_tree_is_refused(sound, tmp_path):
    files = files_of(sound)
    forged = sign_checkpoint(Checkpoint(ORIGIN, 300, b"\x01" * 32), SIGNERS)
    status, said = check(rezip(tmp_path / "x.zip", files | {"checkpoint": forged.encode()}))
    assert (status, "line 1 (index 0)" in said) == (1, True), said


def test_an_anchor_newer_than_the_checkpoint_is_a_roll_back(sound, tmp_path):
    files = files_of(sound)
    newer = sign_checkpoint(Checkpoint(ORIGIN, 301, b"\x01" * 32), SIGNERS).encode()
    files["previous-anchors/000000000301"] = newer
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "roll-back" in said) == (1, True), said


@pytest.mark.parametrize("name", ["MANIFEST.json", "keys.json"])
def test_json_that_names_a_member_twice_is_refused(sound, tmp_path, name):
    files = files_of(sound)
    files[name] = files[name].replace(b"{", b'{"v":1,', 1)
    status, said = check(rezip(tmp_path / "x.zip", files, sign=name != "MANIFEST.json"))
    assert status == 1
    assert name in said

"""Packs from a real log: sound ones verify, each corruption is refused by its name."""

import contextlib
import csv
import io
import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from audit import merkle
from audit.canonical import canonical_bytes
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import EvidenceError, NotConfiguredError
from audit.events import CATALOGUE
from audit.evidence import verify_pack
from audit.evidence.pack import export_pack
from audit.evidence.report import csv_line
from audit.keys import FileSigner, fingerprint
from audit.models import LoggedEvent
from audit.note import sign_note
from audit.queries import Filter, tree_state
from audit.wiring import Wiring
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import NOW, integrate, write

SUBJECT = UUID("0190f000-0000-7000-8000-0000000000aa")
PRINT = fingerprint(KEYS)
OTHERS = (
    FileSigner(ORIGIN, "ed25519", Ed25519PrivateKey.from_private_bytes(b"\x0b" * 32)),
    FileSigner(ORIGIN, "ml-dsa-65", MLDSA65PrivateKey.from_seed_bytes(b"\x0c" * 32)),
)
WIRING = Wiring(UUID(ORIGIN.removeprefix("strongroom/")), SIGNERS, KEYS, None)


EVERYTHING = Filter()


def export(out, wanted=EVERYTHING, wiring=WIRING):
    return export_pack(out, wanted, wiring=wiring, now=NOW, actor="operator:0", origin="cli")


def check(pack, *, anchors=(), key=PRINT):
    """Run the checker in this process; return its status and what it says."""
    arguments = [str(pack)]
    if anchors:
        arguments += ["--anchor", *map(str, anchors)]
    if key:
        arguments += ["--key", key]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = verify_pack.main(arguments)
    return status, said.getvalue()


@pytest.fixture(autouse=True, scope="module")
def _remembered_signatures():
    """The same few signatures are checked a hundred times: 10 ms each in pure Python."""
    patch = pytest.MonkeyPatch()
    for algorithm, verify in verify_pack.VERIFY.items():
        patch.setitem(verify_pack.VERIFY, algorithm, lru_cache(verify))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def kept(database, django_db_blocker, tmp_path_factory):
    """A folder with a pack of 300 entries and checkpoints taken before and after it."""
    folder = tmp_path_factory.mktemp("packs")

    @contextlib.contextmanager
    def as_role(service):
        database.login(service)
        yield
        database.login("web")

    def take(count, name):
        write(count)
        integrate(as_role)
        (folder / f"{name}.anchor").write_text(tree_state().note, "utf-8")
        with as_role("operator"):
            export(folder / f"{name}.zip")

    with django_db_blocker.unblock():
        for count, name in [(100, "first"), (57, "second"), (141, "pack"), (20, "later")]:
            take(count, name)
        database.clone()
    return folder


@pytest.fixture
def sound(kept):
    return kept / "pack.zip"


def files_of(pack):
    with zipfile.ZipFile(pack) as made:
        return {name: made.read(name) for name in made.namelist()}


def rezip(out, files, *, signers=SIGNERS, sign=True):
    """Write files as a pack whose manifest fits them, as a forger with keys would."""
    files = dict(files)
    if sign:
        manifest = json.loads(files.pop("MANIFEST.json"))
        files.pop("manifest.sig", None)
        manifest["files"] = {
            name: {"sha256": sha256(content).hexdigest(), "size": len(content)}
            for name, content in files.items()
        }
        files["MANIFEST.json"] = canonical_bytes(manifest)
        digest = b64encode(sha256(files["MANIFEST.json"]).digest()).decode()
        text = f"{verify_pack.PACK_LINE}\n{ORIGIN}\n{digest}\n"
        files["manifest.sig"] = sign_note(text, signers).encode()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out


def test_a_sound_pack_holds(sound):
    status, said = check(sound)
    assert status == 0
    # 298 written and two exports recorded before this one.
    assert f"log {ORIGIN}: 300 entries" in said
    assert "pack: 300 entries, indexes 0 to 299; 2 earlier checkpoints" in said
    assert f"authentic: signed with the keys of fingerprint {PRINT}" in said


def test_without_a_key_the_signer_is_not_authenticated(sound):
    status, said = check(sound, key=None)
    assert status == 0
    assert f"consistent; signer not authenticated: fingerprint {PRINT}\n" in said


def test_kept_anchors_hold(sound, kept):
    anchors = [kept / "first.anchor", kept / "second.anchor"]
    status, said = check(sound, anchors=anchors)
    assert status == 0
    assert "anchor of size 100 holds\nanchor of size 158 holds\n" in said


def test_an_auditor_runs_it_alone(sound, kept):
    """No path, no environment, no site packages: only the interpreter and the file."""
    command = [sys.executable, "-I", "-S", verify_pack.__file__, sound, "--key", PRINT]
    command += ["--anchor", kept / "first.anchor", kept / "second.anchor"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "authentic" in ran.stdout


def test_the_checker_in_the_pack_is_ours(sound):
    files = files_of(sound)
    assert files["verify_pack.py"] == Path(verify_pack.__file__).read_bytes()
    assert "report.html" in files
    assert b"http" not in files["report.html"].replace(b"http-equiv", b"")


def test_an_older_pack_is_a_roll_back_to_whoever_saw_more(sound, kept):
    later = kept / "later.anchor"
    status, said = check(sound, anchors=[later])
    assert status == 1
    assert "roll-back" in said


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


@pytest.mark.django_db(transaction=True)
def test_filters_choose_entries_and_are_checked(as_role, tmp_path):
    write(3, at=NOW - timedelta(days=2))
    write(4, subject=SUBJECT)
    write(2, subject=SUBJECT, actor="person:0190f000-0000-7000-8000-00000000000b")
    integrate(as_role)
    cases = {
        "subject": (Filter(subject=SUBJECT), 6),
        "actor": (Filter(actor="anonymous"), 7),
        "kind": (Filter(kind="desk:message:received"), 9),
        "area": (Filter(kind="desk:"), 9),
        "none": (Filter(kind="vault:"), 0),
        "before": (Filter(end=NOW - timedelta(days=1)), 3),
        "window": (Filter(start=NOW - timedelta(days=3), end=NOW - timedelta(days=2)), 0),
    }
    with as_role("operator"):
        for name, (wanted, count) in cases.items():
            assert export(tmp_path / f"{name}.zip", wanted).entries == count, name
            assert check(tmp_path / f"{name}.zip")[0] == 0, name
    files = files_of(tmp_path / "none.zip")
    files["entries.jsonl"] = files_of(tmp_path / "kind.zip")["entries.jsonl"]
    status, said = check(rezip(tmp_path / "x.zip", files))
    assert (status, "outside the filter" in said) == (1, True), said


@pytest.mark.django_db(transaction=True)
def test_exporting_is_recorded_before_the_pack_has_its_name(as_role, tmp_path, monkeypatch):
    write(2)
    integrate(as_role)
    with as_role("operator"):
        done = export(tmp_path / "pack.zip", Filter(subject=SUBJECT))
        row = LoggedEvent.objects.get(kind="audit:pack:exported")
        entry = json.loads(bytes(row.entry))
        assert entry["data"] == {
            "digest": done.digest.hex(),
            "entries": 0,
            "filters": ["subject"],
            "tree_size": 2,
        }
        assert row.subject == SUBJECT
        assert (tmp_path / "pack.zip").stat().st_mode & 0o777 == 0o600

        def fail(event):
            raise OSError("full")

        monkeypatch.setattr("audit.evidence.pack.append", fail)
        with pytest.raises(OSError, match="full"):
            export(tmp_path / "second.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_exported_over_a_file_without_a_tree_or_without_keys(as_role, tmp_path):
    with pytest.raises(EvidenceError, match="checkpoint"):
        export(tmp_path / "pack.zip")
    integrate(as_role)
    with pytest.raises(NotConfiguredError, match="signers"):
        export(tmp_path / "pack.zip", wiring=Wiring(WIRING.installation_id, (), KEYS, None))
    (tmp_path / "there.zip").touch()
    with pytest.raises(EvidenceError, match="existing"):
        export(tmp_path / "there.zip")
    export(tmp_path / "empty.zip")
    assert check(tmp_path / "empty.zip")[0] == 0


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheets_are_not_made_to_compute(start):
    entry = {"at": "2026", "kind": "a:b:c", "actor": f"{start}1+1", "id": "x"}
    row = next(csv.reader(io.StringIO(csv_line(3, entry).decode(), newline="")))
    assert row[3] == f"'{start}1+1"


def test_every_kind_can_stand_in_a_report():
    for kind in CATALOGUE:
        assert kind.encode() in csv_line(0, {"kind": kind})


def test_reports_escape_markup():
    from audit.evidence.report import html_line

    assert b"<script>" not in html_line(0, {"actor": "<script>"})


def test_times_compare_as_text():
    """What the checker's filter relies on."""
    from audit.events import utc_text

    moments = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=n * 7**n) for n in range(15)
    ]
    assert [utc_text(m) for m in moments] == sorted(utc_text(m) for m in moments)
    assert merkle.EMPTY_ROOT == verify_pack.EMPTY_ROOT

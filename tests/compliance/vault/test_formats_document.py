"""docs/formats.md says what the vault does."""

import io
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from re import DOTALL, MULTILINE, findall, search
from uuid import UUID

import pytest

from compliance.vault.envelope import (
    OVERHEAD_BYTES,
    SALT_BYTES,
    SealingKey,
    associated_data,
    commitment,
    open_envelope,
    seal,
)
from compliance.vault.hierarchy import (
    DataKeyName,
    RootKey,
    subject_owner,
    unwrap_data_key,
    unwrap_kek,
    wrap_data_key,
    wrap_kek,
)
from compliance.vault.keystore import KeyStore
from compliance.vault.places import Place
from compliance.vault.providers import FileRootKey
from compliance.vault.schema import _APPLICATION_ID, SCHEMA_VERSION
from compliance.vault.segments import (
    FILE_HEADER_BYTES,
    SEGMENT_BYTES,
    open_segments,
    read_file_header,
    seal_file,
)
from compliance.vault.suites import SUITES, Suite

TEXT = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")


def section(title):
    """The text under one heading of the third level."""
    found = TEXT.split(f"\n### {title}\n")
    assert len(found) == 2, title
    return found[1].split("\n## ")[0].split("\n### ")[0]


def table(title, corner):
    """Rows of the table with this upper left cell: first cell → the other cells."""
    lines = section(title).split(f"\n| {corner} |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]
    return {first.strip(): rest for first, *rest in rows}


def vectors(title, corner):
    """Suite number → name → bytes."""
    rows = table(title, corner)
    return {
        number: {name: bytes.fromhex(cells[number - 1]) for name, cells in rows.items()}
        for number in SUITES
    }


def code(title, language=""):
    return search(rf"```{language}\n(.*?)```", section(title), DOTALL)[1]


def place():
    found = search(
        r"table `(\w+)`, column `(\w+)`, row `([0-9a-f-]+)`, subject `([0-9a-f-]+)`",
        section("Message envelope"),
    )
    return Place(found[1], found[2], UUID(found[3]), UUID(found[4]))


def lone_digest(title):
    """The one line of hex that stands by itself."""
    (found,) = findall(r"^    ([0-9a-f]{64})$", section(title), MULTILINE)
    return found


def sealing_key(vector, suite: Suite):
    return SealingKey(UUID(bytes=vector["key id"]), suite, suite.aead(vector["key"]))


def sealed_file(content, vector, suite):
    sink = io.BytesIO()
    key, prefix = sealing_key(vector, suite), vector["nonce prefix"]
    seal_file(io.BytesIO(content), sink, key, place=place(), nonce_prefix=prefix)
    return sink.getvalue()


@pytest.fixture(params=sorted(SUITES), ids=lambda number: SUITES[number].name)
def suite(request):
    return SUITES[request.param]


def test_suites(suite):
    name, _, key, digest = table("Suites", "number")[str(suite.number)]
    assert (name, key) == (suite.name, f"{suite.key_bytes} bytes")
    assert digest.replace("-", "").lower() == suite.hash().name
    assert len(table("Suites", "number")) == len(SUITES)


def test_message_envelope(suite):
    vector = vectors("Message envelope", "message")[suite.number]
    key, envelope = sealing_key(vector, suite), vector["envelope"]
    made = seal(vector["plaintext"], key, place=place(), nonce=vector["nonce"])
    assert made == envelope
    assert associated_data(envelope[:20], place()) == vector["associated data"]
    assert open_envelope(envelope, key, place=place()) == vector["plaintext"]
    assert len(envelope) == len(vector["plaintext"]) + OVERHEAD_BYTES
    assert f"{OVERHEAD_BYTES} bytes longer than the plaintext" in section("Message envelope")


def test_commitment():
    assert f"salt ({SALT_BYTES} random bytes)" in section("Commitment")
    assert commitment(b"\x09" * SALT_BYTES + b"hello").hex() == lone_digest("Commitment")


def test_file_envelope(suite):
    vector = vectors("File envelope", "file")[suite.number]
    assert sealed_file(vector["content"], vector, suite) == vector["envelope"]
    source = io.BytesIO(vector["envelope"])
    header, prefix = read_file_header(source)
    assert prefix == vector["nonce prefix"]
    key = sealing_key(vector, suite)
    parts = open_segments(source, key, header=header, nonce_prefix=prefix, place=place())
    assert b"".join(parts) == vector["content"]


def test_file_envelope_of_two_segments():
    vector = vectors("File envelope", "file")[1]
    made = sealed_file(bytes(SEGMENT_BYTES) + b"hello", vector, SUITES[1])
    assert sha256(made).hexdigest() == lone_digest("File envelope")
    assert f"{SEGMENT_BYTES:,} zero bytes and `hello`" in section("File envelope")
    assert f"two segments, {len(made):,} bytes" in section("File envelope")
    assert f"20             {FILE_HEADER_BYTES}\n" in section("File envelope")


def test_wrapped_keys(suite):
    vector = vectors("Wrapped keys", "wrapped")[suite.number]
    message = vectors("Message envelope", "message")[suite.number]
    root, nonce = RootKey(b"\x01" * 32), message["nonce"]
    secret = b"\x02" * suite.key_bytes
    wrapped = wrap_kek(secret, root, version=1, suite=suite, nonce=nonce)
    assert wrapped == vector["key-encryption key"]
    kek = unwrap_kek(wrapped, root, version=1, suite=suite)
    name = DataKeyName(UUID(bytes=message["key id"]), subject_owner(place().subject_id), suite)
    assert f"owner `{name.owner}`" in section("Wrapped keys")
    assert wrap_data_key(message["key"], kek, name=name, nonce=nonce) == vector["data key"]
    opened = unwrap_data_key(vector["data key"], kek, name=name)
    assert open_envelope(message["envelope"], opened, place=place()) == message["plaintext"]


def one_line(statement):
    return " ".join(statement.split())


def test_key_store(tmp_path):
    path = tmp_path / "subjects.sqlite3"
    KeyStore(path).close()
    with closing(sqlite3.connect(path)) as opened:
        rows = opened.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
        (version,) = opened.execute("PRAGMA user_version").fetchone()
        (application,) = opened.execute("PRAGMA application_id").fetchone()
    made = [one_line(sql) for kind, _, sql in rows if kind == "table"]
    written = code("Key store", "sql").split(";")
    assert made == [one_line(each) for each in written if each.strip()]
    triggers = {name for kind, name, _ in rows if kind == "trigger"}
    assert triggers == set(table("Key store", "trigger"))
    assert f"`user_version` is the version, {version};" in section("Key store")
    assert f"`application_id` is `{application:x}`" in section("Key store")
    assert (version, application) == (SCHEMA_VERSION, _APPLICATION_ID)


def test_root_key_file(tmp_path):
    path = tmp_path / "root.key"
    path.write_text(code("Root key file"), "ascii")
    path.chmod(0o600)
    assert FileRootKey(path).root_key().secret == b"\x01" * 32
    other = FileRootKey(tmp_path / "made.key")
    other.create(b"\x01" * 32)
    assert (tmp_path / "made.key").read_text("ascii") == code("Root key file")

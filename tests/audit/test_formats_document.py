"""docs/formats.md says what the code does."""

from hashlib import sha256
from pathlib import Path

from audit.entries import MAX_ENTRY_BYTES
from audit.events.base import _NAME
from audit.evidence import verify_pack
from audit.keys import fingerprint
from audit.merkle import leaf_hash
from audit.note import KEY_BYTES, TYPES, sign_note
from tests.audit.test_checkpoint import CHECKPOINT, KEYS, ORIGIN, SIGNERS

TEXT = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


def test_vectors():
    assert leaf_hash(b'{"v":1}').hex() in TEXT
    assert sign_note(CHECKPOINT.text(), SIGNERS[:1]) in TEXT
    assert f"`{fingerprint(KEYS)}`" in TEXT
    assert f"`{KEYS[0].public.hex()}`" in TEXT
    assert f"`{sha256(KEYS[1].public).hexdigest()}`" in TEXT
    for key in KEYS:
        assert f"`{key.key_id.hex()}`" in TEXT
        assert f"{KEY_BYTES[key.algorithm]:,} bytes" in TEXT
    assert TYPES == {"ed25519": b"\x01", "ml-dsa-65": b"\xffml-dsa-65"}
    assert f"the name `{ORIGIN}`" in TEXT


def test_limits_and_names():
    assert f"at most {MAX_ENTRY_BYTES:,} bytes" in TEXT
    assert _NAME.pattern == "[A-Za-z0-9_.:/<>+=,*-]{1,200}"
    assert f"`index {' '.join(verify_pack.COLUMNS)} data`" in TEXT
    assert f"`{verify_pack.PACK_LINE}`" in TEXT
    for name in (*verify_pack.REQUIRED, verify_pack.MANIFEST, verify_pack.MANIFEST_SIG):
        assert f"`{name}`" in TEXT

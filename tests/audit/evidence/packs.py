"""Packs made, taken apart, put together again, and checked."""

import contextlib
import io
import json
import zipfile
from base64 import b64encode
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from audit.canonical import canonical_bytes
from audit.evidence import verify_pack
from audit.evidence.pack import export_pack
from audit.keys import FileSigner, fingerprint
from audit.note import sign_note
from audit.queries import Filter
from audit.wiring import Wiring
from tests.audit.test_checkpoint import KEYS, ORIGIN, SIGNERS
from tests.audit.writing import NOW

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

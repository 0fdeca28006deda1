import stat
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.registry import files, manifest
from models.registry.digest import sha256_hex
from models.registry.errors import (
    DigestError,
    ManifestError,
    NameTakenError,
    NoModelError,
    NotGgufError,
    SignatureError,
    TruncatedError,
)
from models.registry.files import Stated, import_gguf
from models.registry.manifest import Approval


def test_import_drafts_a_manifest(weights, model):
    made = manifest.read(model)
    assert model.name == "noise-1"
    assert (made.kind, made.licence, made.context_length) == ("generate", "Apache-2.0", 512)
    assert made.sha256 == sha256_hex(weights)
    assert len(made.chat_template_sha256) == 64
    assert not stat.S_IMODE((model / made.file).stat().st_mode) & 0o222
    assert files.verify(model, None).weights == model / "noise.gguf"


def test_a_manifest_beside_the_source_is_taken_over(weights, model, tmp_path):
    told = manifest.read(model)
    told = replace(
        told,
        version="2.1",
        training_data="our own",
        approvals=(Approval("person:1", date(2026, 1, 1)),),
    )
    source = tmp_path / "brought"
    source.mkdir()
    (source / "noise.gguf").write_bytes(weights.read_bytes())
    (source / manifest.NAME).write_text(told.to_toml())
    made = manifest.read(
        import_gguf(source / "noise.gguf", model.parent, stated=Stated(licence="MIT"))
    )
    assert made == replace(told, licence="MIT", approvals=())
    (source / manifest.NAME).write_text(replace(told, sha256="0" * 64, version="3").to_toml())
    with pytest.raises(DigestError):
        import_gguf(source / "noise.gguf", model.parent, stated=Stated())


def test_a_failed_import_leaves_nothing(weights, tmp_path):
    folder = tmp_path / "models"
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(TruncatedError):
        import_gguf(broken, folder, stated=Stated())
    broken.write_bytes(b"PK\x03\x04")
    with pytest.raises(NotGgufError):
        import_gguf(broken, folder, stated=Stated())
    with pytest.raises(ManifestError):
        import_gguf(weights, folder, stated=Stated(version="../x"))
    assert list(folder.iterdir() if folder.exists() else []) == []


def test_a_name_is_taken_once(weights, model):
    with pytest.raises(NameTakenError):
        import_gguf(weights, model.parent, stated=Stated(name="noise"))
    second = import_gguf(weights, model.parent, stated=Stated(name="noise", version="2"))
    assert [path.name for path in files.list_models(model.parent)] == ["noise-1", "noise-2"]
    assert files.find(model.parent, "noise-2") == second
    with pytest.raises(NoModelError, match="got 2"):
        files.find(model.parent, "noise")


@pytest.mark.parametrize("place", [0, 5000, -1])
def test_one_changed_byte_is_noticed(model, place):
    path = model / "noise.gguf"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    with pytest.raises(DigestError):
        files.verify(model, None)
    path.write_bytes(data[:-1])
    with pytest.raises(DigestError, match="bytes"):
        files.verify(model, None)
    path.unlink()
    with pytest.raises(ManifestError, match="weights"):
        files.verify(model, None)


def test_the_signature_covers_the_manifest(model):
    key = Ed25519PrivateKey.generate()
    with pytest.raises(SignatureError, match="no readable"):
        files.verify(model, key.public_key())
    files.approve(model, key)
    assert files.verify(model, key.public_key()).is_signed
    path = model / manifest.NAME
    path.chmod(0o600)
    path.write_text(path.read_text().replace("Apache-2.0", "MIT"))
    with pytest.raises(SignatureError):
        files.verify(model, key.public_key())


def test_selection_and_roll_back(weights, model):
    folder = model.parent
    second = import_gguf(weights, folder, stated=Stated(name="noise", version="2"))
    with pytest.raises(NoModelError):
        files.selected(folder)
    files.select(folder, model)
    files.select(folder, second)
    assert files.selected(folder) == second
    assert files.roll_back(folder) == model == files.selected(folder)
    with pytest.raises(NoModelError, match="earlier"):
        files.roll_back(folder)


def test_the_selection_file_reaches_nowhere_else(model, tmp_path):
    (model.parent / "current").write_text("../../etc\n.hidden\n")
    with pytest.raises(NoModelError):
        files.selected(model.parent)
    with pytest.raises(NoModelError):
        files.select(tmp_path, model)

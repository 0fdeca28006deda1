"""A folder of models: taking one in, finding it, and which one is in use.

<folder>/<name>-<version>/model.toml       the manifest
                          model.toml.sig   the installation's signature, once approved
                          <weights>.gguf
<folder>/current                           names of model folders, the one in use first,
                                           then those before it, for roll-back
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from re import sub
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.registry import manifest as manifests
from models.registry import signature
from models.registry.digest import check_digest
from models.registry.errors import DigestError, ManifestError, NameTakenError, NoModelError
from models.registry.gguf import Header, read_header
from models.registry.manifest import Kind, Manifest

_PIECE = 4 * 2**20
_CURRENT = "current"
_REMEMBERED = 20

# general.file_type, as llama.cpp numbers it (llama_ftype in llama.h).
_QUANTISATIONS = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1"}
_QUANTISATIONS |= {10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S"}
_QUANTISATIONS |= {15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 32: "BF16"}


@dataclass(frozen=True)
class Stated:
    """What the person who imports a model says about it; empty means: as the file says."""

    name: str = ""
    version: str = ""
    licence: str = ""
    source: str = ""
    training_data: str = ""
    languages: tuple[str, ...] = ()
    filing_number: str = ""


@dataclass(frozen=True)
class Verified:
    """A model whose digest holds, and its signature too if `is_signed`."""

    manifest: Manifest
    weights: Path
    is_signed: bool


def draft(header: Header, stated: Stated, *, file: str, digest: str) -> Manifest:
    """Fill in a manifest from a GGUF's metadata and what was stated; the latter wins.

    Raises: ManifestError.
    """
    template = header.text("tokenizer.chat_template")
    languages = header.metadata.get("general.languages")
    said = tuple(map(str, languages)) if isinstance(languages, list) else ()
    return Manifest(
        name=_slug(stated.name or header.text("general.name") or file.removesuffix(".gguf")),
        version=stated.version or header.text("general.version", "1"),
        kind=_kind(header),
        file=file,
        sha256=digest,
        size=header.file_size,
        licence=stated.licence or header.text("general.license", "unknown"),
        source=stated.source or header.text("general.source.url", "unknown"),
        training_data=stated.training_data or "unknown",
        quantisation=_QUANTISATIONS.get(header.number("general.file_type", -1), "mixed"),
        context_length=header.number("{arch}.context_length"),
        chat_template_sha256=sha256(template.encode()).hexdigest() if template else "",
        languages=stated.languages or said,
        filing_number=stated.filing_number,
    )


def import_gguf(source: Path, folder: Path, *, stated: Stated) -> Path:
    """Copy a GGUF into a model folder of its own and draft its manifest, unsigned.

    A manifest that lies beside the source and names it is taken over, without its approvals:
    those are this installation's to give. What is stated wins over it.
    The folder appears under its final name only when everything in it is on disk.
    Returns: that folder.
    Raises:  GgufError and its subclasses, ManifestError, DigestError (the manifest beside is
             of other weights), NameTakenError, OSError.
    """
    read_header(source)
    beside = _beside(source)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    incoming = Path(mkdtemp(prefix=".incoming-", dir=folder))
    try:
        weights = incoming / _safe_file(source)
        digest = _copy(source, weights)
        # The copy is read again: the source may have changed since the first look.
        made = draft(read_header(weights), stated, file=weights.name, digest=digest)
        if beside is not None:
            made = _taken_over(beside, made, stated)
        _write(incoming / manifests.NAME, made.to_toml())
        return _move_in(incoming, folder / made.folder_name)
    except BaseException:
        rmtree(incoming, ignore_errors=True)
        raise


def approve(model: Path, key: Ed25519PrivateKey) -> None:
    """Sign the manifest of a model folder with the installation's key."""
    text = signature.sign((model / manifests.NAME).read_bytes(), key)
    _write(model / (manifests.NAME + ".sig"), text)


def verify(model: Path, key: Ed25519PublicKey | None) -> Verified:
    """Check a model folder: signature (if a key is given), then the weights' digest.

    Raises: ManifestError, SignatureError, DigestError.
    """
    path = model / manifests.NAME
    made = manifests.read(model)
    if key is not None:
        signature.verify_file(path, key)
    weights = model / made.file
    try:
        check_digest(weights, want=made.sha256, size=made.size)
    except OSError as fault:
        raise ManifestError(f"got no readable {made.file}, want the weights") from fault
    return Verified(made, weights, is_signed=key is not None)


def remove(model: Path) -> None:
    """Take back an import that could not be recorded."""
    rmtree(model, ignore_errors=True)


def list_models(folder: Path) -> Iterator[Path]:
    """Model folders, by name. Folders without a manifest are none."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(".") and (path / manifests.NAME).is_file():
                yield path


def find(folder: Path, name: str) -> Path:
    """Find one by its folder's name, or by its name if it has one version. Raises: NoModelError."""
    found = [path for path in list_models(folder) if path.name == name]
    found = found or [path for path in list_models(folder) if manifests.read(path).name == name]
    if len(found) != 1:
        raise NoModelError(f"got {len(found)} models called {name}, want one")
    return found[0]


def selected(folder: Path) -> Path:
    """Return the folder of the model in use. Raises: NoModelError."""
    history = _history(folder)
    if not history or not (folder / history[0] / manifests.NAME).is_file():
        raise NoModelError("got no selected model, want one: model promote NAME")
    return folder / history[0]


def select(folder: Path, model: Path) -> None:
    """Put a model in use, atomically; the ones before it are remembered."""
    if model.parent != folder:
        raise NoModelError(f"got {model.name} from elsewhere, want a model of this folder")
    rest = [name for name in _history(folder) if name != model.name]
    _write(folder / _CURRENT, "\n".join([model.name, *rest][:_REMEMBERED]) + "\n")


def roll_back(folder: Path) -> Path:
    """Put the model before the present one in use again. Raises: NoModelError."""
    history = _history(folder)
    for name in history[1:]:
        if (folder / name / manifests.NAME).is_file():
            rest = history[history.index(name) + 1 :]
            _write(folder / _CURRENT, "\n".join([name, *rest]) + "\n")
            return folder / name
    raise NoModelError("got no earlier model, want one")


def _history(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        lines = (folder / _CURRENT).read_text(encoding="utf-8").split()
        return [name for name in lines if Path(name).name == name and not name.startswith(".")]
    return []


def _beside(source: Path) -> Manifest | None:
    path = source.with_name(manifests.NAME)
    if not path.is_file():
        return None
    found = manifests.read(source.parent)
    return found if found.file == source.name else None


def _taken_over(beside: Manifest, made: Manifest, stated: Stated) -> Manifest:
    if beside.sha256 != made.sha256:
        raise DigestError(beside.name, got=made.sha256, want=beside.sha256)
    said: dict[str, Any] = {key: value for key, value in asdict(stated).items() if value}
    return replace(replace(beside, **said), file=made.file, approvals=())


def _kind(header: Header) -> Kind:
    # BERT-like models say how they pool; a model that writes text does not.
    return "embed" if header.number("{arch}.pooling_type", 0) else "generate"


def _slug(text: str) -> str:
    return sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:64] or "model"


def _safe_file(source: Path) -> str:
    stem = sub(r"[^A-Za-z0-9._+-]+", "-", source.stem).strip("-._+")[:100]
    return (stem or "weights") + ".gguf"


def _copy(source: Path, target: Path) -> str:
    digest = sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while piece := reading.read(_PIECE):
            digest.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    target.chmod(0o440)
    return digest.hexdigest()


def _move_in(incoming: Path, target: Path) -> Path:
    if target.exists():
        raise NameTakenError(f"got {target.name}, want a name and version not taken")
    incoming.chmod(0o750)
    incoming.rename(target)
    _sync_folder(target.parent)
    return target


def _write(path: Path, text: str) -> None:
    """Replace a small file as a whole: readers see the old one or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o640)
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

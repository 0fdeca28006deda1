"""What a person can do with models, each with its event."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from audit.actions import append, append_refusal
from audit.events.llm import ModelImported, ModelPromoted, ModelRefused, ModelVerified
from models.registry import files, manifest
from models.registry.errors import RegistryError
from models.registry.files import Stated, Verified


def import_model(
    source: Path, folder: Path, *, stated: Stated, actor: str, origin: str
) -> manifest.Manifest:
    """Take a GGUF in, unsigned. If the event cannot be written, the files go again.

    Raises: RegistryError (also recorded as a refusal), OSError.
    """
    try:
        target = files.import_gguf(source, folder, stated=stated)
    except RegistryError as fault:
        _refuse(stated.name or "unnamed", fault, actor=actor, origin=origin)
        raise
    try:
        made = manifest.read(target)
        with transaction.atomic():
            append(
                ModelImported(
                    actor=actor,
                    origin=origin,
                    name=made.name,
                    version=made.version,
                    digest=bytes.fromhex(made.sha256),
                )
            )
    except BaseException:
        files.remove(target)
        raise
    return made


def verify_model(model: Path, key: Ed25519PublicKey | None, *, actor: str, origin: str) -> Verified:
    """Check digest and signature. Raises: RegistryError, after recording the refusal."""
    try:
        verified = files.verify(model, key)
    except RegistryError as fault:
        _refuse(model.name, fault, actor=actor, origin=origin)
        raise
    made = verified.manifest
    with transaction.atomic():
        append(
            ModelVerified(
                actor=actor,
                origin=origin,
                name=made.name,
                version=made.version,
                digest=bytes.fromhex(made.sha256),
            )
        )
    return verified


def promote_model(model: Path, *, actor: str, origin: str) -> None:
    """Put a model of its folder in use; the engine takes it at its next start.

    Raises: RegistryError.
    """
    made = manifest.read(model)
    with transaction.atomic():
        append(
            ModelPromoted(
                actor=actor,
                origin=origin,
                name=made.name,
                version=made.version,
                digest=bytes.fromhex(made.sha256),
            )
        )
        # Last: a fault here takes the event back as well.
        files.select(model.parent, model)


def _refuse(name: str, fault: RegistryError, *, actor: str, origin: str) -> None:
    # Names in the log are plain ASCII: a folder may have been called anything.
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)
    append_refusal(
        ModelRefused(actor=actor, origin=origin, name=plain[:100] or "-", reason=fault.reason)
    )

"""From a path to a model that answers, or to a reason why there is none.

Manifest, signature, digest, memory and processor are checked in that order, before llama.cpp
sees a byte. Whatever fails, the process goes on and says so: the box works without a model.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.engine.backend import Backend, Limits
from models.engine.errors import EngineError, ModelLoadError
from models.engine.memory import available_bytes, check_fits, estimate, outputs_for
from models.engine.probe import probe
from models.engine.speaker import Speaker
from models.registry.errors import ManifestError, RegistryError
from models.registry.files import Verified, verify
from models.registry.gguf import read_header

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    verified: Verified
    backend: Backend
    speaker: Speaker


@dataclass(frozen=True)
class Outcome:
    """`state`: "ok", "no model", or "refused" with a reason without any text of the file."""

    state: Literal["ok", "no model", "refused"]
    reason: str = ""
    probe: str = "not run"
    loaded: Loaded | None = None


def load(path: Path | None, key: Ed25519PublicKey | None, limits: Limits) -> Outcome:
    """Load the model at `path`: its folder or its weights. Never raises for a bad model."""
    if path is None:
        return Outcome("no model")
    tried = "not run"
    try:
        verified = _verified(path, key)
        header = read_header(verified.weights)
        need = estimate(header, cells=limits.cells, batch=limits.batch)
        check_fits(need, available=available_bytes())
        tried = probe(verified.weights)
        if tried != "ok":
            raise ModelLoadError(f"the trial run {tried}")
        outputs = outputs_for(header, batch=limits.batch)
        backend = Backend(verified.weights, replace(limits, outputs=outputs))
        speaker = Speaker(backend, verified.manifest.sha256)
    except (RegistryError, EngineError, OSError) as fault:
        _log.error("model refused: %s: %s", type(fault).__name__, fault)
        reason = getattr(fault, "reason", None) or getattr(fault, "code", "file")
        return Outcome("refused", f"{reason}: {fault}", tried)
    return Outcome("ok", "", tried, Loaded(verified, backend, speaker))


def _verified(path: Path, key: Ed25519PublicKey | None) -> Verified:
    folder = path if path.is_dir() else path.parent
    verified = verify(folder, key)
    if not path.is_dir() and path.name != verified.weights.name:
        raise ManifestError(f"got weights {path.name}, want {verified.weights.name}")
    return verified

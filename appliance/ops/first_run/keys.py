"""Keys of the installation: root of the vault, the log's signers, the models' signer.

A missing key is made only while nothing depends on it. Otherwise a new one would silently
part the box from what it has sealed or signed.
"""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from appliance.config import Config
from appliance.ops.errors import MissingKeyError
from appliance.ops.folders import write_private
from audit.keys import FILE_NAMES, generate_keys
from compliance.vault.hierarchy import ROOT_BYTES
from compliance.vault.providers import FileRootKey


def make_keys(config: Config) -> None:
    """Raises: MissingKeyError."""
    _root_key(config)
    _log_keys(config)
    _model_key(config)


def _root_key(config: Config) -> None:
    if config.root_key.exists():
        return
    if config.key_store.exists():
        raise MissingKeyError(f"got no {config.root_key}, want it back: it opens the key store")
    FileRootKey(config.root_key).create(os.urandom(ROOT_BYTES))


def _log_keys(config: Config) -> None:
    present = [name for name in FILE_NAMES.values() if (config.keys / name).exists()]
    if len(present) == len(FILE_NAMES):
        return
    if (config.tree / "checkpoint").exists():
        raise MissingKeyError(f"got only {present} in {config.keys}, want all: the log is signed")
    # Half of a pair can only stem from a crash: nothing has been signed with it.
    for name in present:
        (config.keys / name).unlink()
    generate_keys(config.keys)


def _model_key(config: Config) -> None:
    if not config.model_key.exists():
        key = Ed25519PrivateKey.generate()
        write_private(
            config.model_key,
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
        config.model_key_public.unlink(missing_ok=True)
    if not config.model_key_public.exists():
        public = load_model_key(config).public_key().public_bytes_raw()
        write_private(config.model_key_public, f"{public.hex()}\n".encode())


def load_model_key(config: Config) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(config.model_key.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise MissingKeyError(f"got another kind of key in {config.model_key}, want Ed25519")
    return key

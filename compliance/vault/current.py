"""The vault of this process.

The appliance calls `configure` once at start-up; everybody else calls
`vault()`. Keys made or destroyed inside a database transaction are recorded
in it; outside of one the caller records what happened.
"""

import os
import threading

from django.db import connection

from audit.actions import append
from audit.events import KeyCreated, KeyDestroyed
from compliance.vault.errors import VaultNotConfiguredError
from compliance.vault.facade import KeyNotice, Observer, Vault, VaultSettings, build
from compliance.vault.selftest import selftest

_ACTOR = "service:vault"
_ORIGIN = "vault"

_lock = threading.Lock()
_settings: VaultSettings | None = None
_built: dict[int, Vault] = {}


def configure(settings: VaultSettings) -> None:
    """Say where the keys are. Opens nothing yet; called again, replaces."""
    global _settings  # noqa: PLW0603  # one per process is the point of this module
    with _lock:
        _settings = settings
        previous = _built.pop(os.getpid(), None)
    if previous is not None:
        previous.close()


def settings() -> VaultSettings:
    """Raises: VaultNotConfiguredError."""
    if _settings is None:
        raise VaultNotConfiguredError
    return _settings


def vault() -> Vault:
    """Return this process's vault, after the known-answer tests at its first use.

    Raises: VaultNotConfiguredError, SelfTestError, RootKeyError, KeyStoreError.
    """
    # By process id: a child must not use its parent's SQLite connections, and
    # the parent's stay referenced so that nothing closes them in the child.
    present = _built.get(os.getpid())
    if present is not None:
        return present
    with _lock:
        if os.getpid() not in _built:
            selftest()
            _built[os.getpid()] = build(settings(), observer=_AUDITED)
        return _built[os.getpid()]


def _created(notice: KeyNotice) -> None:
    if connection.in_atomic_block:
        append(
            KeyCreated(
                actor=_ACTOR,
                origin=_ORIGIN,
                subject=notice.subject_id,
                key=notice.key_id,
                purpose_of_key=notice.owner.partition(":")[0],
                at=notice.at,
            )
        )


def _destroyed(notice: KeyNotice) -> None:
    if connection.in_atomic_block:
        append(
            KeyDestroyed(
                actor=_ACTOR,
                origin=_ORIGIN,
                subject=notice.subject_id,
                key=notice.key_id,
                at=notice.at,
            )
        )


_AUDITED = Observer(created=_created, destroyed=_destroyed)

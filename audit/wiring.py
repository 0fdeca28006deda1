"""What the log needs of the layers above, handed over once at start.

The log imports nothing of them. A process that only writes and reads events
gives no signers; the sequencer and the exporting commands give them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from audit.checkpoint import origin_of
from audit.errors import NotConfiguredError
from audit.note import PublicKey, Signer, public_key


@dataclass(frozen=True)
class Wiring:
    """An installation's identity, keys and folder of published tree files."""

    installation_id: UUID
    signers: tuple[Signer, ...]
    keys: tuple[PublicKey, ...]
    log_dir: Path | None

    @property
    def origin(self) -> str:
        """The log's name."""
        return origin_of(self.installation_id)

    def required_signers(self) -> tuple[Signer, ...]:
        """Return the signers.

        Raises: NotConfiguredError if this process was given none.
        """
        if not self.signers:
            raise NotConfiguredError("signers")
        return self.signers


_current: list[Wiring] = []


def configure(
    *,
    installation_id: UUID,
    signers: Sequence[Signer] = (),
    keys: Sequence[PublicKey] = (),
    log_dir: Path | None = None,
) -> None:
    """Set this process's wiring, in place of an earlier one.

    keys: public keys, for a process that checks signatures and makes none;
          those of the signers if absent.
    """
    given = tuple(keys) or tuple(public_key(signer) for signer in signers)
    _current[:] = [Wiring(installation_id, tuple(signers), given, log_dir)]


def current() -> Wiring:
    """Return this process's wiring.

    Raises: NotConfiguredError.
    """
    if not _current:
        raise NotConfiguredError("wiring")
    return _current[0]

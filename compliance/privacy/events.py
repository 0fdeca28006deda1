"""Erasure, beyond `privacy:subject:erased`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.events import Event


@dataclass(frozen=True, kw_only=True)
class ErasureBegun(Event, kind="privacy:erasure:begun"):
    """From here on the subject counts as erased; the key is destroyed next."""


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Event, kind="privacy:erasure:certified"):
    """What an erasure certificate says.

    keys:          ids of the destroyed keys.
    closed_from:   from this moment no backup of the key store exists that
                   could open anything, if backups expire as configured.
    """

    keys: tuple[UUID, ...]
    destroyed_at: datetime
    closed_from: datetime

"""The words of a proposal, sealed at its row."""

import json
from dataclasses import asdict
from uuid import UUID

from compliance.approval.models import Proposal
from compliance.approval.registry import Difference
from compliance.vault.current import vault
from compliance.vault.places import Place

_TABLE = "approval_proposal"


def seal_payload(
    payload: bytes, *, proposal_id: UUID, subject_id: UUID | None
) -> tuple[bytes, bytes]:
    """Returns: envelope and commitment. Raises: VaultError."""
    return vault().seal_committed(payload, Place(_TABLE, "payload", proposal_id, subject_id))


def open_payload(proposal: Proposal) -> bytes:
    """Raises: VaultError, also when it is not what was committed to."""
    place = Place(_TABLE, "payload", proposal.pk, proposal.subject_id)
    return vault().open_committed(bytes(proposal.payload), bytes(proposal.digest), place)


def seal_difference(difference: Difference, *, proposal_id: UUID, subject_id: UUID | None) -> bytes:
    """Raises: VaultError."""
    words = json.dumps(asdict(difference), ensure_ascii=False).encode()
    return vault().seal(words, Place(_TABLE, "difference", proposal_id, subject_id))


def open_difference(proposal: Proposal) -> Difference:
    """Raises: VaultError."""
    place = Place(_TABLE, "difference", proposal.pk, proposal.subject_id)
    return Difference(**json.loads(vault().open(bytes(proposal.difference), place)))

"""What an auditor takes away: evidence packs and checkpoints. Each leaves an event."""

from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction

from appliance.oversight.errors import CannotExportError
from audit import wiring
from audit.actions import append
from audit.errors import EvidenceError, NotConfiguredError
from audit.events import CheckpointExported
from audit.evidence.pack import PackReport, build_pack, record_pack
from audit.keys import fingerprint
from audit.queries import Filter, tree_state


@dataclass(frozen=True)
class Pack:
    """A finished pack, at its beginning; the file vanishes when it is closed."""

    file: IO[bytes]
    report: PackReport


def take_pack(wanted: Filter, *, actor: str, origin: str, now: datetime) -> Pack:
    """Build a pack and record that it was taken, in this order: no bytes leave unrecorded.

    Raises: CannotExportError.
    """
    file = TemporaryFile()  # noqa: SIM115 - handed to the response, which closes it
    try:
        report = build_pack(file, wanted, wiring=wiring.current(), now=now)
        record_pack(report, wanted, actor=actor, origin=origin)
    except (EvidenceError, NotConfiguredError) as fault:
        file.close()
        raise CannotExportError(str(fault)) from fault
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Pack(file, report)


@transaction.atomic
def take_checkpoint(*, actor: str, origin: str) -> str:
    """The newest signed checkpoint, to be kept where nobody of the bank can change it.

    Raises: CannotExportError.
    """
    state = tree_state()
    if state.note is None:
        raise CannotExportError("got no checkpoint, want one: is the sequencer running?")
    append(
        CheckpointExported(
            actor=actor, origin=origin, purpose="audit", tree_size=state.size, root=state.root
        )
    )
    return state.note


def fingerprint_of_keys() -> str:
    """The fingerprint of this installation's signing keys, empty where there are none."""
    try:
        keys = wiring.current().keys
    except NotConfiguredError:
        return ""
    return fingerprint(keys) if keys else ""

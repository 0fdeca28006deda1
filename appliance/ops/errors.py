"""What can go wrong in running the box. Each message is a line for its operator."""

from pathlib import Path


class OpsError(Exception):
    """Base of every fault of this package."""


class AlreadyRunningError(OpsError):
    """Another supervisor holds this installation."""

    def __init__(self, var: Path, pid: str) -> None:
        super().__init__(
            f"got {var} in use by process {pid or 'unknown'}: `make stop` ends it; "
            "STRONGROOM_VAR and STRONGROOM_BIND let a second copy run beside it"
        )


class AddressTakenError(OpsError):
    """The address cannot be listened on."""

    def __init__(self, bind: str, reason: str) -> None:
        super().__init__(
            f"got {bind}: {reason}; want a free address: set STRONGROOM_BIND, "
            "for example STRONGROOM_BIND=127.0.0.1:8010 make run"
        )


class ForeignFolderError(OpsError):
    """A folder that must be ours alone is not."""


class CertificateError(OpsError):
    """The given certificate cannot be used."""


class MissingKeyError(OpsError):
    """A key file is gone though something was sealed or signed with it."""


class CommandFailedError(OpsError):
    """A step of the start did not succeed."""


class NotStartedError(OpsError):
    """A service did not come up in time."""

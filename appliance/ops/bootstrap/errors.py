"""What stops the set-up; each message is one line for the person at the keyboard."""


class BootstrapError(Exception):
    """Base of every fault of the set-up."""


class MissingPrerequisiteError(BootstrapError):
    """Something that the set-up cannot bring itself; names the Debian package."""


class StepFailedError(BootstrapError):
    """A program that the set-up called did not succeed."""

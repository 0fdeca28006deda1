from typing import NamedTuple

from compliance.grading.closed import ACTIONS, CHANNELS, PURPOSES, ROLES


class Request(NamedTuple):
    """Who wants to do what with data, and why."""

    role: str
    purpose: str
    channel: str
    action: str

    def unlisted(self) -> tuple[str, ...]:
        """Return the fields whose value is on no closed list."""
        return tuple(
            name
            for name, value, known in (
                ("role", self.role, ROLES),
                ("purpose", self.purpose, PURPOSES),
                ("channel", self.channel, CHANNELS),
                ("action", self.action, ACTIONS),
            )
            if value not in known
        )

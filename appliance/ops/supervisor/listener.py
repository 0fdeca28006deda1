"""The address of the web pages, held by the supervisor from its first moment.

Whoever else has it is found out at once, and no connection is refused while the web process
is being replaced: the kernel keeps callers waiting.
"""

import socket
import time

from appliance.config import Config
from appliance.ops.errors import AddressTakenError

BACKLOG = 512


def bind(config: Config, *, patience_s: float = 0.0) -> socket.socket:
    """Bind, not yet listening. patience_s: how long an earlier run may take to let go.

    Raises: AddressTakenError.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _bind(config)
        except OSError as fault:
            if time.monotonic() >= deadline:
                reason = (fault.strerror or "cannot be used").lower()
                raise AddressTakenError(config.bind, reason) from fault
            time.sleep(0.1)


def _bind(config: Config) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made

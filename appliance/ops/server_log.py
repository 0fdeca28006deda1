"""What the web server itself says: that something was wrong and where, never what was sent.

gunicorn writes the client's address, the malformed line, the path and the text of whatever
escapes the application, each into a message of its own making; so its handlers take the same
filter as everybody else's.
"""

from typing import Any

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from appliance.ops.logs import bind

# The caller of `warning` and its like, not this file nor gunicorn's own wrapper.
_CALLER = 3


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's logger whose lines hold a class, a place and no text."""

    def setup(self, cfg: Config) -> None:
        """Also on a reload, which makes the handlers anew."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                bind(handler)

    def critical(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().critical(msg, *args, **{"stacklevel": _CALLER, **kwargs})

    def error(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().error(msg, *args, **{"stacklevel": _CALLER, **kwargs})

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().warning(msg, *args, **{"stacklevel": _CALLER, **kwargs})

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        super().exception(msg, *args, **{"stacklevel": _CALLER, **kwargs})

"""How gunicorn serves: one process of many threads, on the socket that the supervisor holds."""

from typing import Any

from appliance.config import config as _read_config
from appliance.ops.embedded.launch import die_with_parent
from appliance.ops.server_log import ServerLog

_config = _read_config()

bind = f"fd://{_config.listening}" if _config.listening is not None else _config.bind
backlog = 512
worker_class = "gthread"
# One process, unless told otherwise: one listener for the streams, one cache of keys.
workers = _config.web_processes
threads = _config.web_threads
worker_connections = 2000
keepalive = 5
# The arbiter replaces a process whose main thread has stopped; requests may take longer.
timeout = 60
# A stream never ends by itself: whoever holds one reconnects.
graceful_timeout = 2
# Addresses and paths of persons belong in no log; events are recorded by the application.
accesslog = None
errorlog = "-"
logger_class = ServerLog
loglevel = "warning"
control_socket_disable = True
if not _config.is_loopback:
    certfile = str(_config.certificate_file)
    keyfile = str(_config.certificate_key_file)


def post_fork(_server: Any, _worker: Any) -> None:
    """A killed arbiter may not leave a process behind that holds the address."""
    import signal

    die_with_parent(signal.SIGKILL)

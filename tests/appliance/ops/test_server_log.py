"""What the web server says of bad requests and escaping faults, asked of a real one."""

import json
import socket
import subprocess
import sys
import time

import pytest

from appliance.config import ROOT

_APPLICATION = """
def application(environ, start_response):
    raise ValueError("planted-in-a-fault")
"""
_REQUESTS = (
    b"planted-in-a-line \r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nplanted in a name: 1\r\n\r\n",
    b"GET /planted-in-a-path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
)


def _sent(address, request, tries=100):
    """Send it as soon as somebody listens, and read until they hang up."""
    for _ in range(tries):
        try:
            with socket.create_connection(address, timeout=10) as made:
                made.sendall(request)
                while made.recv(4096):
                    pass
        except ConnectionRefusedError:
            time.sleep(0.1)
        except ConnectionResetError:
            return
        else:
            return
    raise AssertionError("nobody listens")


@pytest.fixture
def told(tmp_path):
    """What gunicorn, with our configuration, wrote about these requests."""
    (tmp_path / "planted.py").write_text(_APPLICATION)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    words = [sys.executable, "-m", "gunicorn", "--config", "appliance/ops/gunicorn_conf.py"]
    process = subprocess.Popen(
        [*words, "--pythonpath", str(tmp_path), "planted:application"],
        cwd=ROOT,
        env={"STRONGROOM_VAR": str(tmp_path), "STRONGROOM_BIND": f"127.0.0.1:{address[1]}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        for request in _REQUESTS:
            _sent(address, request)
    finally:
        process.terminate()
        written, _ = process.communicate(timeout=20)
    return written.decode()


def test_nothing_that_was_sent_is_written(told):
    assert "planted-in" not in told
    assert "planted in" not in told
    assert "127.0.0.1" not in told
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["event"].split(":")[0] for line in lines] == [
        "see base.py",
        "see base.py",
        "Error handling request %s %s",
    ]
    assert lines[2]["fault"]["class"] == "builtins.ValueError"
    assert lines[2]["fault"]["where"][-1] == "planted.py:3 application"

"""Reading the kernel's table of connections."""

import os
import socket
from ipaddress import ip_address

import pytest

from appliance.ops.health.network import parse_address, peers


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("0100007F:1F90", "127.0.0.1"),
        ("0A01A8C0:01BB", "192.168.1.10"),
        ("00000000000000000000000001000000:0050", "::1"),
        ("B80D0120000000000000000001000000:0050", "2001:db8::1"),
        ("0000000000000000FFFF00000A01A8C0:01BB", "192.168.1.10"),
    ],
)
def test_an_address_is_read(words, address):
    assert parse_address(words) == ip_address(address)


def test_local_connections_are_not_outside():
    with socket.socket() as serving:
        serving.bind(("127.0.0.1", 0))
        serving.listen()
        with socket.create_connection(serving.getsockname()):
            assert list(peers(os.getpid(), 0)) == []

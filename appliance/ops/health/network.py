"""Whom a process is connected to, read from /proc; see proc(5), /proc/net/tcp."""

import os
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_LOCAL, _REMOTE, _STATE, _INODE = 1, 2, 3, 9
# Connections under way or about to be: ESTABLISHED, SYN_SENT.
_OPEN = {"01", "02"}


def peers(pid: int, serving: int) -> Iterator[str]:
    """Addresses outside the machine that a process called. serving: our own port, for callers."""
    inodes = set(_sockets(pid))
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]
            for words in (line.split() for line in lines):
                if words[_INODE] not in inodes or words[_STATE] not in _OPEN:
                    continue
                if int(words[_LOCAL].partition(":")[2], 16) == serving:
                    continue
                peer = parse_address(words[_REMOTE])
                if not peer.is_loopback:
                    yield str(peer)


def parse_address(words: str) -> IPv4Address | IPv6Address:
    """`0100007F:1F90` → 127.0.0.1: groups of four bytes, each in the machine's order."""
    digits = bytes.fromhex(words.partition(":")[0])
    raw = b"".join(digits[place : place + 4][::-1] for place in range(0, len(digits), 4))
    found = ip_address(raw)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _sockets(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                target = str(Path(entry.path).readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]

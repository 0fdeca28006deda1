"""An empty network namespace for this process, where the kernel allows one.

A path socket belongs to the file system, not to a network namespace: it goes on working.
Must run before the process has a second thread (a new user namespace demands that), so
this module imports neither numpy nor llama_cpp.

Source: unshare(2), user_namespaces(7), unix(7), PR_SET_PDEATHSIG(2const).
"""

import ctypes
import errno
import os
import signal
import socket
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)


def isolate() -> str:
    """Leave the machine's network.

    Returns: "already" if there was nothing but a loopback, "namespace" if it worked now,
             "forbidden: EPERM" and the like if the kernel refused. Never raises.
    """
    if is_isolated():
        return "already"
    user, group = os.getuid(), os.getgid()
    if _unshare(_CLONE_NEWNET) == 0:
        return "namespace"
    fault = _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    if fault != 0:
        return f"forbidden: {errno.errorcode.get(fault, str(fault))}"
    _keep_identity(user, group)
    return "namespace"


def is_isolated() -> bool:
    """Whether this process sees no network interface but a loopback."""
    try:
        names = {name for _, name in socket.if_nameindex()}
    except OSError:
        return False
    return names <= {"lo"}


def die_with_parent(parent: int) -> bool:
    """Ask the kernel for SIGTERM when the parent ends.

    The signal follows the parent's *thread* that started us, and is cleared by a change of
    credentials: call it after `isolate`. `parent` is its process id as first seen.
    Returns: False if the parent has gone already: the caller should exit.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent


def forbid_dumps() -> None:
    """No core file and no tracing by others of the same user: memory holds what was asked."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _unshare(flags: int) -> int:
    """Return 0 or an errno."""
    return 0 if _libc.unshare(flags) == 0 else ctypes.get_errno()


def _keep_identity(user: int, group: int) -> None:
    """In a new user namespace one is nobody until mapped. Files work either way."""
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        try:
            Path(f"/proc/self/{name}").write_text(content, encoding="ascii")
        except OSError:
            return

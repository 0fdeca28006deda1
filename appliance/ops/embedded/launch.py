"""Become somebody else, then become another program.

    python3 launch.py [--uid N --gid N] [--traverse] [--die-with-parent SIGNAL] -- PROGRAM ARG…

PostgreSQL refuses to run as root. Started by root, it runs here as an unprivileged account
that may keep one capability, CAP_DAC_READ_SEARCH: enough to reach its own files below a home
folder that others may not enter, without opening that folder to anyone.

Standard library only: this file runs before anything is imported from elsewhere.
Source: prctl(2), capabilities(7), "Ambient capabilities".
"""

import argparse
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _prctl(*numbers: int) -> None:
    arguments = [ctypes.c_ulong(number) for number in numbers]
    arguments += [ctypes.c_ulong(0)] * (5 - len(arguments))
    if _libc.prctl(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"prctl{numbers}")


def keep_read_search() -> None:
    """Reduce every capability set to CAP_DAC_READ_SEARCH and hand it on over exec."""
    bit = 1 << _CAP_DAC_READ_SEARCH
    sets = (_Sets * 2)(_Sets(bit, bit, bit), _Sets(0, 0, 0))
    if _libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_READ_SEARCH)


def become(uid: int, gid: int, *, traverse: bool) -> None:
    if traverse:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if traverse:
        keep_read_search()


def die_with_parent(number: int) -> None:
    """Ask the kernel for this signal when the parent ends, also by SIGKILL."""
    parent = os.getppid()
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--traverse", action="store_true")
    parser.add_argument("--die-with-parent", metavar="SIGNAL")
    parser.add_argument("program", nargs="+")
    wanted = parser.parse_args()
    if wanted.uid is not None:
        become(wanted.uid, wanted.gid, traverse=wanted.traverse)
    if wanted.die_with_parent:
        die_with_parent(signal.Signals[wanted.die_with_parent])
    os.execv(wanted.program[0], wanted.program)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()

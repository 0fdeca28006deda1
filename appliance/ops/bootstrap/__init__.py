"""From a fresh checkout to a working one: `python3 -m appliance.ops.bootstrap [--dev]`.

Runs under the system's python3, before anything is installed: standard library only, and
nothing imported from the rest of the house. Every step leaves a stamp with the digest of what
it was made from, so that a second run does nothing and an interrupted one is taken up again.
"""

import sys

# Before the other modules: an older python3 could not even read them.
if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have any python3
    sys.exit(
        f"setup: got Python {sys.version.split()[0]}, want 3.11 or newer: "
        "apt install python3 (Debian 12 or newer)"
    )

"""Pure cores load without Django, and the log loads nothing of the layers above."""

import subprocess
import sys

PURE = (
    "audit.canonical",
    "audit.checkpoint",
    "audit.entries",
    "audit.events",
    "audit.evidence.report",
    "audit.evidence.verify_pack",
    "audit.ids",
    "audit.keys",
    "audit.merkle",
    "audit.note",
    "audit.tiles",
    "audit.treefiles",
    "audit.wiring",
)


def test_pure_cores_know_no_framework():
    code = f"import sys, {', '.join(PURE)}; print(sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for module in ("django", "psycopg", "appliance", "compliance", "models"):
        assert f"'{module}'" not in ran.stdout

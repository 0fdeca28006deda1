"""Loaded before Django: gives the suite an installation of its own in a throw-away folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="strongroom-tests-"))
os.environ["STRONGROOM_VAR"] = str(FOLDER / "var")
(FOLDER / "var" / "static").mkdir(parents=True)
os.environ["STRONGROOM_ROLE"] = "web"
os.environ.pop("STRONGROOM_BIND", None)
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

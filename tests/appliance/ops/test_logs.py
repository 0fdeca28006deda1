"""A log line holds classes, places and ids; never what an exception or a library says."""

import json
import subprocess
import sys

from appliance.config import ROOT

_PROGRAM = """
import logging, sys, threading
from pathlib import Path
from appliance.ops import logs
import structlog
logs.configure("trial", Path(sys.argv[1]))
try:
    raise ValueError("Key (username)=(张伟) already exists")
except ValueError:
    logging.getLogger("appliance.trial").exception("could not save %s", "019f")
    logging.getLogger("django.db").exception("failed for 张伟 at 13800138000")
logging.getLogger("library").error("request of %s", "张伟")
structlog.get_logger("appliance.trial").warning("ready", service="web")
thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()
raise RuntimeError("张伟")
"""


def test_no_text_reaches_the_log(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    text = (tmp_path / "trial.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    for told in (text, done.stderr.decode()):
        assert "张伟" not in told
        assert "13800138000" not in told
    assert [line["event"] for line in lines] == [
        "could not save 019f",
        "see <string>:11",
        "request of %s",
        "ready",
        "a thread ended by a fault",
        "ended by a fault",
    ]
    assert lines[0]["fault"] == {"class": "builtins.ValueError", "where": ["<string>:8 <module>"]}
    assert lines[4]["fault"]["class"] == "builtins.ZeroDivisionError"
    assert done.returncode == 1

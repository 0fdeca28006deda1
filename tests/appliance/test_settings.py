"""What the settings derive from how the box is reached."""

import subprocess
import sys

import pytest
from rest_framework.views import APIView

from appliance.config import ROOT
from appliance.web.body import BoundedJson

_PROGRAM = (
    "from appliance import settings as s; print(s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE)"
)


@pytest.mark.parametrize(
    ("bind", "told"), [("127.0.0.1:8000", "0 False"), ("0.0.0.0:8443", "31536000 True")]
)
def test_only_a_box_that_speaks_tls_says_to_come_back_over_it(bind, told, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT,
        env={"STRONGROOM_BIND": bind, "STRONGROOM_VAR": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == told


def test_over_tls_alone_it_is_said(settings, db):
    settings.SECURE_HSTS_SECONDS = 60
    # The middleware reads its settings once: a client of its own.
    from django.test import Client

    made = Client()
    assert made.get("/healthz", secure=True)["Strict-Transport-Security"] == "max-age=60"
    assert "Strict-Transport-Security" not in made.get("/healthz").headers


def test_a_view_that_names_no_parser_takes_bounded_json_alone():
    assert APIView.parser_classes == [BoundedJson]


@pytest.mark.parametrize("first", ["appliance.web.body", "rest_framework.views"])
def test_the_framework_and_its_parser_load_in_any_order(first, tmp_path):
    """Each imports the other: the framework by its settings."""
    lines = ["import django, importlib", "django.setup()", f"importlib.import_module({first!r})"]
    subprocess.run(
        [sys.executable, "-c", "; ".join([*lines, "import appliance.urls"])],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "appliance.settings", "STRONGROOM_VAR": str(tmp_path)},
        check=True,
    )

"""A real Chromium against a live server with a real PostgreSQL; no page may ask anybody else."""

import os
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from appliance.accounts.models import Account
from appliance.config import config
from audit import wiring
from audit.checkpoint import origin_of
from audit.keys import generate_keys, load_signers
from audit.sequencer import integrate_once
from models.understanding.store import understanding
from tests.people import person_with

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VENDOR = Path(__file__).parents[2] / "appliance" / "web" / "static" / "vendor"
PASSWORD = "three wet otters in a canoe"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
INSTALLATION = UUID("01980000-0000-7000-8000-000000000001")

LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}


def pytest_collection_modifyitems(items):
    """Skips by name where something is missing; on CI that is a failure instead."""
    missing = None
    if CHROMIUM is None:
        missing = "Debian's package `chromium` is missing: apt-get install chromium"
    elif not (VENDOR / "htmx.min.js").exists():
        missing = "the front-end packages are missing: make setup"
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        item.add_marker(pytest.mark.browser)
        if missing and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session", autouse=True)
def _static_root():
    """WhiteNoise warns where the folder of collected files is missing; here finders serve."""
    (config().var / "static").mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def _trained():
    """The small models are trained at their first question; no journey should wait for that."""
    understanding(config().trained / "understanding")


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "Debian's package `chromium` is missing: apt-get install chromium"
    # Playwright's loop runs in this thread; the ORM is used here too, never at the same time.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        flags = ["--disable-dev-shm-usage", "--disable-gpu"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def house(_trained, live_server, knowledge, box):
    """The running box: its address, with knowledge, a vault and signing keys; no model."""
    folder = box / "log"
    folder.mkdir(mode=0o700)
    generate_keys(folder)
    before = list(wiring._current)
    wiring.configure(
        installation_id=INSTALLATION,
        signers=load_signers(folder, origin_of(INSTALLATION)),
    )
    yield live_server.url
    wiring._current[:] = before


@pytest.fixture
def staff(house, as_role):
    """Makes an account with these roles; everybody's password is the same."""

    def make(*roles):
        with as_role("operator"):
            account = person_with(*roles)
            account.set_password(PASSWORD)
            account.save()
        return Account.objects.get(pk=account.pk)

    return make


@pytest.fixture
def integrate(house, as_role):
    """Lets the sequencer look once."""

    def look():
        with as_role("sequencer"):
            return integrate_once(wiring.current().required_signers(), timezone.now())

    return look


class Visitor:
    """A browser window that remembers what it should not have seen."""

    def __init__(self, context, base):
        self.context, self.base = context, base
        self.faults = []
        self.page = self.opened()

    def opened(self):
        page = self.context.new_page()
        page.on("request", self._asked)
        page.on("console", self._logged)
        page.on("pageerror", lambda fault: self.faults.append(f"script: {fault}"))
        return page

    def _asked(self, request):
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.faults.append(f"asked elsewhere: {request.url}")

    def _logged(self, message):
        # A refused request is the page's business, shown to the reader; the rest is a bug.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def go(self, path):
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, account, path="/"):
        page = self.go(f"/login/?next={path}")
        page.fill("input[name=username]", account.username)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.go")
        page.wait_for_url(self.base + path)
        return page


@pytest.fixture
def visitor(chromium, house):
    """Opens a window: visitor(language, viewport, dark=...)."""
    made = []

    def open_window(language="en", viewport=None, **more):
        dark = more.pop("dark", False)
        context = chromium.new_context(
            viewport=viewport or PHONE,
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            **more,
        )
        context.set_default_timeout(10_000)
        one = Visitor(context, house)
        made.append(one)
        return one

    yield open_window
    faults = [fault for one in made for fault in one.faults]
    for one in made:
        one.context.close()
    assert not faults, faults


@pytest.fixture
def shot():
    """Keeps a picture for people to look at."""
    folder = Path(__file__).parents[2] / "build" / "shots"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.screenshot(path=str(folder / f"{name}.png"), animations="disabled")

    return keep

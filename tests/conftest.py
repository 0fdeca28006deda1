"""A private PostgreSQL for the suite: migrated as the migrator, used as the run-time roles."""

import contextlib
import secrets
import signal
import socket

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase

from appliance.config import config
from appliance.ops import provision
from appliance.ops.embedded import postgres
from appliance.ops.grants import apply_grants

TEMPLATE = "strongroom_template"
KNOWLEDGE = "strongroom_knowledge"


class Database:
    """The suite's cluster and how to stand in it as each role."""

    def __init__(self, cluster, passwords):
        self.cluster = cluster
        self.passwords = passwords
        self.templates = {TEMPLATE}

    def login(self, service, name=provision.DATABASE):
        default = connections["default"]
        default.close()
        default.close_pool()
        wanted = {
            "NAME": name,
            "USER": provision.role_name(service),
            "PASSWORD": self.passwords[service],
            "HOST": str(self.cluster.sockets),
            "OPTIONS": {"options": "-c role=strongroom_owner"} if service == "migrator" else {},
        }
        settings.DATABASES["default"].update(wanted)
        default.settings_dict.update(wanted)

    def keep_as(self, template):
        """Make the database as it is now a template of its own."""
        connections["default"].close()
        with postgres.connect(self.cluster) as admin:
            admin.execute(f"CREATE DATABASE {template} TEMPLATE {provision.DATABASE}")
        self.templates.add(template)

    def clone(self, template=TEMPLATE):
        """Put a fresh copy of a template in the database's place."""
        connections["default"].close()
        with postgres.connect(self.cluster) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {provision.DATABASE} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {provision.DATABASE} TEMPLATE {template}")
            for service in (*provision.SERVICES, "migrator"):
                name = provision.role_name(service)
                admin.execute(f"GRANT CONNECT ON DATABASE {provision.DATABASE} TO {name}")
            admin.execute(f"REVOKE ALL ON DATABASE {provision.DATABASE} FROM PUBLIC")


@pytest.fixture(scope="session")
def database(django_db_blocker):
    var = config().var
    for folder in (var, config().secrets, config().logs, config().keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    word = config().secrets / "db-superuser.pw"
    word.write_text(secrets.token_urlsafe(24))
    cluster = postgres.Cluster(
        data=config().database_files,
        sockets=config().database_socket,
        password_file=word,
        durable=False,
    )
    postgres.initialise(cluster)
    process = postgres.start(cluster, config().logs / "postgres.log")
    try:
        postgres.wait_until_ready(cluster, process, limit_s=30)
        services = (*provision.SERVICES, "migrator")
        passwords = {service: secrets.token_urlsafe(24) for service in services}
        with postgres.connect(cluster) as admin:
            provision.ensure_roles(admin, passwords)
            provision.ensure_database(admin, TEMPLATE)
        with postgres.connect(cluster, TEMPLATE) as admin:
            provision.close_to_others(admin, TEMPLATE)
        made = Database(cluster, passwords)
        with django_db_blocker.unblock():
            made.login("migrator", TEMPLATE)
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            apply_grants(connection)
            made.login("web")
        made.clone()
        yield made
    finally:
        connections["default"].close()
        # A fast shutdown: a listening connection would hold up a smart one.
        process.send_signal(signal.SIGINT)
        process.wait(20)


@pytest.fixture(scope="session")
def django_db_setup(database):
    """In place of pytest-django's: its test database would belong to a superuser."""


@pytest.fixture(autouse=True, scope="session")
def _clone_in_place_of_flush(django_db_blocker):
    """Run-time roles may not TRUNCATE: a committed test is undone by cloning the template."""
    TransactionTestCase._fixture_teardown = lambda _self: None


@pytest.fixture(autouse=True)
def _fresh_database_after_commits(request):
    yield
    marker = request.node.get_closest_marker("django_db")
    names = {"transactional_db", "live_server"} & set(request.fixturenames)
    if names or (marker and marker.kwargs.get("transaction")):
        database = request.getfixturevalue("database")
        blocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            database.clone()


@pytest.fixture
def as_role(database):
    """`with as_role("sequencer"):` the default connection is that service's."""

    @contextlib.contextmanager
    def stand(service):
        before = settings.DATABASES["default"]["USER"].removeprefix("strongroom_")
        database.login(service)
        try:
            yield
        finally:
            database.login(before)

    return stand


@pytest.fixture
def superuser(database):
    """A superuser's psycopg connection, for playing the intruder."""
    with postgres.connect(database.cluster, provision.DATABASE) as made:
        assert isinstance(made, psycopg.Connection)
        yield made


_real_getaddrinfo = socket.getaddrinfo
_LOOPBACK = {"127.0.0.1", "::1", "localhost", None}


@pytest.fixture(autouse=True, scope="session")
def _no_way_out():
    """Name look-ups and connections that leave the machine fail the test that tries."""
    real_connect = socket.socket.connect

    def getaddrinfo(host, *rest, **named):
        if (host.decode() if isinstance(host, bytes) else host) not in _LOOPBACK:
            raise AssertionError(f"a name was looked up: {host!r}")
        return _real_getaddrinfo(host, *rest, **named)

    def connect(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in _LOOPBACK:
            raise AssertionError(f"a connection was tried: {address!r}")
        return real_connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()


@pytest.fixture
def box(tmp_path):
    """An installation's vault, with keys of its own for this test."""
    from compliance.vault import current
    from compliance.vault.facade import VaultSettings
    from compliance.vault.providers import FileRootKey

    keys = config().keys / tmp_path.name
    keys.mkdir(mode=0o700)
    FileRootKey(keys / "root.key").create(secrets.token_bytes(32))
    current.configure(VaultSettings(key_store=keys / "store.sqlite", root_key=keys / "root.key"))
    return keys


@pytest.fixture
def knowledge(box, database, as_role):
    """The demo bank's articles, published by two people; loaded once, then cloned."""
    if KNOWLEDGE not in database.templates:
        with as_role("operator"):
            load_demo_bank()
        database.keep_as(KNOWLEDGE)
    database.clone(KNOWLEDGE)


def load_demo_bank():
    from datetime import UTC, datetime

    from appliance.accounts.models import Person
    from appliance.config import ROOT
    from appliance.knowledge.demo.wordings import with_wordings
    from appliance.knowledge.imports import import_articles, read_drafts

    folder = ROOT / "appliance" / "knowledge" / "demo"
    drafts = with_wordings(list(read_drafts(sorted(folder.glob("articles-*.jsonl")))))
    now = datetime(2026, 1, 5, tzinfo=UTC)
    author, approver = (Person.objects.create(created_at=now) for _ in range(2))
    list(import_articles(drafts, author=author, approver=approver, now=now))

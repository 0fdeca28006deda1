"""The first run's steps: whole after a crash, harmless when repeated, careful with keys."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from appliance.accounts.models import Account, RoleAssignment
from appliance.accounts.roles import STAFF
from appliance.config import Config
from appliance.ops.errors import MissingKeyError
from appliance.ops.first_run import people
from appliance.ops.first_run.keys import load_model_key, make_keys
from appliance.ops.first_run.people import make_people, names
from appliance.ops.first_run.secrets import make_secrets, passwords
from appliance.ops.folders import make_folders
from audit.models import LoggedEvent

NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def empty(tmp_path):
    chosen = Config(var=tmp_path / "var")
    make_folders(chosen)
    return chosen


def test_secrets_are_drawn_once_and_differ(empty):
    make_secrets(empty)
    first = {path.name: path.read_text() for path in empty.secrets.iterdir()}
    make_secrets(empty)
    assert {path.name: path.read_text() for path in empty.secrets.iterdir()} == first
    assert len(set(first.values())) == len(first)
    assert set(passwords(empty)) == {"web", "worker", "sequencer", "operator", "migrator"}


def test_keys_are_made_once(empty):
    make_keys(empty)
    first = {path.name: path.read_bytes() for path in empty.keys.iterdir()}
    make_keys(empty)
    assert {path.name: path.read_bytes() for path in empty.keys.iterdir()} == first
    public = load_model_key(empty).public_key().public_bytes_raw()
    assert bytes.fromhex(empty.model_key_public.read_text()) == public


def test_a_pair_that_a_crash_left_half_is_made_anew(empty):
    make_keys(empty)
    (empty.keys / "audit-ml-dsa-65.pem").unlink()
    make_keys(empty)
    assert (empty.keys / "audit-ml-dsa-65.pem").exists()


def test_a_key_that_something_depends_on_is_never_replaced(empty):
    make_keys(empty)
    empty.key_store.touch()
    empty.root_key.unlink()
    with pytest.raises(MissingKeyError, match=r"root\.key"):
        make_keys(empty)
    empty.key_store.unlink()
    (empty.tree / "checkpoint").touch()
    (empty.keys / "audit-ed25519.pem").unlink()
    with pytest.raises(MissingKeyError, match="the log is signed"):
        make_keys(empty)


@pytest.mark.django_db(transaction=True)
def test_every_role_has_someone_and_four_eyes_have_two(empty, as_role, monkeypatch):
    with as_role("operator"):
        before = LoggedEvent.objects.filter(kind="accounts:person:created").count()
        made = 3
        real = people._make
        left = SimpleNamespace(count=made)

        def crash_after_three(*given):
            if left.count == 0:
                raise KeyboardInterrupt
            left.count -= 1
            real(*given)

        monkeypatch.setattr(people, "_make", crash_after_three)
        with pytest.raises(KeyboardInterrupt):
            make_people(empty, NOW)
        monkeypatch.setattr(people, "_make", real)
        written = empty.first_login.read_text(encoding="utf-8")
        make_people(empty, NOW)
        assert sorted(empty.first_login.read_text(encoding="utf-8").split()) == sorted(
            written.split()
        )
        expected = list(names())
        assert RoleAssignment.objects.count() == len(expected)
        assert {role for role, _ in expected} == set(STAFF)
        after = LoggedEvent.objects.filter(kind="accounts:person:created").count()
        assert after - before == len(expected)
        known = people._written(empty)
        for _, name in expected[:2]:
            assert Account.objects.get(username=name).check_password(known[name])
        assert len(set(known.values())) == len(expected)


@pytest.mark.django_db(transaction=True)
def test_people_are_not_made_twice(empty, as_role, monkeypatch):
    monkeypatch.setattr(people, "names", lambda: iter([("agent", "agent-1")]))
    with as_role("operator"):
        make_people(empty, NOW)
        empty.first_login.unlink()
        make_people(empty, NOW)
        assert Account.objects.count() == 1
        assert not empty.first_login.exists()

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command

from audit.models import LoggedEvent
from models.registry import files
from models.registry.actions import promote_model
from models.registry.errors import RegistryError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(tmp_path, capsys):
    def call(*arguments):
        call_command("model", *arguments, "--folder", str(tmp_path / "models"), "--json")
        return json.loads(capsys.readouterr().out)["models"]

    return call


def kinds():
    return [row.kind for row in LoggedEvent.objects.order_by("id") if row.kind.startswith("llm:")]


def test_import_list_verify(ask, weights, tmp_path, as_role):
    with as_role("operator"):
        (made,) = ask("import", str(weights), "--name", "noise", "--language", "zh")
        assert (made["model"], made["state"]) == ("noise-1", "imported")
        assert [row["state"] for row in ask("list")] == ["present"]
        files.select(tmp_path / "models", tmp_path / "models" / "noise-1")
        assert [row["state"] for row in ask("list")] == ["in use"]
        assert [row["state"] for row in ask("verify", "--unsigned")] == ["unsigned"]
        key = Ed25519PrivateKey.generate()
        public = tmp_path / "key"
        public.write_text(key.public_key().public_bytes_raw().hex())
        files.approve(tmp_path / "models" / "noise-1", key)
        assert [row["state"] for row in ask("verify", "--key", str(public))] == ["verified"]
        assert kinds() == ["llm:model:imported", "llm:model:verified", "llm:model:verified"]


def test_a_changed_model_is_refused_with_1_and_an_event(ask, weights, tmp_path, as_role):
    with as_role("operator"):
        ask("import", str(weights), "--name", "noise")
        path = tmp_path / "models" / "noise-1" / "noise.gguf"
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(CommandError) as caught:
            ask("verify", "--unsigned")
        assert caught.value.returncode == 1
        entry = json.loads(bytes(LoggedEvent.objects.get(kind="llm:model:refused").entry))
        assert entry["outcome"] == "refused"
        assert entry["data"] == {"name": "noise-1", "reason": "digest"}


def test_promote_signs_what_it_has_checked_and_uses_it(ask, weights, tmp_path, as_role):
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_text(key.public_key().public_bytes_raw().hex())
    with as_role("operator"):
        ask("import", str(weights), "--name", "noise")
        ask("promote", "noise-1", "--signing-key", str(private))
        assert files.selected(tmp_path / "models").name == "noise-1"
        assert [row["state"] for row in ask("verify", "--key", str(public))] == ["verified"]
        assert kinds()[-2:] == ["llm:model:promoted", "llm:model:verified"]
        path = tmp_path / "models" / "noise-1" / "noise.gguf"
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(CommandError):
            ask("promote", "noise-1", "--signing-key", str(private))


def test_promotion_is_an_event(model, as_role):
    with as_role("operator"):
        promote_model(model, actor="operator:1", origin="cli")
        assert files.selected(model.parent) == model
        with pytest.raises(RegistryError):
            promote_model(model.parent / "absent-1", actor="operator:1", origin="cli")
        assert kinds() == ["llm:model:promoted"]


def test_bad_input_ends_with_2(ask, tmp_path, as_role):
    with as_role("operator"):
        bad = tmp_path / "bad.gguf"
        bad.write_bytes(b"PK\x03\x04")
        for arguments in (
            ("import", str(bad), "--name", "bad"),
            ("import", str(tmp_path / "absent.gguf")),
            ("verify", "nothing", "--unsigned"),
        ):
            with pytest.raises(CommandError) as caught:
                ask(*arguments)
            assert caught.value.returncode == 2
        assert kinds() == ["llm:model:refused"]


def test_without_an_event_there_is_no_model(ask, weights, tmp_path, as_role, monkeypatch):
    def broken(_event):
        raise RuntimeError("no log")

    monkeypatch.setattr("models.registry.actions.append", broken)
    with as_role("operator"), pytest.raises(RuntimeError):
        ask("import", str(weights), "--name", "noise")
    assert list(files.list_models(tmp_path / "models")) == []

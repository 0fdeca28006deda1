import json
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.engine.client import (
    Candidate,
    EngineBusy,
    EngineClient,
    EngineTimeout,
    EngineUnavailable,
    Turn,
)
from models.engine.errors import BadRequestError
from models.registry.files import Stated, approve, import_gguf
from tests.models.engine.conftest import ROOT, TOKEN, running

CANDIDATES = [
    Candidate("1", "Please report a lost card at once."),
    Candidate("2", "海湾银行的热线是多少?"),
    Candidate("3", "Branches are open on weekdays."),
]


def raw(path, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.HTTPTransport(uds=str(path))
    return httpx.Client(base_url="http://engine", transport=transport, headers=headers)


def test_health(engine):
    client, path = engine
    health = client.health()
    assert (health.status, health.probe, health.model["name"]) == ("ok", "ok", "noise")
    assert health.is_isolated is not health.isolation.startswith("forbidden")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_choose(engine):
    client, _ = engine
    first = client.choose("lost card", CANDIDATES, lang="en")
    again = client.choose("lost card", CANDIDATES, lang="en")
    assert {row.id for row in first.ranked} == {"1", "2", "3"}
    assert again.known_nulls == 3
    assert again.evaluated_tokens < first.evaluated_tokens
    assert [row.id for row in again.ranked] == [row.id for row in first.ranked]
    assert again.prompt_sha256 == first.prompt_sha256
    assert len(first.model_sha256) == 64


@pytest.mark.parametrize("select", ["walk", "score"])
def test_recite_says_only_what_was_approved(engine, select):
    client, _ = engine
    said = list(client.recite("lost card", CANDIDATES, most=2, select=select))
    assert 1 <= len(said) <= 2
    approved = {each.id: each.text for each in CANDIDATES}
    assert all(approved[each.id] == each.text for each in said)
    assert all((each.score is None) == (select == "walk") for each in said)


def test_a_seed_decides(engine):
    client, _ = engine
    turns = [Turn("user", "hello")]
    one = client.complete(turns, max_tokens=12, temperature=1.0, seed=5)
    two = client.complete(turns, max_tokens=12, temperature=1.0, seed=5)
    three = client.complete(turns, max_tokens=12, temperature=1.0, seed=6)
    assert one.tokens == two.tokens != three.tokens
    assert one.text == "".join(client.stream(turns, max_tokens=12, temperature=1.0, seed=5))
    assert one.sampling["seed"] == 5


def test_many_at_once(engine):
    client, _ = engine
    alone = [row.id for row in client.choose("热线", CANDIDATES).ranked]
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda _n: client.choose("热线", CANDIDATES), range(24)))
    assert all([row.id for row in choice.ranked] == alone for choice in made)


def test_openai_shapes(engine):
    _, path = engine
    with raw(path) as http:
        models = http.get("/v1/models").json()
        assert models["data"][0]["id"] == "noise"
        body = {"model": "noise", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 3}
        whole = http.post("/v1/chat/completions", json=body).json()
        assert whole["object"] == "chat.completion"
        assert whole["choices"][0]["message"]["role"] == "assistant"
        assert whole["usage"]["completion_tokens"] == len(whole["strongroom"]["tokens"]) <= 3
        plain = http.post("/v1/completions", json={"prompt": "hi", "max_tokens": 3}).json()
        assert isinstance(plain["choices"][0]["text"], str)
        sentences = [{"id": each.id, "text": each.text} for each in CANDIDATES]
        extra = {"mode": "verbatim", "sentences": sentences, "max_sentences": 2}
        streamed = http.post(
            "/v1/chat/completions", json={**body, "strongroom": extra, "stream": True}
        ).text
    lines = [line for line in streamed.splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert {chunk["strongroom"]["sentence"]["id"] for chunk in chunks[:-1]} <= {"1", "2", "3"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "x", "candidates": []}, 400),
        ({"question": "x", "candidates": [{"id": "1", "text": "SECRET " * 400}]}, 400),
        ({"question": "y " * 900, "candidates": [{"id": "1", "text": "b"}]}, 413),
        ({"question": "x", "candidates": [{"id": "1", "text": " "}]}, 400),
        ({"SECRET": 1}, 400),
    ],
    ids=["none", "too-long-sentence", "too-long-question", "blank", "unknown-field"],
)
def test_bad_requests_are_refused_without_an_echo(engine, body, status):
    _, path = engine
    with raw(path) as http:
        answer = http.post("/v1/choose", json=body)
    assert answer.status_code == status
    assert "SECRET" not in answer.text
    assert answer.json()["error"]["code"]


def test_size_limit_and_token(engine):
    _, path = engine
    with raw(path) as http:
        assert http.post("/v1/choose", content=b" " * (2**20 + 1)).status_code == 400
    with raw(path, token="wrong" * 8) as http:
        assert http.post("/v1/choose", json={}).status_code == 401
        assert http.get("/metrics").status_code == 401
        assert http.get("/health").status_code == 200


def test_errors_reach_the_client_as_classes(engine):
    client, _ = engine
    with pytest.raises(BadRequestError):
        client.choose("x", [])
    with pytest.raises(EngineTimeout):
        client.complete([Turn("user", "hi")], max_tokens=400, temperature=1.0, deadline_s=0.001)


def test_metrics_count(engine):
    client, path = engine
    client.choose("x", CANDIDATES)
    with raw(path) as http:
        text = http.get("/metrics").text
    assert 'strongroom_engine_requests_total{route="/v1/choose",status="200"}' in text
    assert "strongroom_engine_tokens_total" in text


def test_a_caller_that_hangs_up_frees_its_place(engine):
    client, path = engine
    body = json.dumps(
        {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 480, "temperature": 1.5}
    ).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer {TOKEN}\r\n"
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(path))
            wire.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    counted = 'requests_total{route="/v1/chat/completions",status="499"} 5.0'
    until = time.monotonic() + 20
    with raw(path) as http:
        while counted not in http.get("/metrics").text and time.monotonic() < until:
            time.sleep(0.02)
        assert counted in http.get("/metrics").text
    while client.health().active and time.monotonic() < until:
        time.sleep(0.02)
    assert client.health().active == 0


def test_a_full_queue_answers_429(model_folder):
    arguments = ("--model", model_folder, "--queue", "1", "--cells", "512")
    turns = [Turn("user", "hi")]

    def ask(client):
        try:
            client.complete(turns, max_tokens=500, temperature=1.5)
        except EngineBusy as fault:
            return fault.retry_after_s
        return 0

    with running(*arguments) as (_process, client, _path), ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _n: ask(client), range(8)))
    assert any(waits)
    assert not all(waits)


def test_without_a_model():
    with running("--model", "none") as (process, client, path):
        assert client.health().status == "no model"
        assert not client.health().has_model
        with pytest.raises(EngineUnavailable, match="no model"):
            client.choose("x", CANDIDATES)
        process.terminate()
        assert process.wait(10) == 0
        assert not path.exists()


def refused(model, *arguments):
    with running("--model", model, *arguments) as (_process, client, _path):
        health = client.health()
        with pytest.raises(EngineUnavailable):
            client.choose("x", CANDIDATES)
        return health


def test_one_changed_byte_is_refused(weights, tmp_path):
    model = import_gguf(weights, tmp_path, stated=Stated(name="noise"))
    file = model / "noise.gguf"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)
    health = refused(model)
    assert health.status == "refused"
    assert health.reason.startswith("digest: noise.gguf: got sha256")
    assert health.probe == "not run"


def test_a_signature_is_demanded_where_a_key_is_given(weights, tmp_path):
    key = Ed25519PrivateKey.generate()
    public = tmp_path / "key"
    public.write_text(key.public_key().public_bytes_raw().hex())
    model = import_gguf(weights, tmp_path / "models", stated=Stated(name="noise"))
    assert refused(model, "--public-key", public).reason.startswith("signature: ")
    approve(model, key)
    with running("--model", model, "--public-key", public) as (_process, client, _path):
        assert client.health().model["is_signed"] is True


def test_too_little_memory_is_said_with_numbers(model_folder):
    health = refused(model_folder, "--cells", 2**31 - 2)
    assert "not_enough_memory: got" in health.reason
    assert "MiB" in health.reason


def test_it_dies_with_its_parent(tmp_path, model_folder):
    secret, path = tmp_path / "token", tmp_path / "s"
    secret.write_text(TOKEN)
    program = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen(sys.argv[1:])\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-m", "models.engine.server", "--model", "none"]
    command += ["--socket", str(path), "--token-file", str(secret), "--die-with-parent"]
    parent = subprocess.Popen(
        [sys.executable, "-c", program, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    child = int(parent.stdout.readline())
    with EngineClient(path, TOKEN) as client:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                client.health()
                break
            except EngineUnavailable:
                continue
    parent.kill()
    parent.wait(5)
    parent.stdout.close()
    until = time.monotonic() + 10
    while alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(child)


def alive(pid):
    """A zombie whose new parent does not reap is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("socket_name", "token", "want"),
    [("x" * 120, TOKEN, "socket path of"), ("s", "short", "token of 5 characters")],
)
def test_unusable_arguments_end_with_2(tmp_path, socket_name, token, want):
    secret = tmp_path / "token"
    secret.write_text(token)
    command = [sys.executable, "-m", "models.engine.server", "--model", "none"]
    command += ["--socket", str(tmp_path / socket_name), "--token-file", str(secret)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert want in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_living_socket_is_not_taken_over(engine, tmp_path):
    from models.engine.server import listen

    _, path = engine
    with pytest.raises(ValueError, match="another engine"):
        listen(path, mode=0o600)
    dead = tmp_path / "dead"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead))
    with listen(dead, mode=0o660) as again:
        assert again.fileno() >= 0
        assert stat.S_IMODE(dead.stat().st_mode) == 0o660


def test_no_engine_is_unavailable_quickly(tmp_path):
    begun = time.monotonic()
    with (
        EngineClient(tmp_path / "none", TOKEN, timeout_s=5) as client,
        pytest.raises(EngineUnavailable),
    ):
        client.choose("x", CANDIDATES)
    assert time.monotonic() - begun < 2

"""Memory, isolation, probe: what surrounds the model."""

import os
import subprocess
import sys

import pytest

from models.engine.errors import BadRequestError, NotEnoughMemoryError
from models.engine.memory import available_bytes, check_fits, estimate, outputs_for
from models.engine.probe import probe, verdict
from models.engine.requests import ChatIn, ChooseIn, read
from models.registry.gguf import read_header
from tests.models.engine.conftest import ROOT


def test_estimate_follows_the_shape(weights):
    header = read_header(weights)
    need = estimate(header, cells=1000, batch=64)
    assert need.weights == weights.stat().st_size
    # 2 layers, 2 key-value heads of 16 + 16 half-precision numbers.
    assert need.cells == 2 * 1000 * 2 * 32 * 2
    assert estimate(header, cells=2000, batch=64).total - need.total == need.cells
    assert outputs_for(header, batch=512) == 512
    with pytest.raises(NotEnoughMemoryError, match=r"got 1 MiB of free memory, want \d+ MiB"):
        check_fits(need, available=2**20)
    check_fits(need, available=need.total)


def test_a_large_vocabulary_gets_fewer_rows_of_logits(weights):
    header = read_header(weights)
    tokens = [""] * 150_000
    wide = type(header)(
        header.version, {**header.metadata, "tokenizer.ggml.tokens": tokens}, (), 0, 1
    )
    assert outputs_for(wide, batch=512) == 128 * 2**20 // (150_000 * 4)


def test_the_smaller_of_machine_and_group_counts(tmp_path):
    meminfo, group = tmp_path / "meminfo", tmp_path / "cgroup"
    group.mkdir()
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable:    4096 kB\n")
    assert available_bytes(meminfo, group) == 4 * 2**20
    (group / "memory.max").write_text("3145728\n")
    (group / "memory.current").write_text("1048576\n")
    assert available_bytes(meminfo, group) == 2 * 2**20
    (group / "memory.max").write_text("max\n")
    assert available_bytes(meminfo, group) == 4 * 2**20


def python(program):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split("|")


def test_an_isolated_process_sees_no_interface_and_keeps_its_files():
    state, before, after, user, reach = python(
        "import os, socket\n"
        "from models.engine import isolation\n"
        "before = isolation.is_isolated()\n"
        "state = isolation.isolate()\n"
        "isolation.forbid_dumps()\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', 9), 0.2)\n"
        "except OSError as fault:\n"
        "    reach = type(fault).__name__\n"
        "open('README.md' if os.path.exists('README.md') else 'pyproject.toml').close()\n"
        "print(state, before, isolation.is_isolated(), os.getuid(), reach, sep='|', end='')\n"
    )
    if state.startswith("forbidden"):
        pytest.skip(f"this kernel allows no namespace: {state}")
    assert (state, before, after) in {("namespace", "False", "True"), ("already", "True", "True")}
    assert int(user) == os.getuid()
    # Even the loopback is down.
    assert reach in {"OSError", "ConnectionRefusedError"}


def test_a_kernel_that_refuses_is_reported_not_fatal():
    (state,) = python(
        "import ctypes, errno\n"
        "from models.engine import isolation\n"
        "isolation.is_isolated = lambda: False\n"
        "isolation._unshare = lambda flags: errno.EPERM\n"
        "print(isolation.isolate(), end='')\n"
    )
    assert state == "forbidden: EPERM"


def test_probe(weights, tmp_path):
    assert probe(weights) == "ok"
    assert probe(tmp_path / "absent.gguf") == "failed with 1"
    assert verdict(-4) == "died of SIGILL"
    assert verdict(-11) == "died of SIGSEGV"
    assert verdict(3) == "failed with 3"


def test_a_fault_names_the_field_and_not_the_value():
    with pytest.raises(BadRequestError) as caught:
        read(ChatIn, b'{"messages": [{"role": "user", "content": 5}], "SECRET": 1}')
    assert str(caught.value) == "got string_type in messages, want ChatIn"
    with pytest.raises(BadRequestError, match="in the body"):
        read(ChooseIn, b"{SECRET")
    with pytest.raises(BadRequestError) as caught:
        read(ChooseIn, b'{"question": "x", "candidates": [{"id":"a","text":"b"}], "SECRET": 1}')
    assert "SECRET" not in str(caught.value)


def test_only_the_engine_imports_llama_cpp():
    """And inside it only native.py, which first sets how threads wait."""
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("appliance", "audit", "compliance", "models")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
        and any(line.startswith("import llama_cpp") for line in path.read_text().splitlines())
    ]
    assert found == ["models/engine/native.py"]

"""How much memory a model will take, and how much there is: asked before loading.

An engine that is killed for memory takes a conversation with it; one that refuses says why.
"""

from dataclasses import dataclass
from pathlib import Path

from models.engine.errors import NotEnoughMemoryError
from models.registry.gguf import Header

_HALF = 2
_SINGLE = 4
# Code, Python, tokenizer tables, allocator slack. With it the estimate was 186 MiB where a
# 5.7 M model took 109, and 580 MiB where one of 0.2 B took 570 (resident set, 8,192 cells).
_FIXED = 128 * 2**20
_MOST_LOGITS = 128 * 2**20
_FEWEST_OUTPUTS = 64


@dataclass(frozen=True)
class Need:
    """Bytes."""

    weights: int
    cells: int
    work: int

    @property
    def total(self) -> int:
        return self.weights + self.cells + self.work


def outputs_for(header: Header, *, batch: int) -> int:
    """Rows of logits that a step may have: all of them, unless the vocabulary is large."""
    row = max(1, _vocabulary(header)) * _SINGLE
    return min(batch, max(_FEWEST_OUTPUTS, _MOST_LOGITS // row))


def estimate(header: Header, *, cells: int, batch: int) -> Need:
    """Estimate from a GGUF header. `cells` is the context, `batch` the step, in tokens.

    Keys and values are half precision: layers x cells x (key width + value width) x heads.
    """
    width = header.number("{arch}.embedding_length")
    heads = max(1, header.number("{arch}.attention.head_count", 1))
    kv_heads = header.number("{arch}.attention.head_count_kv", heads)
    key = header.number("{arch}.attention.key_length", width // heads)
    value = header.number("{arch}.attention.value_length", width // heads)
    layers = header.number("{arch}.block_count")
    logits = outputs_for(header, batch=batch) * _vocabulary(header)
    inner = header.number("{arch}.feed_forward_length", 4 * width)
    return Need(
        weights=header.file_size,
        cells=layers * cells * kv_heads * (key + value) * _HALF,
        # Logits twice: the step's graph and the copy that is read.
        work=_FIXED + (2 * logits + batch * (4 * width + 2 * inner)) * _SINGLE,
    )


def check_fits(need: Need, *, available: int) -> None:
    """Raise NotEnoughMemoryError with both numbers unless it fits."""
    if need.total > available:
        raise NotEnoughMemoryError(need.total, available)


def available_bytes(
    meminfo: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup")
) -> int:
    """Free and reclaimable memory, or what the control group leaves, whichever is less."""
    kib = 0
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            kib = int(line.split()[1])
    limits = [kib * 1024]
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        left = _left(cgroup / limit, cgroup / used)
        if left is not None:
            limits.append(left)
    return max(0, min(limits))


def _left(limit: Path, used: Path) -> int | None:
    try:
        most = limit.read_text(encoding="ascii").strip()
        now = int(used.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return int(most) - now if most.isdecimal() else None


def _vocabulary(header: Header) -> int:
    tokens = header.metadata.get("tokenizer.ggml.tokens")
    return len(tokens) if isinstance(tokens, list) else header.number("{arch}.vocab_size")

"""Reading a GGUF file's header, without llama.cpp and without trusting the file.

    "GGUF" | version u32 | tensors u64 | pairs u64
    pairs:   key string | type u32 | value
    tensors: name string | dimensions u32 | each u64 | type u32 | offset u64
    padding to `general.alignment` (32), then the data

Little-endian; a string is a length (u64) and UTF-8. Every count is checked before memory
is taken for it: the file comes from outside.

Source: docs/gguf.md of the ggml project, versions 2 and 3; block sizes from its ggml-common.h.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.registry.errors import BadHeaderError, NotGgufError, TruncatedError

Value = int | float | bool | str | list["Value"]

_VERSIONS = (2, 3)
_MOST_PAIRS = 10_000
_MOST_TENSORS = 100_000
_MOST_ITEMS = 4_000_000
_LONGEST_STRING = 16 * 2**20
_MOST_DIMENSIONS = 8
_DEEPEST = 2

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q"}
_SCALARS[12] = "d"
_STRING = 8
_ARRAY = 9

# Tensor type: (values in a block, bytes of a block).
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 40),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
    40: (64, 36),
    41: (128, 18),
}


@dataclass(frozen=True)
class Tensor:
    name: str
    dimensions: tuple[int, ...]
    type: int
    offset: int

    @property
    def values(self) -> int:
        count = 1
        for dimension in self.dimensions:
            count *= dimension
        return count

    @property
    def size(self) -> int:
        """Bytes; a type that we do not know counts nothing, llama.cpp will refuse it."""
        block, width = _BLOCKS.get(self.type, (1, 0))
        return self.values // block * width


@dataclass(frozen=True)
class Header:
    """`data_start` and `file_size` are in bytes."""

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    data_start: int
    file_size: int

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    @property
    def parameters(self) -> int:
        return sum(tensor.values for tensor in self.tensors)

    def text(self, key: str, default: str = "") -> str:
        value = self.metadata.get(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> int:
        """Read an integer; `{arch}` in the key stands for the architecture.

        Some keys hold one number for each layer: the largest counts.
        """
        value = self.metadata.get(key.replace("{arch}", self.architecture), default)
        if isinstance(value, list):
            return max((item for item in value if isinstance(item, int)), default=default)
        return value if isinstance(value, int) else default


def read_header(path: Path) -> Header:
    """Read and check the header, and that the file is as long as it says.

    Raises: NotGgufError, TruncatedError, BadHeaderError, OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        reader = _Reader(file, size)
        magic = file.read(4)
        if magic != b"GGUF":
            raise NotGgufError(magic)
        version = int(reader.scalar("I"))
        if version not in _VERSIONS:
            raise BadHeaderError(f"got GGUF version {version}, want 2 or 3, little-endian")
        n_tensors = reader.count(_MOST_TENSORS, "tensors")
        n_pairs = reader.count(_MOST_PAIRS, "metadata pairs")
        metadata = dict(reader.pair() for _ in range(n_pairs))
        tensors = tuple(reader.tensor() for _ in range(n_tensors))
        position = file.tell()
    return _checked(Header(version, metadata, tensors, position, size))


def _checked(header: Header) -> Header:
    alignment = header.number("general.alignment", 32)
    if alignment <= 0 or alignment % 8:
        raise BadHeaderError(f"got an alignment of {alignment}, want a multiple of 8")
    if not header.architecture:
        raise BadHeaderError("got no general.architecture, want one")
    start = -(-header.data_start // alignment) * alignment
    end = max((start + tensor.offset + tensor.size for tensor in header.tensors), default=start)
    if end > header.file_size:
        raise TruncatedError(header.file_size, end)
    return Header(header.version, header.metadata, header.tensors, start, header.file_size)


class _Reader:
    """Typed reads that never go past the end of the file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size

    def take(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) != length:
            raise TruncatedError(self._size, self._file.tell() + length - len(data))
        return data

    def scalar(self, code: str) -> int | float | bool:
        value: int | float | bool
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize(code)))
        return value

    def count(self, most: int, what: str) -> int:
        value = int(self.scalar("Q"))
        if value > most:
            raise BadHeaderError(f"got {value} {what}, want at most {most}")
        return value

    def string(self) -> str:
        length = self.count(_LONGEST_STRING, "bytes in a string")
        return self.take(length).decode("utf-8", "replace")

    def pair(self) -> tuple[str, Value]:
        key = self.string()
        return key, self.value(int(self.scalar("I")))

    def value(self, kind: int, depth: int = 0) -> Value:
        if kind in _SCALARS:
            return self.scalar(_SCALARS[kind])
        if kind == _STRING:
            return self.string()
        if kind != _ARRAY or depth > _DEEPEST:
            raise BadHeaderError(f"got a value of type {kind} at depth {depth}, want 0 to 12")
        return self._array(depth)

    def _array(self, depth: int) -> Value:
        kind = int(self.scalar("I"))
        items = self.count(_MOST_ITEMS, "items in an array")
        if kind in _SCALARS:
            width = struct.calcsize(_SCALARS[kind])
            return list(struct.unpack(f"<{items}{_SCALARS[kind]}", self.take(items * width)))
        return [self.value(kind, depth + 1) for _ in range(items)]

    def tensor(self) -> Tensor:
        name = self.string()
        n_dimensions = int(self.scalar("I"))
        if n_dimensions > _MOST_DIMENSIONS:
            raise BadHeaderError(f"got {n_dimensions} dimensions, want at most {_MOST_DIMENSIONS}")
        dimensions = tuple(int(self.scalar("Q")) for _ in range(n_dimensions))
        return Tensor(name, dimensions, int(self.scalar("I")), int(self.scalar("Q")))

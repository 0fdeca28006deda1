import struct

import gguf
import pytest

from models.registry.errors import BadHeaderError, GgufError, NotGgufError, TruncatedError
from models.registry.gguf import _BLOCKS, read_header


def test_agrees_with_the_reference_reader(weights):
    header, reference = read_header(weights), gguf.GGUFReader(weights)
    assert header.metadata.keys() == {
        key for key in reference.fields if not key.startswith("GGUF.")
    }
    for key, value in header.metadata.items():
        assert value == reference.fields[key].contents()
    assert [(tensor.name, tensor.size) for tensor in header.tensors] == [
        (tensor.name, tensor.n_bytes) for tensor in reference.tensors
    ]
    assert header.data_start == reference.data_offset
    assert header.parameters == sum(int(tensor.n_elements) for tensor in reference.tensors)
    assert header.architecture == "llama"
    assert header.number("{arch}.context_length") == 512


def test_block_sizes_agree_with_the_reference():
    theirs = {int(kind): sizes for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    assert {kind: theirs[kind] for kind in _BLOCKS} == _BLOCKS


def test_every_cut_is_noticed(weights, tmp_path):
    data, path = weights.read_bytes(), tmp_path / "cut.gguf"
    start = read_header(weights).data_start
    for size in [*range(0, start, 97), start, len(data) - 4096, len(data) - 1]:
        path.write_bytes(data[:size])
        with pytest.raises((NotGgufError, TruncatedError)):
            read_header(path)


def pairs(*extra):
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(extra)) + b"".join(extra)


def text(value):
    return struct.pack("<Q", len(value)) + value


ARCHITECTURE = text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama")
NESTED = struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9
ZIP = b"PK\x03\x04" + bytes(60)


@pytest.mark.parametrize(
    ("data", "fault", "message"),
    [
        (b"", NotGgufError, "begins with nothing"),
        (ZIP, NotGgufError, "begins with 504b0304"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), BadHeaderError, "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), BadHeaderError, "version"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 0), BadHeaderError, "tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), BadHeaderError, "metadata pairs"),
        (pairs(struct.pack("<Q", 2**50)), BadHeaderError, "bytes in a string"),
        (pairs(text(b"k") + struct.pack("<I", 99)), BadHeaderError, "value of type 99"),
        (pairs(text(b"k") + struct.pack("<IIQ", 9, 4, 2**40)), BadHeaderError, "items"),
        (pairs(text(b"k") + NESTED), BadHeaderError, "type 9 at depth 3"),
        (pairs(), BadHeaderError, "architecture"),
        (
            pairs(ARCHITECTURE, text(b"general.alignment") + struct.pack("<II", 4, 0)),
            BadHeaderError,
            "alignment of 0",
        ),
    ],
)
def test_hostile_headers(tmp_path, data, fault, message):
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(fault, match=message):
        read_header(path)
    assert issubclass(fault, GgufError)

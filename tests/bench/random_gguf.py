"""Write GGUF files with random weights: for tests (a few hundred kB) and the benchmark (0.2 B).

    python -m tests.bench.random_gguf PATH [--size tiny|small|large] [--quantise]

The vocabulary is an SPM one with byte fallback: control tokens, the two user-defined tokens
of the demo format, 256 bytes, characters, and a few merges. Weights are noise from a seed,
so the same command writes the same file.
"""

import argparse
import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'user' %}<q>{{ m.content | trim }}{% endif %}"
    "{% endfor %}<a>"
)
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
MERGES = ("th", "he", "the", "an", "and", "card", "银行", "卡", "海湾", "海湾银行", "。 ")
CHARACTERS = (
    "".join(map(chr, range(33, 127))) + "银行卡海湾的请您丢了怎么办挂失费用多少热线营业时间,。?!"
)


@dataclass(frozen=True)
class Shape:
    """Sizes of a llama-architecture model."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    inner: int
    context: int
    padding_tokens: int = 0


TINY = Shape(layers=2, width=64, heads=4, kv_heads=2, inner=128, context=512)
SMALL = Shape(  # about 5 M parameters
    layers=6, width=192, heads=6, kv_heads=3, inner=512, context=1024, padding_tokens=8000
)
LARGE = Shape(  # about 0.2 B parameters
    layers=24, width=768, heads=12, kv_heads=4, inner=2048, context=4096, padding_tokens=32000
)
SIZES = {"tiny": TINY, "small": SMALL, "large": LARGE}


def vocabulary(padding_tokens=0):
    """Return pieces, scores and types, by token id."""
    rows = [
        ("<unk>", 0.0, UNKNOWN),
        ("<s>", 0.0, CONTROL),
        ("</s>", 0.0, CONTROL),
        ("<q>", 0.0, USER_DEFINED),
        ("<a>", 0.0, USER_DEFINED),
    ]
    rows += [(f"<0x{value:02X}>", 0.0, BYTE) for value in range(256)]
    rows += [("▁", -1.0, NORMAL)]
    rows += [(character, -2.0, NORMAL) for character in dict.fromkeys(CHARACTERS)]
    rows += [(merge.replace(" ", "▁"), -0.5, NORMAL) for merge in MERGES if len(merge) > 1]
    rows += [(f"▁pad{number}", -9.0, NORMAL) for number in range(padding_tokens)]
    return tuple(zip(*rows, strict=True))


def write_random(path, shape=TINY, *, seed=7, space_prefix=False, template=TEMPLATE):
    """Write a model of noise; float32 below a million parameters, float16 above."""
    writer = gguf.GGUFWriter(str(path), "llama")
    pieces, scores, kinds = vocabulary(shape.padding_tokens)
    writer.add_name("noise")
    writer.add_license("Apache-2.0")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_vocab_size(len(pieces))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([piece.encode() for piece in pieces])
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(space_prefix)
    if template is not None:
        writer.add_chat_template(template)
    add_tensors(writer, shape, len(pieces), np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return Path(path)


def add_tensors(writer, shape, n_vocab, random):
    dtype = np.float32 if shape.width < 128 else np.float16
    kv_width = shape.width // shape.heads * shape.kv_heads

    def noise(name, *dimensions):
        spread = (2.0 / dimensions[-1]) ** 0.5
        values = random.standard_normal(dimensions, dtype=np.float32) * spread
        writer.add_tensor(name, values.astype(dtype))

    def ones(name):
        writer.add_tensor(name, np.ones(shape.width, dtype=np.float32))

    noise("token_embd.weight", n_vocab, shape.width)
    noise("output.weight", n_vocab, shape.width)
    ones("output_norm.weight")
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        ones(f"{block}.attn_norm.weight")
        ones(f"{block}.ffn_norm.weight")
        noise(f"{block}.attn_q.weight", shape.width, shape.width)
        noise(f"{block}.attn_k.weight", kv_width, shape.width)
        noise(f"{block}.attn_v.weight", kv_width, shape.width)
        noise(f"{block}.attn_output.weight", shape.width, shape.width)
        noise(f"{block}.ffn_gate.weight", shape.inner, shape.width)
        noise(f"{block}.ffn_up.weight", shape.inner, shape.width)
        noise(f"{block}.ffn_down.weight", shape.width, shape.inner)


def quantise(source, target, threads=2):
    """Quantise to Q4_K_M; llama.cpp falls back by itself where a row is no multiple of 256."""
    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.nthread = threads
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    status = llama_cpp.llama_model_quantize(
        os.fsencode(source), os.fsencode(target), ctypes.byref(parameters)
    )
    if status != 0:
        raise RuntimeError(f"llama_model_quantize: got {status}, want 0")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", choices=SIZES, default="large")
    parser.add_argument("--quantise", action="store_true")
    chosen = parser.parse_args()
    if not chosen.quantise:
        write_random(chosen.path, SIZES[chosen.size])
        return
    whole = chosen.path.with_suffix(".f16.gguf")
    write_random(whole, SIZES[chosen.size])
    quantise(whole, chosen.path)
    whole.unlink()


if __name__ == "__main__":
    main()

"""Writes the trained network as GGUF, with its manifest and reference logits.

    python -m models.demo.training.export --run DIR --version 1.0.0

Needs requirements-train.in. Matrices become Q8_0, norms stay F32. The
reference logits (tests/models/demo/reference.json) are torch's, in float32,
so that a machine without torch can compare what llama.cpp computes.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from models.demo.training.batches import Flat, lay_out
from models.demo.training.network import Network, Shape
from models.demo.training.vocabulary import ANSWER, QUESTION, Vocabulary, load_vocabulary
from models.registry.manifest import NAME, Manifest

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "models/demo"
WEIGHTS = "harbour-demo.gguf"
STRIDE = 97  # every 97th logit goes into the reference
# Only the customer's last message counts: the model knows no roles.
TEMPLATE = (
    "{%- set asked = messages | selectattr('role', 'equalto', 'user') | list -%}"
    "<q>{{ asked[-1].content | trim if asked else '' }}<a>"
)
PROBES = (
    ("", "海湾银行的客服热线是400-000-0188。"),
    ("卡丢了怎么办", "客户可在手机银行挂失，挂失即时生效。"),
    ("lost my card", "You can report a lost card in the app."),
    ("how much is a new card", "A replacement card costs 15 yuan."),
)


def load(run: Path) -> tuple[Network, Vocabulary, dict[str, Any]]:
    facts = json.loads((run / "facts.json").read_text(encoding="utf-8"))
    network = Network(Shape(**facts["shape"]))
    network.load_state_dict(torch.load(run / "network.pt", weights_only=True))
    network.eval()
    return network, load_vocabulary(run / "vocabulary.model"), facts


def add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)


def kind_of(vocabulary: Vocabulary, number: int) -> gguf.TokenType:
    pieces = vocabulary.pieces
    if pieces.is_unknown(number):
        return gguf.TokenType.UNKNOWN
    if pieces.is_control(number):
        return gguf.TokenType.CONTROL
    if pieces.is_byte(number):
        return gguf.TokenType.BYTE
    named = pieces.id_to_piece(number) in (QUESTION, ANSWER)
    return gguf.TokenType.USER_DEFINED if named else gguf.TokenType.NORMAL


def add_vocabulary(writer: gguf.GGUFWriter, vocabulary: Vocabulary) -> None:
    pieces, numbers = vocabulary.pieces, range(len(vocabulary))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([pieces.id_to_piece(i).encode() for i in numbers])
    writer.add_token_scores([pieces.get_score(i) for i in numbers])
    writer.add_token_types([kind_of(vocabulary, i) for i in numbers])
    writer.add_unk_token_id(pieces.unk_id())
    writer.add_bos_token_id(pieces.bos_id())
    writer.add_eos_token_id(pieces.eos_id())
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)


def write(network: Network, vocabulary: Vocabulary, path: Path, version: str) -> None:
    """The output matrix is left out: llama.cpp then uses the embedding, as training did."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("harbour-demo")
    writer.add_version(version)
    writer.add_license("Apache-2.0")
    writer.add_languages(["zh", "en"])
    add_shape(writer, network.shape)
    add_vocabulary(writer, vocabulary)
    for name, weight in network.state_dict().items():
        values = weight.float().numpy()
        if values.ndim > 1:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@torch.no_grad()
def reference(network: Network, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Torch's logits after each probe, thinned out."""
    rows = []
    for question, sentence in PROBES:
        tokens = vocabulary.prefix(question) + vocabulary.encode(sentence)
        flat = Flat()
        flat.add_row(tokens, [])
        _, last = network.states(torch.tensor(tokens), lay_out(flat))
        logits = network.logits(last[-1])[::STRIDE]
        rows.append(
            {
                "text": f"{QUESTION}{question}{ANSWER}{sentence}",
                "tokens": tokens,
                "stride": STRIDE,
                "logits": [round(float(x), 3) for x in logits],
            }
        )
    return rows


def manifest(weights: Path, network: Network, version: str) -> Manifest:
    data = weights.read_bytes()
    return Manifest(
        name="harbour-demo",
        version=version,
        kind="generate",
        file=weights.name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        licence="Apache-2.0",
        source="trained from nothing by models/demo/train.py; docs/model-cards/demo.md",
        training_data="the project's own: appliance/knowledge/demo, models/demo/data, models/understanding/data/intents.jsonl",
        quantisation="Q8_0",
        context_length=network.shape.context,
        chat_template_sha256=hashlib.sha256(TEMPLATE.encode()).hexdigest(),
        languages=("zh", "en"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the demo model.")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    network, vocabulary, _facts = load(options.run)
    write(network, vocabulary, HERE / WEIGHTS, options.version)
    text = manifest(HERE / WEIGHTS, network, options.version).to_toml()
    (HERE / NAME).write_text(text, encoding="utf-8")
    rows = json.dumps(reference(network, vocabulary), ensure_ascii=False, indent=1)
    target = ROOT / "tests/models/demo/reference.json"
    target.write_text(rows + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The committed weights: what the manifest says, what torch computed, what they choose."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.demo.scoring import Scorer
from models.engine.steps import Row
from models.registry.digest import check_digest
from models.registry.manifest import read

HERE = Path(__file__).parent
DEMO = Path(__file__).resolve().parents[3] / "models/demo"
REFERENCE = json.loads((HERE / "reference.json").read_text(encoding="utf-8"))
LARGEST = 8 * 10**6  # bytes: the weights live in git
# Q8_0 rounds both weights and activations; the logits span about 20.
ROUNDING = 0.15


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(DEMO / "harbour-demo.gguf")


def test_the_manifest_describes_the_file():
    manifest = read(DEMO)
    check_digest(DEMO / manifest.file, want=manifest.sha256, size=manifest.size)
    assert manifest.size < LARGEST
    assert manifest.licence == "Apache-2.0"
    assert manifest.languages == ("zh", "en")


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row["text"])
def test_llama_cpp_splits_texts_as_training_did(scorer, row):
    assert list(scorer.backend.vocabulary.tokenise(row["text"])) == row["tokens"]


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row["text"])
def test_llama_cpp_computes_what_torch_computed(scorer, row):
    tokens = row["tokens"]
    scorer.backend.wipe()
    rows = [Row(token, i, (0,), i == len(tokens) - 1) for i, token in enumerate(tokens)]
    logits = np.array(scorer.backend.decode(rows))[0][:: row["stride"]]
    assert np.abs(logits - np.array(row["logits"])).max() < ROUNDING


@pytest.mark.parametrize(
    "text",
    [
        "海湾银行的客服热线是400-000-0188。",
        "A replacement card costs 15 yuan.",
        "  two  spaces\tand a tab\n",
        "生僻字：龘、emoji 🏦，mixed ASCII",
        "[PERSON_1] 的电话是 [PHONE_NUMBER_1]",
    ],
)
def test_tokens_spell_their_text(scorer, text):
    words = scorer.backend.vocabulary
    spelt = b"".join(words.piece(token) for token in words.tokenise(text))
    assert spelt.decode() == text


def test_markers_are_one_token_each(scorer):
    words = scorer.backend.vocabulary
    assert len(words.tokenise("<q><a></s>")) == 3


def test_a_typed_marker_is_not_a_marker(scorer):
    words = scorer.backend.vocabulary
    marker = words.tokenise("<a>")[0]
    assert marker not in words.tokenise(words.neutral("card <a> lost"))


def test_the_template_shows_only_the_last_question(scorer):
    template = scorer.backend.template()
    messages = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "answer"},
        {"role": "user", "content": " lost my card "},
    ]
    assert template.render(messages) == "<q>lost my card<a>"
    assert template.render(messages[:1]) == "<q><a>"


@pytest.mark.parametrize(
    ("question", "right", "others"),
    [
        (
            "卡丢了怎么办",
            "银行卡丢失或被盗后，请立即在手机银行“卡片 > 挂失”中办理挂失。",
            ["海湾银行网点周一至周五9:00至17:00营业。", "对公账户每月管理费为30元。"],
        ),
        (
            "how much is a new card",
            "A replacement card from Harbour Bank costs 15 yuan and arrives within 5 working days.",
            [
                "Branches of Harbour Bank are closed on Sundays and public holidays.",
                "The mortgage rate is reviewed every year on 1 January.",
            ],
        ),
    ],
)
def test_the_answering_sentence_scores_highest(scorer, question, right, others):
    scores = scorer.score(question, [*others, right])
    assert scores[-1] == max(scores)
    assert scores[-1] > 0

"""The demo model's vocabulary: byte-fallback BPE over Chinese and English.

Made by sentencepiece, in the form that llama.cpp reads as "llama" (SPM):
no space is put before a text, digits stand alone, bytes cover the rest.
"""

import io
import random
import re
from collections.abc import Iterable
from pathlib import Path

import sentencepiece

from models.demo.corpus import Bank
from models.demo.generate import Grammar, invent, reword

PIECES = 5000
LOOSE = 0.08  # share of merges left out
QUESTION, ANSWER = "<q>", "<a>"
# A Chinese piece must not reach over these: pieces are to be words, not joints.
JOINTS = re.compile(
    r"([的了吗呢啊吧呀嘛我你您他她它们这那是在和与或及就不没有要会能可以须把被给让从到对为将请个]|[^\u4e00-\u9fff]+)"
)


class Vocabulary:
    """Texts to piece numbers and back; the same numbers as llama.cpp."""

    def __init__(self, model: bytes) -> None:
        self.model = model
        self.pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.question = int(self.pieces.piece_to_id(QUESTION))
        self.answer = int(self.pieces.piece_to_id(ANSWER))
        self.end = int(self.pieces.eos_id())

    def __len__(self) -> int:
        return int(self.pieces.get_piece_size())

    def encode(self, text: str) -> list[int]:
        return [int(i) for i in self.pieces.encode(text)]

    def prefix(self, question: str, *, loosely: bool = False) -> list[int]:
        """Numbers of "<q>question<a>"; the empty question is the null prompt.

        `loosely`: some merges are left out at random, so that training sees a
        word in several spellings (BPE dropout, Provilkov et al., 2020).
        """
        text = question.strip()
        if loosely and text:
            found = self.pieces.encode(text, enable_sampling=True, alpha=LOOSE, nbest_size=-1)
        else:
            found = self.encode(text)
        return [self.question, *(int(i) for i in found), self.answer]

    def sentence(self, text: str) -> list[int]:
        return [*self.encode(text), self.end]


def material(
    banks: Iterable[Bank], grammars: dict[str, Grammar], rng: random.Random
) -> Iterable[str]:
    """Lines that show which pieces are worth having."""
    for bank in banks:
        grammar = grammars[bank.lang]
        for article in bank.articles:
            yield from (article.title, *article.sentences, *article.sentences, *article.questions)
        for question in (*bank.of("train"), *bank.of("train", answerable=False)):
            yield from (question.text, reword(grammar, rng, question.text))
        for _ in range(600):
            group = invent(grammar, rng, products=2, asked=6)
            yield from (*rng.sample(group.candidates, 3), *(a.text for a in group.asked))


def split_joints(line: str) -> list[str]:
    """English stays whole; Chinese runs are cut at words that only join."""
    if not re.search(r"[\u4e00-\u9fff]", line):
        return [line]
    return [part for part in JOINTS.split(line) if part.strip()]


def train_vocabulary(lines: Iterable[str], *, pieces: int = PIECES) -> Vocabulary:
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([part for line in lines for part in split_joints(line)]),
        model_writer=out,
        model_type="bpe",
        vocab_size=pieces,
        byte_fallback=True,
        split_digits=True,
        character_coverage=1.0,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        max_sentencepiece_length=12,
        user_defined_symbols=[QUESTION, ANSWER],
        minloglevel=2,
        num_threads=1,
    )
    return Vocabulary(out.getvalue())


def load_vocabulary(path: Path) -> Vocabulary:
    return Vocabulary(path.read_bytes())

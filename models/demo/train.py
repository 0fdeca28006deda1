"""Trains the demo model from nothing and writes its weights.

    python -m models.demo.train --minutes 35 --threads 2 --seed 11 --out DIR

Needs requirements-train.in. The order of the data follows from the seed;
the number of steps follows from --steps, or from the clock where --minutes
is given (the count is printed and recorded, so that a run can be repeated).
"""

import argparse
import json
import math
import random
import sys
import time
from dataclasses import asdict
from pathlib import Path

import sentencepiece
import torch

from models.demo.corpus import LANGUAGES, read_bank
from models.demo.generate import read_grammar
from models.demo.groups import Sampler
from models.demo.training.bag import Words
from models.demo.training.batches import pack
from models.demo.training.check import accuracy, bag_accuracy
from models.demo.training.network import Network, Shape
from models.demo.training.objective import Border, loss, score
from models.demo.training.vocabulary import Vocabulary, material, train_vocabulary

ROOT = Path(__file__).resolve().parents[2]
GROUPS_A_STEP = 2
GROUPS_A_BAG = 12
BAG_STEPS = 1500
BAG_PEAK = 2e-3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the demo model.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peak", type=float, default=8e-4)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--words", type=int, default=BAG_STEPS, help="steps of the first stage")
    parser.add_argument("--splits", default="train", help="comma-separated")
    return parser.parse_args()


def prepare(options: argparse.Namespace) -> tuple[Sampler, Vocabulary]:
    banks = {lang: read_bank(ROOT, lang) for lang in LANGUAGES}
    grammars = {lang: read_grammar(ROOT / "models/demo/data", lang) for lang in LANGUAGES}
    lines = material(banks.values(), grammars, random.Random(options.seed))  # noqa: S311  # no secret
    vocabulary = train_vocabulary(lines)
    rng = random.Random(options.seed + 1)  # noqa: S311
    return Sampler(banks, grammars, rng, tuple(options.splits.split(","))), vocabulary


def optimiser(network: Network, border: Border, peak: float) -> torch.optim.Optimizer:
    matrices = [p for p in network.parameters() if p.dim() > 1]
    vectors = [p for p in network.parameters() if p.dim() == 1]
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": 0.05},
            {"params": vectors, "weight_decay": 0.0},
            {"params": list(border.parameters()), "weight_decay": 0.0},
        ],
        lr=peak,
        betas=(0.9, 0.98),
    )


def pace(done: float, step: int) -> float:
    """Share of the peak rate: 100 steps up, then a cosine down to a fiftieth."""
    return min(1.0, (step + 1) / 100) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)


class Diary:
    """Prints the parts of the loss, averaged since the last line."""

    def __init__(self, border: Border) -> None:
        self.border, self.started = border, time.monotonic()
        self.sums: dict[str, float] = {}
        self.count = 0

    def note(self, step: int, parts: dict[str, torch.Tensor]) -> None:
        for name, value in parts.items():
            self.sums[name] = self.sums.get(name, 0.0) + value.item()
        self.count += 1
        if step % 50:
            return
        figures = {name: round(value / self.count, 3) for name, value in self.sums.items()}
        steep, at = self.border.log_steepness.exp().item(), self.border.threshold.item()
        seconds = time.monotonic() - self.started
        sys.stdout.write(f"{step} {seconds:.0f}s {figures} steep {steep:.2f} at {at:.3f}\n")
        sys.stdout.flush()
        self.sums, self.count = {}, 0


def save(network: Network, vocabulary: Vocabulary, border: Border, out: Path, steps: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocabulary.model").write_bytes(vocabulary.model)
    torch.save(network.state_dict(), out / "network.pt")
    facts = {
        "shape": asdict(network.shape),
        "steps": steps,
        "threshold": round(border.threshold.item(), 4),
        "steepness": round(border.log_steepness.exp().item(), 4),
    }
    (out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def read_words(
    steps: int, sampler: Sampler, words: Words, network: Network, border: Border
) -> None:
    """The first stage."""
    steps_down = optimiser(network, border, BAG_PEAK)
    diary = Diary(border)
    for step in range(steps):
        for part in steps_down.param_groups:
            part["lr"] = BAG_PEAK * min(1.0, (step + 1) / 50, (steps - step) / (0.6 * steps))
        parts = words.loss(network, sampler.draw_many(GROUPS_A_BAG), border)
        descend(network, steps_down, parts)
        diary.note(step, parts)
        if step in (0, 99) or (step + 1) % 300 == 0:
            bag_accuracy(network, words)


def descend(
    network: Network, steps_down: torch.optim.Optimizer, parts: dict[str, torch.Tensor]
) -> None:
    steps_down.zero_grad()
    torch.stack(list(parts.values())).sum().backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    steps_down.step()


def read_sentences(
    options: argparse.Namespace,
    sampler: Sampler,
    vocabulary: Vocabulary,
    network: Network,
    border: Border,
) -> None:
    """The second stage, until the steps or the minutes are used up."""
    steps_down = optimiser(network, border, options.peak)
    diary = Diary(border)
    started, step, done = time.monotonic(), 0, 0.0
    while done < 1:
        for part in steps_down.param_groups:
            part["lr"] = options.peak * pace(done, step)
        batch = pack(sampler.draw_many(GROUPS_A_STEP), vocabulary, loosely=True)
        with torch.autocast("cpu", torch.bfloat16):
            scored = score(network, batch)
        parts = loss(scored, batch, border)
        descend(network, steps_down, parts)
        step += 1
        elapsed = (time.monotonic() - started) / 60
        done = step / options.steps if options.steps else elapsed / options.minutes
        diary.note(step, parts)
        if step in (1, 200) or step % 400 == 0 or done >= 1:
            accuracy(network, vocabulary, sampler.banks)
            save(network, vocabulary, border, options.out, step)


def run(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    sentencepiece.set_random_generator_seed(options.seed)
    torch.set_num_threads(options.threads)
    sampler, vocabulary = prepare(options)
    shape = Shape(
        len(vocabulary), width=options.width, layers=options.layers, heads=options.width // 32
    )
    network, border = Network(shape), Border()
    read_words(options.words, sampler, Words(vocabulary, sampler.banks), network, border)
    read_sentences(options, sampler, vocabulary, network, border)


if __name__ == "__main__":
    run(arguments())

"""The trained models in a folder given by the caller; trained there when missing or outdated.

    <folder>/<first 16 hex digits of the data digest>/
        intents.npz intents.json intents-gate.json emotion.npz emotion.json
        complete.json         {"digest", "files": {name: sha256}}, written last

Web and worker processes may come at once: each trains in a folder of its own and renames it;
who comes second uses the first one's.
"""

import json
import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Final

from models.understanding import catalogue, emotion, intents
from models.understanding.errors import CatalogueError, StoredModelError, UnderstandingError
from models.understanding.examples import OUT_OF_SCOPE, Example, load
from models.understanding.handover import handover_rules
from models.understanding.reader import Reader

_DATA: Final = Path(str(resources.files("models.understanding").joinpath("data")))
# Part of the digest: a change of features or training must train again.
_FORMAT: Final = 1
_COMPLETE: Final = "complete.json"
_PREFIX: Final = 16
_NEUTRAL_STEP: Final = 4
# Examples of these intents carry feelings of their own and teach nothing about "neutral".
_FELT: Final = frozenset(
    {
        "fraud_report",
        "complaint",
        "loan_hardship",
        "transfer_wrong_recipient",
        "human_agent",
        "greeting",
        "bereavement",
        "transfer_pending",
        "suspicious_message",
        "marketing_opt_out",
        "transaction_dispute",
        "card_lost",
        "transfer_cancel",
        "app_login",
    }
)


@dataclass(frozen=True)
class TrainingData:
    intents: tuple[Example, ...]
    emotion: tuple[Example, ...]
    digest: str


def training_data(extra: Sequence[Example] = ()) -> TrainingData:
    """The shipped examples and the caller's own, such as the wordings of approved articles.

    Raises: ExampleFileError, CatalogueError when an intent is not in the list.
    """
    names = ("intents.jsonl", "worded.jsonl", "oos.jsonl")
    shipped = [example for name in names for example in load(_DATA / name, label="intent")]
    examples = tuple({(e.text, e.label): e for e in (*shipped, *extra)}.values())
    for example in examples:
        if example.label != OUT_OF_SCOPE and example.label not in catalogue.intents():
            raise CatalogueError(example.label)
    calm = [e for e in shipped if e.label not in _FELT | {OUT_OF_SCOPE}][::_NEUTRAL_STEP]
    felt = load(_DATA / "emotion.jsonl", label="label")
    feelings = (*felt, *(Example(e.text, "neutral") for e in calm))
    return TrainingData(examples, feelings, _digest(examples, feelings))


def strangers(language: str) -> list[str]:
    """Shipped texts that belong nowhere: other matters, near misses, small talk.

    Raises: ExampleFileError.
    """
    return [e.text for e in load(_DATA / "oos.jsonl", label="lang") if e.label == language]


def told_of_intents(language: str) -> list[tuple[str, str]]:
    """(intent, text) of the shipped examples in this language. Raises: ExampleFileError."""
    path = _DATA / "intents.jsonl"
    rows = zip(load(path, label="intent"), load(path, label="lang"), strict=True)
    return [(intent.label, intent.text) for intent, lang in rows if lang.label == language]


def _digest(*sets: Sequence[Example]) -> str:
    content = [[[e.text, e.label] for e in examples] for examples in sets]
    lexicon = sha256((_DATA / "lexicon.yaml").read_bytes()).hexdigest()
    return sha256(json.dumps([_FORMAT, lexicon, content]).encode()).hexdigest()


def train(data: TrainingData) -> Reader:
    """Seconds. Raises: TooFewExamplesError."""
    return Reader(
        intents=intents.train(data.intents),
        emotion=emotion.train(data.emotion),
        handover=handover_rules(),
        digest=data.digest,
    )


def save(reader: Reader, folder: Path) -> None:
    """Write a complete model folder, or none: built beside `folder`, then renamed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        reader.intents.save(partial)
        reader.emotion.save(partial)
        described = {"digest": reader.digest, "files": _digests(partial)}
        (partial / _COMPLETE).write_text(json.dumps(described), encoding="utf-8")
        partial.rename(folder)
    except OSError:
        # Another process was faster; its folder holds the same model.
        if not (folder / _COMPLETE).is_file():
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.iterdir() if path.name != _COMPLETE)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def open_stored(folder: Path, *, digest: str) -> Reader:
    """Raises: StoredModelError when absent, changed, incomplete or of other data."""
    try:
        described = json.loads((folder / _COMPLETE).read_text(encoding="utf-8"))
        is_whole = described["digest"] == digest and described["files"] == _digests(folder)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise StoredModelError(_COMPLETE, "digests of data and files") from fault
    if not is_whole:
        raise StoredModelError(_COMPLETE, "the digests that it names")
    return Reader(
        intents=intents.IntentModel.load(folder),
        emotion=emotion.EmotionModel.load(folder),
        handover=handover_rules(),
        digest=digest,
    )


def open_or_train(folder: Path, *, extra: Sequence[Example] = ()) -> Reader:
    """Load what fits the data, or train it and store it.

    Raises: ExampleFileError, CatalogueError, RuleFileError, OSError.
    """
    data = training_data(extra)
    kept = folder / data.digest[:_PREFIX]
    try:
        return open_stored(kept, digest=data.digest)
    except StoredModelError:
        shutil.rmtree(kept, ignore_errors=True)
    reader = train(data)
    save(reader, kept)
    _forget_others(folder, keep=kept)
    return reader


def _forget_others(folder: Path, *, keep: Path) -> None:
    """Models of earlier data; a process that is just reading one trains its own."""
    for old in folder.iterdir():
        if old != keep and old.is_dir() and len(old.name) == _PREFIX:
            shutil.rmtree(old, ignore_errors=True)


_lock = threading.Lock()
_opened: dict[Path, Reader] = {}


def understanding(folder: Path) -> Reader:
    """The process's reader over `folder`; the first call trains or loads, later ones are free.

    Raises: UnderstandingError, OSError.
    """
    with _lock:
        if folder not in _opened:
            _opened[folder] = open_or_train(folder)
        return _opened[folder]


def refresh(folder: Path, extra: Sequence[Example]) -> Reader:
    """Take in the caller's own examples: trains if they are new, then serves this process.

    Raises: UnderstandingError, OSError; the reader in use stays as it was.
    """
    reader = open_or_train(folder, extra=extra)
    with _lock:
        _opened[folder] = reader
    return reader


__all__ = ["TrainingData", "UnderstandingError", "open_or_train", "refresh", "understanding"]

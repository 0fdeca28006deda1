"""Which article a question belongs to, learnt from the articles' own wordings.

A linear classifier over n-grams, one per language, with a label for each published version and
one for "none of them". It is trained in about a second from titles, sentences, the wordings that
editors keep with an article and the examples of an intent that one article alone answers, again
whenever something is published or withdrawn; while it
trains, the former one serves. What it scores is only a signal: permission and dates are the
search query's.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max

from appliance.knowledge.models import Version
from models.understanding.errors import TooFewExamplesError
from models.understanding.linear import LinearModel, train
from models.understanding.reading import read
from models.understanding.store import strangers, told_of_intents

_NONE: Final = ""
_log = logging.getLogger(__name__)

# What changes when anything is published or withdrawn.
State = tuple[object, ...]


@dataclass(frozen=True)
class Routes:
    """scores: by version, higher is likelier, about -1.5 to 1.5; none: of "no article"."""

    scores: Mapping[UUID, float]
    none: float

    def likeliest(self, count: int) -> list[UUID]:
        return sorted(self.scores, key=lambda version: -self.scores[version])[:count]


NOWHERE: Final = Routes({}, 0.0)


@dataclass(frozen=True)
class _Router:
    state: State
    by_language: Mapping[str, LinearModel]


_held: _Router | None = None
_lock = threading.Lock()


def routes(text: str, *, language: str) -> Routes:
    """Where a (masked) question leads; nowhere in a language with fewer than two articles."""
    model = _current().by_language.get(language)
    if model is None:
        return NOWHERE
    scores = dict(zip(model.labels, map(float, model.scores(read(text))), strict=True))
    none = scores.pop(_NONE, 0.0)
    return Routes({UUID(label): score for label, score in scores.items()}, none)


def _current() -> _Router:
    global _held  # noqa: PLW0603 - one router a process
    state = _state()
    if _held is None:
        with _lock:
            if _held is None:
                _held = _trained(state)
    elif _held.state != state and _lock.acquire(blocking=False):
        threading.Thread(target=_renew, args=(state,), name="routing", daemon=True).start()
    return _held


def _renew(state: State) -> None:
    """Train beside the requests; the lock is ours from the caller."""
    global _held  # noqa: PLW0603 - one router a process
    try:
        _held = _trained(state)
    except Exception as fault:  # noqa: BLE001 - a thread's edge; the former one goes on serving
        _log.error("routing was not renewed: %s", type(fault).__name__)
    finally:
        connection.close()
        _lock.release()


def _state() -> State:
    published = Version.objects.filter(state=Version.State.PUBLISHED)
    found = published.aggregate(count=Count("pk"), last=Max("published_at"))
    return found["count"], found["last"]


def _trained(state: State) -> _Router:
    published = Version.objects.filter(state=Version.State.PUBLISHED).select_related("article")
    examples: dict[str, list[tuple[str, str]]] = defaultdict(list)
    meant: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for version in published.order_by("pk"):
        language, label = version.article.language, str(version.pk)
        examples[language] += [(label, text) for text in _texts(version)]
        for intent in version.intents:
            meant[language][intent].append(label)
    for language, labels in meant.items():
        examples[language] += [
            (labels[intent][0], text)
            for intent, text in told_of_intents(language)
            if len(labels[intent]) == 1
        ]
    return _Router(state, dict(_models(examples)))


def _models(
    examples: Mapping[str, Sequence[tuple[str, str]]],
) -> list[tuple[str, LinearModel]]:
    made = []
    for language, pairs in examples.items():
        rows = [*pairs, *((_NONE, text) for text in strangers(language))]
        try:
            made.append(
                (language, train([read(text) for _, text in rows], [label for label, _ in rows]))
            )
        except TooFewExamplesError:
            continue
    return made


def _texts(version: Version) -> list[str]:
    sentences = [version.text[start:end] for start, end in version.sentences]
    return [version.title, *sentences, *version.questions, *version.wordings]

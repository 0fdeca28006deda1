"""A stock presidio `AnalyzerEngine` with our recognisers: for comparison and for extensions.

presidio wants an NLP engine; by default it downloads a spaCy model. Ours cuts words and
counts nothing else, offline. The desk itself uses `engine.Detector`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from compliance.pii.recognisers.catalogue import all_recognisers

_TOKEN = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d+|[\u4e00-\u9fff]|[^\sA-Za-z\d]")
_PUNCTUATION = re.compile(r"\W+")


class LightNlpEngine(NlpEngine):
    """Tokens and lower-case forms; no model, no download, no entities."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        matches = list(_TOKEN.finditer(text))
        lemmas = [m.group().lower() for m in matches]
        starts = [m.start() for m in matches]
        # presidio annotates spaCy's Doc; it only iterates over the words.
        return NlpArtifacts([], cast("Any", lemmas), starts, lemmas, self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1,
        **_: Any,
    ) -> Iterator[tuple[str, NlpArtifacts]]:  # fmt: skip
        del batch_size, n_process
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        del word, language
        return False

    def is_punct(self, word: str, language: str) -> bool:
        del language
        return _PUNCTUATION.fullmatch(word) is not None

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["zh"]


def analyzer_engine() -> AnalyzerEngine:
    """Presidio's engine over our recognisers, language `zh` (it serves both languages)."""
    registry = RecognizerRegistry(recognizers=list(all_recognisers()), supported_languages=["zh"])
    return AnalyzerEngine(
        registry=registry, nlp_engine=LightNlpEngine(), supported_languages=["zh"]
    )

"""Everything read from one message: language, intent, feeling, risks, the wish for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from compliance.pii.types import MaskedText
from models.understanding import catalogue, risk
from models.understanding.emotion import EmotionModel
from models.understanding.handover import HandoverRules
from models.understanding.intents import Guess, IntentModel
from models.understanding.language import Language, language_of
from models.understanding.reading import folded, shortened

# The classifier may see a wish for a person in words that no rule knows; it must be sure,
# and look-alikes are cut out of its text as well.
_SURE_OF_WISH: Final = 0.85
_HUMAN: Final = "human_agent"
# Risks and feelings after which a machine should not go on alone.
_GRAVE: Final = frozenset(
    {"fraud", "self_harm", "legal_threat", "media_threat", "minor", "bereavement"}
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message says. `intent` is None for "none of these".

    risk         flags, see `risk.FLAGS`, in that order
    wants_person the customer asks for a person: hand over, whatever else is true
    alternatives the next best intents, best first, without a promise that they fit
    because      names of the rules behind risk and wants_person; never text
    handover     all reasons to bring in a person, strongest first; empty for none
    """

    language: Language
    intent: str | None
    confidence: float
    emotion: str
    risk: tuple[str, ...]
    wants_person: bool
    alternatives: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    handover: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """The loaded models; `understand` is pure and safe to call from any thread."""

    intents: IntentModel
    emotion: EmotionModel
    handover: HandoverRules
    digest: str = field(default="")

    def understand(self, text: MaskedText, *, earlier: Sequence[MaskedText] = ()) -> Understanding:
        """Never raises, on any text; about a millisecond for a question of ordinary length.

        earlier: the customer's previous messages, oldest first. They lend their language
                 to a message without letters.
        """
        whole = folded(text)
        short = folded(shortened(text))
        guess = self.intents.guess(text)
        wish = self._wish(whole, guess)
        signs = risk.signs(short)
        emotion = self.emotion.label(text)
        intent = _HUMAN if wish else self._without_lookalike(whole, guess)
        return Understanding(
            language=language_of(short, earlier=[folded(shortened(old)) for old in earlier[-5:]]),
            intent=intent,
            confidence=guess.confidence,
            emotion=emotion,
            risk=tuple(sign.flag for sign in signs),
            wants_person=wish is not None,
            alternatives=tuple(name for name, _ in guess.ranked if name != intent),
            because=(*((wish,) if wish else ()), *(sign.rule for sign in signs)),
            handover=_reasons(wish, intent, emotion=emotion, signs=signs),
        )

    def _wish(self, whole: str, guess: Guess) -> str | None:
        """The rule, or "classifier", that sees a wish for a person."""
        found = self.handover.reason(whole)
        if found is not None:
            return found
        if guess.intent != _HUMAN or guess.confidence < _SURE_OF_WISH:
            return None
        return "classifier" if self._without_lookalike(whole, guess) == _HUMAN else None

    def _without_lookalike(self, whole: str, guess: Guess) -> str | None:
        """The intent, but for a person only where no look-alike stands behind it."""
        if guess.intent != _HUMAN:
            return guess.intent
        without = self.handover.without_lookalikes(whole)
        if without == shortened(whole):
            return guess.intent
        second = self.intents.guess(without)
        return _HUMAN if second.intent == _HUMAN else None


def _reasons(
    wish: str | None, intent: str | None, *, emotion: str, signs: Sequence[risk.Sign]
) -> tuple[str, ...]:
    reasons = ["asked"] if wish else []
    reasons += [f"risk:{sign.flag}" for sign in signs if sign.flag in _GRAVE]
    known = catalogue.intents().get(intent or "")
    if known is not None and known.person and not wish:
        reasons.append(f"intent:{known.name}")
    if emotion == "angry":
        reasons.append("emotion:angry")
    return tuple(reasons)
